// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** Whoever looks at the report, or waits for `on_failure`, learns of every failure of a start. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { acquireLock } from '../../src/files/lock.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders, RUN_KEY } from '../support/manifest/folder.js'

const { sandbox, folderOf } = await manifestFolders(t)

const MANIFEST = `exports:
  - { name: a, query: 'select \${env.A | sql} as a', output: a.csv }
on_failure: 'cat > told.json'
`
const WORLD = { env: { A: 'x' } }
const STALE = { manifest: 'exports.yaml', startedAt: '2026-01-30T00:00:00Z', complete: true, exitCode: 0 }

t.test('E20: a start that fails before any export replaces the report and runs on_failure', async (t) => {
  const cases: [string, (folder: ReturnType<typeof folderOf>) => Promise<{ exit: number }>, object][] = [
    ['an unset variable', ({ run }) => run(['--report', 'r.json']), { code: 'E_CONFIG' }],
    [
      'no API key',
      ({ run }) => run(['--report', 'r.json'], { env: { A: 'x', TD_API_KEY: '' } }),
      { code: 'E_CONFIG' },
    ],
    [
      'a key file that is not there',
      ({ run }) => run(['--report', 'r.json', '--api-key-file', 'none'], { env: { A: 'x', TD_API_KEY: '' } }),
      { code: 'E_CONFIG' },
    ],
    [
      'a fault elsewhere in the manifest',
      ({ run, edit }) => {
        edit('output: a.csv', 'output: a.csv, limt: 5')
        return run(['--report', 'r.json'], WORLD)
      },
      { code: 'E_CONFIG' },
    ],
    [
      'a state that cannot be read',
      ({ run, cwd }) => {
        writeFileSync(join(cwd, 'exports.yaml.state.json'), 'nothing')
        return run(['--report', 'r.json'], WORLD)
      },
      { code: 'E_CONFIG' },
    ],
    ['an unknown name', ({ run }) => run(['--report', 'r.json', '--only', 'b'], WORLD), { code: 'E_USAGE' }],
  ]
  for (const [what, start, error] of cases) {
    const folder = folderOf(t, MANIFEST, { 'r.json': JSON.stringify(STALE) })
    const { exit } = await start(folder)
    t.equal(exit, 2, what)
    const report = JSON.parse(folder.read('r.json'))
    t.match(report, { complete: false, exitCode: 2, error: { exitCode: 2, ...error }, exports: [] }, what)
    t.match(report.hooks, [{ hook: 'on_failure', exitCode: 0 }], what)
    t.match(JSON.parse(folder.read('told.json')), { complete: false, exitCode: 2, error }, what)
    if (what === 'an unset variable')
      t.match(report.problems, [{ file: 'exports.yaml', line: 4, message: /A is not set/ }])
  }
})

t.test('E20: a manifest that is no YAML, or not there, is in the report', async (t) => {
  const { run, read, cwd } = folderOf(t, MANIFEST, { 'r.json': JSON.stringify(STALE) })
  writeFileSync(join(cwd, 'exports.yaml'), 'exports: [')
  t.equal((await run(['--report', 'r.json'], WORLD)).exit, 2)
  t.match(JSON.parse(read('r.json')), { complete: false, exitCode: 2, scheduledTime: null, hooks: [] })
  rmSync(join(cwd, 'exports.yaml'))
  t.equal((await run(['--report', 'other.json'], WORLD)).exit, 14)
  t.match(JSON.parse(read('other.json')), { complete: false, exitCode: 14, error: { code: 'E_IO' } })
})

t.test('E20: a start that fails writes its report over no other file', async (t) => {
  const { run, read } = folderOf(t, MANIFEST, { 'data.json': '[1]' })
  const before = read('exports.yaml')
  t.equal((await run(['--report', 'exports.yaml'])).exit, 2)
  t.equal(read('exports.yaml'), before)
  t.equal((await run(['--report', 'data.json'])).exit, 2)
  t.equal(read('data.json'), '[1]')
})

t.test('E20: while a run is at work, and after its kill, the report does not say complete', async (t) => {
  const { run, read } = folderOf(t, `${MANIFEST}on_success: cp r.json during.json\n`, {
    'r.json': JSON.stringify(STALE),
  })
  t.equal((await run(['--report', 'r.json'], WORLD)).exit, 0)
  t.match(JSON.parse(read('during.json')), { complete: false, exitCode: null, endedAt: null })
  t.match(JSON.parse(read('r.json')), { complete: true, exitCode: 0 })
})

t.test('E20: a start that finds another at work tells since when, and how often', async (t) => {
  const { run, read, cwd, time } = folderOf(t, MANIFEST)
  const state = join(cwd, 'exports.yaml.state.json')
  const other = await acquireLock(state, { task: time })
  const first = await run(['--report', 'r.json'], WORLD)
  t.equal(first.exit, 15)
  t.match(first.stderr, /E_LOCKED: another run of exports\.yaml is at work, since \S+Z: .* by process \d+\n/)
  t.match((await run(['--report', 'r.json'], WORLD)).stderr, /; it has blocked 2 starts since \S+Z\n/)
  const report = JSON.parse(read('r.json'))
  t.match(report, { exitCode: 15, scheduledTime: time, hooks: [], error: { code: 'E_LOCKED' } })
  t.match(report.blocked, { since: /Z$/, firstAt: /Z$/, times: 2 })
  t.notOk(existsSync(join(cwd, 'told.json')), 'the other makes the same outputs')
  other.release()
  const another = await acquireLock(state, { task: '2026-01-30T00:00:00Z' })
  t.match(
    (await run([], WORLD)).stderr,
    / is at work for 2026-01-30T00:00:00Z, since \S+Z: .* by process \d+\n/,
  )
  t.match(JSON.parse(read('told.json')), { exitCode: 15, blocked: { times: 1 } }, 'nobody makes these')
  another.release()
  t.equal((await run([], WORLD)).exit, 0)
  t.strictSame(
    readdirSync(cwd).filter((name) => name.startsWith('.')),
    [],
  )
})

t.test('E20: each export of an interrupted run is told with its own job', async (t) => {
  const { run, jobs, cwd } = folderOf(
    t,
    `exports:
  - { name: a, query: 'select 1 as a', output: a.csv }
  - { name: b, query: 'select 2 as b', output: b.csv }
`,
  )
  sandbox.faults.add('status:503@status')
  t.teardown(() => sandbox.faults.clear())
  const stopping = new AbortController()
  const waiting = setInterval(() => {
    if (jobs().length === 2) stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  }, 5)
  t.teardown(() => clearInterval(waiting))
  const { exit, stderr } = await run(['--report', 'r.json'], {
    signal: stopping.signal,
    env: { TD_API_KEY: RUN_KEY },
  })
  t.equal(exit, 143)
  t.match(
    undated(stderr),
    /^td-sluice: E_TERMINATED: stopped by SIGTERM; 0 of 2 written; jobs \d+, \d+ go on\n/m,
  )
  const report = JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'))
  const ids = report.exports.map(({ jobId }: { jobId: string }) => jobId)
  t.equal(new Set(ids).size, 2)
  for (const { jobId, error } of report.exports) t.match(error, { code: 'E_TERMINATED', jobId })
})

t.test('a run tells for which scheduled times others found it at work', async (t) => {
  const { run, read, time, cwd } = folderOf(
    t,
    `exports:
  - { name: a, query: 'select 1 as a', output: a.csv }
`,
  )
  sandbox.faults.add('hang@result')
  t.teardown(() => sandbox.faults.clear())
  const stopping = new AbortController()
  const first = run(['--report', 'r.json'], { ...WORLD, signal: stopping.signal })
  while (!existsSync(join(cwd, '.exports.yaml.state.json.lock'))) await sleep(5)
  const others = ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z', '2026-02-01T00:00:00Z', time]
  for (const other of others) {
    const ended = await run(['--scheduled-time', other], WORLD)
    t.equal(ended.exit, 15, ended.stderr)
    if (other !== time)
      t.match(
        ended.stderr,
        new RegExp(`hint: when it has ended, run this one with --scheduled-time ${other}`),
      )
  }
  stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  const { exit, stderr } = await first
  t.equal(exit, 143, stderr)
  t.match(
    stderr,
    /note: starts for 2026-02-01T00:00:00Z, 2026-02-02T00:00:00Z found this run at work and made nothing/,
  )
  t.strictSame(JSON.parse(read('r.json')).missed, ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'])
})
