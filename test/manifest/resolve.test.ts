import t, { type Test } from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import { runInProcess } from '../support/cli/context.js'
import { startServer } from '../support/client/server.js'

const HEAD =
  'version: 1\ndefaults: { database: db, null_text: X, delimiter: ";", invalid_utf8: fail }\nexports:\n'

function planOf(t: Test, exports: string, more = 'limit: 5') {
  const cwd = t.testdir({ 'exports.yaml': HEAD.replace(' }', `, ${more} }`) + exports })
  return planRun({ file: 'exports.yaml', cwd, env: {}, endpoint: 'http://localhost' })
}

t.test('defaults that the format of an export lacks are skipped for it', async (t) => {
  const plan = await planOf(
    t,
    `  - { name: a, query: q, output: a.csv }
  - { name: b, query: q, output: b.tsv, null_text: Y }
  - { name: c, query: q, output: c.parquet, parquet_page: v2 }
`,
  )
  t.same(
    plan.exports.map(({ writing }) => writing.options),
    [
      { null: 'X', delimiter: ';', invalidUtf8: 'fail' },
      { null: 'Y', invalidUtf8: 'fail' },
      { invalidUtf8: 'fail', page: 'v2' },
    ],
  )
})

t.test('a level of compression in the defaults is for the exports that are compressed', async (t) => {
  const plan = await planOf(
    t,
    '  - { name: a, query: q, output: a.csv }\n  - { name: b, query: q, output: b.csv.gz }\n',
    'compression_level: 9',
  )
  t.same(
    plan.exports.map(({ writing }) => writing.options.compressionLevel),
    [undefined, 9],
  )
})

t.test('wrong options of formats are told with their place, before any request', async (t) => {
  const server = await startServer(t)
  const env = { TD_API_SERVER: server.url, TD_API_KEY: 'k' }
  const cases: [keys: string, wrong: string, message: string][] = [
    ['output: a.csv, delimiter: a', 'delimiter', 'exports[0].delimiter: must be one ASCII character'],
    ['output: a.csv, delimiter: ",", null_text: ","', 'null_text', 'the option null_text is never quoted'],
    ['output: a.csv, null_text: "a;b"', 'null_text', 'the option null_text is never quoted'],
    ['output: a.tsv, delimiter: ";"', 'delimiter', 'the format tsv has no option delimiter; csv has it'],
    ['output: a.ndjson, null_text: X', 'null_text', 'the format ndjson has no option null_text; csv and tsv'],
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
