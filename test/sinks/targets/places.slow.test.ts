/** Places that do not offer every step of a commit: real file systems where the machine has them. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { patternOf, run, runInShell, writerCommand } from '../../support/files/child.js'
import { isBeingWritten } from '../../support/files/parts.js'
import { noAppendOnly, noBindfs, noExfat, noMounts, runMounted } from '../../support/files/places.js'
import { noStrace, traceWriter } from '../../support/files/strace.js'

t.setTimeout(600_000)
t.jobs = 2

const isRoot = process.getuid?.() === 0
const noOtherUsers = !isRoot && 'only root can be another user'
const NOBODY = { uid: 65534, gid: 65534 }

/** A folder with a folder in it, and the writing of a small file into that. */
function setUp(t: Test, old?: string) {
  const dir = t.testdir({ real: {}, place: old === undefined ? {} : { 'out.bin': old } })
  const task = { destination: join(dir, 'place/out.bin'), chunks: 3, chunkBytes: 3000, tells: true }
  return { dir, real: join(dir, 'real'), place: join(dir, 'place'), task, expected: patternOf(task) }
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

t.test(
  'F21: a mount that refuses chmod and chown takes files, with the mode of the umask',
  { skip: noBindfs, buffered: true },
  async (t) => {
    const { real, place, task, expected } = setUp(t)
    const mounting = `umask 022; bindfs --chmod-deny --chown-deny ${real} ${place}`
    const first = await runMounted(mounting, writerCommand(task))
    t.match(first, { exit: 0, stderr: 'opened\ncommitted\n' })
    t.ok(readFileSync(join(real, 'out.bin')).equals(expected))
    t.equal(modeOf(join(real, 'out.bin')), '644')
    chmodSync(join(real, 'out.bin'), 0o640)
    chownSync(join(real, 'out.bin'), 1234, 1234)
    const second = await runMounted(mounting, writerCommand(task))
    t.equal(second.exit, 0, second.stderr)
    t.match(second.stderr, /^N_MODE_REFUSED: .*out\.bin has mode 644 and not 640: EPERM \(chmod\)$/m)
    t.match(
      second.stderr,
      /^N_OWNER_CHANGED: .*does not keep its owner and group 1234:1234: EPERM \(chown\)$/m,
    )
    t.strictSame(readdirSync(real), ['out.bin'])
  },
)

t.test(
  "F21: under Node's permission model a file gets the mode of the umask",
  { buffered: true },
  async (t) => {
    const { dir, task, expected } = setUp(t)
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission'
    // tsx needs more than the writer does.
    const args = [flag, '--allow-worker', '--allow-child-process', '--allow-fs-read=*']
    const [node, ...rest] = writerCommand(task)
    const written = [`--allow-fs-write=${dir}`, `--allow-fs-write=${tmpdir()}`]
    const command = [node!, '--no-warnings', ...args, ...written, ...rest]
    const first = await runInShell('umask 027; exec "$@"', command)
    t.match(first, { exit: 0, stderr: 'opened\ncommitted\n' })
    t.equal(modeOf(task.destination), '640')
    t.ok(readFileSync(task.destination).equals(expected))
    chmodSync(task.destination, 0o604)
    const second = await runInShell('umask 027; exec "$@"', command)
    t.match(second, { exit: 0, stderr: 'opened\ncommitted\n' })
    t.equal(modeOf(task.destination), '604', 'and keeps the one it has')
  },
)

t.test('F21: file handles without sync, as those of Yarn, are enough', { buffered: true }, async (t) => {
  const { place, task, expected } = setUp(t)
  const preload = `import { open } from 'node:fs/promises'
    const handle = await open('/dev/null')
    const prototype = Object.getPrototypeOf(handle)
    await handle.close()
    for (const name of ['sync', 'datasync']) prototype[name] = () => { throw new Error('Method not implemented.') }`
  const [node, ...rest] = writerCommand(task)
  const lacking = ['--import', `data:text/javascript,${encodeURIComponent(preload)}`]
  const { exit, stderr } = await run([node!, ...lacking, ...rest])
  t.equal(exit, 0, stderr)
  t.ok(readFileSync(task.destination).equals(expected))
  t.strictSame(readdirSync(place), ['out.bin'])
})

for (const error of ['EPERM', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP', 'EACCES']) {
  const name = `F21: ${error} from chmod or chown is passed over, EIO is not`
  t.test(name, { skip: noStrace || noOtherUsers, buffered: true }, async (t) => {
    const { place, task, expected } = setUp(t, 'old')
    chownSync(task.destination, 1234, 1234)
    for (const call of ['fchmod', 'fchown']) {
      const { exit, stderr } = await traceWriter(task, { on: ['part'], inject: `${call}:error=${error}` })
      t.equal(exit, 0, stderr)
      t.ok(readFileSync(task.destination).equals(expected))
    }
    writeFileSync(task.destination, 'old')
    const broken = await traceWriter(task, { on: ['part'], inject: 'fchmod:error=EIO' })
    t.match(broken, { exit: 14, stderr: /^E_IO: .*: EIO.* \(chmod\)$/m })
    t.equal(readFileSync(task.destination, 'latin1'), 'old')
    t.strictSame(readdirSync(place), ['out.bin'])
  })
}

t.test(
  'F21: an old file of an owner whom the user namespace does not know is replaced',
  { skip: noMounts, buffered: true },
  async (t) => {
    const { place, task, expected } = setUp(t, 'old')
    chmodSync(place, 0o777)
    chmodSync(task.destination, 0o666)
    chownSync(task.destination, 1234, 1234)
    const { exit, stderr } = await run(['unshare', '-Urm', ...writerCommand(task)])
    t.equal(exit, 0, stderr)
    t.match(stderr, /^N_OWNER_CHANGED: .*EINVAL \(chown\)$/m)
    t.ok(readFileSync(task.destination).equals(expected))
  },
)

for (const error of ['EINVAL', 'EOPNOTSUPP', 'EBADF', 'EPERM']) {
  const name = `F21: a folder that says ${error} to fsync holds complete files; it is told`
  t.test(name, { skip: noStrace, buffered: true }, async (t) => {
    const { place, task, expected } = setUp(t)
    const { exit, stderr } = await traceWriter(task, { on: ['folder'], inject: `fsync:error=${error}` })
    t.equal(exit, 0, stderr)
    t.match(stderr, /^N_FOLDER_NOT_SYNCED: the folder .* cannot be synced: E\w+ \(fsync\); .*$/m)
    t.ok(readFileSync(task.destination).equals(expected))
    t.strictSame(readdirSync(place), ['out.bin'])
  })
}

t.test(
  'F22: a file that is a mount point is written in place, and that is told',
  { skip: noMounts, buffered: true },
  async (t) => {
    for (const [name, old] of [
      ['out.bin', 'old'],
      ['a b\\c é.bin', 'x'.repeat(100_000)],
    ] as const) {
      const { dir, place, task, expected } = setUp(t)
      const [host, mounted] = [join(dir, 'host.bin'), join(place, name)]
      writeFileSync(host, old)
      writeFileSync(mounted, '')
      const command = writerCommand({ ...task, destination: mounted })
      const ended = await runMounted(`mount --bind '${host}' '${mounted}'`, command)
      t.equal(ended.exit, 0, ended.stderr)
      t.match(ended.stderr, /^N_WRITTEN_IN_PLACE: .*\.bin is a mount point and was written in place: .*$/m)
      t.ok(readFileSync(host).equals(expected))
      t.strictSame(readdirSync(place), [name])
    }
  },
)

t.test(
  'F22: a mounted file on a disk with too little room is not touched',
  { skip: noMounts, buffered: true },
  async (t) => {
    const { dir, place, task } = setUp(t, '')
    const mounting = `mount -t tmpfs -o size=64k tmpfs ${dir}/real && echo old > ${dir}/real/host && mount --bind ${dir}/real/host ${place}/out.bin`
    const command = writerCommand({ ...task, chunkBytes: 100_000 })
    const { exit, stdout, stderr } = await runMounted(mounting, command, `cat ${place}/out.bin`)
    t.equal(exit, 14)
    t.match(stderr, /^E_NO_SPACE: .*there is no room for 300000 bytes; it is unchanged$/m)
    t.equal(`${stdout}`, 'old\n')
    t.strictSame(readdirSync(place), ['out.bin'])
  },
)

t.test(
  'F22: a copy into a mounted file that is cut off begins with nothing, and the part stays',
  { skip: noMounts || noStrace, buffered: true },
  async (t) => {
    const { dir, place, task, expected } = setUp(t, '')
    const host = join(dir, 'host.bin')
    writeFileSync(host, 'old')
    // The writes to the mounted file: all but its first bytes, then these.
    const strace = [
      'env',
      'UV_THREADPOOL_SIZE=1',
      'strace',
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-P',
      task.destination,
    ]
    const command = [...strace, '-e', 'inject=pwrite64:error=EIO:when=2', ...writerCommand(task)]
    const { exit, stderr } = await runMounted(`mount --bind ${host} ${task.destination}`, command)
    t.equal(exit, 14)
    t.match(stderr, /^E_IO: .*EIO.*; .*out\.bin is damaged, the complete file is .*\.part$/m)
    const bytes = readFileSync(host)
    t.equal(bytes.length, expected.length)
    t.ok(bytes.subarray(0, 4096).every((byte) => byte === 0))
    const part = readdirSync(place).find((name) => name.endsWith('.part'))!
    t.ok(readFileSync(join(place, part)).equals(expected))
    const again = await runMounted(`mount --bind ${host} ${task.destination}`, writerCommand(task))
    t.equal(again.exit, 0, again.stderr)
    t.ok(readFileSync(host).equals(expected))
    t.strictSame(readdirSync(place), ['out.bin'])
  },
)

t.test(
  'F23: without hard links --no-clobber still replaces nothing',
  { skip: noExfat, buffered: true },
  async (t) => {
    const { dir, place, task, expected } = setUp(t)
    const image = join(dir, 'image')
    const made = await run(['sh', '-c', `truncate -s 8M ${image} && mkfs.exfat ${image}`])
    t.equal(made.exit, 0, made.stderr)
    const mounting = `loop=$(losetup -f --show ${image}) && mount.exfat-fuse $loop ${place} >&2`
    const after = `cat ${place}/out.bin; ls -A ${place} >&2; umount ${place}; losetup -d $loop`
    const command = writerCommand({ ...task, clobber: false })
    const first = await runMounted(mounting, command, after)
    if (first.exit === 99) return t.pass(`exFAT cannot be mounted here: ${first.stderr}`)
    t.equal(first.exit, 0, first.stderr)
    t.match(first.stderr, /^N_NO_HARD_LINKS: .*out\.bin lies where there are no hard links: EPERM \(link\)/m)
    t.match(first.stderr, /\nout\.bin\n$/, 'nothing lies beside it')
    t.ok(first.stdout.equals(expected))
    const second = await runMounted(mounting, writerCommand({ ...task, chunks: 1, clobber: false }), after)
    t.match(second, { exit: 15, stderr: /^E_EXISTS: /m })
    t.ok(second.stdout.equals(expected))
  },
)

t.test(
  'F23: without hard links a file that appears meanwhile is not replaced',
  { skip: noStrace, buffered: true },
  async (t) => {
    const { place, task } = setUp(t)
    const slow = { ...task, chunks: 20, pauseMs: 100, clobber: false }
    const ending = traceWriter(slow, { on: ['part'], inject: 'link:error=EPERM' })
    while (!isBeingWritten(place)) await new Promise((resolve) => setTimeout(resolve, 10))
    writeFileSync(slow.destination, 'theirs')
    const { exit, stderr } = await ending
    t.equal(exit, 15, stderr)
    t.equal(readFileSync(slow.destination, 'latin1'), 'theirs')
    t.strictSame(readdirSync(place), ['out.bin'])
  },
)

t.test(
  'F24: a folder whose files can be made and not renamed or removed is told before any work',
  { skip: noBindfs, buffered: true },
  async (t) => {
    for (const [option, message] of [
      ['--rename-deny', /^E_IO: files can be made in the folder .*, but not renamed: E/m],
      ['--delete-deny', /^E_IO: files can be made in the folder .*, but not removed: E/m],
    ] as const) {
      const { real, place, task } = setUp(t)
      const { exit, stderr } = await runMounted(`bindfs ${option} ${real} ${place}`, writerCommand(task))
      t.equal(exit, 14)
      t.match(stderr, message)
      t.match(stderr, /^hint: write to another folder/m)
      t.notMatch(stderr, /opened/)
      t.equal(readdirSync(real).length, option === '--delete-deny' ? 1 : 0)
    }
  },
)

t.test(
  'F24: a file of another user in a sticky folder is refused before any work',
  { skip: noOtherUsers, buffered: true },
  async (t) => {
    const { dir, place, task } = setUp(t, 'old')
    for (const folder of [dir, place]) chmodSync(folder, 0o1777)
    chmodSync(task.destination, 0o666)
    const { exit, stderr } = await run(writerCommand(task), NOBODY)
    t.equal(exit, 14)
    t.match(stderr, /^E_IO: .*out\.bin: EPERM: this user may write the file, but not replace it$/m)
    t.match(stderr, /^hint: .*another name or folder$/m)
    t.notMatch(stderr, /opened/)
    t.equal(readFileSync(task.destination, 'latin1'), 'old')
    t.strictSame(readdirSync(place), ['out.bin'])
    const own = await run(writerCommand({ ...task, destination: join(place, 'own.bin') }), NOBODY)
    t.equal(own.exit, 0, own.stderr)
  },
)

t.test(
  'F24: a dead lock that cannot be taken over is exit 15 before any work, and nothing stays behind',
  { skip: noOtherUsers, buffered: true },
  async (t) => {
    const { place, task } = setUp(t)
    const lock = join(place, '.out.bin.lock')
    const gone = await run(['sh', '-c', 'echo $$'])
    const holder = { pid: Number(`${gone.stdout}`), host: hostname(), start: null, token: 'ab'.repeat(8) }
    chmodSync(place, 0o1777)
    for (const text of ['', JSON.stringify(holder)]) {
      writeFileSync(lock, text)
      const { exit, stderr } = await run(writerCommand(task), NOBODY)
      t.equal(exit, 15, stderr)
      t.match(stderr, /^E_LOCKED: .* has the lock of another user, .*\nhint: ask that user to remove it/)
      t.strictSame(readdirSync(place), ['.out.bin.lock'])
    }
    chmodSync(place, 0o777)
    const taken = await run(writerCommand(task), NOBODY)
    t.equal(taken.exit, 0, taken.stderr)
    t.match(taken.stderr, /N_STALE_LOCK/)
  },
)

t.test(
  'F24: an append-only folder is told before any work',
  { skip: noAppendOnly, buffered: true },
  async (t) => {
    const { place, task } = setUp(t, 'old')
    await run(['chattr', '+a', place])
    try {
      const { exit, stderr } = await run(writerCommand(task))
      t.equal(exit, 14)
      t.match(stderr, /^E_IO: .*out\.bin: EPERM: this user may write the file, but not replace it$/m)
      t.strictSame(readdirSync(place), ['out.bin'])
      const other = await run(writerCommand({ ...task, destination: join(place, 'new.bin') }))
      t.equal(other.exit, 14)
      t.match(
        other.stderr,
        /^E_IO: files can be made in the folder .*, but not renamed: EPERM.*\nhint: .*, and remove /,
      )
      t.equal(readdirSync(place).length, 2, 'one empty file, which cannot be removed, is named')
    } finally {
      await run(['chattr', '-a', place])
    }
  },
)

t.test(
  'F24: a read-only mount, which root may write to by its modes, is refused before any work',
  { skip: noMounts, buffered: true },
  async (t) => {
    const { real, place, task } = setUp(t)
    mkdirSync(join(real, 'sub'))
    const mounting = `mount --bind ${real} ${place} && mount -o remount,ro,bind ${place}`
    for (const destination of [task.destination, join(place, 'sub/out.bin')]) {
      const { exit, stderr } = await runMounted(mounting, writerCommand({ ...task, destination }))
      t.equal(exit, 14)
      t.match(stderr, /^E_IO: the folder .*: EROFS.*\nhint: write to a folder that this user may write to/m)
    }
    t.notOk(existsSync(join(real, 'out.bin')))
  },
)
