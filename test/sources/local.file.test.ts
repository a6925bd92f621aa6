import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { SourceContext } from '../../src/sources/contract.js'
import { file } from '../../src/sources/local.js'
import { eventually } from '../support/process/eventually.js'

const DATA = Buffer.alloc(3_500_000, 'bytes as stored;')

const context: SourceContext = { signal: new AbortController().signal, onProgress: () => {} }

t.test('a file delivers its bytes as stored and tells their number', async (t) => {
  const path = join(t.testdir({ result: DATA }), 'result')
  const source = file(path, { schema: '[["a","bigint"]]' })
  t.equal(source.kind, 'file')
  const opened = await source.open(context)
  t.match(opened, {
    compression: 'detect',
    schemaText: '[["a","bigint"]]',
    jobId: undefined,
    expectedRows: undefined,
    expectedBytes: DATA.length,
  })
  t.ok((await buffer(opened.body)).equals(DATA))
})

t.test('a file comes in large chunks', async (t) => {
  const path = join(t.testdir({ result: DATA }), 'result')
  const sizes: number[] = []
  for await (const chunk of (await file(path).open(context)).body) sizes.push(chunk.length)
  // Node on its own reads 64 KiB.
  t.ok(
    sizes.slice(0, -1).every((size) => size >= 512 * 1024),
    `${sizes}`,
  )
})

t.test('an empty file is no bytes, and no schema is null', async (t) => {
  const path = join(t.testdir({ result: '' }), 'result')
  const { body, expectedBytes, schemaText } = await file(path).open(context)
  t.strictSame([expectedBytes, schemaText], [0, null])
  t.equal((await buffer(body)).length, 0)
})

t.test(
  'an empty file is a result of no rows if it is named .msgpack, and a failed download otherwise',
  async (t) => {
    const dir = t.testdir({ 'a.msgpack': '', 'B.MSGPACK': '', 'a.msgpack.gz': '', a: '', msgpack: '' })
    symlinkSync('a.msgpack', join(dir, 'link'))
    for (const [name, compression] of [
      ['a.msgpack', 'none'],
      ['B.MSGPACK', 'none'],
      ['a.msgpack.gz', 'detect'],
      ['a', 'detect'],
      ['msgpack', 'detect'],
      ['link', 'detect'],
    ] as const) {
      t.equal((await file(join(dir, name)).open(context)).compression, compression, name)
    }
  },
)

t.test('nothing is opened before open', async (t) => {
  const path = join(t.testdir(), 'later')
  const source = file(path)
  writeFileSync(path, 'x')
  t.equal(`${await buffer((await source.open(context)).body)}`, 'x')
})

t.test('a symbolic link is followed', async (t) => {
  const dir = t.testdir({ result: 'x' })
  symlinkSync('result', join(dir, 'link'))
  t.equal(`${await buffer((await file(join(dir, 'link')).open(context)).body)}`, 'x')
})

t.test('a missing file and a folder are told apart, by name', async (t) => {
  const dir = t.testdir()
  mkdirSync(join(dir, 'folder'))
  const missing = join(dir, 'missing')
  await t.rejects(file(missing).open(context), {
    name: 'SluiceError',
    code: 'E_IO',
    message: `${missing}: ENOENT`,
  })
  const folder = join(dir, 'folder')
  await t.rejects(file(folder).open(context), {
    name: 'SluiceError',
    code: 'E_IO',
    message: `${folder} is a folder`,
  })
  await t.rejects(file('a\0b').open(context), { name: 'SluiceError', code: 'E_IO' })
})

const root = process.getuid?.() === 0
t.test('a file that may not be read is an error', { skip: root && 'root may read everything' }, async (t) => {
  const path = join(t.testdir({ result: 'x' }), 'result')
  chmodSync(path, 0)
  await t.rejects(file(path).open(context), { code: 'E_IO', message: /EACCES/ })
})

t.test('a file that shrinks while it is read is an error', async (t) => {
  const path = join(t.testdir({ result: DATA }), 'result')
  const { body } = await file(path).open(context)
  truncateSync(path, 1000)
  await t.rejects(buffer(body), { name: 'SluiceError', code: 'E_SIZE_MISMATCH', message: /changed while/ })
})

t.test('a file that grows while it is read is an error: whoever writes it is not done', async (t) => {
  const path = join(t.testdir({ result: DATA }), 'result')
  const { body } = await file(path).open(context)
  appendFileSync(path, 'more')
  await t.rejects(buffer(body), {
    name: 'SluiceError',
    code: 'E_SIZE_MISMATCH',
    message: /3500004 bytes came/,
  })
})

t.test('a reader that stops early, or never reads, leaves no descriptor open', async (t) => {
  const path = join(t.testdir({ result: DATA }), 'result')
  if (!existsSync('/proc/self/fd')) return t.pass('this system does not list descriptors')
  const before = readdirSync('/proc/self/fd').length
  for (let i = 0; i < 20; i++) {
    const { body } = await file(path).open(context)
    if (i % 2 === 0) for await (const _chunk of body) break
    else body.destroy()
  }
  await eventually(() => readdirSync('/proc/self/fd').length === before)
})

t.test('a FIFO is read until its writer is done, whichever comes first', async (t) => {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  for (const wait of [0, 50]) {
    const { body, expectedBytes } = await file(path).open(context)
    t.equal(expectedBytes, undefined)
    const reading = buffer(body)
    await delay(wait)
    createWriteStream(path).end(DATA)
    t.ok((await reading).equals(DATA))
  }
})

t.test('a FIFO that nobody writes to can be given up', async (t) => {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  const { body } = await file(path).open(context)
  const reading = buffer(body)
  setTimeout(() => body.destroy(new Error('given up')), 20)
  await t.rejects(reading, /given up/)
})
