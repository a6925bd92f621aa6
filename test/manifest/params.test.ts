// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import { ManifestProblems } from '../../src/manifest/problems.js'
import { accountFor } from '../support/manifest/account.js'

/** The SQL of the one export of a manifest. */
async function sqlOf(t: Test, body: string, type = 'trino', file?: string): Promise<string | undefined> {
  const source = `version: 1\ndefaults: { database: db, type: ${type} }\nexports:\n  - name: a\n    output: a.csv\n${body}`
  const cwd = t.testdir({ 'exports.yaml': source })
  if (file !== undefined) writeFileSync(join(cwd, 'q.sql'), file)
  const env = { WHO: "O'Brien :code", TOKEN: 'x' }
  const options = {
    file: 'exports.yaml',
    cwd,
    env,
    accountFor,
    scheduledTime: '2026-01-31',
  }
  return (await planRun(options)).exports[0]!.job.sql
}

/** What is wrong with the manifest, with its lines. */
async function problemsOf(t: Test, body: string): Promise<string[]> {
  try {
    return [`no problem: ${await sqlOf(t, body)}`]
  } catch (error) {
    const { cause } = error as Error
    if (!(cause instanceof ManifestProblems)) throw error
    return cause.problems.map(({ line, message }) => `${line}: ${message}`)
  }
}

t.test('params of a manifest are quoted values of the query', async (t) => {
  const body = `    query: "select :code, :who, :day, :at, :codes and :d, :t, :n, :f, :mixed, ':code' from t"
    params:
      code: 200
      who: \${env.WHO}
      day: { date: "\${date - 1d}" }
      at: { timestamp: "\${scheduled_time}" }
      codes: [1, 2]
      d: { decimal: [1.5, '2.50'] }
      t: true
      n: null
      f: 0.5
      mixed: [{ int: '9007199254740993' }, { identifier: x }]
`
  t.equal(
    await sqlOf(t, body),
    "select 200, 'O''Brien :code', DATE '2026-01-30', TIMESTAMP '2026-01-31 00:00:00 UTC', (1, 2) and " +
      "(CAST('1.5' AS DECIMAL(2, 1)), CAST('2.50' AS DECIMAL(3, 2))), TRUE, NULL, 0.5E0, 9007199254740993, \"x\", ':code' from t",
  )
  const hive = '    query_file: q.sql\n    params: { who: "${env.WHO}" }\n'
  t.equal(await sqlOf(t, hive, 'hive', 'select :who'), "select 'O\\u0027Brien :code'")
})

t.test('params of the defaults are for the queries that name them', async (t) => {
  const cwd = t.testdir({
    'exports.yaml': `version: 1
defaults: { database: db, params: { code: 200, who: x } }
exports:
  - { name: a, query: 'select :code', output: a.csv }
  - { name: b, query: 'select 1', output: b.csv }
  - { name: c, query: 'select :code, :who', output: c.csv, params: { who: y } }
`,
  })
  const plan = await planRun({ file: 'exports.yaml', cwd, env: {}, accountFor })
  t.strictSame(
    plan.exports.map(({ job }) => job.sql),
    ['select 200', 'select 1', "select 200, 'y'"],
  )
  t.equal(new Set(plan.exports.map(({ jobHash }) => jobHash)).size, 3)
})

t.test('a wrong parameter is a problem with its line', async (t) => {
  const wrong: readonly (readonly [query: string, params: string, problem: string | RegExp])[] = [
    ['select 1', 'a: 1', /^7: the query does not use the parameter a$/],
    ['select :a, :b', 'a: 1', /^7: the query has :b/],
    ['select :a', 'a: { date: 2026-02-30 }', /^7: .*no date/],
    ['select :a', 'a: { dat: 2026-01-31 }', /^7: unknown key dat; did you mean date/],
    ['select :a', 'a: { date: x, int: 1 }', /^7: a value has one type/],
    ['select :a', 'a: 9007199254740993', /^7: .*beyond 2\^53.*in quotes/],
    ['select :a', 'a: []', /^7: the parameter a: the list is empty/],
    ['select :a', "'a b': 1", /^7: .*"a b" is no name/],
    ['select :a', 'a: "${env.TOKEN}"', /^7: TOKEN seems to be a secret/],
    ['select :a', 'a: "${env.NONE}"', /^7: the environment variable NONE is not set/],
  ]
  for (const [query, params, problem] of wrong) {
    const [first, ...others] = await problemsOf(t, `    query: ${query}\n    params: { ${params} }\n`)
    t.match(first, problem, params)
    t.same(others, [], params)
  }
})
