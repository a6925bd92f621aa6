// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { runManifest } from '../../src/manifest/index.js'
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
