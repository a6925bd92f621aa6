/** `-o` with a table of PostgreSQL or DuckDB. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { runCli, SOURCE_ARGS } from '../support/cli/run.js'
import { packRows } from '../support/msgpack/encoded-results.js'
import { startPostgres } from '../support/postgres/server.js'

const SCHEMA = '[["id","bigint"],["text","varchar"]]'

function setUp(t: Test) {
  const cwd = t.testdir({
    'rows.msgpack': packRows([
      [1, 'a'],
      [2, 'b'],
    ]),
    'more.msgpack': packRows([
      [2, 'B'],
      [3, 'c\0'],
    ]),
  })
  const convert = (name: string, ...args: string[]) =>
    runInProcess(['convert', `${name}.msgpack`, '--schema', SCHEMA, ...args], { cwd })
  const read = async (sql: string) => {
    const instance = await DuckDBInstance.create(join(cwd, 'it.duckdb'))
    const connection = await instance.connect()
    const rows = (await connection.runAndReadAll(sql)).getRowsJson()
    connection.closeSync()
    instance.closeSync()
    return rows
  }
  return { cwd, convert, read }
}

t.test('a table of a DuckDB file is made, added to, and written in each mode', async (t) => {
  const { cwd, convert, read } = setUp(t)
  const first = await convert('rows', '-o', 'it.duckdb#hits', '--report', 'report.json')
  t.equal(first.exit, 0, first.stderr)
  t.match(first.stderr, /^wrote 2 rows to it\.duckdb#hits in /)
  t.match(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')), {
    complete: true,
    format: 'duckdb',
    table: 'it.duckdb#hits',
    rowsWritten: 2,
  })
  await convert('rows', '-o', 'it.duckdb#hits')
  t.strictSame(await read('SELECT count(*)::int FROM hits'), [[4]])
  await convert('rows', '-o', 'it.duckdb#hits', '--mode', 'truncate')
  t.strictSame(await read('SELECT count(*)::int FROM hits'), [[2]])
  const upsert = ['-o', 'it.duckdb#keyed', '--mode', 'upsert', '--key', 'id']
  for (const name of ['rows', 'more']) t.equal((await convert(name, ...upsert)).exit, 0)
  t.strictSame(await read('SELECT text FROM keyed ORDER BY id'), [['a'], ['B'], ['c\0']])
  await convert('rows', '-o', 'it.duckdb#keyed', '--mode', 'replace', '--columns', 'text')
  t.strictSame(await read('SELECT * FROM keyed ORDER BY 1'), [['a'], ['b']])
})

t.test('a file and tables are written together, or none of them', async (t) => {
  const { cwd, convert, read } = setUp(t)
  const both = ['-o', 'out.csv', '-o', 'it.duckdb#one', '-o', 'it.duckdb#two', '--no-header']
  const { exit, stderr } = await convert('rows', ...both)
  t.equal(exit, 0, stderr)
  t.match(stderr, /to out\.csv, it\.duckdb#one and it\.duckdb#two, /)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), '1,a\n2,b\n')
  t.strictSame(await read('SELECT count(*)::int FROM one UNION ALL SELECT count(*)::int FROM two'), [
    [2],
    [2],
  ])
  await read('CREATE TABLE small (id TINYINT, text INTEGER)')
  const failed = await convert('rows', '-o', 'other.csv', '-o', 'it.duckdb#small', '-o', 'it.duckdb#one')
  t.match(
    failed.stderr,
    /E_TYPE: row 1, column "text": "a" does not fit the type INTEGER of the table exactly/,
  )
  t.notOk(existsSync(join(cwd, 'other.csv')))
  t.strictSame(await read('SELECT count(*)::int FROM one'), [[2]])
})

t.test('what does not fit a table is refused before any work', async (t) => {
  const { convert, cwd } = setUp(t)
  for (const [args, message] of [
    [['-o', 'it.duckdb#hits', '-f', 'csv'], /-f is for files, and it\.duckdb#hits is a table/],
    [['-o', 'it.duckdb#hits', '--partition-by', 'id'], /--partition-by is for files/],
    [['-o', 'it.duckdb#hits', '--receipt'], /--receipt is for files/],
    [['-o', 'it.duckdb#hits', '--no-header'], /--no-header is for files/],
    [['-o', 'it.duckdb#hits', '--compression-level', '3'], /--compression-level is for files/],
    [['-o', 'it.duckdb#hits', '--no-clobber'], /--no-clobber is for files/],
    [['-o', 'it.duckdb#hits', '--mode', 'upsert'], /upsert needs a key/],
    [['-o', 'it.duckdb#hits', '--key', 'id'], /a key is for upsert/],
    [['-o', 'it.duckdb#hits', '--nul', 'strip'], /--nul is for PostgreSQL/],
    [['-o', 'it.duckdb#hits', '-o', './it.duckdb#hits'], /given twice/],
    [['-o', 'out.csv', '--mode', 'append'], /--mode is for a table/],
    [['--key', 'id'], /--key is for a table/],
    [['-o', 'it.duckdb'], /it\.duckdb names a database, but no table/],
    [
      ['-o', 'postgres://me:sesame@127.0.0.1/db'],
      /postgres:\/\/127\.0\.0\.1\/db names a database, but no table/,
    ],
    [['-o', 'it.duckdb#a.b.c'], /"a\.b\.c" is not the name of a table/],
    [['-o', 'it.duckdb#hits', '--report', 'it.duckdb'], /are the same place/],
  ] as const) {
    const { exit, stderr } = await convert('rows', ...args)
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message, args.join(' '))
    t.notMatch(stderr, /sesame/)
  }
  t.notOk(existsSync(join(cwd, 'it.duckdb')))
})

t.test('a password is in no message', async (t) => {
  const { cwd } = setUp(t)
  const url = 'postgres://me:s%65same-street@127.0.0.1:1/db?application_name=x#hits'
  const args = ['convert', 'rows.msgpack', '--schema', SCHEMA, '-o', url, '--report', 'report.json', '-v']
  for (const more of [[], ['--log-format', 'json']]) {
    const { exit, stderr } = await runInProcess([...args, ...more], { cwd })
    t.equal(exit, 10)
    t.match(stderr, /can see the password in an argument/)
    t.match(stderr, /E_DATABASE_BUSY/)
    t.notMatch(stderr + readFileSync(join(cwd, 'report.json'), 'utf8'), /same-street/)
  }
})

t.test('a missing driver is told with what to type', async (t) => {
  const { cwd } = setUp(t)
  const hook = `data:text/javascript,${encodeURIComponent(`export const resolve = (name, context, next) => {
    if (name === 'pg' || name === '@duckdb/node-api') throw new Error('not there')
    return next(name, context)
  }`)}`
  const start = `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module'; register(${JSON.stringify(hook)})`,
  )}`
  for (const [output, hint] of [
    ['postgres://127.0.0.1/db#hits', 'npm install pg pg-copy-streams'],
    ['it.duckdb#hits', 'npm install @duckdb/node-api'],
  ] as const) {
    const args = ['convert', 'rows.msgpack', '--schema', SCHEMA, '-o', output]
    // From the sources: the hook is for imports.
    const node = ['--import', start, ...SOURCE_ARGS, ...args]
    const { status, stderr } = spawnSync(process.execPath, node, { cwd, encoding: 'utf8' })
    t.equal(status, 2, stderr)
    t.match(stderr, new RegExp(`E_UNSUPPORTED: the package .* is not installed\n.*${hint}`))
  }
})

t.test('a table of PostgreSQL, by URL and by variables', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.teardown(() => client.end())
  const ask = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
  await client.query('CREATE SCHEMA other')
  const { cwd, convert } = setUp(t)

  const wrote = await convert('rows', '-o', `${url}#other.hits`, '-o', 'out.csv')
  t.equal(wrote.exit, 0, wrote.stderr)
  t.match(wrote.stderr, /to postgres:\/\/%2Ftmp.*\/postgres#other\.hits and out\.csv/)
  t.notMatch(wrote.stderr, /test@/)
  t.strictSame(await ask('SELECT id::int, text FROM other.hits ORDER BY id'), [
    [1, 'a'],
    [2, 'b'],
  ])
  const nul = await convert('more', '-o', `${url.replace('postgres:', 'postgresql:')}#other.hits`)
  t.match(nul.stderr, /row 2, column "text": the text holds a NUL character.*\n.*--nul strip/)
  t.equal((await convert('more', '-o', `${url}#"dot.ted"`, '--nul', 'strip')).exit, 0)
  t.strictSame(await ask('SELECT text FROM "dot.ted" ORDER BY id'), [['B'], ['c']])

  const { hostname } = new URL(url)
  const env = { PGHOST: decodeURIComponent(hostname), PGUSER: 'test', PGDATABASE: 'postgres' }
  const args = ['convert', 'rows.msgpack', '--schema', SCHEMA, '-o', 'postgres://#by_variables']
  const { exit, stderr } = await runCli(args, { cwd, env })
  t.equal(exit, 0, stderr)
  t.strictSame(await ask('SELECT count(*)::int FROM by_variables'), [[2]])
})
