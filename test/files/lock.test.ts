import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { discardAllSync } from '../../src/files/leftovers.js'
import { acquireLock, assertUnlocked } from '../../src/files/lock.js'
import { thisProcess } from '../../src/files/process-identity.js'
import { ended, nodeCommand, run, start, writerCommand } from '../support/files/child.js'
import { openOutput } from '../support/streams/outputs.js'

const TOKEN = '0123456789abcdef'

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = start(['true'])
  await ended(child)
  return child.pid!
}

async function setUp(t: Test, holder?: object | string) {
  const dir = t.testdir()
  const path = join(dir, 'out.csv')
  const lock = join(dir, '.out.csv.lock')
  if (holder !== undefined) writeFileSync(lock, typeof holder === 'string' ? holder : JSON.stringify(holder))
  return { dir, path, lock }
}

/** What a lock of another kernel says besides. */
const FOREIGN = { host: 'elsewhere', boot: 'another', pidns: '1' }

const holderOf = (pid: number) => ({ pid, host: hostname(), start: null, token: TOKEN })

t.test('a lock is held by one at a time and names its holder', async (t) => {
  const { dir, path, lock } = await setUp(t)
  const held = await acquireLock(path)
  t.match(JSON.parse(readFileSync(lock, 'utf8')), { pid: process.pid, host: hostname() })
  const refused = { code: 'E_LOCKED', message: `${path} is being written by process ${process.pid}` }
  await t.rejects(acquireLock(path), refused)
  t.throws(() => assertUnlocked(path), refused)
  held.release()
  held.release()
  t.strictSame(readdirSync(dir), [])
  t.doesNotThrow(() => assertUnlocked(path))
})

t.test('a process that must end at once releases the locks that it holds, and no other', async (t) => {
  const { dir, path, lock } = await setUp(t)
  const released = await acquireLock(join(dir, 'released'))
  released.release()
  writeFileSync(join(dir, '.released.lock'), JSON.stringify(holderOf(process.ppid)))
  await acquireLock(path)
  t.ok(existsSync(lock))
  discardAllSync()
  t.strictSame(readdirSync(dir), ['.released.lock'])
})

t.test('F12: two runs to one path: one succeeds, the other is told who is writing', async (t) => {
  const { dir, path } = await setUp(t)
  const first = await openOutput(path)
  first.writable.end('from the first')
  await once(first.writable, 'finish')
  const second = await run(writerCommand({ destination: path, chunks: 2, chunkBytes: 1000 }))
  t.equal(second.exit, 15)
  t.equal(second.stderr, `E_LOCKED: ${path} is being written by process ${process.pid}\n`)
  await first.commit()
  t.equal(readFileSync(path, 'utf8'), 'from the first')
  t.strictSame(readdirSync(dir), ['out.csv'])
})

t.test('F12: the lock of a dead process is taken over', async (t) => {
  const { dir, path, lock } = await setUp(t, holderOf(await deadPid()))
  t.doesNotThrow(() => assertUnlocked(path))
  const held = await acquireLock(path)
  t.equal(JSON.parse(readFileSync(lock, 'utf8')).pid, process.pid)
  t.strictSame(readdirSync(dir), ['.out.csv.lock'])
  held.release()
  t.strictSame(readdirSync(dir), [])
})

t.test('F12: a takeover that died half way is itself taken over', async (t) => {
  const { dir, path, lock } = await setUp(t, holderOf(await deadPid()))
  writeFileSync(`${lock}.${TOKEN}`, JSON.stringify({ ...holderOf(await deadPid()), token: 'f'.repeat(16) }))
  const held = await acquireLock(path)
  held.release()
  t.strictSame(readdirSync(dir), [])
})

t.test('F12: nobody else gets a dead lock while a live process takes it over', async (t) => {
  const { path, lock } = await setUp(t, holderOf(await deadPid()))
  writeFileSync(`${lock}.${TOKEN}`, JSON.stringify({ ...holderOf(process.ppid), token: 'f'.repeat(16) }))
  await t.rejects(acquireLock(path), { code: 'E_LOCKED', message: new RegExp(`process ${process.ppid}$`) })
})

t.test('F12: of several runs that find a dead lock, exactly one gets it', async (t) => {
  const dir = t.testdir()
  const pid = await deadPid()
  const paths = Array.from({ length: 100 }, (_, index) => join(dir, `${index}`))
  paths.forEach((_, index) => {
    const token = index.toString(16).padStart(16, '0')
    // Of each two, one can be looked up, and one is told by its silence.
    const holder = { ...holderOf(pid), token, ...(index % 2 === 1 && { ...FOREIGN, beatMs: 20 }) }
    writeFileSync(join(dir, `.${index}.lock`), JSON.stringify(holder))
  })
  const startAt = `${Date.now() + 6000}`
  const children = Array.from({ length: 8 }, () =>
    start(nodeCommand('./locker.ts', startAt, ...paths), { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const outcomes = await Promise.all(
    children.map(async (child) => `${(await once(child.stdout!, 'data'))[0]}`),
  )
  for (const child of children) child.stdin!.end()
  await Promise.all(children.map(ended))
  const winners = paths.map((_, index) => outcomes.filter((outcome) => outcome[index] === 'W').length)
  t.strictSame(
    winners,
    paths.map(() => 1),
  )
  t.equal(readdirSync(dir).length, paths.length, 'no lock of a takeover stays')
})

t.test('a pid that was given to another process does not keep the lock', async (t) => {
  if (thisProcess().start === null) return t.pass('this system does not tell when a process started')
  const { path } = await setUp(t, { ...holderOf(process.pid), start: '1' })
  const held = await acquireLock(path)
  held.release()
})

t.test('a process that has ended but was not waited for does not keep the lock', async (t) => {
  if (thisProcess().start === null) return t.pass('this system does not tell the state of a process')
  // The shell becomes a `sleep`, which does not wait for the one that it started before.
  const child = start(['sh', '-c', 'sleep 0.2 & echo $!; exec sleep 60'])
  const [pid] = await once(child.stdout!, 'data')
  const ending = ended(child)
  while (!/\) Z /.test(readFileSync(`/proc/${Number(pid)}/stat`, 'latin1'))) await delay(5)
  const { path } = await setUp(t, holderOf(Number(pid)))
  const held = await acquireLock(path)
  held.release()
  child.kill()
  await ending
})

t.test(
  'F5: an empty lock, whose owner died before it could fill it, is taken over after a second',
  async (t) => {
    const { dir, path } = await setUp(t, '')
    const before = performance.now()
    const held = await acquireLock(path)
    t.ok(performance.now() - before >= 900)
    held.release()
    t.strictSame(readdirSync(dir), [])
  },
)

t.test('a file that is no lock of ours is neither followed, changed nor removed', async (t) => {
  for (const text of [
    'someone else',
    '{}',
    '{"pid":"1"}',
    JSON.stringify({ ...holderOf(1), token: '../x' }),
  ]) {
    const { path, lock } = await setUp(t, text)
    await t.rejects(acquireLock(path), { code: 'E_LOCKED', message: /is no lock of td-sluice/ })
    t.equal(readFileSync(lock, 'utf8'), text)
  }
  const { dir, path, lock } = await setUp(t)
  writeFileSync(join(dir, 'victim'), '')
  symlinkSync('victim', lock)
  await t.rejects(acquireLock(path), { code: 'E_LOCKED', message: /is no lock of td-sluice/ })
  t.equal(readFileSync(join(dir, 'victim'), 'utf8'), '')
})

t.test('a run that lost its lock finds out, and does not release that of the new holder', async (t) => {
  const { path, lock } = await setUp(t)
  const mine = await acquireLock(path)
  t.doesNotThrow(() => mine.assertHeld())
  const theirs = JSON.stringify(holderOf(process.ppid))
  writeFileSync(lock, theirs)
  t.throws(() => mine.assertHeld(), { code: 'E_LOCKED', message: new RegExp(`process ${process.ppid}$`) })
  mine.release()
  t.equal(readFileSync(lock, 'utf8'), theirs)
})
