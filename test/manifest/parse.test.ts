import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { parseManifest } from '../../src/manifest/parse.js'
import { ManifestProblems } from '../../src/manifest/problems.js'

/** What is wrong with a manifest, as it is printed. */
function problemsOf(source: string): string[] {
  try {
    parseManifest(source, 'x.yaml')
    return []
  } catch (error) {
    if (!(error instanceof SluiceError) || !(error.cause instanceof ManifestProblems)) throw error
    t.equal(error.code, 'E_CONFIG')
    return error.cause.message.split('\n')
  }
}

const VALID = 'version: 1\nexports: [{name: a, query: select 1, output: a.csv}]\n'

t.test('a manifest is read with its defaults', async (t) => {
  const { manifest } = parseManifest(VALID, 'x.yaml')
  t.match(manifest, { concurrency: 4, schedule: 'daily', timezone: { name: 'UTC' }, hook_timeout: 60_000 })
  t.same(manifest.exports[0], { name: 'a', query: 'select 1', output: 'a.csv' })
})

t.test('settings become what the rest works with', async (t) => {
  const source = `
version: 1
timezone: Asia/Tokyo
schedule: 6h
defaults: { priority: very-high, wait_timeout: 90m, format: csv.gz }
exports:
  - { name: a, priority: -1, rename: { a: b }, cast: { c: double, e: 'decimal(10, 2)' }, partition_by: [d], delimiter: "\\t" }
`
  const { manifest } = parseManifest(source, 'x.yaml')
  t.match(manifest.defaults, {
    priority: 2,
    wait_timeout: 5_400_000,
    format: { format: 'csv', compression: 'gzip', extension: 'csv.gz' },
  })
  t.match(manifest.exports[0], {
    priority: -1,
    rename: { a: 'b' },
    cast: { c: 'double', e: 'decimal(10,2)' },
    delimiter: '\t',
  })
  t.same(manifest.schedule, { everyMs: 6 * 3_600_000 })
})

t.test('one name needs no brackets, several are a list', async (t) => {
  const exported = (settings: string) => `version: 1\nexports:\n  - { name: a, ${settings} }\n`
  const { manifest } = parseManifest(
    exported('partition_by: code, columns: [b, c], exclude: "d e"'),
    'x.yaml',
  )
  t.match(manifest.exports[0], { partition_by: ['code'], columns: ['b', 'c'], exclude: ['d e'] })
  t.same(problemsOf(exported('columns: "b,c", partition_by: 5, format: cvs')), [
    'x.yaml:3:25: exports[0].columns: several names are a list: [b,c]',
    'x.yaml:3:46: exports[0].partition_by: expected a name, or a list of names',
    'x.yaml:3:57: exports[0].format: a format is csv, tsv, ndjson, json, msgpack, parquet, arrow or arrows; .gz or .zst after it compresses; did you mean csv?',
  ])
})

t.test('every problem is told at once, with its place', async (t) => {
  const source = `version: 1
concurency: 3
timezone: Asia/Tokio
defaults: {database: sample_datasets, frmat: csv}
exports:
  - name: users
    limit: -1
    cast: {a: foo}
    wait_timeout: 5
  - nam: x
    priority: hihg
    delimiter: ab
on_success: 5
`
  t.same(problemsOf(source), [
    'x.yaml:2:1: unknown key concurency; did you mean concurrency?',
    'x.yaml:3:11: timezone: there is no such time zone; names are as Asia/Tokyo, Europe/Berlin or UTC',
    'x.yaml:4:39: unknown key frmat; did you mean format?',
    'x.yaml:7:12: exports[0].limit: expected number to be >=0',
    'x.yaml:8:15: exports[0].cast.a: columns can be cast to varchar, bigint, double, boolean, date, time, timestamp, decimal(p,s), json, uuid',
    'x.yaml:9:19: exports[0].wait_timeout: A unit is missing: 5s, 5m or 5h?',
    'x.yaml:10:5: exports[1].name is missing',
    'x.yaml:10:5: unknown key nam; did you mean name?',
    'x.yaml:11:15: exports[1].priority: a priority is -2 to 2, or very-low, low, normal, high, very-high',
    'x.yaml:12:16: exports[1].delimiter: must be 1 to 8 characters that are no ASCII letter, digit, _ + - . quote or line end, not "ab"',
    'x.yaml:13:13: on_success: expected a line for the shell, or a list of arguments',
  ])
})

t.test('what is no YAML, or not that of a manifest, is told with its place', async (t) => {
  for (const [source, first] of [
    ['', /^x\.yaml:1:1: the manifest has no keys such as exports; td-sluice init writes/],
    ['- a\n', /^x\.yaml:1:1: the manifest has no keys such as exports/],
    ['version: 1\nexports: [}\n', /^x\.yaml:2:11: /],
    ['version: 1\nversion: 1\n', /^x\.yaml:2:1: Map keys must be unique$/],
    ['version: 2\nexports: [{name: a}]\n', /^x\.yaml:1:10: version: expected 1$/],
    ['version: 1\nexports: []\n', /^x\.yaml:2:10: exports: expected array to have >=1 items$/],
    ['version: 1\nexports: [{name: a b}]\n', /^x\.yaml:2:18: exports\[0\]\.name: a name is up to 64 letters/],
    ['version: 1\nexports: [{name: a, <<: *x}]\n', /^x\.yaml:2:25: there is no anchor x before this$/],
  ] as const) {
    t.match(problemsOf(source)[0], first)
  }
})

t.test('aliases that multiply beyond measure are refused', async (t) => {
  const lines = ['version: 1', 'a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 9; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    )
  t.match(problemsOf(`${lines.join('\n')}\nexports: [*a8]\n`)[0], /its aliases stand for \d+ values/)
})

t.test('the place of a problem in something aliased is where it was written', async (t) => {
  const source = 'version: 1\nexports:\n  - &a {name: a, limit: x}\n  - *a\n'
  t.match(problemsOf(source), [/^x\.yaml:3:25: exports\[0\]\.limit/, /^x\.yaml:3:25: exports\[1\]\.limit/])
})
