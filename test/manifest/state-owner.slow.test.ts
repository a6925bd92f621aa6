// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** Manifests that share a state: whose exports it has. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { SluiceError } from '../../src/errors.js'
import { runManifest } from '../../src/manifest/index.js'
import type { RunReport } from '../../src/manifest/report.js'
import { StateFile } from '../../src/manifest/state-file.js'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js'
import { runInProcess, type World } from '../support/cli/context.js'
import { undated } from '../support/cli/undated.js'
import { outcomes, RUN_KEY } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const usual = await startSandbox({ apiKey: RUN_KEY, rows: 10, latency: 40 })
/** Its jobs run until they are killed. */
const endless = await startSandbox({ apiKey: RUN_KEY, rows: 10, runTime: '1h' })
t.teardown(() => Promise.all([usual.close(), endless.close()]))

const envOf = ({ url }: Sandbox) => ({ TD_API_SERVER: url, TD_API_KEY: RUN_KEY, PATH: process.env.PATH! })
const ENV = envOf(usual)

/** The exports `names`, whose outputs lie in the folder of the test, and a hook that leaves a file. */
const manifest = (word: string, cwd: string, names = ['a']) => `version: 1
defaults: { database: sample_datasets }
on_failure: touch '${cwd}/${word}.failed'
exports:
${names.map((name) => `  - { name: ${name}, query: "select '${word} ${cwd} ${name}' as w", output: '${cwd}/${word}-${name}.csv' }`).join('\n')}
`

/** Folders `one` and `two`, each with an `exports.yaml` that has an export of the name `a`. */
function folders(t: Test, { names = ['a'], otherNames = ['a'], sandbox = usual } = {}) {
  const cwd = t.testdir({ one: {}, two: {} })
  writeFileSync(join(cwd, 'one/exports.yaml'), manifest('one', cwd, names))
  writeFileSync(join(cwd, 'two/exports.yaml'), manifest('two', cwd, otherNames))
  const before = sandbox.jobs().length
  const command = (args: readonly string[], world: World = {}) =>
    runInProcess([...args, '--state', `${cwd}/state.json`], { cwd, ...world, env: envOf(sandbox) })
  const run = (file: string, args: readonly string[] = [], world: World = {}) =>
    command(['run', file, '--scheduled-time', '2026-01-31', '--retry-delay', '1ms', ...args], world)
  const report = async (file: string, world?: World): Promise<RunReport> =>
    JSON.parse((await run(file, ['--json'], world)).stdout)
  return { cwd, command, run, report, jobs: () => sandbox.jobs().length - before }
}

t.test('E34: a state in which another manifest keeps an export of the same name is refused', async (t) => {
  const { cwd, run, report, command, jobs } = folders(t)
  t.same(outcomes(await report('one/exports.yaml')), ['a written'])
  const state = readFileSync(join(cwd, 'state.json'), 'utf8')
  const refused = await run('two/exports.yaml', ['--report', 'r.json'])
  t.equal(refused.exit, 2)
  t.match(
    undated(refused.stderr),
    `td-sluice: E_CONFIG: the state ${cwd}/state.json has the export a of another manifest, ${cwd}/one/exports.yaml, and this one has one of the same name
  hint: give each manifest a state of its own, by --state; if this one replaces the other: td-sluice state adopt ${cwd}/two/exports.yaml --state ${cwd}/state.json
`,
  )
  t.match(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')), { error: { code: 'E_CONFIG' }, exports: [] })
  t.ok(existsSync(join(cwd, 'two.failed')), 'the hook of the refused manifest ran')
  for (const args of [
    ['run', 'two/exports.yaml', '--dry-run'],
    ['run', 'status', 'two/exports.yaml'],
  ])
    t.match(await command(args), { exit: 2, stderr: /E_CONFIG: the state \S+ has the export a of another/ })
  t.equal(readFileSync(join(cwd, 'state.json'), 'utf8'), state)
  t.same(outcomes(await report('one/exports.yaml')), ['a skipped'])
  t.equal(jobs(), 1)
})

t.test('manifests whose exports have names of their own share a state', async (t) => {
  const { report, command } = folders(t, { otherNames: ['b'] })
  for (const outcome of ['written', 'skipped']) {
    t.same(outcomes(await report('one/exports.yaml')), [`a ${outcome}`])
    t.same(outcomes(await report('two/exports.yaml')), [`b ${outcome}`])
  }
  const shown = await command(['state', 'show', 'one/exports.yaml'])
  t.match(shown.stdout, /^a .*\/one\/exports\.yaml\nb .*\/two\/exports\.yaml\n/m)
})

t.test('of exports in common those are named that --only does not leave out', async (t) => {
  const { run } = folders(t, { names: ['a', 'b'], otherNames: ['a', 'b', 'c'] })
  await run('one/exports.yaml')
  t.match((await run('two/exports.yaml')).stderr, 'has the exports a, b of another manifest')
  t.match(
    (await run('two/exports.yaml', ['--only', 'b', '--only', 'c'])).stderr,
    'has the export b of another',
  )
  t.equal((await run('two/exports.yaml', ['--only', 'c'])).exit, 0)
})

t.test(
  'E34: a manifest is known again by another name, in another folder, through links and from elsewhere',
  async (t) => {
    const { cwd, report, jobs } = folders(t)
    await report('one/exports.yaml')
    t.same(outcomes(await report('exports.yaml', { cwd: join(cwd, 'one') })), ['a skipped'])
    symlinkSync('one', join(cwd, 'current'))
    t.same(outcomes(await report('current/exports.yaml')), ['a skipped'])
    symlinkSync('one/exports.yaml', join(cwd, 'link.yaml'))
    t.same(outcomes(await report('link.yaml')), ['a skipped'])
    linkSync(join(cwd, 'one/exports.yaml'), join(cwd, 'hard.yaml'))
    t.same(outcomes(await report('hard.yaml')), ['a skipped'])
    rmSync(join(cwd, 'hard.yaml'))
    rmSync(join(cwd, 'link.yaml'))
    renameSync(join(cwd, 'one/exports.yaml'), join(cwd, 'one/sales.yaml'))
    t.same(outcomes(await report('one/sales.yaml')), ['a skipped'])
    mkdirSync(join(cwd, 'three'))
    renameSync(join(cwd, 'one/sales.yaml'), join(cwd, 'three/sales.yaml'))
    t.same(outcomes(await report('three/sales.yaml')), ['a skipped'])
    t.equal(jobs(), 1)
  },
)

t.test('a manifest and its state know each other after both were moved, though a copy stays', async (t) => {
  const { cwd, command } = folders(t)
  await command(['run', 'one/exports.yaml', '--scheduled-time', '2026-01-31'])
  const env = ENV
  const here = { cwd: join(cwd, 'one'), env }
  await runInProcess(['run', 'exports.yaml', '--scheduled-time', '2026-01-31'], here)
  mkdirSync(join(cwd, 'copy'))
  for (const name of ['exports.yaml', 'exports.yaml.state.json'])
    writeFileSync(join(cwd, 'copy', name), readFileSync(join(cwd, 'one', name)))
  const again = await runInProcess(['run', 'exports.yaml', '--scheduled-time', '2026-01-31', '--json'], {
    cwd: join(cwd, 'copy'),
    env,
  })
  t.same(outcomes(JSON.parse(again.stdout)), ['a skipped'])
})

t.test('an export that another manifest has no more may move to this one', async (t) => {
  const { cwd, run, report } = folders(t)
  await report('one/exports.yaml')
  writeFileSync(join(cwd, 'one/exports.yaml'), 'exports: [')
  t.equal((await run('two/exports.yaml')).exit, 2, 'nobody knows what a broken one has')
  writeFileSync(join(cwd, 'one/exports.yaml'), manifest('one', cwd, ['b']))
  t.same(outcomes(await report('two/exports.yaml')), ['a written'])
  t.same(outcomes(await report('one/exports.yaml')), ['b written'])
})

t.test(
  'a state of an earlier version names no manifest, and is that of the first one to use it',
  async (t) => {
    const { cwd, report, run, jobs } = folders(t)
    await report('one/exports.yaml')
    const path = join(cwd, 'state.json')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/,"manifest":"[^"]*"/g, ''))
    t.equal((await StateFile.read(path)).manifestOf('a'), undefined)
    t.same(outcomes(await report('one/exports.yaml')), ['a skipped'])
    t.equal(jobs(), 1)
    await run('one/exports.yaml', ['--force'])
    t.equal((await StateFile.read(path)).manifestOf('a'), join(cwd, 'one/exports.yaml'))
    t.equal((await run('two/exports.yaml')).exit, 2)
  },
)

t.test('E34: state adopt makes the exports of another manifest those of this one', async (t) => {
  const { cwd, command, run, report, jobs } = folders(t)
  await report('one/exports.yaml')
  // As of a release that replaces another one, which stays where it is.
  writeFileSync(join(cwd, 'two/exports.yaml'), manifest('one', cwd))
  t.equal((await run('two/exports.yaml')).exit, 2)
  const adopted = await command(['state', 'adopt', 'two/exports.yaml', '--json'])
  t.same(JSON.parse(adopted.stdout), { exports: [{ export: 'a', before: join(cwd, 'one/exports.yaml') }] })
  t.same(outcomes(await report('two/exports.yaml')), ['a skipped'])
  t.match(await run('one/exports.yaml'), { exit: 2, stderr: /of another manifest, \S+two\/exports\.yaml/ })
  t.match((await command(['state', 'adopt', 'two/exports.yaml'])).stderr, '0 exports taken over')
  t.match((await command(['state', 'adopt', 'one/exports.yaml'])).stderr, 'a was an export of')
  t.equal(jobs(), 1)
  const state = join(cwd, 'x.state.json')
  writeFileSync(state, readFileSync(join(cwd, 'state.json')))
  renameSync(state, join(cwd, 'x.yaml.state.json'))
  const none = await runInProcess(['state', 'adopt', 'x.yaml.state.json'], { cwd, env: ENV })
  t.match(none, { exit: 2, stderr: /E_USAGE: x\.yaml\.state\.json is a state; name the manifest/ })
})

t.test('state set moves no watermark of another manifest', async (t) => {
  const { cwd, command, run } = folders(t)
  for (const name of ['one', 'two']) {
    const query = 'select ${watermark.from} as time, ${watermark.to} as t'
    const text = `version: 1
defaults: { database: sample_datasets }
exports: [{ name: a, query: "${query}", watermark: { column: time, initial: 2026-01-01 }, output: '${cwd}/${name}.csv' }]
`
    writeFileSync(join(cwd, name, 'exports.yaml'), text)
  }
  t.match(await run('one/exports.yaml'), { exit: 0, stderr: /complete/ })
  const set = (file: string) => command(['state', 'set', file, 'a', 'watermark', '2026-01-15'])
  t.match(await set('two/exports.yaml'), {
    exit: 2,
    stderr: /E_CONFIG: .* has the export a of another manifest/,
  })
  t.equal((await StateFile.read(join(cwd, 'state.json'))).watermark('a'), '2026-01-31T00:00:00Z')
  t.equal((await set('one/exports.yaml')).exit, 0)
  t.match(await run('two/exports.yaml'), { exit: 2 })
})

t.test('an object in a program takes no export of a file over', async (t) => {
  const { cwd, report } = folders(t)
  await report('one/exports.yaml')
  const exports = [{ name: 'a', database: 'sample_datasets', query: 'select 1 as a', output: 'a.csv' }]
  const running = runManifest({ version: 1, exports }, { folder: cwd, state: 'state.json', env: ENV })
  await t.rejects(running, { code: 'E_CONFIG', hint: /by --state$/ })
})

t.test(
  'E14: a start blocked by a run that makes other outputs runs on_failure, and that run reports its time',
  async (t) => {
    const options = { names: ['a', 'c'], sandbox: endless }
    const { cwd, run, command, jobs } = folders(t, options)
    const stopping = new AbortController()
    const first = run('one/exports.yaml', ['--only', 'a', '--json'], { signal: stopping.signal })
    while (jobs() < 1) await sleep(5)
    t.equal((await run('one/exports.yaml', ['--only', 'a'])).exit, 15)
    t.notOk(existsSync(join(cwd, 'one.failed')), 'the same export is made')
    const other = await run('two/exports.yaml', ['--only', 'a'])
    t.match(other, {
      exit: 15,
      stderr: /another run of two\/exports\.yaml is at work for \S+, only a of \S+\/one\/exports\.yaml/,
    })
    t.ok(existsSync(join(cwd, 'two.failed')))
    t.equal((await run('one/exports.yaml')).exit, 15)
    t.ok(existsSync(join(cwd, 'one.failed')), 'c is not made')
    rmSync(join(cwd, 'one.failed'))
    await run('one/exports.yaml', ['--only', 'c'])
    t.ok(existsSync(join(cwd, 'one.failed')))
    t.match(await command(['state', 'adopt', 'two/exports.yaml']), { exit: 15 })
    stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
    t.match(JSON.parse((await first).stdout), { missed: ['2026-01-31T00:00:00Z'] })
  },
)
