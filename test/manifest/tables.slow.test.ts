// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
/** Exports into tables: done once for a scheduled time, whatever was killed or lost. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import t from 'tap'
import { manifestFolders, outcomes } from '../support/manifest/folder.js'
import { PostgresProxy } from '../support/postgres/proxy.js'
import { startPostgres } from '../support/postgres/server.js'

const SELECT = 'select code from www_access limit 3'

async function askDuckDb(path: string, sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

t.test('exports into tables', async (t) => {
  const { folderOf } = await manifestFolders(t)

  t.test('F52: rows that were appended are not appended again, also when the state is lost', async (t) => {
    const manifest = `exports:
  - { name: hits, query: '${SELECT}', output: 'data/it.duckdb#hits' }
  - { name: codes, query: '${SELECT}', output: 'data/it.duckdb#codes', mode: truncate }
`
    const { cwd, report, edit } = folderOf(t, manifest)
    const counts = () =>
      askDuckDb(
        join(cwd, 'data/it.duckdb'),
        'SELECT count(*)::int FROM hits UNION ALL SELECT count(*)::int FROM codes',
      )
    const first = await report()
    t.strictSame(outcomes(first), ['hits written', 'codes written'], JSON.stringify(first))
    t.match(first.exports, [
      { path: 'data/it.duckdb#hits', rowsWritten: 3 },
      { path: 'data/it.duckdb#codes' },
    ])
    t.strictSame(outcomes(await report()), ['hits skipped', 'codes skipped'])
    // As a kill after the commit leaves it.
    rmSync(join(cwd, 'exports.yaml.state.json'))
    const found = await report()
    t.strictSame(outcomes(found), ['hits skipped', 'codes written'])
    t.match(found.exports[0], { rows: 3, rowsWritten: 3 })
    t.strictSame(await counts(), [[3], [3]])
    t.strictSame(outcomes(await report()), ['hits skipped', 'codes skipped'], 'the state knows it again')

    const forced = await report(['--force'])
    t.match(forced.exports, [{ outcome: 'failed', error: { code: 'E_EXISTS' } }, { outcome: 'written' }])
    edit(SELECT, `${SELECT.replace('3', '2')}`)
    const changed = await report()
    t.match(changed.exports[0], {
      outcome: 'failed',
      error: { code: 'E_EXISTS', message: /were appended to data\/it\.duckdb#hits by another query/ },
    })
    t.strictSame(await counts(), [[3], [3]])
    await askDuckDb(join(cwd, 'data/it.duckdb'), 'DELETE FROM td_sluice_receipts; DELETE FROM hits')
    t.strictSame(outcomes(await report()), ['hits written', 'codes skipped'])
    t.strictSame(await counts(), [[2], [3]])
  })

  t.test('what does not fit a table is told with its place, before any job', async (t) => {
    const { run, jobs } = folderOf(
      t,
      `exports:
  - { name: a, query: q, output: 'it.duckdb#a', format: csv }
  - { name: b, query: q, output: 'it.duckdb#b', null_text: x }
  - { name: c, query: q, output: 'it.duckdb#c', mode: upsert }
  - { name: d, query: q, output: d.csv, mode: truncate }
  - { name: e, query: q, output: it.duckdb }
  - { name: f, query: q, output: 'it.duckdb#f', nul: strip }
  - { name: g, query: q, output: 'it.duckdb#h', mode: truncate }
  - { name: h, query: q, output: './it.duckdb#h' }
  - { name: i, query: q, output: '\${env.DB_URL}' }
  - { name: j, query: q, output: '\${env.DB_URL}#table' }
  - { name: k, query: q, output: '\${env.FOLDER}#table' }
`,
    )
    const env = { DB_URL: 'postgres://me:sesame-street@127.0.0.1:1/db', FOLDER: '/secret-place' }
    const { exit, stderr } = await run([], { env })
    t.equal(exit, 2)
    for (const problem of [
      'format is for files; the output is a table',
      'null_text is for files; the output is a table',
      'upsert needs a key',
      'mode is for tables',
      'it.duckdb names a database, but no table',
      'nul is for PostgreSQL',
      'the export g writes the same table',
      'the output is no table',
    ])
      t.match(stderr, problem, problem)
    t.notMatch(stderr, /sesame-street|secret-place/)
    t.strictSame(jobs(), [])
  })

  t.test('the password of a URL is nowhere: not in the plan, the state, the report or a log', async (t) => {
    const { cwd, run, report } = folderOf(
      t,
      `exports:\n  - { name: a, query: 'select 1 as n', output: '\${env.DB_URL}#hits', mode: truncate }\n`,
    )
    const env = { DB_URL: 'postgres://me:sesame-street@127.0.0.1:1/db' }
    const plan = await run(['--dry-run'], { env })
    t.match(plan.stdout, /postgres:\/\/127\.0\.0\.1:1\/db#hits/)
    const failed = await report(['-v'], { env })
    t.match(failed.exports[0], { outcome: 'failed', path: 'postgres://127.0.0.1:1/db#hits' })
    const { stderr } = await run(['--log-format', 'json'], { env })
    const state = readFileSync(join(cwd, 'exports.yaml.state.json'), 'utf8')
    t.notMatch(plan.stdout + stderr + JSON.stringify(failed) + state, /sesame-street/)
  })

  t.test('F52: tables of PostgreSQL, with a receipt in the same transaction', async (t) => {
    const url = await startPostgres(t)
    if (url === undefined)
      return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    t.teardown(() => client.end())
    const ask = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
    const names = ['a', 'b', 'c']
    const { cwd, report } = folderOf(
      t,
      `exports:\n${names
        .map((name) => `  - { name: ${name}, query: '${SELECT}', output: '${url}#hits' }\n`)
        .join(
          '',
        )}  - { name: keyed, query: 'select 1 as n', output: '${url}#keyed', mode: upsert, key: [n] }\n`,
    )
    await client.query('CREATE TABLE hits (code bigint)')
    const first = await report()
    t.strictSame(
      outcomes(first),
      [...names, 'keyed'].map((name) => `${name} written`),
      JSON.stringify(first),
    )
    rmSync(join(cwd, 'exports.yaml.state.json'))
    t.strictSame(outcomes(await report()), [...names.map((name) => `${name} skipped`), 'keyed written'])
    t.strictSame(await ask('SELECT count(*)::int FROM hits'), [[9]])
    t.match(await ask('SELECT receipt, table_name, job_id, rows::int FROM td_sluice_receipts ORDER BY 1'), [
      [/^a 2026-01-31T00:\d\d:00Z hits$/, '"hits"', /^\d+$/, 3],
      [/^b /, '"hits"', /^\d+$/, 3],
      [/^c /, '"hits"', /^\d+$/, 3],
    ])
    // A receipt of another run that is committed meanwhile.
    rmSync(join(cwd, 'exports.yaml.state.json'))
    await client.query("DELETE FROM td_sluice_receipts WHERE receipt LIKE 'b %'")
    await client.query('BEGIN')
    await client.query('LOCK TABLE td_sluice_receipts IN SHARE MODE')
    const late = report(['--only', 'b'])
    const waits = "SELECT count(*)::int FROM pg_locks WHERE NOT granted AND mode = 'RowExclusiveLock'"
    while (((await ask(waits))[0] as number[])[0] === 0) await sleep(20)
    await client.query(
      `INSERT INTO td_sluice_receipts SELECT replace(receipt, 'a ', 'b '), content, table_name, job_id, rows
       FROM td_sluice_receipts WHERE receipt LIKE 'a %'; COMMIT`,
    )
    t.match((await late).exports[0], { outcome: 'failed', error: { code: 'E_EXISTS' } })
    t.strictSame(await ask('SELECT count(*)::int FROM hits'), [[9]])

    // F54: a database that takes no connections for a moment.
    const proxy = await PostgresProxy.start(t, url)
    await client.query('DELETE FROM hits')
    const busy = folderOf(
      t,
      `exports:\n  - { name: d, query: '${SELECT}', output: '${proxy.url}#hits', retries: 1 }\n`,
    )
    proxy.refusals = 1
    const repeated = await busy.report()
    t.match(repeated.exports[0], { outcome: 'written', tries: 2 }, JSON.stringify(repeated))
    t.strictSame(await ask('SELECT count(*)::int FROM hits'), [[3]])
  })
})
