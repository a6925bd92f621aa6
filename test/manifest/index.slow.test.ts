// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import {
  defineManifest,
  type ManifestDefinition,
  type ManifestEvent,
  type Problem,
  runManifest,
} from '../../src/manifest/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { RUN_KEY } from '../support/manifest/folder.js'

const MANIFEST = [
  'version: 1',
  'defaults: { database: sample_datasets }',
  'exports:',
  "  - { name: one, query: 'select 1 as a', output: 'out/one.csv' }",
  '  - { name: two, query: "select ${env.WORD | sql} as word", output: two.ndjson }',
  '',
].join('\n')

t.test('a program runs a manifest: each export once for a scheduled time', async (t) => {
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const connection = { endpoint: sandbox.url, apiKey: RUN_KEY }
  const folder = t.testdir({ 'exports.yaml': MANIFEST })
  const file = join(folder, 'exports.yaml')
  const options = { connection, scheduledTime: '2026-01-31', env: { WORD: 'tea' } }
  const events = new Set<string>()
  const before = { cwd: process.cwd(), listeners: process.eventNames().length, exitCode: process.exitCode }

  const report = await runManifest(file, {
    ...options,
    onProgress: (event, name) => void events.add(`${event.type} ${name}`),
  })
  t.match(report, {
    manifest: 'exports.yaml',
    scheduledTime: '2026-01-31T00:00:00Z',
    complete: true,
    exitCode: 0,
    exports: [
      { name: 'one', outcome: 'written', rows: 1 },
      { name: 'two', outcome: 'written', rows: 1 },
    ],
    hooks: [],
  })
  const bytes = readFileSync(join(folder, 'out/one.csv'))
  t.equal(bytes.toString(), 'a\n1\n')
  t.equal(report.exports[0]!.sha256, createHash('sha256').update(bytes).digest('hex'))
  t.equal(readFileSync(join(folder, 'two.ndjson'), 'utf8'), '{"word":"tea"}\n')
  t.ok(events.has('job one'))
  t.ok(events.has('transfer two'))
  t.ok(existsSync(`${file}.state.json`))

  const again = await runManifest(pathToFileURL(file), {
    ...options,
    scheduledTime: new Date('2026-01-31T00:00Z'),
  })
  t.strictSame(
    again.exports.map(({ outcome }) => outcome),
    ['skipped', 'skipped'],
  )
  t.equal(again.exports[0]!.sha256, report.exports[0]!.sha256)
  t.equal(again.exports[0]!.resultSha256, report.exports[0]!.resultSha256)
  const state = join(folder, 'own.state')
  const only = await runManifest(file, { ...options, state, only: ['one'], force: true })
  t.strictSame(
    only.exports.map(({ name, outcome }) => [name, outcome]),
    [['one', 'written']],
  )
  t.ok(existsSync(state))
  const after = { cwd: process.cwd(), listeners: process.eventNames().length, exitCode: process.exitCode }
  t.strictSame(after, before, 'the process is as it was')
})

t.test('a failed export is in the report, and a wrong manifest throws', async (t) => {
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const connection = { endpoint: sandbox.url, apiKey: RUN_KEY }
  const folder = t.testdir({
    'fails.yaml': MANIFEST.replace('select 1 as a', 'select * from none'),
    'wrong.yaml': 'version: 1\nexports: 5\n',
  })
  const options = { connection, env: { WORD: 'x' }, scheduledTime: '2026-02-01' }
  const report = await runManifest(join(folder, 'fails.yaml'), options)
  t.match(report, {
    complete: false,
    exitCode: 3,
    exports: [
      { name: 'one', outcome: 'failed', error: { code: 'E_JOB_FAILED' } },
      { name: 'two', outcome: 'written' },
    ],
  })
  await t.rejects(runManifest(join(folder, 'wrong.yaml'), options), {
    code: 'E_CONFIG',
    cause: { problems: [{ line: 2 }] },
  })
  await t.rejects(runManifest(join(folder, 'none.yaml'), options), { code: 'E_IO' })
  const stopped = await runManifest(join(folder, 'fails.yaml'), {
    ...options,
    scheduledTime: '2026-02-02',
    signal: AbortSignal.abort(),
  }).catch((error) => error)
  t.match(stopped.code ?? stopped.exports[0].outcome, /E_INTERRUPTED|stopped/)
})

const AS_OBJECT = defineManifest({
  version: 1,
  timezone: 'Asia/Tokyo',
  defaults: { database: 'sample_datasets', output: 'out/${name}.csv' },
  exports: [
    { name: 'one', query: 'select 1 as a' },
    { name: 'two', query_file: 'two.sql', columns: undefined },
    { name: 'bad', query: 'select * from none' },
  ],
})

t.test('a manifest may be an object, whose paths are relative to a folder', async (t) => {
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const connection = { endpoint: sandbox.url, apiKey: RUN_KEY }
  const folder = t.testdir({ 'two.sql': 'select 2 as b' })
  const events: string[] = []
  let told: unknown
  const run = () =>
    runManifest(AS_OBJECT, {
      connection,
      folder,
      state: 'object.state.json',
      scheduledTime: '2026-01-31',
      onEvent: (event) => {
        if (event.type === 'finished') told = event.report
        if (event.type === 'planned') events.push(`planned ${event.exports.map((each) => each.export)}`)
        else if (event.type === 'issued') events.push(`issued ${event.export} ${event.isNew}`)
        else if (event.type === 'progress') events.push(`progress ${event.export}`)
        else if (event.type !== 'finished')
          events.push(`${event.type} ${event.export} ${event.scheduledTime}`)
      },
    })
  const report = await run()
  t.match(report, { manifest: null, complete: false, scheduledTime: '2026-01-31T00:00:00+09:00' })
  t.equal(told, report)
  t.equal(readFileSync(join(folder, 'out/two.csv'), 'utf8'), 'b\n2\n')
  t.ok(existsSync(join(folder, 'object.state.json')))
  t.equal(events[0], 'planned one,two,bad')
  const time = '2026-01-31T00:00:00+09:00'
  const of = (name: string) => events.filter((event) => event.split(' ')[1] === name)
  t.strictSame(
    [...new Set(of('one'))],
    [`started one ${time}`, 'issued one true', 'progress one', `written one ${time}`],
  )
  t.equal(of('bad').at(-1), `failed bad ${time}`)
  events.length = 0
  await run()
  t.strictSame(of('one'), [`started one ${time}`, `skipped one ${time}`])
})

t.test('an object is checked as a file is, and its problems name the keys', async (t) => {
  const run = (manifest: unknown, options = {}) =>
    runManifest(manifest as ManifestDefinition, { connection: { apiKey: 'k' }, state: 's', ...options })
  const wrong = {
    version: 1,
    exports: [
      { name: 'a', qurey: 'x', output: 'a.csv' },
      { name: 'b', query: '${nope}', output: 'b.csv' },
    ],
  }
  const messages = async (manifest: unknown) => {
    const { cause } = await run(manifest, { connection: { apiKey: 'k', database: 'd' } }).catch(
      (error) => error,
    )
    return cause.problems.map(({ line, message }: Problem) => `${line} ${message}`)
  }
  t.strictSame(await messages(wrong), ['6 exports[0]: unknown key qurey; did you mean query?'])
  wrong.exports[0] = { name: 'a', output: 'a.csv' } as never
  t.match(await messages(wrong), [
    '4 exports[0]: there is no query: set query or query_file',
    '10 exports[1].query: the query is empty',
    /^10 exports\[1\]\.query: there is no \$\{nope\}/,
  ])
  const self: Record<string, unknown> = { version: 1 }
  self.exports = [self]
  const refused: readonly unknown[] = [
    { version: 1, exports: [], on_success: () => {} },
    { version: 1, exports: [{ params: { day: new Date(0) } }] },
    { version: Number.NaN, exports: [] },
    self,
    [],
    5,
    null,
  ]
  for (const manifest of refused) await t.rejects(run(manifest), { code: 'E_USAGE' })
  await t.rejects(run({ version: 1, exports: [] }, { state: undefined }), {
    code: 'E_USAGE',
    message: /the option state/,
  })
  await t.rejects(run('exports.yaml', { folder: '.' }), { code: 'E_USAGE', message: /the option folder/ })
})

t.test('what onEvent throws stops the run and is thrown, and the next run attaches to its job', async (t) => {
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const folder = t.testdir({ 'two.sql': 'select 2 as b' })
  const options = {
    connection: { endpoint: sandbox.url, apiKey: RUN_KEY },
    folder,
    state: 's.json',
    only: ['one'],
  }
  const thrown = new Error('as the test wants it')
  const later: string[] = []
  const onEvent = ({ type }: ManifestEvent) => {
    later.push(type)
    if (type === 'issued') throw thrown
  }
  await t.rejects(runManifest(AS_OBJECT, { ...options, onEvent }), thrown)
  t.strictSame(later, ['planned', 'started', 'issued'])
  t.notOk(existsSync(join(folder, 'out/one.csv')))
  const report = await runManifest(AS_OBJECT, options)
  t.match(report, { complete: true })
  t.equal(sandbox.jobs().length, 1)
})

t.test('a signal stops the run as Ctrl-C does, and its report comes all the same', async (t) => {
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 10, latency: 2000 })
  t.teardown(() => sandbox.close())
  const folder = t.testdir({ 'two.sql': 'select 2 as b' })
  const stop = new AbortController()
  const ends: string[] = []
  const report = await runManifest(AS_OBJECT, {
    connection: { endpoint: sandbox.url, apiKey: RUN_KEY },
    folder,
    state: 's.json',
    signal: stop.signal,
    only: ['one', 'two'],
    onEvent: (event) => {
      if (event.type === 'issued' && event.export === 'two') stop.abort()
      if (event.type === 'stopped') ends.push(event.export)
    },
  })
  t.match(report, { complete: false, exports: [{ outcome: 'stopped' }, { outcome: 'stopped' }] })
  t.match(report.summary, /goe?s? on/)
  t.strictSame(ends.sort(), ['one', 'two'])
})
