import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { type CliOptions, ended, startCli } from '../support/cli/run.js'
import { isBeingWritten } from '../support/files/parts.js'
import { eventually } from '../support/process/eventually.js'

t.setTimeout(600_000)

const sandbox = await startSandbox({ runTime: 60_000, bytesPerSecond: 100_000 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }

const COLUMNS = [
  ['n', 'bigint'],
  ['t', 'varchar'],
] as const
const SLOW_QUERY = ['query', '-d', 'sample_datasets', 'select 1', '-o', 'out.csv']

/** Starts the command; `stop` sends the signals once `sign` was printed on stderr. */
function started(args: readonly string[], options: CliOptions) {
  const child = startCli(args, options)
  const result = ended(child)
  let stderr = ''
  const seen = async (sign: RegExp) => {
    child.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    while (!sign.test(stderr)) await once(child.stderr!, 'data')
  }
  return { child, result, seen }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-signals-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}

/** A download of some seconds, whose unfinished file lies in the folder. */
async function downloading(cwd: string, more: Readonly<Record<string, string>> = {}) {
  const id = sandbox.addJob({
    schema: COLUMNS,
    rows: Array.from({ length: 20_000 }, (_, i) => [i, `${Math.sin(i)}`]),
  })
  const run = started(['dump', id, '-o', 'out.csv'], { env: { ...env, ...more }, cwd })
  while (!isBeingWritten(cwd)) await sleep(20)
  return run
}

t.test('Ctrl-C says so, kills the job, leaves no file and exits 130', async (t) => {
  const cwd = folder()
  const run = started(SLOW_QUERY, { env, cwd })
  await run.seen(/job \d+: running/)
  run.child.kill('SIGINT')
  const { exit, stdout, stderr } = await run.result
  t.equal(exit, 130)
  t.equal(stdout, '')
  const [, jobId] = /^job (\d+): issued$/m.exec(stderr)!
  t.match(stderr, /^stopping; press Ctrl-C again to exit at once$/m)
  t.match(stderr, new RegExp(`^job ${jobId} was killed$`, 'm'))
  t.match(stderr, /^td-sluice: E_INTERRUPTED: .*\n$/m)
  t.equal(sandbox.jobs().find((job) => job.id === jobId)?.status, 'killed')
  t.same(readdirSync(cwd), [])
})

t.test('--on-interrupt leave lets the job go on and says how to attach', async (t) => {
  const run = started([...SLOW_QUERY, '--on-interrupt', 'leave'], { env, cwd: folder() })
  await run.seen(/job \d+: running/)
  run.child.kill('SIGINT')
  const { exit, stderr } = await run.result
  t.equal(exit, 130)
  const [, jobId] = /^job (\d+): issued$/m.exec(stderr)!
  t.match(stderr, `td-sluice dump ${jobId}`)
  t.equal(sandbox.jobs().find((job) => job.id === jobId)?.status, 'running')
})

t.test('a job that this run did not issue is left alone', async (t) => {
  const id = sandbox.addJob({ status: 'running' })
  const run = started(['dump', id, '-o', 'out.csv'], { env, cwd: folder() })
  await run.seen(/: running/)
  run.child.kill('SIGINT')
  t.equal((await run.result).exit, 130)
  t.equal(sandbox.jobs().find((job) => job.id === id)?.status, 'running')
})

t.test('SIGTERM is exit 143 and SIGHUP 129, and both kill the job', async (t) => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const run = started(SLOW_QUERY, { env, cwd: folder() })
    await run.seen(/job \d+: running/)
    run.child.kill(signal)
    t.equal((await run.result).exit, code)
    t.equal(sandbox.jobs().at(-1)!.status, 'killed')
  }
})

/** How long a run takes that nothing hinders to remove its file and to end. */
let usualEndMs = 0

t.test('a signal in the middle of the download removes the unfinished file', async (t) => {
  const cwd = folder()
  const run = await downloading(cwd)
  const begin = performance.now()
  run.child.kill('SIGTERM')
  t.equal((await run.result).exit, 143)
  usualEndMs = performance.now() - begin
  t.same(readdirSync(cwd), [])
})

t.test('the second Ctrl-C removes the unfinished file of a run that cannot end by itself', async (t) => {
  const cwd = folder()
  const fifo = join(folder(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const stuck = new URL('../support/cli/stuck-disk.mjs', import.meta.url).href
  const run = await downloading(cwd, {
    NODE_OPTIONS: `--import=${stuck}`,
    STUCK_ON: fifo,
    UV_THREADPOOL_SIZE: '1',
  })
  // The thread that waits for the FIFO outlives the process's decision to exit.
  const release = () => {
    try {
      closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK))
    } catch {
      // Nobody waits any more.
    }
  }
  t.teardown(release)
  run.child.kill('SIGINT')
  await run.seen(/^stopping; press Ctrl-C again to exit at once$/m)
  await sleep(2 * usualEndMs)
  t.match(readdirSync(cwd), [/\.part$/], 'the first Ctrl-C cannot remove it')
  t.equal(run.child.exitCode, null)
  run.child.kill('SIGINT')
  await eventually(() => readdirSync(cwd).length === 0)
  release()
  t.equal((await run.result).exit, 130)
})

t.test(
  'a server that does not answer the kill delays the end by five seconds, then the command ends without it',
  async (t) => {
    sandbox.faults.add('hang@kill')
    const run = started(SLOW_QUERY, { env, cwd: folder() })
    await run.seen(/job \d+: running/)
    run.child.kill('SIGINT')
    const { exit, stderr } = await run.result
    t.equal(exit, 130)
    t.match(stderr, /could not be killed and may still run: the API did not answer within 5 s/)
  },
)

t.test('a reader of stdout that has stopped reading cannot hold up the end', async (t) => {
  const rows = Array.from({ length: 50_000 }, (_, i) => [i, 'x'.repeat(100)])
  const id = sandbox.addJob({ schema: COLUMNS, rows })
  const child = startCli(['dump', id, '-f', 'csv'], { env })
  const exited = once(child, 'exit')
  await once(child.stdout!, 'readable')
  await eventually(() => child.stdout!.readableLength >= child.stdout!.readableHighWaterMark)
  child.kill('SIGINT')
  t.same(await exited, [130, null])
})
