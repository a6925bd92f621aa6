import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs, {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { SluiceError } from '../../../src/errors.js'
import { discardAllSync } from '../../../src/files/leftovers.js'
import { acquireLock } from '../../../src/files/lock.js'
import type { OpenOutputOptions } from '../../../src/sinks/targets/index.js'
import { checkOutput, openOutput } from '../../support/streams/outputs.js'

const root = process.getuid?.() === 0

/** A folder of its own, and a path in it. */
function setUp(t: Test, name = 'out.csv') {
  const dir = t.testdir()
  return { dir, path: join(dir, name) }
}

async function write(path: string, data: string | Uint8Array, options?: OpenOutputOptions) {
  const output = await openOutput(path, options)
  await pipeline(Readable.from([Buffer.from(data)]), output.writable)
  return output
}

async function writeAndCommit(path: string, data: string | Uint8Array, options?: OpenOutputOptions) {
  const output = await write(path, data, options)
  await output.commit()
  return output
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}

function rejectsWith(t: Test, promise: Promise<unknown>, code: string, message: RegExp) {
  return t.rejects(promise, { name: 'SluiceError', code, message })
}

t.test('the final path appears with commit, complete, and nothing else stays', async (t) => {
  const { dir, path } = setUp(t)
  const output = await openOutput(path, { jobId: '123' })
  output.writable.write('hello ')
  output.writable.end('world')
  await once(output.writable, 'finish')
  const [part, lock] = readdirSync(dir).sort()
  t.match(part, /^\.out\.csv\.123\.[0-9a-f]{16}\.part$/)
  t.equal(lock, '.out.csv.lock')
  t.equal(modeOf(join(dir, part!)), '600', 'nobody else may read an unfinished file')
  t.notOk(existsSync(path))
  await output.commit()
  t.strictSame(readdirSync(dir), ['out.csv'])
  t.equal(readFileSync(path, 'utf8'), 'hello world')
  t.equal(output.bytesWritten, 11)
  t.equal(output.path, path)
})

t.test('discard leaves nothing behind, at whatever time and however often it comes', async (t) => {
  const { dir, path } = setUp(t)
  const untouched = await openOutput(path)
  await untouched.discard()
  t.strictSame(readdirSync(dir), [])
  const writing = await openOutput(path)
  writing.writable.on('error', () => {})
  for (let i = 0; i < 8; i++) writing.writable.write(randomBytes(1 << 20))
  await Promise.all([writing.discard(), writing.discard()])
  t.strictSame(readdirSync(dir), [])
  const finished = await write(path, 'x')
  await finished.discard()
  await finished.discard()
  t.strictSame(readdirSync(dir), [])
})

t.test('an old file stays until commit, and after a discard', async (t) => {
  const { dir, path } = setUp(t)
  writeFileSync(path, 'old')
  const output = await write(path, 'new')
  t.equal(readFileSync(path, 'utf8'), 'old')
  await output.discard()
  t.equal(readFileSync(path, 'utf8'), 'old')
  await writeAndCommit(path, 'new')
  t.equal(readFileSync(path, 'utf8'), 'new')
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('discard after commit does nothing', async (t) => {
  const { path } = setUp(t)
  const output = await writeAndCommit(path, 'x')
  await output.discard()
  t.equal(readFileSync(path, 'utf8'), 'x')
})

t.test('commit refuses what is not finished', async (t) => {
  const { dir, path } = setUp(t)
  const output = await openOutput(path)
  output.writable.write('half')
  await rejectsWith(t, output.commit(), 'E_INTERNAL', /not finished/)
  t.strictSame(readdirSync(dir), [])
})

t.test('commit after an abort publishes nothing and ends with its reason', async (t) => {
  const { dir, path } = setUp(t)
  const controller = new AbortController()
  const output = await write(path, 'x', { signal: controller.signal })
  const reason = new SluiceError('E_TERMINATED', 'stopped by SIGTERM')
  controller.abort(reason)
  t.equal(await output.commit().catch((error) => error), reason)
  t.strictSame(readdirSync(dir), [])
})

t.test('F2: a file that does not hold what was written is not published', async (t) => {
  const { dir, path } = setUp(t)
  const output = await write(path, 'all of it')
  truncateSync(join(dir, readdirSync(dir).find((name) => name.endsWith('.part'))!), 3)
  await rejectsWith(t, output.commit(), 'E_IO', /9 bytes were written, the file holds 3/)
  t.strictSame(readdirSync(dir), [])
})

t.test('F3: a rename that fails leaves nothing behind', async (t) => {
  const { dir, path } = setUp(t)
  const output = await write(path, 'x')
  mkdirSync(path)
  await rejectsWith(t, output.commit(), 'E_IO', /out\.csv: EISDIR/)
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('a file whose lock another run has taken is not renamed', async (t) => {
  const { dir, path } = setUp(t)
  writeFileSync(path, 'old')
  const output = await write(path, 'new')
  unlinkSync(join(dir, '.out.csv.lock'))
  const other = await acquireLock(path)
  await rejectsWith(t, output.commit(), 'E_LOCKED', /out\.csv/)
  t.equal(readFileSync(path, 'utf8'), 'old')
  t.strictSame(readdirSync(dir).sort(), ['.out.csv.lock', 'out.csv'], 'the lock is that of the other run')
  other.release()
})

t.test('any chunking gives the same bytes', async (t) => {
  const { path } = setUp(t)
  const chunk = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 40 }), async (chunks) => {
      const output = await openOutput(path)
      for (const chunk of chunks) output.writable.write(chunk)
      output.writable.end()
      await once(output.writable, 'finish')
      await output.commit()
      const expected = Buffer.concat(chunks)
      return output.bytesWritten === expected.length && readFileSync(path).equals(expected)
    }),
    { numRuns: 60 },
  )
})

t.test('more pieces than one system call takes arrive in order', async (t) => {
  const { path } = setUp(t)
  const pieces = Array.from({ length: 5000 }, (_, index) => Buffer.from(`${index},`))
  const output = await openOutput(path)
  for (const piece of pieces) output.writable.write(piece)
  output.writable.end()
  await once(output.writable, 'finish')
  await output.commit()
  t.equal(readFileSync(path, 'latin1'), Buffer.concat(pieces).toString('latin1'))
})

t.test('G8: a new file has the mode of the umask, a replaced one keeps its own', async (t) => {
  const { dir } = setUp(t)
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  for (const [umask, mode] of [
    [0o000, '666'],
    [0o022, '644'],
    [0o077, '600'],
  ] as const) {
    process.umask(umask)
    const path = join(dir, `umask-${mode}`)
    await writeAndCommit(path, 'x')
    t.equal(modeOf(path), mode)
  }
  const path = join(dir, 'kept')
  writeFileSync(path, 'old')
  chmodSync(path, 0o640)
  await writeAndCommit(path, 'new')
  t.equal(modeOf(path), '640')
})

t.test('a replaced file keeps its owner', { skip: !root && 'only root can give files away' }, async (t) => {
  const { path } = setUp(t)
  writeFileSync(path, 'old')
  chownSync(path, 1234, 2345)
  await writeAndCommit(path, 'new')
  const { uid, gid } = statSync(path)
  t.strictSame([uid, gid], [1234, 2345])
})

t.test('without clobber a file that is there is refused before any work', async (t) => {
  const { dir, path } = setUp(t)
  writeFileSync(path, 'old')
  const options = { clobber: false }
  await rejectsWith(t, checkOutput(path, options), 'E_EXISTS', /out\.csv exists/)
  await rejectsWith(t, openOutput(path, options), 'E_EXISTS', /out\.csv exists/)
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('without clobber a file that appears meanwhile is not replaced', async (t) => {
  const { dir, path } = setUp(t)
  const output = await write(path, 'mine', { clobber: false })
  writeFileSync(path, 'theirs')
  await rejectsWith(t, output.commit(), 'E_EXISTS', /out\.csv exists/)
  t.equal(readFileSync(path, 'utf8'), 'theirs')
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('without clobber a new file is written as usual', async (t) => {
  const { dir, path } = setUp(t)
  await writeAndCommit(path, 'x', { clobber: false })
  t.strictSame(readdirSync(dir), ['out.csv'])
  t.equal(statSync(path).nlink, 1)
})

t.test('F11: a folder is not an output', async (t) => {
  const { dir } = setUp(t)
  mkdirSync(join(dir, 'sub'))
  for (const path of ['sub', 'sub/', 'new/', '.'].map((name) => `${dir}/${name}`)) {
    await rejectsWith(t, checkOutput(path), 'E_USAGE', /is a folder/)
  }
})

t.test('F13: what cannot be a file name is a usage error', async (t) => {
  const { dir } = setUp(t)
  await rejectsWith(t, checkOutput(''), 'E_USAGE', /not a path/)
  await rejectsWith(t, checkOutput(join(dir, 'a\0b')), 'E_USAGE', /not a path/)
  await rejectsWith(t, checkOutput(join(dir, 'x'.repeat(256))), 'E_USAGE', /too long/)
})

t.test('F13: the longest name that a file can have works', async (t) => {
  const { dir, path } = setUp(t, 'x'.repeat(255))
  await writeAndCommit(path, 'x')
  t.strictSame(readdirSync(dir), ['x'.repeat(255)])
})

t.test('a missing folder is found before any work', async (t) => {
  const { dir } = setUp(t)
  await rejectsWith(t, checkOutput(join(dir, 'no/out.csv')), 'E_IO', /the folder .*no does not exist/)
  writeFileSync(join(dir, 'file'), '')
  await rejectsWith(t, checkOutput(join(dir, 'file/out.csv')), 'E_IO', /ENOTDIR/)
})

t.test('F11: a symbolic link is written through', async (t) => {
  const { dir } = setUp(t)
  mkdirSync(join(dir, 'real'))
  writeFileSync(join(dir, 'real/data.csv'), 'old')
  symlinkSync('real/data.csv', join(dir, 'link'))
  symlinkSync('link', join(dir, 'link-to-link'))
  const output = await writeAndCommit(join(dir, 'link-to-link'), 'new')
  t.equal(output.path, join(dir, 'real/data.csv'))
  t.equal(readFileSync(join(dir, 'real/data.csv'), 'utf8'), 'new')
  t.equal(readlinkSync(join(dir, 'link')), 'real/data.csv')
  t.strictSame(readdirSync(join(dir, 'real')), ['data.csv'])
})

t.test('F11: a dangling link creates what it points to', async (t) => {
  const { dir } = setUp(t)
  mkdirSync(join(dir, 'real'))
  symlinkSync('real/new.csv', join(dir, 'link'))
  await writeAndCommit(join(dir, 'link'), 'new')
  t.equal(readFileSync(join(dir, 'real/new.csv'), 'utf8'), 'new')
  t.ok(lstatSync(join(dir, 'link')).isSymbolicLink())
})

t.test('F11: links that go in a circle are an error', async (t) => {
  const { dir, path } = setUp(t)
  symlinkSync('out.csv', path)
  await rejectsWith(t, checkOutput(path), 'E_IO', /ELOOP/)
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('a folder reached by a link is written in where it really lies', async (t) => {
  const { dir } = setUp(t)
  mkdirSync(join(dir, 'real'))
  symlinkSync('real', join(dir, 'linked'))
  const output = await openOutput(join(dir, 'linked/out.csv'))
  // The part must be on the disk of the final name even if the link is turned meanwhile.
  renameSync(join(dir, 'linked'), join(dir, 'gone'))
  output.writable.end('x')
  await once(output.writable, 'finish')
  await output.commit()
  t.equal(readFileSync(join(dir, 'real/out.csv'), 'utf8'), 'x')
})

t.test('F5: what a dead run left for this path is swept, and only that', async (t) => {
  const { dir, path } = setUp(t)
  const stale = ['.out.csv.123.0123456789abcdef.part', '.out.csv.local.0123456789abcdef.part']
  const others = [
    '.out.csv.123.0123.part',
    '.out.csv.gz.123.0123456789abcdef.part',
    '.other.csv.123.0123456789abcdef.part',
    'out.csv.123.0123456789abcdef.part',
  ]
  for (const name of [...stale, ...others]) writeFileSync(join(dir, name), 'stale')
  const notices: string[] = []
  await writeAndCommit(path, 'x', { notice: ({ code, message }) => notices.push(`${code} ${message}`) })
  t.strictSame(readdirSync(dir).sort(), [...others, 'out.csv'].sort())
  t.equal(notices.length, 2)
  t.match(notices.join('\n'), /^N_STALE_PART removed \.out\.csv\.123\.0123456789abcdef\.part, which/m)
})

t.test('F7: a process that must end at once removes what is unfinished, synchronously', async (t) => {
  const { dir, path } = setUp(t)
  const committed = await writeAndCommit(join(dir, 'done.csv'), 'x')
  const open = await Promise.all([openOutput(path), openOutput(join(dir, 'b.csv'))])
  for (const output of open) output.writable.write('x')
  discardAllSync()
  t.strictSame(readdirSync(dir), ['done.csv'])
  t.equal(committed.bytesWritten, 1)
  for (const output of open) await output.discard()
})

t.test('F7: at an abrupt end the part goes before the lock that keeps others from sweeping it', async (t) => {
  const { path } = setUp(t)
  const output = await openOutput(path)
  const removed: string[] = []
  const { unlinkSync } = fs
  fs.unlinkSync = (name) => {
    removed.push(basename(`${name}`).replace(/^.*\./, ''))
    unlinkSync(name)
  }
  syncBuiltinESMExports()
  discardAllSync()
  fs.unlinkSync = unlinkSync
  syncBuiltinESMExports()
  t.strictSame(removed, ['part', 'lock'])
  await output.discard()
})

t.test('F17: outputs that fail leave no descriptor open', async (t) => {
  const { dir, path } = setUp(t)
  const fds = () => readdirSync('/proc/self/fd').length
  const before = existsSync('/proc/self/fd') ? fds() : 0
  for (let i = 0; i < 200; i++) {
    const output = await write(path, 'x')
    if (i % 2 === 0) await output.discard()
    else await output.commit()
  }
  if (before > 0) t.equal(fds(), before)
  t.strictSame(readdirSync(dirname(path)), ['out.csv'])
  t.equal(dirname(path), dir)
})
