import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { csv, parquet, pipeline } from '../../../src/index.js'
import { type Target, targetOf } from '../../../src/sinks/targets/index.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { memoryWritable } from '../../support/streams/writables.js'

t.test('a URL is refused by its scheme, and never taken for a local path', async (t) => {
  for (const [url, scheme] of [
    ['ftp://example.com/rows.csv', 'ftp://'],
    ['https://example.com/rows.csv', 'https://'],
    ['file:///tmp/rows.csv', 'file:'],
    ['FILE:rows.csv', 'FILE:'],
  ] as const) {
    const refused = { code: 'E_USAGE', message: `${url}: outputs at ${scheme} URLs are not supported` }
    t.throws(() => targetOf(url), refused)
    t.throws(() => csv(url), refused)
    t.throws(() => parquet(url), refused)
  }
})

t.test('a URL with a slash too few is no folder, and a password in a URL is not repeated', async (t) => {
  for (const url of ['s3:/bucket/rows.csv', 'az:container/rows.csv', 'me@host:/rows.csv']) {
    t.throws(() => targetOf(url), { code: 'E_USAGE' }, url)
    t.throws(() => csv(url), { code: 'E_USAGE' }, url)
  }
  try {
    targetOf('ftp://me:secret@example.com/rows.csv')
    t.fail()
  } catch (error) {
    t.match(error, { code: 'E_USAGE', message: /outputs at ftp:\/\/ URLs/, hint: /az:\/\/CONTAINER\/BLOB/ })
    t.notMatch(JSON.stringify(error), 'secret')
  }
})

t.test('a path with a colon is a path', async (t) => {
  for (const path of ['a:b.csv', 'C:\\rows.csv', 'C://rows.csv', './s3://x.csv', 'time=10:00/rows.csv']) {
    t.match(targetOf(path, { cwd: '/work' }), { name: path, location: String })
  }
})

t.test('what is no destination is a usage error', async (t) => {
  for (const wrong of [undefined, null, 7, {}, '', 'a\0b'] as unknown as string[]) {
    t.throws(() => targetOf(wrong), { code: 'E_USAGE' }, JSON.stringify(wrong))
    t.throws(() => csv(wrong), { code: 'E_USAGE' })
  }
})

t.test('a path is relative to the folder given, and keeps its name for messages', async (t) => {
  const cwd = t.testdir({ inner: {} })
  const target = targetOf('inner/rows.csv', { cwd })
  t.match(target, { name: 'inner/rows.csv', location: join(cwd, 'inner', 'rows.csv') })
  t.equal(targetOf(target.location!).location, target.location)
  await t.rejects(targetOf('none/rows.csv', { cwd }).prepare(), {
    code: 'E_IO',
    message: /none does not exist/,
  })
  await t.rejects(targetOf('inner/', { cwd }).prepare(), { code: 'E_USAGE', message: /^inner\/ is a folder/ })
  await t.rejects(targetOf('new/', { cwd }).prepare(), { code: 'E_USAGE', message: /^new\/ is a folder/ })
})

t.test('a target below another one, and the folders above it', async (t) => {
  const cwd = t.testdir({ kept: {} })
  const target = targetOf('kept', { cwd }).join!('date=1/hour=2/part-0')
  t.match(target, { name: 'kept/date=1/hour=2/part-0', location: join(cwd, 'kept/date=1/hour=2/part-0') })
  await t.rejects(target.prepare(), { code: 'E_IO' })
  await target.prepare({ missingFolder: true })
  t.strictSame(readdirSync(join(cwd, 'kept')), [], 'preparing leaves no trace')
  const remove = await target.makeFolder!()
  await target.prepare()
  const again = await target.makeFolder!()
  await again()
  t.strictSame(readdirSync(join(cwd, 'kept/date=1')), ['hour=2'], 'who made nothing removes nothing')
  writeFileSync(join(cwd, 'kept/date=1/other'), '')
  await remove()
  t.strictSame(readdirSync(join(cwd, 'kept/date=1')), ['other'])
})

t.test('a folder that cannot be made is told by prepare', async (t) => {
  const cwd = t.testdir({ file: '' })
  const target = targetOf('file/below/rows.csv', { cwd })
  await t.rejects(target.prepare({ missingFolder: true }), {
    code: 'E_IO',
    message: /file.*(ENOTDIR|is not a folder)/,
  })
  await t.rejects(target.makeFolder!(), { code: 'E_IO' })
})

t.test('the size is that of a file, and of nothing else', async (t) => {
  const cwd = t.testdir({ 'rows.csv': '12345' })
  mkdirSync(join(cwd, 'folder'))
  t.equal(await targetOf('rows.csv', { cwd }).size!(), 5)
  for (const other of ['none.csv', 'folder', '/dev/null']) {
    t.equal(await targetOf(other, { cwd }).size!(), undefined, other)
  }
  t.notOk(targetOf('-').size, 'nothing stays of what went to stdout')
  t.notOk(targetOf(new Writable()).size)
})

t.test('a target made by the program takes what a sink writes, and is committed once', async (t) => {
  const { writable, text } = memoryWritable()
  const calls: string[] = []
  const own: Target = {
    name: 'store.csv',
    prepare: async (checks) => void calls.push(`prepare ${checks?.clobber}`),
    open: async (options) => {
      calls.push(`open ${options?.jobId}`)
      return {
        writable,
        path: undefined,
        get bytesWritten() {
          return text().length
        },
        commit: async () => void calls.push(`commit ${writable.writableFinished}`),
        discard: async () => void calls.push('discard'),
      }
    },
  }
  t.equal(targetOf(own), own)
  const report = await pipeline(resultOf([['n', 'bigint']], [[1], [2]]), csv(own, { clobber: false }))
  t.equal(text(), 'n\n1\n2\n')
  t.equal(report.bytesOut, 6)
  t.strictSame(calls, ['prepare false', 'open 42', 'commit true'])
})
