// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { acquireLock } from '../../src/files/lock.js'
import { planRun } from '../../src/manifest/plan.js'
import { StateFile } from '../../src/manifest/state-file.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { accountFor } from '../support/manifest/account.js'

const KEY = 'key-of-the-test'

const MANIFEST = `version: 1
schedule: hourly
defaults: { database: sample_datasets }
exports:
  - name: events
    query: select \${watermark.from} as a, \${watermark.to} as time where \${watermark.from} <= \${watermark.to}
    watermark: { column: time, initial: '2026-01-01', lag: 10m }
    output: out/\${scheduled_time | %H}.csv
`

/** A folder with a manifest, and what starts it. */
async function world(t: Test, manifest = MANIFEST) {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const cwd = t.testdir({ 'exports.yaml': manifest })
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
  const run = (...args: string[]) => runInProcess(args, { env, cwd })
  const at = async (hour: string, ...more: string[]) => {
    const { exit, stderr, stdout } = await run(
      ...['run', 'exports.yaml', '--scheduled-time', `2026-01-02T${hour}:00Z`, '--json', ...more],
    )
    return { exit, stderr, report: JSON.parse(stdout || 'null') }
  }
  const windowIn = (hour: string) => {
    const [, line = ''] = readFileSync(join(cwd, `out/${hour}.csv`), 'utf8').split('\n')
    return line.split(',').map((seconds) => new Date(Number(seconds) * 1000).toISOString().slice(5, 16))
  }
  return { sandbox, cwd, run, at, windowIn }
}

t.test('each start exports the rows since the last one, up to its time less the lag', async (t) => {
  const { at, windowIn, run, sandbox } = await world(t)
  const first = await at('00')
  t.equal(first.exit, 0, first.stderr)
  t.match(first.stderr, /rows whose time is NULL are in no window/)
  t.match(first.report.exports[0].window, { from: '2026-01-01T00:00:00Z', to: '2026-01-01T23:50:00Z' })
  t.strictSame(windowIn('00'), ['01-01T00:00', '01-01T23:50'])
  const second = await at('03')
  t.notMatch(second.stderr, /NULL/)
  t.strictSame(windowIn('03'), ['01-01T23:50', '01-02T02:50'])
  const again = await at('03')
  t.equal(again.report.exports[0].outcome, 'skipped')
  const shown = JSON.parse((await run('state', 'show', 'exports.yaml', '--json')).stdout)
  t.match(shown.exports, [
    {
      name: 'events',
      watermark: '2026-01-02T02:50:00Z',
      times: [{ scheduledTime: '2026-01-02T00:00:00Z', complete: true, rows: 1 }, { complete: true }],
    },
  ])
  const text = await run('state', 'show', 'exports.yaml.state.json')
  t.match(text.stdout, /events +watermark 2026-01-02T02:50:00Z/)
  t.match(text.stdout, /complete +\d+ 2026-01-01T23:50:00Z to 2026-01-02T02:50:00Z/)
  t.equal(sandbox.jobs().length, 2)
})

t.test('a removed output is written again for its own window, whatever came later', async (t) => {
  const { at, windowIn, cwd, sandbox } = await world(t)
  await at('00')
  await at('01')
  const before = readFileSync(join(cwd, 'out/00.csv'), 'utf8')
  rmSync(join(cwd, 'out/00.csv'))
  t.equal((await at('00')).exit, 0)
  t.equal(readFileSync(join(cwd, 'out/00.csv'), 'utf8'), before)
  t.equal((await at('00', '--force')).exit, 0)
  t.equal(readFileSync(join(cwd, 'out/00.csv'), 'utf8'), before)
  await at('02')
  t.strictSame(windowIn('02'), ['01-02T00:50', '01-02T01:50'], 'the watermark has not gone back')
  t.equal(sandbox.jobs().length, 4)
})

t.test('a time before the watermark is refused, since its rows are exported', async (t) => {
  const { at, sandbox, cwd } = await world(t)
  await at('05')
  const { exit, report } = await at('04')
  t.equal(exit, 2)
  t.match(report.exports[0].error, {
    code: 'E_CONFIG',
    message: /watermark of events is at 2026-01-02T04:50:00Z/,
  })
  t.notOk(existsSync(join(cwd, 'out/04.csv')))
  t.equal(sandbox.jobs().length, 1)
})

t.test(
  'a window that ends where the watermark begins, or before, is refused, in a full refresh too',
  async (t) => {
    const { at, sandbox, windowIn } = await world(t, MANIFEST.replace('2026-01-01', '2026-01-02T00:50'))
    for (const [hour, ...more] of [['00'], ['01'], ['01', '--full-refresh']] as const) {
      const { exit, report } = await at(hour, ...more)
      t.equal(exit, 2)
      const { code, message } = report.exports[0].error
      t.equal(code, 'E_CONFIG')
      t.match(
        message,
        /^the watermark of events begins at 2026-01-02T00:50:00Z, and this start is for the rows/,
      )
    }
    t.equal(sandbox.jobs().length, 0)
    t.equal((await at('02')).exit, 0)
    t.strictSame(windowIn('02'), ['01-02T00:50', '01-02T01:50'])
  },
)

t.test('a window that was begun is finished first, with the output of its own time', async (t) => {
  const { at, windowIn, cwd, sandbox } = await world(t)
  await at('00')
  // As a start leaves it that was killed before it could record that its output is final.
  const state = join(cwd, 'exports.yaml.state.json')
  const lines = readFileSync(state, 'utf8').trimEnd().split('\n')
  await at('01')
  const begun = readFileSync(state, 'utf8').trimEnd().split('\n').slice(lines.length, -1)
  t.ok(begun.length > 0)
  writeFileSync(state, `${[...lines, ...begun].join('\n')}\n`)
  const { exit, stderr, report } = await at('03')
  t.equal(exit, 0, stderr)
  t.match(stderr, /the rows from 2026-01-01T23:50:00Z to 2026-01-02T00:50:00Z come first/)
  t.strictSame(windowIn('01'), ['01-01T23:50', '01-02T00:50'])
  t.strictSame(windowIn('03'), ['01-02T00:50', '01-02T02:50'])
  t.equal(report.exports.length, 1)
  t.equal(sandbox.jobs().length, 3, 'the job of the killed start was found again')
})

t.test('a window that fails keeps the later ones from beginning', async (t) => {
  const { at, cwd, windowIn } = await world(t)
  await at('00')
  const file = join(cwd, 'exports.yaml')
  writeFileSync(file, MANIFEST.replace(' where ', ' from no_such_table where '))
  t.equal((await at('01')).exit, 3)
  const { exit, report } = await at('02')
  t.equal(exit, 2)
  t.match(report.exports[0].error.message, /rows of events from .* to .* are not exported yet/)
  writeFileSync(file, MANIFEST)
  t.equal((await at('03')).exit, 0)
  t.strictSame(
    [windowIn('01'), windowIn('03')],
    [
      ['01-01T23:50', '01-02T00:50'],
      ['01-02T00:50', '01-02T02:50'],
    ],
  )
})

t.test('--full-refresh exports all rows, and the next start goes on from there', async (t) => {
  const { at, windowIn } = await world(t)
  await at('00')
  await at('01')
  t.equal((await at('02', '--full-refresh')).exit, 0)
  t.strictSame(windowIn('02'), ['01-01T00:00', '01-02T01:50'])
  await at('03')
  t.strictSame(windowIn('03'), ['01-02T01:50', '01-02T02:50'])
  const dry = await at('04', '--full-refresh', '--dry-run')
  t.match(dry.report.exports[0].window, { from: '2026-01-01T00:00:00Z' })
})

t.test('several scheduled times of one start are done in their order, at once or not', async (t) => {
  const other = "  - { name: other, query: 'select 1', output: 'other/${scheduled_time | %H}.csv' }\n"
  const manifest = MANIFEST.replace('exports:\n', `concurrency: 1\nexports:\n${other}`)
  const { run, windowIn, sandbox } = await world(t, manifest)
  const range = ['--from', '2026-01-02T00:00Z', '--to', '2026-01-02T03:00Z', '--parallel', '4']
  const { exit, stderr } = await run('run', 'exports.yaml', ...range)
  t.equal(exit, 0, stderr)
  const windows = ['00', '01', '02', '03'].map(windowIn)
  t.strictSame(windows, [
    ['01-01T00:00', '01-01T23:50'],
    ['01-01T23:50', '01-02T00:50'],
    ['01-02T00:50', '01-02T01:50'],
    ['01-02T01:50', '01-02T02:50'],
  ])
  t.equal(sandbox.jobs().length, 8)
})

t.test('a lost state is refused where an output lies, until somebody says where to go on', async (t) => {
  const { at, run, cwd, sandbox } = await world(
    t,
    MANIFEST.replace('out/${scheduled_time | %H}.csv', 'events.csv'),
  )
  await at('00')
  const before = readFileSync(join(cwd, 'events.csv'), 'utf8')
  rmSync(join(cwd, 'exports.yaml.state.json'))
  const lost = await at('03')
  t.equal(lost.exit, 2)
  t.match(
    lost.stderr,
    /E_CONFIG: events: the output .* is there, but the state .* knows nothing of it: was the state lost\?/,
  )
  t.equal(readFileSync(join(cwd, 'events.csv'), 'utf8'), before)
  t.equal(sandbox.jobs().length, 1)
  t.equal((await run('state', 'set', 'exports.yaml', 'events', 'watermark', '2026-01-01T23:50:00Z')).exit, 0)
  t.match((await at('03')).report.exports[0].window, { from: '2026-01-01T23:50:00Z' })
  rmSync(join(cwd, 'exports.yaml.state.json'))
  t.match(await at('04', '--full-refresh'), {
    exit: 0,
    report: { exports: [{ window: { from: '2026-01-01T00:00:00Z' } }] },
  })
})

t.test('a lost state is told of where no output lies', async (t) => {
  const { at, cwd } = await world(t)
  const told =
    /the state knows no earlier start, so all rows from 2026-01-01T00:00:00Z on are exported; if it was lost/
  t.match((await at('00')).stderr, told)
  t.notMatch((await at('01')).stderr, told)
  rmSync(join(cwd, 'exports.yaml.state.json'))
  t.match(await at('03'), { exit: 0, stderr: told })
  rmSync(join(cwd, 'exports.yaml.state.json'))
  t.notMatch((await at('04', '--full-refresh')).stderr, told)
})

t.test('state set moves the watermark, and only while no run is at work', async (t) => {
  const { at, run, windowIn, cwd } = await world(t)
  await at('00')
  const set = await run('state', 'set', 'exports.yaml', 'events', 'watermark', '2026-01-01T12:00')
  t.equal(set.exit, 0, set.stderr)
  t.match(set.stderr, /the watermark of events is 2026-01-01T12:00:00Z; it was 2026-01-01T23:50:00Z/)
  await at('01')
  t.strictSame(windowIn('01'), ['01-01T12:00', '01-02T00:50'])
  const state = join(cwd, 'exports.yaml.state.json')
  t.equal((await StateFile.read(state)).watermark('events'), '2026-01-02T00:50:00Z')
  const lock = await acquireLock(state)
  const locked = await run('state', 'set', 'exports.yaml', 'events', 'watermark', '0')
  lock.release()
  t.equal(locked.exit, 15)
  for (const [args, why] of [
    [['exports.yaml', 'event', 'watermark', '0'], /no export event; did you mean events\?/],
    [['exports.yaml', 'events', 'watermark', 'now'], /times are 2026-01-31/],
    [['exports.yaml', 'events', 'mark', '0'], /watermark/],
    [['none.yaml', 'events', 'watermark', '0'], /none.yaml/],
  ] as const) {
    const { exit, stderr } = await run('state', 'set', ...args)
    t.not(exit, 0)
    t.match(stderr, why)
  }
  t.equal((await StateFile.read(state)).watermark('events'), '2026-01-02T00:50:00Z')
})

t.test('a watermark survives that the state is written anew', async (t) => {
  const path = join(t.testdir({}), 'state.json')
  const state = await StateFile.read(path)
  const entry = (to: string, isFinal: boolean) => ({
    jobHash: 'h',
    series: '',
    attempt: 1,
    jobId: null,
    complete: null,
    window: { from: '2026-01-01T00:00:00Z', to, isFinal },
  })
  await state.write('a', '2026-01-02T00:00:00Z', entry('2026-01-02T00:00:00Z', true))
  await state.setWatermark('a', '2026-01-01T06:00:00Z')
  await state.write('a', '2026-01-02T00:00:00Z', entry('2026-01-02T00:00:00Z', true))
  const all = Array.from({ length: 3000 }, (_, i) =>
    state.write('b', `2026-01-02T00:00:${i % 60}Z`, entry('2026-01-03T00:00:00Z', false)),
  )
  await Promise.all(all)
  await state.write('b', '2026-01-02T00:00:00Z', entry('2026-01-03T00:00:00Z', false))
  t.ok(readFileSync(path, 'utf8').split('\n').length < 1000, 'it was written anew')
  const read = await StateFile.read(path)
  t.equal(read.watermark('a'), '2026-01-01T06:00:00Z')
  t.equal(read.watermark('b'), undefined, 'nothing of it was final')
})

t.test('what makes a watermark useless is a problem of the manifest', async (t) => {
  const planOf = (body: string) => {
    const cwd = t.testdir({
      'exports.yaml': `version: 1\ndefaults: { database: db }\nexports:\n  - { name: a, output: a.csv, ${body} }\n`,
    })
    return planRun({
      file: 'exports.yaml',
      cwd,
      env: {},
      accountFor,
      scheduledTime: '2026-01-31',
    })
  }
  const both = '${watermark.from} <= time and time < ${watermark.to}'
  const mark = 'watermark: { column: time, initial: 0 }'
  const wrong: readonly (readonly [body: string, why: RegExp])[] = [
    [`query: 'select 1 from t where time < \${watermark.to}', ${mark}`, /no \$\{watermark\.from\}/],
    [`query: 'select 1 from t where \${watermark.from} <= time', ${mark}`, /no \$\{watermark\.to\}/],
    [`query: 'select ${both}'`, /there is no \$\{watermark\.from\}: set watermark/],
    [`query: 'select ${both}', watermark: { column: at, initial: 0 }`, /does not name the column at/],
    [`query: 'select ${both}', watermark: { column: time }`, /initial/],
    [`query: 'select ${both}', watermark: { column: time, initial: soon }`, /times are/],
    [`query: 'select ${both}', watermark: { column: time, initial: 0, lag: 5ms }`, /whole seconds/],
    [`query: 'select ${both}', watermark: { column: time, initial: 0, lagg: 5m }`, /unknown key lagg/],
    [`query: 'select ${both}', ${mark}, database: 'x\${watermark.to}'`, /only a query has/],
  ]
  for (const [body, why] of wrong) {
    const error = await planOf(body).then(
      () => undefined,
      (error) => error,
    )
    t.match(
      String(error?.cause?.message ?? error?.cause?.problems?.map((p: { message: string }) => p.message)),
      why,
      body,
    )
  }
  const plan = await planOf(
    `query: "select 1 where \\"Time\\" >= timestamp '\${watermark.from | %F %T}' and :to > 0 and time < \${watermark.to - 1d}", params: { to: "\${watermark.to | %F}" }, ${mark}`,
  )
  t.equal(
    plan.exports[0]!.job.sql,
    "select 1 where \"Time\" >= timestamp '1970-01-01 00:00:00' and '2026-01-31' > 0 and time < 1769731200",
  )
})
