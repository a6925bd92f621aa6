import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createReadStream, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { SluiceError } from '../../../src/errors.js'
import { checkOutput, openOutput } from '../../support/streams/outputs.js'

const DATA = Buffer.alloc(3_000_000, 'some rows\n')

function fifoIn(t: Test): string {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  return path
}

async function writeTo(path: string, data = DATA) {
  const output = await openOutput(path, { clobber: false })
  await pipeline(Readable.from([data]), output.writable)
  await output.commit()
  return output
}

t.test('F4: a full device is an error, never a success', async (t) => {
  const output = await openOutput('/dev/full')
  const writing = pipeline(Readable.from([Buffer.from('x')]), output.writable)
  await t.rejects(writing, { code: 'E_NO_SPACE', message: /^\/dev\/full: ENOSPC/ })
  await output.discard()
})

t.test('a device is written in place, and cannot be synced', async (t) => {
  const output = await writeTo('/dev/null')
  t.equal(output.bytesWritten, DATA.length)
  t.equal(output.path, undefined)
})

t.test('a device that may not be opened is an error with its name', async (t) => {
  await t.rejects(openOutput('/dev/fd/999'), { code: 'E_IO', message: /^\/dev\/fd\/999: ENOENT/ })
})

t.test('a descriptor that the shell opened is written to, not renamed over', async (t) => {
  const path = join(t.testdir(), 'log')
  writeFileSync(path, 'before\n')
  const fd = openSync(path, 'a')
  await writeTo(`/dev/fd/${fd}`, Buffer.from('rows\n'))
  closeSync(fd)
  t.equal(readFileSync(path, 'utf8'), 'before\nrows\n')
  t.strictSame(readdirSync(join(path, '..')), ['log'])
})

t.test('F11: a FIFO is streamed to its reader', async (t) => {
  const path = fifoIn(t)
  const reading = buffer(createReadStream(path))
  await checkOutput(path, { clobber: false })
  await writeTo(path)
  t.ok((await reading).equals(DATA))
  t.strictSame(readdirSync(join(path, '..')), ['fifo'])
})

t.test('the reader of a FIFO may come later', async (t) => {
  const path = fifoIn(t)
  const notices: string[] = []
  const opening = openOutput(path, { notice: ({ code }) => notices.push(code) })
  await delay(120)
  const reading = buffer(createReadStream(path))
  const output = await opening
  output.writable.end('rows')
  await once(output.writable, 'finish')
  await output.commit()
  t.equal(`${await reading}`, 'rows')
  t.strictSame(notices, ['N_WAITING_FOR_READER'])
})

t.test('an abort ends the wait for the reader of a FIFO', async (t) => {
  const controller = new AbortController()
  const opening = openOutput(fifoIn(t), { signal: controller.signal })
  const reason = new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C')
  setTimeout(() => controller.abort(reason), 20)
  t.equal(await opening.catch((error) => error), reason)
})

t.test('F8: the reader of a FIFO that goes away is a broken pipe', async (t) => {
  const path = fifoIn(t)
  const reader = createReadStream(path, { end: 9 })
  const read = buffer(reader)
  const output = await openOutput(path)
  const writing = pipeline(Readable.from([DATA]), output.writable)
  await t.rejects(writing, { code: 'E_BROKEN_PIPE', exitCode: 141, message: /fifo/ })
  await output.discard()
  t.equal((await read).length, 10)
})
