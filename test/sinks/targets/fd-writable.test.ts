import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { FdWritable, type FdWritableOptions } from '../../../src/sinks/targets/fd-writable.js'

const KIB = 1024

function opened(t: Test, path: string, flags: string): number {
  const fd = openSync(path, flags)
  t.teardown(() => closeSync(fd))
  return fd
}

/** Counts how many chunks each system call gets. */
class Counting extends FdWritable {
  readonly together: number[] = []

  override _writev(items: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.together.push(items.length)
    super._writev(items, done)
  }
}

for (const direct of [false, true]) {
  const options: FdWritableOptions = { direct, durable: true }
  const how = direct ? 'on this thread' : 'on the pool'

  t.test(`${how}: what comes within one turn of the loop goes out at its end, together`, async (t) => {
    const path = join(t.testdir(), 'out')
    const writable = new Counting(opened(t, path, 'w'), 'out', options)
    for (const text of ['one ', 'two ', 'three ']) writable.write(Buffer.from(text))
    t.equal(readFileSync(path, 'utf8'), '', 'not before this turn ends')
    while (writable.writableLength > 0) await sleep(1)
    t.same(writable.together, [3])
    writable.write(Buffer.from('four '))
    // The end needs no turn of its own.
    writable.end(Buffer.from('five'))
    await finished(writable)
    t.equal(readFileSync(path, 'utf8'), 'one two three four five')
    t.equal(writable.bytesWritten, 23)
  })

  t.test(`${how}: everything is written, and each chunk is given back once`, async (t) => {
    const path = join(t.testdir(), 'out')
    const taken: Uint8Array[] = []
    const onTaken = (chunk: Uint8Array) => void taken.push(chunk)
    const writable = new FdWritable(opened(t, path, 'w'), 'out', { ...options, onTaken })
    const chunks = Array.from({ length: 300 }, (_, i) => Buffer.alloc(i * 97, i))
    await pipeline(chunks, writable)
    t.ok(readFileSync(path).equals(Buffer.concat(chunks)))
    t.same(taken, chunks)
  })

  t.test(`${how}: a sync beside the writing that fails after the last write fails the end`, async (t) => {
    // A device has nothing to sync and says EINVAL.
    const writable = new FdWritable(opened(t, '/dev/null', 'w'), 'out', options)
    writable.end(Buffer.alloc(64 * KIB * KIB))
    await t.rejects(finished(writable), { code: 'E_IO', message: /^out: EINVAL/ })
    t.match(writable.errored, { code: 'E_IO' })
  })

  t.test(`${how}: a full disk is an error`, async (t) => {
    const writable = new FdWritable(opened(t, '/dev/full', 'w'), 'out', { direct })
    await t.rejects(pipeline([Buffer.from('x')], writable), { code: 'E_NO_SPACE', message: /out/ })
  })
}

t.test('once a write was slow, the next ones do not hold this thread up', async (t) => {
  const path = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [path])
  // Takes the first write after a moment, and nothing for long after it.
  const reader = spawn('sh', [
    '-c',
    `exec < ${path}; sleep 1; head -c ${256 * KIB} > /dev/null; exec sleep 60`,
  ])
  t.teardown(() => reader.kill())
  const writable = new FdWritable(opened(t, path, 'w'), 'fifo', { direct: true })
  const began = performance.now()
  await new Promise((resolve) => writable.write(Buffer.alloc(256 * KIB), resolve))
  t.ok(performance.now() - began > 20, 'the first one waited')
  let written = false
  writable.write(Buffer.alloc(256 * KIB), () => {
    written = true
  })
  await sleep(50)
  t.notOk(written, 'the second one waits, and this goes on')
  reader.kill()
  await t.rejects(finished(writable), { code: 'E_BROKEN_PIPE' })
})
