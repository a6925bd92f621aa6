import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'

t.setTimeout(120_000)

/** Statements that do something else than read and change tables, and such in disguise. */
const REFUSED = (file: string) => [
  `COPY (SELECT 1 AS a) TO '${file}' (FORMAT csv, USE_TMP_FILE false)`,
  `EXPLAIN COPY (SELECT 1 AS a) TO '${file}' (FORMAT csv, USE_TMP_FILE false)`,
  `EXPLAIN ANALYZE COPY (SELECT 'PWNED' AS a) TO '${file}' (FORMAT csv, USE_TMP_FILE false)`,
  `EXPLAIN (ANALYZE) COPY (SELECT 'PWNED' AS a) TO '${file}' (FORMAT csv, USE_TMP_FILE false)`,
  `/* x */ explain -- y\nanalyze copy (select 1 as a) to '${file}' (format csv, use_tmp_file false)`,
  'EXPLAIN ANALYZE SELECT 1',
  'EXPLAIN (ANALYZE, FORMAT json) SELECT 1',
  "EXPLAIN ANALYZE SET memory_limit = '100GB'",
  'EXPLAIN SET threads = 1',
  'EXPLAIN ANALYZE CALL enable_logging()',
  "EXPLAIN ANALYZE CALL enable_logging(storage := 'file', storage_config := {'path': 'x'})",
  'EXPLAIN ANALYZE DROP SCHEMA sample_datasets CASCADE',
  'EXPLAIN DROP TABLE t',
  'EXPLAIN ANALYZE DELETE FROM kept',
  'EXPLAIN ANALYZE INSERT INTO kept VALUES (2)',
  'EXPLAIN INSERT INTO kept VALUES (2)',
  'EXPLAIN SELECT 1; DROP TABLE kept',
  'EXPLAIN SELECT 1; SELECT 2',
  'SELECT 1; DROP TABLE kept',
  'SELECT 1; ; SELECT 2',
  'DROP SCHEMA sample_datasets CASCADE',
  'DROP SCHEMA IF EXISTS sample_datasets CASCADE',
  'DROP MACRO TABLE nothing; DROP TABLE kept',
  'CALL enable_logging()',
  'CALL pragma_version()',
  'SET threads = 1',
  'SET GLOBAL memory_limit = 1',
  'RESET threads',
  'SET VARIABLE a = 1',
  'PRAGMA threads = 1',
  'PRAGMA version',
  "ATTACH 'x.db'",
  `ATTACH '${file}' AS x`,
  "ATTACH ':memory:' AS x",
  'DETACH memory',
  'USE main',
  'INSTALL httpfs',
  'LOAD json',
  `EXPORT DATABASE '${file}'`,
  `IMPORT DATABASE '${file}'`,
  'CHECKPOINT',
  'VACUUM',
  'BEGIN',
  'PREPARE p AS SELECT 1',
  'EXECUTE p',
  'DEALLOCATE p',
  'CREATE SECRET s (TYPE s3)',
  'CREATE TYPE t AS INTEGER',
  'CREATE SEQUENCE s',
  "COMMENT ON TABLE kept IS 'x'",
  'SELECT * FROM enable_logging()',
  'SELECT * FROM "enable_logging"()',
  'SELECT * FROM system.main.enable_logging()',
  `SELECT * FROM enable_logging(storage := 'file', storage_path := '${file}')`,
  'SELECT (SELECT count(*) FROM enable_logging())',
  "SELECT * FROM query('select * from enable_logging()')",
  'WITH x AS (SELECT * FROM enable_logging()) SELECT * FROM x',
  'CREATE TABLE x AS SELECT * FROM enable_logging()',
  'INSERT INTO kept SELECT 1 FROM enable_logging()',
  'DELETE FROM kept WHERE n IN (SELECT 1 FROM enable_logging())',
  'SELECT * FROM enable_profiling()',
  'SELECT * FROM disable_logging()',
  'SELECT * FROM truncate_duckdb_logs()',
  'SELECT * FROM checkpoint()',
  'CREATE VIEW hidden_logging AS SELECT * FROM system.main.enable_logging()',
  'CREATE MACRO hidden_macro() AS TABLE SELECT * FROM enable_logging()',
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM '/etc/passwd'",
  "SELECT getenv('HOME')",
  "SELECT _fail('x')",
  "SELECT parse_path('x')",
  'SELECT * FROM r1',
  'SELECT * FROM duckdb_settings()',
  "SELECT current_setting('allowed_paths')",
  "SELECT system.main.Current_Setting /* a */ ('allowed_paths')",
  'SELECT "current_setting"(\'allowed_paths\')',
  "CREATE VIEW told AS SELECT current_setting('allowed_paths')",
  "CREATE MACRO told() AS current_setting('allowed_paths')",
  "SELECT * FROM query('SELECT current_' || 'setting(''allowed_paths'')')",
  "SELECT * FROM json_execute_serialized_sql('{}')",
  `${'/*'.repeat(60_000)}`,
  `${'/*'.repeat(100)}${'*/'.repeat(100)} SELECT 1`,
]

t.test('G16: the sandbox runs nothing but reads and changes of tables', async (t) => {
  const file = join(t.testdir({ 'mine.csv': 'a,b\n1,x\n' }), 'mine.csv')
  const before = statSync(file).mtimeMs
  const { issue, finished, run } = await sandboxFor(t, {
    preload: true,
    rows: 10,
    tables: [{ name: 'mine', file }],
  })
  const works = async (query: string) =>
    t.equal((await finished(await issue(query))).status, 'success', query)
  await works('CREATE TABLE kept AS SELECT 1 AS n')
  for (const query of REFUSED(file)) {
    const job = await finished(await issue(query))
    if (job.status !== 'error') t.fail(`${query.slice(0, 200)}: ${job.status}`)
    else t.pass(query.slice(0, 100))
  }
  t.equal(readFileSync(file, 'utf8'), 'a,b\n1,x\n')
  t.equal(statSync(file).mtimeMs, before)
  t.strictSame(
    (await run('SELECT n, (SELECT count(*) FROM mine), (SELECT count(*) FROM www_access) FROM kept')).rows,
    [[1, 1, 10]],
  )
})

t.test('G16: no query tells where the file of a table lies', async (t) => {
  const folder = t.testdir({ 'mine-of-7531.csv': 'a,b\n1,x\n' })
  const { issue, finished, rows } = await sandboxFor(t, {
    preload: true,
    tables: [{ name: 'mine', file: join(folder, 'mine-of-7531.csv') }],
  })
  for (const query of [
    'SELECT * FROM duckdb_views()',
    'SELECT * FROM information_schema.views',
    'SELECT * FROM sqlite_master',
    'EXPLAIN SELECT * FROM mine',
    'DESCRIBE mine',
    'SELECT CAST(b AS bigint) FROM mine',
    "SELECT current_setting('allowed_paths')",
    'SELECT * FROM duckdb_settings()',
    "SELECT filename FROM read_csv('x')",
  ]) {
    const job = await finished(await issue(query))
    const told =
      job.status === 'success'
        ? JSON.stringify(await rows(job.job_id), (_, v) => (typeof v === 'bigint' ? String(v) : v))
        : ''
    t.notMatch(`${told}${job.debug.stderr}`, '7531', query)
  }
})

t.test('reads and changes of tables run, and EXPLAIN of a SELECT', async (t) => {
  const { issue, finished, run } = await sandboxFor(t, { rows: 10 })
  for (const query of [
    'EXPLAIN SELECT * FROM www_access',
    '-- a\nexplain /* b */ (select 1)',
    'EXPLAIN WITH x AS (SELECT 1) SELECT * FROM x',
    'EXPLAIN (FORMAT json) SELECT 1',
    'EXPLAIN SELECT 1;',
    'DESCRIBE www_access',
    'SHOW TABLES',
    'SELECT table_name FROM information_schema.tables',
    'SELECT * FROM unnest(ARRAY[1, 2]) AS u(n)',
    'SELECT * FROM (VALUES (1)) AS v(query)',
    "SELECT 'EXPLAIN ANALYZE COPY', 'current_setting', 1 AS query",
    'VALUES (1)',
    'TABLE nasdaq',
    'CREATE TABLE t (n bigint)',
    'CREATE OR REPLACE VIEW v AS SELECT 1 AS n',
    'INSERT INTO t VALUES (1)',
    'UPDATE t SET n = 2',
    'ALTER TABLE t ADD COLUMN m bigint',
    'DELETE FROM t',
    'DROP VIEW v',
    'DROP TABLE IF EXISTS t',
  ]) {
    const job = await finished(await issue(query))
    t.equal(job.status, 'success', `${query}: ${job.debug.stderr}`)
  }
  const { rows, schema } = await run('EXPLAIN SELECT count(*) FROM nasdaq')
  t.strictSame(schema, [['Query Plan', 'varchar']])
  t.match(String(rows[0]), /AGGREGATE/)
})
