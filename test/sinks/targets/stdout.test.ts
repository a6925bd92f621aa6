import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { targetOf } from '../../../src/sinks/targets/index.js'
import { borrowStream } from '../../../src/sinks/targets/stream.js'
import { ended, patternOf, runInShell, start, writerCommand } from '../../support/files/child.js'
import { memoryWritable } from '../../support/streams/writables.js'

const task = { destination: '-', chunks: 5, chunkBytes: 1_000_000 }
const small = { ...task, chunks: 4, chunkBytes: 100_000 }

t.jobs = 2

t.test('what stands for stdout', async (t) => {
  for (const destination of ['-', '/dev/stdout', process.stdout]) {
    t.match(targetOf(destination), { name: 'stdout', isStdout: true })
  }
  for (const destination of ['./-', process.stderr]) t.notOk(targetOf(destination).isStdout)
  const { writable, text } = memoryWritable()
  const output = await targetOf('-', { stdout: writable }).open()
  await pipeline(Readable.from([Buffer.from('rows')]), output.writable)
  await output.commit()
  t.equal(text(), 'rows')
  t.notOk(targetOf('-', { stdout: writable }).join, 'there is one stdout')
})

t.test('F9: a slow reader gets every byte', { buffered: true }, async (t) => {
  const child = start(writerCommand(task))
  child.stdout!.pause()
  const ending = ended(child)
  child.stdout!.pause()
  await once(child.stderr!, 'data')
  await delay(300)
  t.equal(child.exitCode, null, 'it waits for its reader')
  child.stdout!.resume()
  const { exit, stdout, stderr } = await ending
  t.equal(exit, 0)
  t.equal(stderr, 'opened\ncommitted\n')
  t.ok(stdout.equals(patternOf(task)))
})

t.test('F8: a reader that goes away is a broken pipe, told in one line', { buffered: true }, async (t) => {
  const child = start(writerCommand(task))
  child.stdout!.once('data', () => child.stdout!.destroy())
  const { exit, stderr } = await ended(child)
  t.equal(exit, 141)
  t.equal(stderr, 'opened\nE_BROKEN_PIPE: the reader of stdout went away\n')
})

t.test('F8: a reader that takes a line and goes away', { buffered: true }, async (t) => {
  const { stderr, stdout } = await runInShell(
    '{ "$@"; echo "exit $?" >&2; } | head -c 9',
    writerCommand(task),
  )
  t.equal(`${stdout}`, 'chunk 0;c')
  t.equal(stderr, 'opened\nE_BROKEN_PIPE: the reader of stdout went away\nexit 141\n')
})

t.test('F8: a closed stdout is found before any work', { buffered: true }, async (t) => {
  const { exit, stderr } = await runInShell('exec "$@" >&-', writerCommand(small))
  t.equal(exit, 14)
  t.match(stderr, /^E_IO: stdout is closed.*\n$/)
})

t.test('throwing the output away on purpose is fine', { buffered: true }, async (t) => {
  const { exit, stderr } = await runInShell('exec "$@" > /dev/null', writerCommand(small))
  t.equal(exit, 0)
  t.equal(stderr, 'opened\ncommitted\n')
})

t.test('F4: stdout on a full device is an error, never a success', { buffered: true }, async (t) => {
  const { exit, stderr } = await runInShell('exec "$@" > /dev/full', writerCommand(small))
  t.equal(exit, 14)
  t.match(stderr, /^opened\nE_NO_SPACE: stdout: ENOSPC.*\n$/)
})

t.test('F2: the last write into a redirected file is a short one', { buffered: true }, async (t) => {
  const path = join(t.testdir(), 'out')
  // 512 bytes each: the limit lies inside of the last chunk.
  const line = `ulimit -f 700; exec "$@" > ${path}`
  const { exit, stderr } = await runInShell(line, writerCommand(small))
  t.equal(exit, 14)
  t.match(stderr, /^opened\nE_NO_SPACE: stdout: EFBIG.*\n$/)
})

t.test('a redirected file gets everything, after what it held', { buffered: true }, async (t) => {
  const path = join(t.testdir(), 'out')
  writeFileSync(path, 'before\n')
  const { exit } = await runInShell(`exec "$@" >> ${path}`, writerCommand(small))
  t.equal(exit, 0)
  t.ok(readFileSync(path).equals(Buffer.concat([Buffer.from('before\n'), patternOf(small)])))
})

t.test('a redirected file that cannot be synced is a failure', { buffered: true }, async (t) => {
  const path = join(t.testdir(), 'out')
  const inject = `exec strace -f -qq -o /dev/null -P ${path} -e inject=fsync:error=EIO "$@" > ${path}`
  const probe = await runInShell('strace -o /dev/null true', [])
  if (probe.exit !== 0) return t.pass('strace is not there, or may not trace')
  const { exit, stderr } = await runInShell(inject, writerCommand(small))
  t.equal(exit, 14)
  t.match(stderr, /^opened\nE_IO: stdout: EIO.*\n$/)
})

/** Stands for stdout: a stream that must survive. */
function lasting() {
  const stream = new Writable({ write: (_chunk, _encoding, done) => setTimeout(done, 5) })
  const listeners = () => stream.listenerCount('error') + stream.listenerCount('close')
  return { stream, listeners, before: listeners() }
}

t.test('stdout is neither ended nor destroyed, and nobody keeps listening to it', async (t) => {
  const { stream, listeners, before } = lasting()
  for (let i = 0; i < 3; i++) {
    const committed = borrowStream(stream, 'stdout')
    await pipeline(Readable.from([Buffer.from('x')]), committed.writable)
    await committed.commit()
    t.equal(committed.bytesWritten, 1)
    await borrowStream(stream, 'stdout').discard()
  }
  t.ok(stream.writable)
  t.equal(listeners(), before)
})

t.test('an error that comes after a discard finds a listener', async (t) => {
  const { stream } = lasting()
  const output = borrowStream(stream, 'stdout')
  output.writable.write('x')
  await output.discard()
  stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await new Promise((resolve) => stream.once('close', resolve))
  t.pass('an unheard error would have ended the process')
})
