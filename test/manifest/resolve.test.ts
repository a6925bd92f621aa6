// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import type { PlannedExport } from '../../src/manifest/planned-export.js'
import { runInProcess } from '../support/cli/context.js'
import { startServer } from '../support/client/server.js'
import { accountFor } from '../support/manifest/account.js'

const HEAD =
  'version: 1\ndefaults: { database: db, null_text: X, delimiter: ";", invalid_utf8: fail }\nexports:\n'

function planOf(t: Test, exports: string, more = 'limit: 5') {
  const cwd = t.testdir({ 'exports.yaml': HEAD.replace(' }', `, ${more} }`) + exports })
  return planRun({ file: 'exports.yaml', cwd, env: {}, accountFor })
}

function optionsOf({ writing }: PlannedExport) {
  return 'options' in writing ? writing.options : undefined
}

t.test('defaults that the format of an export lacks are skipped for it', async (t) => {
  const plan = await planOf(
    t,
    `  - { name: a, query: q, output: a.csv }
  - { name: b, query: q, output: b.tsv, null_text: Y }
  - { name: c, query: q, output: c.parquet, parquet_page: v2 }
`,
  )
  t.same(plan.exports.map(optionsOf), [
    { null: 'X', delimiter: ';', invalidUtf8: 'fail' },
    { null: 'Y', invalidUtf8: 'fail' },
    { invalidUtf8: 'fail', page: 'v2' },
  ])
})

t.test('a tab may be spelled \\t', async (t) => {
  const plan = await planOf(
    t,
    "  - { name: a, query: q, output: a.csv, delimiter: '\\t', quote: strings, decimal_comma: true }\n",
  )
  t.same(optionsOf(plan.exports[0]!), {
    null: 'X',
    delimiter: '\\t',
    quote: 'strings',
    decimalComma: true,
    invalidUtf8: 'fail',
  })
})

t.test('a level of compression in the defaults is for the exports that are compressed', async (t) => {
  const plan = await planOf(
    t,
    '  - { name: a, query: q, output: a.csv }\n  - { name: b, query: q, output: b.csv.gz }\n',
    'compression_level: 9',
  )
  t.same(
    plan.exports.map((each) => optionsOf(each)?.compressionLevel),
    [undefined, 9],
  )
})

t.test('wrong options of formats are told with their place, before any request', async (t) => {
  const server = await startServer(t)
  const env = { TD_API_SERVER: server.url, TD_API_KEY: 'k' }
  const cases: [keys: string, wrong: string, message: string][] = [
    ['output: a.csv, delimiter: a', 'delimiter', 'exports[0].delimiter: must be 1 to 8 characters that'],
    ['output: a.csv, delimiter: ",", null_text: ","', 'null_text', 'the option null_text is never quoted'],
    ['output: a.csv, null_text: "a;b"', 'null_text', 'the option null_text is never quoted'],
    ['output: a.tsv, delimiter: ";"', 'delimiter', 'the format tsv has no option delimiter; csv has it'],
    ['output: a.ndjson, null_text: X', 'null_text', 'the format ndjson has no option null_text; csv and tsv'],
    ['output: a.csv.zst, format: csv.gz', 'output', 'the format says gzip, the name a.csv.zst says zstd'],
    ['output: a, format: json.gz, header: false', 'header', 'the format json has no option header; csv and'],
    [
      'output: a.json, special: nul',
      'special',
      'exports[0].special: must be one of string, null, error, not "nul"; did',
    ],
    [
      'output: a.parquet, row_group_size: 0',
      'row_group_size',
      'exports[0].row_group_size: must be a whole number',
    ],
    [
      'output: a.csv, compression_level: 9',
      'compression_level',
      'the option compression_level is for a compressed',
    ],
    [
      'output: a.csv, null_text: "${env.NULL}"',
      'null_text',
      '${env.NULL} is not filled in here, only in query,',
    ],
    ['output: a.csv, columns: ["a", "${ date }"]', 'columns', '${ date } is not filled in here'],
    ['output: a.csv, rename: { a: "${name}_a" }', 'rename', '${name} is not filled in here'],
    ['output: a.csv, bom: yes', 'bom', 'exports[0].bom: must be true or false, not "yes"'],
    // msgpack cannot fail for texts, so a default that asks for it is not skipped.
    ['output: a.msgpack', 'invalid_utf8', 'the option invalid_utf8 must be raw, not "fail"'],
  ]
  for (const [keys, wrong, message] of cases) {
    const source = `${HEAD}  - { name: a, query: q, ${keys} }\n`
    const lines = source.slice(0, source.lastIndexOf(`${wrong}: `)).split('\n')
    const place = `exports.yaml:${lines.length}:${lines.at(-1)!.length + wrong.length + 3}: `
    const cwd = t.testdir({ 'exports.yaml': source })
    const { exit, stdout, stderr } = await runInProcess(['run', 'exports.yaml', '--dry-run'], { cwd, env })
    t.equal(exit, 2, keys)
    t.equal(stdout, '')
    t.ok(stderr.startsWith(place + message), stderr)
    t.match(stderr, 'td-sluice: E_CONFIG: exports.yaml has a problem; nothing was started')
  }
  t.equal(server.requests.length, 0)
})

t.test('E23: encoding is that of the query files, from the defaults or of one export', async (t) => {
  const sql = Buffer.from("select '\x93\x8c\x8b\x9e' as city", 'latin1')
  const cwd = t.testdir({ 'utf8.sql': "select '東京' as city", 'exports.yaml': '' })
  writeFileSync(join(cwd, 'cp932.sql'), sql)
  const planWith = (exports: string) => {
    writeFileSync(join(cwd, 'exports.yaml'), `version: 1\n${exports}`)
    return planRun({ file: 'exports.yaml', cwd, env: {}, accountFor })
  }
  const plan = await planWith(`defaults: { database: d, encoding: cp932 }
exports:
  - { name: a, query_file: cp932.sql, output: a.csv }
  - { name: b, query_file: utf8.sql, encoding: utf-8, output: b.csv }
  - { name: c, query: "select '東京' as city", output: c.csv }
`)
  for (const { job } of plan.exports) t.equal(job.sql, "select '東京' as city", job.name)
  const broken = async (exports: string) => {
    const error = await planWith(`defaults: { database: d }\nexports:\n  - ${exports}\n`).catch(
      (found) => found,
    )
    return `${(error as Error & { cause?: Error }).cause?.message}`
  }
  t.match(
    await broken('{ name: a, query_file: cp932.sql, output: a.csv }'),
    /cp932\.sql is not UTF-8: byte 8 is 0x93/,
  )
  t.match(
    await broken('{ name: a, query_file: utf8.sql, encoding: cp123, output: a.csv }'),
    /exports\[0\]\.encoding: unknown encoding "cp123"/,
  )
  t.match(await broken('{ name: a, query: q, encoding: cp932, output: a.csv }'), /encoding is for query_file/)
})

t.test('a path that two periods share when the clock is set back is refused beforehand', async (t) => {
  const planWith = (output: string, head = 'timezone: Europe/Berlin\nschedule: hourly\n') => {
    const exports = `exports:\n  - { name: a, query: q, output: '${output}' }\n`
    const cwd = t.testdir({ 'exports.yaml': `version: 1\n${head}defaults: { database: d }\n${exports}` })
    return planRun({
      file: 'exports.yaml',
      cwd,
      env: {},
      accountFor,
      scheduledTime: '2026-01-31',
    })
  }
  await t.rejects(planWith('${date | %Y%m%dT%H%M}.csv'), { code: 'E_CONFIG' })
  const error = await planWith('${date | %F}/${date | %H}.csv').catch((found) => found)
  t.match(error, { code: 'E_CONFIG' })
  t.match(
    `${error.cause.message}`,
    /6:\d+: one file for two periods, 2026-10-25T02:00:00\+02:00 and 2026-10-25T02:00:00\+01:00, /,
  )
  for (const output of [
    '${date | %Y%m%dT%H%M%z}.csv',
    '${scheduled_time}.csv',
    '${scheduled_time | %s}.csv',
    '${date}.csv',
    'a.csv',
  ])
    await t.resolves(planWith(output), output)
  await t.resolves(planWith('${date | %Y%m%dT%H%M}.csv', 'timezone: Europe/Berlin\nschedule: 6h\n'))
  await t.resolves(planWith('${date | %Y%m%dT%H%M}.csv', 'schedule: hourly\n'))
})
