// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** Every way a start of `run` may end, as the table in docs/guides/run.md has them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { acquireLock } from '../../src/files/lock.js'
import type { RunReport } from '../../src/manifest/report.js'
import { StateFile } from '../../src/manifest/state-file.js'
import { ended, startCli } from '../support/cli/run.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders, RUN_KEY } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const usual = await manifestFolders(t)
/** Its jobs run until they are killed. */
const endless = await manifestFolders(t, { runTime: '1h' })
const { sandbox, folderOf } = usual

const ENV = { A: 'x' }
const KEYED = { ...ENV, TD_API_KEY: RUN_KEY }
const STALE = { manifest: 'exports.yaml', startedAt: '2026-01-30T00:00:00Z', complete: true, exitCode: 0 }

/** Each hook leaves a file with what it was told. */
const MANIFEST = `exports:
  - { name: a, query: 'select \${env.A | sql} as a', output: a.csv, wait_timeout: 1h }
  - { name: b, query: 'select 2 as b', output: b.csv }
on_success: 'cat > on_success.json'
on_failure: 'cat > on_failure.json'
on_blocked: 'cat > on_blocked.json'
blocked_after: 2
`

/** The first export of it fails. */
const FAILING = MANIFEST.replace('${env.A | sql} as a', 'nope')

type Folder = ReturnType<typeof folderOf>

interface End {
  /** The row of the table. */
  readonly row: string
  readonly manifest?: string
  /** Ends with this exit code. */
  readonly start: (folder: Folder) => Promise<number | string>
  /** What the report must say; null where none can be written. */
  readonly report: object | null
  /** Where it runs, unless it is the usual sandbox. */
  readonly world?: typeof endless
}

const report = ['--report', 'r.json']
const plainly = (args: readonly string[] = [], env: Record<string, string> = ENV) => {
  return async ({ run }: Folder) => (await run([...report, ...args], { env })).exit
}

/** Runs it, with requests for the state of jobs failing, and ends it as `end` does once both jobs are issued. */
function whileWaiting(end: (stop: (reason: SluiceError) => void, folder: Folder) => Promise<void>) {
  return async (folder: Folder) => {
    sandbox.faults.add('status:503@status')
    const stopping = new AbortController()
    const running = folder.run(report, { env: KEYED, signal: stopping.signal })
    while (folder.jobs().length < 2) await sleep(5)
    await end((reason) => stopping.abort(reason), folder)
    return (await running).exit
  }
}

const stoppedBy = (code: 'E_INTERRUPTED' | 'E_TERMINATED' | 'E_HANGUP') =>
  whileWaiting(async (stop) => stop(new SluiceError(code, 'stopped by a signal')))

/** Stopped once a hook has left the file `told`. */
async function stoppedInHook({ run, cwd }: Folder) {
  const stopping = new AbortController()
  const running = run(report, { env: ENV, signal: stopping.signal })
  while (!existsSync(join(cwd, 'told'))) await sleep(5)
  stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  return (await running).exit
}

/** Another run is at work for `task`, and `before` starts were blocked already. */
function blocked(before: number, task = ({ time }: Folder) => time) {
  return async (folder: Folder) => {
    const { cwd, run } = folder
    const lock = await acquireLock(join(cwd, 'exports.yaml.state.json'), { task: task(folder) })
    for (let i = 0; i < before; i++) await run([], { env: ENV })
    const { exit } = await run(report, { env: ENV })
    lock.release()
    return exit
  }
}

const NOT_BEGUN = (code: string) => ({ complete: false, error: { code }, exports: [] })
const failed = (code: string) => ({
  complete: false,
  exports: [
    { name: 'a', outcome: 'failed', error: { code } },
    { name: 'b', outcome: 'written' },
  ],
})

const ENDS: readonly End[] = [
  {
    row: 'the command line is wrong',
    start: plainly(['--frce']),
    report: { ...NOT_BEGUN('E_USAGE'), manifest: 'exports.yaml', scheduledTime: null },
  },
  {
    row: 'a value of an option is wrong',
    start: plainly(['--scheduled-time', 'never']),
    report: NOT_BEGUN('E_USAGE'),
  },
  {
    row: 'no API key, or a key file that is missing',
    start: plainly(['--api-key-file', 'none'], { ...ENV, TD_API_KEY: '' }),
    report: NOT_BEGUN('E_CONFIG'),
  },
  { row: 'a variable of the manifest is not set', start: plainly([], {}), report: NOT_BEGUN('E_CONFIG') },
  {
    row: 'a fault in the manifest',
    manifest: MANIFEST.replace('output: a.csv', 'output: a.csv, limt: 5'),
    start: plainly(),
    report: NOT_BEGUN('E_CONFIG'),
  },
  { row: 'the manifest is no YAML', manifest: 'exports: [', start: plainly(), report: NOT_BEGUN('E_CONFIG') },
  {
    row: 'the manifest cannot be read',
    start: async (folder) => {
      rmSync(join(folder.cwd, 'exports.yaml'))
      return plainly()(folder)
    },
    report: NOT_BEGUN('E_IO'),
  },
  {
    row: 'the state is none, or of a newer version',
    start: async (folder) => {
      const state = join(folder.cwd, 'exports.yaml.state.json')
      const exits = new Set<number | string>()
      for (const text of [
        'nothing',
        Buffer.of(0xff, 0xfe, 0xc3),
        '{"version":99}\n',
        '{"version":2}\n{"name"\n',
      ]) {
        writeFileSync(state, text)
        exits.add(await plainly()(folder))
      }
      return [...exits].join()
    },
    report: NOT_BEGUN('E_CONFIG'),
  },
  {
    row: 'the state is a folder, a FIFO or a device',
    start: async (folder) => {
      execFileSync('mkfifo', [join(folder.cwd, 'pipe')])
      const exits = new Set<number | string>()
      for (const state of ['.', 'pipe', '/dev/full', '/dev/null'])
        exits.add(await plainly(['--state', state])(folder))
      return [...exits].join()
    },
    report: NOT_BEGUN('E_IO'),
  },
  {
    row: 'the folder of the state cannot be written',
    start: plainly(['--state', '/proc/none.json']),
    report: NOT_BEGUN('E_IO'),
  },
  {
    row: 'the state has an export of the same name of another manifest',
    start: async (folder) => {
      const other = join(folder.cwd, 'other.yaml')
      writeFileSync(other, MANIFEST)
      const state = await StateFile.read(join(folder.cwd, 'exports.yaml.state.json'))
      await state.own(() => {}, other)
      await state.write('b', folder.time, {
        jobHash: '',
        series: '',
        attempt: 1,
        jobId: null,
        complete: null,
      })
      return plainly()(folder)
    },
    report: NOT_BEGUN('E_CONFIG'),
  },
  {
    row: 'the report cannot be written',
    start: async ({ run }) => (await run(['--report', 'none/r.json'], { env: ENV })).exit,
    report: null,
  },
  {
    row: 'the metrics cannot be written',
    start: plainly(['--metrics-file', 'none/m.prom']),
    report: NOT_BEGUN('E_IO'),
  },
  {
    row: 'another run is at work for the same scheduled time',
    start: blocked(0),
    report: { ...NOT_BEGUN('E_LOCKED'), blocked: { times: 1 } },
  },
  {
    row: 'the same for the `blocked_after`-th time',
    start: blocked(1),
    report: { ...NOT_BEGUN('E_LOCKED'), blocked: { times: 2 } },
  },
  {
    row: 'another run is at work for an earlier time',
    start: blocked(0, () => '2026-01-30T00:00:00Z'),
    report: NOT_BEGUN('E_LOCKED'),
  },
  {
    row: 'another run is at work for other exports, or for another manifest',
    start: blocked(0, ({ cwd, time }) => `${time}, only a of ${cwd}/exports.yaml`),
    report: NOT_BEGUN('E_LOCKED'),
  },
  { row: 'all is complete', start: plainly(), report: { complete: true, exitCode: 0 } },
  {
    row: 'a query failed',
    manifest: FAILING,
    start: plainly(),
    report: failed('E_JOB_FAILED'),
  },
  {
    row: 'a job was killed',
    world: endless,
    start: async ({ run, jobs }) => {
      const running = run(report, { env: KEYED })
      while (jobs().length < 2) await sleep(5)
      const headers = { authorization: `TD1 ${RUN_KEY}` }
      for (const { id } of jobs())
        await fetch(`${endless.sandbox.url}/v3/job/kill/${id}`, { method: 'POST', headers })
      return (await running).exit
    },
    report: {
      complete: false,
      exports: ['a', 'b'].map((name) => ({ name, outcome: 'failed', error: { code: 'E_JOB_KILLED' } })),
    },
  },
  {
    row: '`wait_timeout` has passed',
    manifest: MANIFEST.replace('1h', '1ms'),
    start: async (folder) => {
      sandbox.faults.add('hang@status')
      return plainly()(folder)
    },
    report: failed('E_DEADLINE'),
  },
  {
    row: 'an expectation is not met',
    manifest: MANIFEST.replace('output: a.csv', 'output: a.csv, expect: { rows: { min: 2 } }'),
    start: plainly(),
    report: failed('E_EXPECTATION'),
  },
  {
    row: 'the result is damaged',
    start: async (folder) => {
      sandbox.faults.add('corrupt@20x*')
      return plainly()(folder)
    },
    report: { complete: false, exports: [{ outcome: 'failed', error: { exitCode: 12 } }, {}] },
  },
  {
    row: 'Treasure Data does not answer',
    start: async (folder) => {
      sandbox.faults.add('status:503x*@issue')
      return plainly()(folder)
    },
    report: { complete: false, exports: [{ outcome: 'failed', error: { code: 'E_HTTP_5XX' } }, {}] },
  },
  {
    row: 'the key was refused',
    start: plainly([], { ...ENV, TD_API_KEY: '1/no' }),
    report: { complete: false, exports: [{ outcome: 'failed', error: { code: 'E_AUTH' } }, {}] },
  },
  {
    row: 'an output cannot be written',
    manifest: MANIFEST.replace('output: a.csv', 'output: exports.yaml/a.csv'),
    start: plainly(),
    report: failed('E_IO'),
  },
  {
    row: 'the disk is full',
    manifest: MANIFEST.replace('output: a.csv', 'output: /dev/full, format: csv'),
    start: plainly(),
    report: failed('E_NO_SPACE'),
  },
  {
    row: 'another program of td-sluice writes an output',
    start: async (folder) => {
      const lock = await acquireLock(join(folder.cwd, 'a.csv'))
      const exit = await plainly()(folder)
      lock.release()
      return exit
    },
    report: failed('E_LOCKED'),
  },
  {
    row: 'Ctrl-C',
    start: stoppedBy('E_INTERRUPTED'),
    report: { complete: false, summary: /^stopped by a signal; 0 of 2 written; jobs \d+, \d+ go on$/ },
  },
  { row: 'SIGTERM', start: stoppedBy('E_TERMINATED'), report: { complete: false, exports: [{}, {}] } },
  { row: 'SIGHUP', start: stoppedBy('E_HANGUP'), report: { complete: false, exports: [{}, {}] } },
  {
    row: 'SIGKILL',
    start: async ({ cwd, time, jobs }) => {
      sandbox.faults.add('status:503@status')
      const env = { ...KEYED, TD_API_SERVER: sandbox.url }
      const child = startCli(['run', 'exports.yaml', '--scheduled-time', time, ...report], { cwd, env })
      while (jobs().length < 2) await sleep(20)
      child.kill('SIGKILL')
      return (await ended(child)).exit
    },
    report: { complete: false, exitCode: null, endedAt: null, exports: [], summary: 'at work, or killed' },
  },
  {
    row: 'a second Ctrl-C',
    manifest: MANIFEST.replace(
      'cat > on_success.json',
      "cat > on_success.json; trap '''' TERM; touch told; sleep 60",
    ),
    start: async ({ cwd, time }) => {
      const env = { ...KEYED, TD_API_SERVER: sandbox.url }
      const child = startCli(['run', 'exports.yaml', '--scheduled-time', time, ...report], { cwd, env })
      const end = ended(child)
      let said = ''
      child.stderr!.on('data', (chunk) => {
        said += chunk
      })
      while (!existsSync(join(cwd, 'told'))) await sleep(20)
      child.kill('SIGINT')
      // Signals that are not taken yet come as one.
      while (!said.includes('press Ctrl-C again')) await sleep(20)
      child.kill('SIGINT')
      return (await end).exit
    },
    report: { complete: false, exitCode: null, endedAt: null },
  },
  {
    row: '`on_success` fails',
    manifest: MANIFEST.replace('cat > on_success.json', 'cat > on_success.json; exit 3'),
    start: plainly(),
    report: { complete: true, exitCode: 0, hooks: [{ hook: 'on_success', exitCode: 3 }] },
  },
  {
    row: '`on_success` cannot be started',
    manifest: MANIFEST.replace("on_success: 'cat > on_success.json'", 'on_success: [./exports.yaml]'),
    start: plainly(),
    report: { complete: true, exitCode: 0, hooks: [{ hook: 'on_success', exitCode: null, signal: null }] },
  },
  {
    row: '`on_failure` fails',
    manifest: FAILING.replace('on_failure.json', () => 'on_failure.json; kill -9 $$'),
    start: plainly(),
    report: { ...failed('E_JOB_FAILED'), hooks: [{ hook: 'on_failure', exitCode: null, signal: 'SIGKILL' }] },
  },
  {
    row: '`on_failure` takes longer than `hook_timeout`',
    manifest: `${FAILING.replace('on_failure.json', 'on_failure.json; sleep 60')}hook_timeout: 1s\n`,
    start: plainly(),
    report: { ...failed('E_JOB_FAILED'), hooks: [{ hook: 'on_failure', timedOut: true, signal: 'SIGTERM' }] },
  },
  {
    row: 'stopped while `on_failure` runs',
    manifest: FAILING.replace('on_failure.json', 'on_failure.json; touch told; sleep 60'),
    start: stoppedInHook,
    report: { ...failed('E_JOB_FAILED'), exitCode: 143, hooks: [{ hook: 'on_failure', signal: 'SIGTERM' }] },
  },
  {
    row: 'stopped while `on_success` runs',
    manifest: MANIFEST.replace('cat > on_success.json', 'cat > on_success.json; touch told; sleep 60'),
    start: stoppedInHook,
    report: { complete: true, exitCode: 143, hooks: [{ hook: 'on_success', signal: 'SIGTERM' }] },
  },
  {
    row: 'the report cannot be written in the end',
    start: async ({ run }) => (await run(['--report', '/dev/full'], { env: ENV })).exit,
    report: null,
  },
]

/** The rows of the table: what happens, the exit code, and the hook that runs. */
function rows(): Map<string, { exit: string; hook: string }> {
  const page = readFileSync(new URL('../../docs/guides/run.md', import.meta.url), 'utf8')
  const [, table] = /^### Every way a start ends\n(.*?)^#/ms.exec(page)!
  return new Map(
    [...table!.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)]
      .slice(1)
      .map(([, what, exit, hook]) => [what!, { exit: exit!, hook: hook!.replaceAll('`', '') }]),
  )
}

t.test('E20: the table of ends and the cases here are the same', async (t) => {
  t.strictSame(
    [...rows().keys()],
    ENDS.map(({ row }) => row),
  )
})

for (const { row, manifest = MANIFEST, start, report, world = usual } of ENDS) {
  t.test(`E20: ${row}: exit code, report and hook are as the guide says`, async (t) => {
    const { exit, hook } = rows().get(row)!
    const folder = world.folderOf(t, manifest, { 'r.json': JSON.stringify(STALE) })
    t.teardown(() => sandbox.faults.clear())
    t.equal(String(await start(folder)), exit)
    const ran = ['on_success', 'on_failure', 'on_blocked'].filter((name) =>
      existsSync(join(folder.cwd, `${name}.json`)),
    )
    t.equal(ran.join(', ') || 'none', hook)
    if (report === null) return
    const found: RunReport = JSON.parse(folder.read('r.json'))
    t.match(found, { manifest: 'exports.yaml', ...report })
    t.equal(String(found.exitCode ?? exit), exit, 'the report tells the exit code')
    for (const name of ran) {
      const told: RunReport = JSON.parse(folder.read(`${name}.json`))
      // The report of the beginning stays where the command ends at once.
      if (found.endedAt !== null) t.equal(told.complete, found.complete)
      t.equal(typeof told.summary, 'string')
    }
    for (const { outcome, error } of found.exports)
      t.equal(error === undefined, /written|skipped/.test(outcome))
    const ids = found.exports.flatMap(({ jobId }) => jobId ?? [])
    t.equal(new Set(ids).size, ids.length, 'each export has its own job')
  })
}

t.test('a command line that would run nothing leaves the report alone', async (t) => {
  for (const args of [['--dry-run', '--frce'], ['--dry-run'], ['--help'], ['--help', '--frce']]) {
    const { run, read, cwd } = folderOf(t, MANIFEST, { 'r.json': JSON.stringify(STALE) })
    await run([...report, ...args], { env: ENV })
    t.strictSame(JSON.parse(read('r.json')), STALE, args.join(' '))
    t.notOk(existsSync(join(cwd, 'on_failure.json')))
  }
})

t.test('E20: the report of a wrong command line is found wherever it stands', async (t) => {
  for (const args of [
    ['--report=r.json', '--on-interrupt', 'perhaps'],
    ['--on-interrupt', 'perhaps', '--report', 'r.json'],
    ['--api-key', 'secretsecret', '--report', 'r.json'],
    ['--report', 'r.json', '--report', 'q.json'],
    ['more', '--report', 'r.json'],
  ]) {
    const { run, read } = folderOf(t, MANIFEST, { 'r.json': JSON.stringify(STALE) })
    const { exit } = await run(args, { env: ENV })
    t.equal(exit, 2, args.join(' '))
    const found = read('r.json')
    t.match(JSON.parse(found), { ...NOT_BEGUN('E_USAGE'), hooks: [{ hook: 'on_failure' }] }, args.join(' '))
    t.notMatch(found, 'secretsecret')
  }
})

t.test('a failed run whose report cannot be written keeps its exit code', async (t) => {
  const { run } = folderOf(t, MANIFEST.replace('${env.A | sql} as a', 'nope'))
  const { exit, stderr } = await run(['--report', '/dev/full'], { env: ENV })
  t.equal(exit, 3)
  t.match(undated(stderr), /^note: the report \/dev\/full: /m)
})

t.test('the last line tells what remains and what goes on', async (t) => {
  const { run, jobs } = folderOf(t, MANIFEST)
  sandbox.faults.add('status:503@status')
  t.teardown(() => sandbox.faults.clear())
  const stopping = new AbortController()
  const running = run([], { env: KEYED, signal: stopping.signal })
  while (jobs().length < 2) await sleep(5)
  stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  t.match(
    undated((await running).stderr),
    /^td-sluice: E_TERMINATED: stopped by SIGTERM; 0 of 2 written; jobs \d+, \d+ go on\n {2}hint: run it again: it attaches to what goes on\n/m,
  )
  sandbox.faults.clear()
  const again = await run([], { env: KEYED })
  t.equal(again.exit, 0, again.stderr)
  t.equal(jobs().length, 2)
})
