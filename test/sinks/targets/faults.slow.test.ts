import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { patternOf, run, runInShell, writerCommand } from '../../support/files/child.js'
import { type Injection, noStrace, type Traced, traceWriter } from '../../support/files/strace.js'

t.setTimeout(600_000)

const root = process.getuid?.() === 0

t.jobs = 2

/** A task that replaces an old file, and the check that it did not. */
function setUp(t: Test, clobber = true, chunkBytes = 100_000) {
  const dir = t.testdir(clobber ? { 'out.bin': 'old' } : {})
  const task = { destination: join(dir, 'out.bin'), chunks: 3, chunkBytes, clobber }
  return {
    dir,
    task,
    assertUntouched(t: Test) {
      t.strictSame(readdirSync(dir), clobber ? ['out.bin'] : [])
      if (clobber) t.equal(readFileSync(task.destination, 'latin1'), 'old')
    },
  }
}

interface FaultCase {
  readonly name: string
  readonly injection: Injection
  readonly code: string
  readonly message: RegExp
  readonly clobber?: boolean
  readonly chunkBytes?: number
}

const faults: FaultCase[] = [
  ...[1, 2, 3].map((n) => ({
    name: `F1: the disk is full at write ${n}`,
    injection: { on: ['part'], inject: `write:error=ENOSPC:when=${n}` } as const,
    code: 'E_NO_SPACE',
    message: /out\.bin: ENOSPC/,
  })),
  {
    name: 'F1: the disk is full when the lock is written',
    injection: { on: ['lock'], inject: 'write:error=ENOSPC' },
    code: 'E_NO_SPACE',
    message: /out\.bin: ENOSPC/,
  },
  {
    name: 'F2: a write says more than it did',
    // strace skips the call and returns 1000; the rest of the chunk is then written as it should be.
    injection: { on: ['part'], inject: 'write:retval=1000:when=2' },
    code: 'E_IO',
    message: /300000 bytes were written, the file holds 299000/,
  },
  {
    name: 'F2: a write takes nothing and is no error',
    injection: { on: ['part'], inject: 'write:retval=0:when=2' },
    code: 'E_IO',
    message: /takes no more bytes/,
  },
  ...(
    [
      ['write', 'EIO', 'E_IO'],
      ['write', 'EDQUOT', 'E_NO_SPACE'],
      ['openat', 'EROFS', 'E_IO'],
      ['openat', 'EMFILE', 'E_IO'],
      ['fsync', 'EIO', 'E_IO'],
      ['close', 'EIO', 'E_IO'],
      ['rename', 'EIO', 'E_IO'],
      ['rename', 'EXDEV', 'E_IO'],
    ] as const
  ).map(([call, error, code]) => ({
    name: `F3: ${error} from ${call}`,
    injection: { on: ['part'], inject: `${call}:error=${error}:when=1` } as const,
    code,
    message: new RegExp(`out\\.bin: .*\\b${error}\\b`),
  })),
  ...[1, 2].map((n) => ({
    name: `F3: EIO from sync ${n} of those beside the writing`,
    injection: { on: ['part'], inject: `fdatasync:error=EIO:when=${n}` } as const,
    code: 'E_IO',
    message: /out\.bin: EIO/,
    chunkBytes: 64 * 1024 * 1024,
  })),
  {
    name: 'F3: EIO from link, without clobber',
    injection: { on: ['part'], inject: 'link:error=EIO' },
    code: 'E_IO',
    message: /out\.bin: EIO/,
    clobber: false,
  },
]

function assertFailed(t: Test, { exit, stderr }: Traced, code: string, message: RegExp) {
  t.equal(exit, 14)
  t.match(stderr, new RegExp(`^opened\n${code}: |^${code}: `))
  t.match(stderr, message)
  t.equal(stderr.match(/E_/g)?.length, 1, 'one line tells it')
}

for (const { name, injection, code, message, clobber, chunkBytes } of faults) {
  t.test(`${name}: no new file, the old one untouched`, { skip: noStrace, buffered: true }, async (t) => {
    const { task, assertUntouched } = setUp(t, clobber, chunkBytes)
    assertFailed(t, await traceWriter(task, injection), code, message)
    assertUntouched(t)
  })
}

t.test(
  'F3: EIO from fsync of the folder: the file is kept, its durability not confirmed',
  { skip: noStrace, buffered: true },
  async (t) => {
    const { dir, task } = setUp(t)
    const ended = await traceWriter(task, { on: ['folder'], inject: 'fsync:error=EIO' })
    assertFailed(
      t,
      ended,
      'E_IO',
      /out\.bin is complete, but its durability is not confirmed: .*EIO.*\(fsync of the folder\)/,
    )
    t.strictSame(readdirSync(dir), ['out.bin'])
    t.ok(readFileSync(task.destination).equals(patternOf(task)))
  },
)

t.test(
  'F6: synced before it is renamed, and the folder after',
  { skip: noStrace, buffered: true },
  async (t) => {
    const { task } = setUp(t)
    const { exit, calls } = await traceWriter(task)
    t.equal(exit, 0)
    const at = (pattern: RegExp, from = 0) =>
      calls.findIndex(({ text }, i) => i >= from && pattern.test(text))
    const opened = at(/^openat\(.*\.part", O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600\) = \d/)
    const lastWrite = calls.findLastIndex(({ text }) => /^writev?\(.*\) = 100000$/.test(text))
    const synced = at(/^fsync\(\d+\) += 0$/, opened)
    const renamed = at(/^rename\(.*\) += 0$/)
    const folderOpened = at(/^openat\(AT_FDCWD, "[^"]*", O_RDONLY\|O_CLOEXEC\) = \d/, renamed)
    const folderSynced = at(/^fsync\(\d+\) += 0$/, renamed)
    const unlocked = at(/^unlink\(.*\.lock"\) += 0$/)
    const order = [opened, lastWrite, synced, renamed, folderOpened, folderSynced, unlocked]
    t.notOk(order.includes(-1), 'every step is there')
    t.strictSame(
      order,
      order.toSorted((a, b) => a - b),
    )
  },
)

t.test('F1: a file size limit, which takes half a write, is a full disk', { buffered: true }, async (t) => {
  const { task, assertUntouched } = setUp(t)
  // 512 bytes each: the limit lies inside of the third chunk.
  const { exit, stderr } = await runInShell('ulimit -f 500; exec "$@"', writerCommand(task))
  t.equal(exit, 14)
  t.match(stderr, /E_NO_SPACE: .*out\.bin: EFBIG/)
  assertUntouched(t)
})

const noMount = !root && 'only root can mount a small disk'
t.test('F1: a disk that is really full', { skip: noMount, buffered: true }, async (t) => {
  const dir = t.testdir()
  // Two last chunks smaller than a page fill the disk to the brim: the last write may be a short one.
  const task = { destination: join(dir, 'out.bin'), chunks: 40, chunkBytes: 30_001 }
  const line = `mount -t tmpfs -o size=1m tmpfs ${dir} && echo old > ${dir}/out.bin && "$@"; code=$?; ls -A ${dir}; cat ${dir}/out.bin; exit $code`
  const { exit, stdout, stderr } = await run([
    'unshare',
    '-m',
    'sh',
    '-c',
    line,
    'sh',
    ...writerCommand(task),
  ])
  if (!stderr.includes('opened')) return t.pass(`cannot mount here: ${stderr}`)
  t.equal(exit, 14)
  t.match(stderr, /E_NO_SPACE: .*out\.bin: ENOSPC/)
  t.equal(`${stdout}`, 'out.bin\nold\n')
})

t.test('F3: what may not be written is found before any work', { buffered: true }, async (t) => {
  const dir = t.testdir({ 'read-only.bin': 'old' })
  mkdirSync(join(dir, 'folder'))
  chmodSync(join(dir, 'folder'), 0o555)
  writeFileSync(join(dir, 'mine'), '')
  chmodSync(join(dir, 'read-only.bin'), 0o444)
  chmodSync(dir, 0o777)
  const user = root ? { uid: 65534, gid: 65534 } : {}
  const attempt = (name: string) =>
    run(writerCommand({ destination: join(dir, name), chunks: 1, chunkBytes: 1 }), user)
  const [folder, file] = await Promise.all([attempt('folder/out.bin'), attempt('read-only.bin')])
  t.match(folder, { exit: 14, stderr: /^E_IO: the folder .*: EACCES.*\n$/ })
  t.match(file, { exit: 14, stderr: /^E_IO: .*read-only\.bin: EACCES.*\n$/ })
})
