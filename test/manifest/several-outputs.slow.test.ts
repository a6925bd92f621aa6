// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** `output: [a.csv, b.parquet]`: every output gets every row, and all become final together or none. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { manifestFolders, outcomes, RUN_KEY } from '../support/manifest/folder.js'

const { folderOf, sandbox } = await manifestFolders(t)

const manifestOf = (settings: string, query = "select 1 as a, 'x' as b") =>
  `exports:\n  - { name: one, query: "${query}", ${settings} }\n`

t.test('F40: a list of outputs is written from one job, each in the format of its name', async (t) => {
  const folder = folderOf(
    t,
    manifestOf('output: ["out/${date}/a.csv", b.ndjson.gz, c.parquet], delimiter: ";", parquet_codec: none'),
  )
  const first = await folder.report()
  t.strictSame(outcomes(first), ['one written'])
  t.equal(folder.jobs().length, 1)
  t.equal(folder.read('out/2026-01-31/a.csv'), 'a;b\n1;x\n')
  t.equal(gunzipSync(readFileSync(join(folder.cwd, 'b.ndjson.gz'))).toString(), '{"a":1,"b":"x"}\n')
  const at = (name: string) => join(folder.cwd, name)
  const [one] = first.exports
  t.match(one, {
    path: `${at('out/2026-01-31/a.csv')}, ${at('b.ndjson.gz')}, ${at('c.parquet')}`,
    rows: 1,
    outputs: [
      { path: at('out/2026-01-31/a.csv'), format: 'csv', bytes: 8, sha256: /^[0-9a-f]{64}$/ },
      { path: at('b.ndjson.gz'), format: 'ndjson' },
      { path: at('c.parquet'), format: 'parquet' },
    ],
  })
  t.strictSame(outcomes(await folder.report()), ['one skipped'])
  const { stdout } = await folder.run(['--dry-run'])
  t.match(
    stdout,
    `to ${at('out/2026-01-31/a.csv')} (csv) and ${at('b.ndjson.gz')} (ndjson, gzip) and ${at('c.parquet')} (parquet)\n`,
  )
  const plan = JSON.parse((await folder.run(['--dry-run', '--json'])).stdout)
  t.match(plan.exports[0], {
    action: 'skip',
    format: 'csv+ndjson+parquet',
    outputs: [{ output: at('out/2026-01-31/a.csv'), format: 'csv' }, {}, {}],
  })
  rmSync(at('c.parquet'))
  t.strictSame(outcomes(await folder.report()), ['one written'], 'one of them was gone')
  t.ok(existsSync(at('c.parquet')))
  t.equal(folder.jobs().length, 1)
  folder.edit(', c.parquet', '')
  folder.edit(', parquet_codec: none', '')
  t.strictSame(outcomes(await folder.report()), ['one written'], 'another list is another output')
})

t.test('F40: where one of a list fails, none is final', async (t) => {
  // A text equal to the one for NULL is refused while rows are written.
  const folder = folderOf(t, manifestOf('output: [a.csv, b.tsv, c.parquet], null_text: x'))
  const { exit, stderr } = await folder.run()
  t.equal(exit, 12, stderr)
  t.strictSame(
    readdirSync(folder.cwd).filter((name) => /^[abc]\./.test(name)),
    [],
  )
})

t.test('a list may have folders, each with its receipt, and files with their checksums', async (t) => {
  const split = folderOf(
    t,
    manifestOf(
      'output: [csv, json], format: csv, partition_by: b, receipt: true',
      "select 1 as a, 'x' as b union all select 2, 'y'",
    ),
  )
  t.strictSame(outcomes(await split.report()), ['one written'])
  t.ok(existsSync(join(split.cwd, 'csv/b=x/part-0.csv')))
  t.strictSame(outcomes(await split.report()), ['one skipped'])
  rmSync(join(split.cwd, 'json/manifest.json'))
  t.strictSame(
    outcomes(await split.report()),
    ['one written'],
    'a folder without its receipt is not complete',
  )
  const summed = folderOf(t, manifestOf('output: [a.csv, b.ndjson], checksum: sha256'))
  t.strictSame(outcomes(await summed.report()), ['one written'])
  t.match(summed.read('b.ndjson.sha256'), /^[0-9a-f]{64} {2}b\.ndjson\n$/)
})

t.test('a list of one is that output, and each of several needs the time in a backfill', async (t) => {
  const folder = folderOf(t, manifestOf('output: [a.csv]'))
  t.strictSame(outcomes(await folder.report()), ['one written'])
  folder.edit('[a.csv]', 'a.csv')
  t.strictSame(outcomes(await folder.report()), ['one skipped'])
  const many = folderOf(t, manifestOf('output: ["${date}.csv", latest.ndjson]'))
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY }
  const args = ['run', 'exports.yaml', '--from', '2026-01-01', '--to', '2026-01-02']
  const { exit, stderr } = await runInProcess(args, { cwd: many.cwd, env })
  t.equal(exit, 2)
  t.match(stderr, 'the same output for two times')
})

t.test('what is wrong with a list is told with the place in it, before any request', async (t) => {
  const cases: [settings: string, message: RegExp][] = [
    ['output: []', /:4:\d+: exports\[0\]\.output/],
    ['output: [a.csv, ./a.csv]', /two of its outputs are the same place: .*a\.csv/],
    ['output: [a.csv, b]', /the name b does not tell the format: set format/],
    [
      'output: [a.csv, b.parquet], format: csv',
      /format is for outputs whose names tell none; b\.parquet tells its own/,
    ],
    ['output: [a.ndjson, b.json], delimiter: ";"', /the format (ndjson|json) has no option delimiter/],
    [
      'output: [a.csv, "b.duckdb#t"]',
      /several outputs are files and folders: give the table an export of its own/,
    ],
    ['output: [a.csv, "postgres://u@h/d#t"]', /several outputs are files and folders/],
    ['output: [a.csv, b.csv], mode: replace', /mode is for tables/],
    ['output: [a.csv, "${nme}.csv"]', /:4:\d+: there is no \$\{nme\}/],
    ['output: [a.csv, { b: c }]', /exports\[0\]\.output: expected a path, or a list of paths/],
    ['output: [a.msgpack, a.msgpack.schema.json]', /does not tell|same place|same output/],
  ]
  for (const [settings, message] of cases) {
    const folder = folderOf(t, manifestOf(settings))
    const { exit, stderr } = await folder.run()
    t.equal(exit, 2, settings)
    t.match(stderr, message)
    t.equal(folder.jobs().length, 0)
  }
})
