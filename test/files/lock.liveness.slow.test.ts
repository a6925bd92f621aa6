/** Who is alive: other threads, other tables of processes, other hosts, clocks that jump. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { acquireLock, assertUnlocked } from '../../src/files/lock.js'
import { thisProcess } from '../../src/files/process-identity.js'
import { ended, nodeCommand, start } from '../support/files/child.js'
import { startThread } from '../support/process/modules.js'
import { openOutput } from '../support/streams/outputs.js'

t.jobs = 6

const TOKEN = '0123456789abcdef'
/** Short enough to be waited for, long enough for a machine with other work. */
const BEAT_MS = 200
const SILENT_MS = BEAT_MS * 12

/** Why a part of the system cannot be made another one here, as tap's `skip` wants it. */
const noUnshare = (flags: string) =>
  spawnSync('unshare', [flags, 'true']).status !== 0 && `unshare ${flags} is not there, or not allowed`

function setUp(t: Test) {
  const dir = t.testdir()
  return { dir, path: join(dir, 'out.csv'), lock: join(dir, '.out.csv.lock') }
}

/** Under another host name; only ever in a name space of its own, as it would be that of the machine. */
function renamed(flags: `-u${string}`): string[] {
  return ['unshare', flags, 'sh', '-c', 'hostname container && exec "$@"', 'sh']
}

/** Starts a process that holds the lock of `path`, after `prefix` on its command line, and waits until it does. */
async function holder(t: Test, path: string, prefix: readonly string[]) {
  const command = [...prefix, ...nodeCommand('./holder.ts', path, `${BEAT_MS}`)]
  const child = start(command, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const signal = (name: NodeJS.Signals) => process.kill(-child.pid!, name)
  const over = once(child, 'exit')
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) signal('SIGKILL')
    await over
  })
  const next = async () => `${(await once(child.stdout!, 'data'))[0]}`.trim()
  t.equal(await next(), 'held')
  return {
    signal,
    over,
    /** What it says when it looks whether it still holds the lock. */
    ask: async () => {
      child.stdin!.write('\n')
      return next()
    },
  }
}

async function notices(path: string): Promise<string[]> {
  const told: string[] = []
  const held = await acquireLock(path, { notice: ({ code, message }) => told.push(`${code} ${message}`) })
  held.release()
  return told
}

for (const flags of ['-pf', '-ufp', '-fp --mount-proc']) {
  const name = `F19: unshare ${flags}: a live holder keeps its lock; a killed one is found out by its silence`
  t.test(name, { buffered: true, skip: noUnshare('-ufp') }, async (t) => {
    const { dir, path, lock } = setUp(t)
    const prefix = flags === '-ufp' ? renamed(flags) : ['unshare', ...flags.split(' ')]
    const { signal, over } = await holder(t, path, prefix)
    const { pid } = JSON.parse(readFileSync(lock, 'utf8'))
    t.equal(pid, 1, 'its number in its own table')
    const by = flags === '-ufp' ? 'process 1 on container' : 'process 1'
    const refused = {
      code: 'E_LOCKED',
      message: `${path} is being written by ${by}`,
      hint: /taken over 2\.4 seconds after/,
    }
    await t.rejects(acquireLock(path), refused)
    await delay(SILENT_MS * 1.2)
    await t.rejects(acquireLock(path), refused, 'it goes on giving signs of life')
    signal('SIGKILL')
    await over
    await t.rejects(acquireLock(path), refused, 'nobody can know yet')
    await delay(SILENT_MS * 1.2)
    t.doesNotThrow(() => assertUnlocked(path))
    t.strictSame(await notices(path), [
      `N_STALE_LOCK took over the lock of ${path} from ${by}, which gives no sign of life`,
    ])
    t.strictSame(readdirSync(dir), [])
  })
}

t.test(
  'F19: a /proc of another table of processes is not asked',
  { buffered: true, skip: noUnshare('-fp') },
  async (t) => {
    const { path } = setUp(t)
    // The first holds the lock until the pipe of its stdin ends, the second begins when the first has printed.
    const both = 'sleep 60 | "$@" > first & until [ -s first ]; do sleep 0.1; done; "$@"; kill %1'
    const command = ['unshare', '-fp', 'sh', '-c', both, 'sh', ...nodeCommand('./holder.ts', path, '1000')]
    const { stdout } = await ended(
      start(command, { cwd: join(path, '..'), stdio: ['ignore', 'pipe', 'inherit'] }),
    )
    t.equal(`${stdout}`, 'E_LOCKED\n')
  },
)

t.test(
  'F19: a holder of another host name in the same table of processes is looked up there',
  {
    buffered: true,
    skip: noUnshare('-u'),
  },
  async (t) => {
    const { path } = setUp(t)
    const { signal, over } = await holder(t, path, renamed('-u'))
    await t.rejects(acquireLock(path), { code: 'E_LOCKED', hint: 'wait for it, or stop that process' })
    signal('SIGKILL')
    await over
    t.match(await notices(path), [/process \d+ on container, which is gone$/])
  },
)

t.test(
  'F19: a stopped holder whose lock was taken over finds out when it goes on',
  {
    buffered: true,
    skip: noUnshare('-fp'),
  },
  async (t) => {
    const { path, lock } = setUp(t)
    const { signal, ask } = await holder(t, path, ['unshare', '-fp'])
    t.equal(await ask(), 'held')
    signal('SIGSTOP')
    await delay(SILENT_MS * 1.2)
    const held = await acquireLock(path)
    const { mtimeMs } = statSync(lock)
    signal('SIGCONT')
    t.equal(await ask(), 'E_LOCKED')
    await delay(BEAT_MS * 2)
    t.doesNotThrow(() => held.assertHeld())
    t.equal(statSync(lock).mtimeMs, mtimeMs, 'and gives no sign of life in the lock of the other')
    held.release()
    t.equal(await ask(), 'E_LOCKED', 'also when the other has ended')
  },
)

t.test(
  'F19: an output whose lock was taken over is not published, and says why',
  { buffered: true },
  async (t) => {
    const { dir, path, lock } = setUp(t)
    writeFileSync(path, 'old')
    for (const after of ['the other still works', 'the other has ended', 'right before the rename']) {
      let last = () => {}
      const signal = {
        // Looked at between the last look at the lock and the rename.
        get aborted() {
          last()
          return false
        },
      } as AbortSignal
      const output = await openOutput(path, { signal })
      output.writable.end('new')
      await once(output.writable, 'finish')
      const other = { ...thisProcess(), pid: process.ppid, start: null, beatMs: BEAT_MS, token: TOKEN }
      // Whoever takes over removes the parts that it finds, whenever that is.
      const sweep = () => {
        for (const name of readdirSync(dir)) if (name.endsWith('.part')) spawnSync('rm', [join(dir, name)])
      }
      if (after === 'the other has ended') {
        spawnSync('rm', [lock])
        sweep()
      } else if (after === 'the other still works') writeFileSync(lock, JSON.stringify(other))
      else {
        last = () => {
          writeFileSync(lock, JSON.stringify(other))
          sweep()
        }
      }
      await t.rejects(output.commit(), { code: 'E_LOCKED' }, after)
      spawnSync('rm', ['-f', lock])
      t.equal(readFileSync(path, 'utf8'), 'old')
      t.strictSame(readdirSync(dir), ['out.csv'])
    }
  },
)

t.test('F19: what a terminated thread has locked is free again', { buffered: true }, async (t) => {
  if (thisProcess().start === null) return t.pass('this system does not tell which threads there are')
  const { dir, path, lock } = setUp(t)
  const script = new URL('../support/files/holder.ts', import.meta.url)
  const worker = startThread(script, [path, BEAT_MS])
  t.equal((await once(worker, 'message'))[0], 'held')
  const { thread } = JSON.parse(readFileSync(lock, 'utf8'))
  t.match(thread, { id: worker.threadId, tid: Number, start: String })
  await t.rejects(acquireLock(path), {
    code: 'E_LOCKED',
    message: `${path} is being written by thread ${worker.threadId} of process ${process.pid}`,
  })
  await worker.terminate()
  t.match(await notices(path), [/from thread \d+ of process \d+, which is gone$/])
  t.strictSame(readdirSync(dir), [])
})

t.test(
  'F19: a clock that jumps takes the lock of no living holder',
  { buffered: true, skip: noUnshare('-fp') },
  async (t) => {
    const { path, lock } = setUp(t)
    const { signal, over } = await holder(t, path, ['unshare', '-fp'])
    for (const jumpS of [-7 * 86_400, 7 * 86_400]) {
      const then = Date.now() / 1000 + jumpS
      utimesSync(lock, then, then)
      await t.rejects(acquireLock(path), { code: 'E_LOCKED' })
    }
    signal('SIGKILL')
    await over
    const then = Date.now() / 1000 + 7 * 86_400
    utimesSync(lock, then, then)
    t.equal((await notices(path)).length, 1, 'a sign of life from the future does not count for ever')
  },
)

t.test(
  'F19: without /proc a holder is told by its signs of life',
  { buffered: true, skip: noUnshare('-m') },
  async (t) => {
    const { path, lock } = setUp(t)
    const bare = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh']
    const { signal, over } = await holder(t, path, bare)
    t.match(JSON.parse(readFileSync(lock, 'utf8')), { start: null, boot: null, pidns: null })
    await delay(SILENT_MS * 1.2)
    await t.rejects(acquireLock(path), { code: 'E_LOCKED' })
    signal('SIGKILL')
    await over
    await delay(SILENT_MS * 1.2)
    t.equal((await notices(path)).length, 1)
  },
)

t.test(
  'F19: a lock of an older version on another host is taken over after a day',
  { buffered: true },
  async (t) => {
    const { path, lock } = setUp(t)
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', start: null, token: TOKEN }))
    await t.rejects(acquireLock(path), {
      code: 'E_LOCKED',
      message: /process 1 on elsewhere$/,
      hint: new RegExp(`remove ${lock}$`),
    })
    const then = Date.now() / 1000 - 25 * 3600
    utimesSync(lock, then, then)
    t.equal((await notices(path)).length, 1)
  },
)

t.test('F19: signs of life end with the lock, and keep no process alive', { buffered: true }, async (t) => {
  const { path, lock } = setUp(t)
  const held = await acquireLock(path, { beatMs: 20 })
  const first = statSync(lock).mtimeMs
  const text = readFileSync(lock, 'utf8')
  for (const end = Date.now() + 10_000; statSync(lock).mtimeMs === first && Date.now() < end; )
    await delay(20)
  t.ok(statSync(lock).mtimeMs > first)
  t.equal(readFileSync(lock, 'utf8'), text)
  held.release()
  writeFileSync(lock, text)
  const then = Math.floor(Date.now() / 1000) - 100
  utimesSync(lock, then, then)
  await delay(100)
  t.equal(statSync(lock).mtimeMs, then * 1000)
  const child = start(nodeCommand('./holder.ts', join(path, '../other'), '20'), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.equal((await ended(child)).exit, 0)
})

t.test(
  'F19: a lock that another user has left in a folder such as /tmp is exit 15, and nothing stays behind',
  {
    buffered: true,
    skip: process.getuid?.() !== 0 && 'only root can be two users',
  },
  async (t) => {
    const { dir, path, lock } = setUp(t)
    const gone = start(['true'])
    await ended(gone)
    for (const text of ['', JSON.stringify({ pid: gone.pid, host: hostname(), start: null, token: TOKEN })]) {
      writeFileSync(lock, text)
      chownSync(lock, 12345, 12345)
      chownSync(dir, 12345, 12345)
      chmodSync(dir, 0o1777)
      const child = start(nodeCommand('./holder.ts', path, '1000'), {
        stdio: ['ignore', 'pipe', 'inherit'],
        uid: 12346,
        gid: 12346,
        env: { ...process.env, TSX_DISABLE_CACHE: '1' },
      })
      const { stdout } = await ended(child)
      t.equal(`${stdout}`, 'E_LOCKED\n')
      t.strictSame(readdirSync(dir), ['.out.csv.lock'])
    }
  },
)
