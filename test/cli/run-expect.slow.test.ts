// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** `expect` in manifests: an export whose rows are not what was expected is not published. */
import { existsSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { RunReport } from '../../src/manifest/report.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const { folderOf } = await manifestFolders(t)

const gatesIn = ({ exports }: RunReport) =>
  exports.flatMap(({ gates = [] }) => gates.map(({ gate, outcome, value }) => `${gate} ${outcome} ${value}`))

t.test(
  'F60: an export that fails its expectations is not published; the next start reads the same job',
  async (t) => {
    const manifest = `exports:
  - name: one
    query: select i % 3 as k, i as n from unnest(sequence(0, 6)) as t (i)
    output: one.csv
    expect: { rows: { min: 1, max: 7 }, not_null: [n], unique: [n, k], columns: [k, n] }
  - { name: two, query: 'select 1 as a', output: two.csv }
on_failure: echo failed > hook.txt
`
    const { cwd, run, jobs, report, edit, read } = folderOf(t, manifest, { 'one.csv': 'old' })
    const failed = await report()
    t.match(failed, {
      exitCode: 12,
      complete: false,
      exports: [
        {
          outcome: 'failed',
          tries: 1,
          error: {
            code: 'E_EXPECTATION',
            message:
              /^1 of 6 expectations failed, and nothing was published: unique\(k\): 4 of 7 rows have keys that came before/,
          },
        },
        { outcome: 'written' },
      ],
    })
    t.strictSame(gatesIn(failed), [
      'rows>=1 passed 7',
      'rows<=7 passed 7',
      'not_null(n) passed 0',
      'unique(n) passed 0',
      'unique(k) failed 4',
      'columns(k,n) passed k,n',
    ])
    t.equal(read('one.csv'), 'old')
    t.equal(read('hook.txt'), 'failed\n')
    const again = await run()
    t.equal(again.exit, 12)
    t.match(again.stderr, /hint: the next start reads the same job; --only one --force issues a new one/)
    t.equal(jobs().length, 2, 'one of each export')
    edit('unique: [n, k]', 'unique: [n, [k, n]]')
    const good = await report()
    t.equal(good.exitCode, 0)
    t.strictSame(gatesIn(good).slice(3, 5), ['unique(n) passed 0', 'unique((k,n)) passed 0'])
    t.match(read('one.csv'), /^k,n\n/)
    t.equal(jobs().length, 2)
    t.strictSame(
      readdirSync(cwd).filter((name) => name.includes('.part')),
      [],
    )
  },
)

t.test('rows and schema are compared with what the time before has written', async (t) => {
  const manifest = `exports:
  - name: one
    query_file: one.sql
    output: 'out/\${date}.csv'
    expect: { rows: { max_change: 50% }, schema: same }
`
  const sql = (rows: string, columns = 'i as n') =>
    `select ${columns} from unnest(sequence(1, ${rows})) as t (i)`
  const { cwd, run, report, edit } = folderOf(t, manifest, { 'one.sql': sql('${env.ROWS}') })
  const at = (day: number, rows: number, ...more: string[]) =>
    report(['--scheduled-time', `2026-03-0${day}`, ...more], { env: { ROWS: `${rows}` } })
  const first = await run(['--scheduled-time', '2026-03-01'], { env: { ROWS: '10' } })
  t.equal(first.exit, 0)
  t.match(
    undated(first.stderr),
    /^note: one: rows\.max_change<=50% passed: there is no earlier output to compare with$/m,
  )
  t.strictSame(gatesIn(await at(2, 14)), ['rows.max_change<=50% passed 0.4', 'schema=same passed n bigint'])
  const shrunk = await at(3, 6)
  t.equal(shrunk.exitCode, 12)
  t.strictSame(gatesIn(shrunk), [`rows.max_change<=50% failed ${8 / 14}`, 'schema=same passed n bigint'])
  t.notOk(existsSync(join(cwd, 'out/2026-03-03.csv')))
  t.strictSame(
    gatesIn(await at(4, 20)).slice(0, 1),
    [`rows.max_change<=50% passed ${6 / 14}`],
    'the last published one counts',
  )
  t.strictSame(
    gatesIn(await at(3, 14, '--force')).slice(0, 1),
    ['rows.max_change<=50% passed 0'],
    'not a later one',
  )
  edit('query_file: one.sql', `query: ${sql('20', 'i as n, 1 as m')}`)
  const other = await at(5, 0)
  t.equal(other.exports[0]!.error?.code, 'E_EXPECTATION')
  t.match(other.exports[0]!.error?.message, 'schema=same: column 2 is m integer, it was missing')
  unlinkSync(join(cwd, 'exports.yaml.state.json'))
  const forgotten = await at(6, 0)
  t.equal(forgotten.exitCode, 0)
  t.strictSame(gatesIn(forgotten), ['rows.max_change<=50% first null', 'schema=same first null'])
})

t.test(
  'expectations of defaults count beside those of an export, save where it says the same key',
  async (t) => {
    const manifest = `exports:
  - { name: one, query: 'select 1 as a', output: one.csv, expect: { unique: [a] } }
  - { name: two, query: 'select 1 as a', output: two.csv, expect: { rows: { max: 9 } } }
`
    const { edit, report } = folderOf(t, manifest)
    edit(
      'database: sample_datasets',
      'database: sample_datasets, expect: { rows: { min: 1 }, not_null: [a] }',
    )
    t.strictSame(gatesIn(await report()), [
      'rows>=1 passed 1',
      'not_null(a) passed 0',
      'unique(a) passed 0',
      'rows<=9 passed 1',
      'not_null(a) passed 0',
    ])
  },
)

t.test('what is wrong with expectations is told with its place, before anything runs', async (t) => {
  const cases: [string, RegExp][] = [
    [
      '{ rows: { max_change: 50 } }',
      /exports\.yaml:4:\d+: exports\[0\]\.expect\.rows\.max_change: expected a percentage, such as 50%/,
    ],
    ['{ rows: { max_change: half } }', /expected a percentage/],
    ['{ rows: { min: 5, max: 1 } }', /no number of rows is at least min and at most max/],
    ['{ rows: { least: 5 } }', /unknown key least/],
    ['{ row: { min: 5 } }', /exports\.yaml:4:\d+: unknown key row/],
    ['{ unique: [] }', /exports\.yaml:4:\d+: /],
    ['{ unique: [7] }', /expected a column, or a list of them/],
    ['{ not_null: a }', /exports\.yaml:4:\d+: /],
    ['{ schema: equal }', /exports\.yaml:4:\d+: /],
  ]
  for (const [expect, message] of cases) {
    const { run, jobs } = folderOf(
      t,
      `exports:\n  - { name: one, query: 'select 1 as a', output: one.csv, expect: ${expect} }\n`,
    )
    const { exit, stderr } = await run()
    t.equal(exit, 2)
    t.match(stderr, message, expect)
    t.equal(jobs().length, 0)
  }
})
