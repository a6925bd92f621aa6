import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'
import { ask } from '../support/sandbox/request.js'

t.test('a query goes queued, running, success, and its record fits its result', async (t) => {
  const { sandbox, issue, show } = await sandboxFor(t, { queueTime: 1000, runTime: 1000 })
  const id = await issue('SELECT symbol, close FROM nasdaq')
  const seen = [await show(id)]
  while (seen.at(-1)?.status !== 'success') {
    await sleep(5)
    const job = await show(id)
    if (job.status !== seen.at(-1)?.status) seen.push(job)
  }
  const { body } = await ask(`${sandbox.url}/v3/job/result/${id}?format=msgpack.gz`)
  t.match(seen, [
    { status: 'queued', hive_result_schema: null, num_records: null, start_at: null },
    { status: 'running', hive_result_schema: null, result_size: null, end_at: null },
    {
      status: 'success',
      hive_result_schema: '[["symbol", "varchar"], ["close", "double"]]',
      num_records: 10_000,
      result_size: body.length,
      debug: { cmdout: /^started at .*\nexecuting query: SELECT symbol/, stderr: null },
    },
  ])
})

t.test('the sample tables are the same everywhere', async (t) => {
  const { run } = await sandboxFor(t)
  const digest = (rows: unknown[]) =>
    createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16)
  const access = await run('SELECT * FROM www_access')
  t.equal(access.job.num_records, 5000)
  t.strictSame(access.schema, [
    ['user', 'varchar'],
    ['host', 'varchar'],
    ['path', 'varchar'],
    ['referer', 'varchar'],
    ['code', 'bigint'],
    ['agent', 'varchar'],
    ['size', 'bigint'],
    ['method', 'varchar'],
    ['time', 'bigint'],
  ])
  t.equal(digest(access.rows), 'b5876a9f4dd8c100')
  const nasdaq = await run('SELECT * FROM nasdaq')
  t.equal(digest(nasdaq.rows), '951b9e120088b559')
  const span = await run(
    `SELECT td_time_format(min(time), 'yyyy-MM-dd'), td_time_format(max(time), 'yyyy-MM-dd'),
       bool_and(low <= least(open, close) AND high >= greatest(open, close)) FROM nasdaq`,
  )
  t.strictSame(span.rows, [['1992-08-25', '2014-05-04', true]])
})

t.test('more rows on request, streamed in many chunks', async (t) => {
  const { run } = await sandboxFor(t, { rows: 60_000 })
  const { rows, job } = await run('SELECT time, agent, host FROM www_access')
  t.equal(job.num_records, 60_000)
  t.equal(rows.length, 60_000)
  const [counted] = (await run(`SELECT count(*), sum(length(agent) + length(host)) FROM www_access`)).rows
  const chars = (rows as [number, string, string][]).reduce(
    (sum, [, agent, host]) => sum + agent.length + host.length,
    0,
  )
  t.strictSame(counted, [60_000, chars], 'every text came out at its length')
})

t.test('rows are the same whatever the order they are stored in', async (t) => {
  const { run } = await sandboxFor(t, { rows: 5000 })
  const sorted = await run(`SELECT host, agent, path, referer FROM www_access ORDER BY 1, 2, 3, 4`)
  const plain = await run(`SELECT host, agent, path, referer FROM www_access`)
  const key = (row: unknown) => JSON.stringify(row)
  t.strictSame(sorted.rows.map(key).sort(), plain.rows.map(key).sort())
})

t.test('a query that fails says why', async (t) => {
  const { issue, finished, sandbox } = await sandboxFor(t)
  for (const [query, reason] of [
    ['SELEC 1', /line 1:1: mismatched input 'SELEC'/],
    [
      'SELECT 1,\n  nosuch FROM www_access',
      /line 2:3: Column 'nosuch' cannot be resolved\n\n {2}nosuch FROM www_access\n {2}\^/,
    ],
    ['SELECT * FROM nosuch', /line 1:15: Table 'sample_datasets.nosuch' does not exist/],
    ['SELECT 1; SELECT 2', /line 1:11: A job runs one statement, not several/],
    ['-- nothing', /empty/],
    [
      'SELECT code, host FROM www_access GROUP BY code',
      /'host' must be an aggregate expression or appear in GROUP BY clause/,
    ],
    ['SELECT 9223372036854775807 + 1', /NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow/],
    [
      `SELECT CAST('x' || method AS bigint) FROM www_access`,
      /failed: INVALID_CAST_ARGUMENT: Cannot cast 'xGET' to BIGINT$/m,
    ],
  ] as const) {
    const job = await finished(await issue(query))
    t.equal(job.status, 'error', query)
    t.match(job.debug.stderr, reason)
    t.notMatch(job.debug.stderr, /LINE \d|\bc0\b|\br1\b/, 'nothing of the SQL that DuckDB ran')
    t.equal(job.hive_result_schema, null)
    t.equal((await ask(`${sandbox.url}/v3/job/result/${job.job_id}?format=csv`)).status, 404)
  }
})

t.test('queries reach neither files nor settings', async (t) => {
  const { issue, finished } = await sandboxFor(t)
  for (const [query, reason] of [
    [`SELECT * FROM read_csv('/etc/passwd')`, /Table function 'read_csv' not registered/],
    [`SELECT * FROM '/etc/passwd'`, /mismatched input/],
    [`COPY (SELECT 1) TO '/tmp/x.csv'`, /COPY statements are not allowed/],
    [`CREATE TABLE t AS SELECT * FROM read_text('/etc/passwd')`, /'read_text' not registered/],
    [`SET enable_external_access = true`, /SET statements are not allowed/],
    [`ATTACH '/tmp/x.db'`, /ATTACH statements are not allowed/],
    [`INSTALL httpfs`, /not allowed/],
  ] as const) {
    const job = await finished(await issue(query))
    t.equal(job.status, 'error', query)
    t.match(job.debug.stderr, reason)
  }
})

t.test('statements that change tables have no result but statistics', async (t) => {
  const { sandbox, issue, finished, run, post } = await sandboxFor(t)
  const created = await finished(await issue('CREATE TABLE top AS SELECT 1 AS a'))
  t.match(created, { status: 'success', hive_result_schema: null, num_records: null, result_size: null })
  t.equal((await ask(`${sandbox.url}/v3/job/result/${created.job_id}?format=msgpack.gz`)).status, 404)
  const inserted = await finished(
    await issue('INSERT INTO top SELECT CAST(n AS integer) FROM UNNEST(sequence(0, 9)) AS t (n)'),
  )
  const statistics = await ask(`${sandbox.url}/v3/job/statistics/${inserted.job_id}`)
  t.equal(statistics.body.toString(), '{"records_inserted":"10"}')
  t.strictSame((await run('SELECT count(*), sum(a) FROM top')).rows, [[11, 46]])
  await run('SELECT 1 -- comment at the end')
  await finished(await issue('CREATE SCHEMA other'))
  t.equal(
    (await post('job/issue/trino/other', { query: 'SELECT 1' })).status,
    200,
    'a new database can be used',
  )
})

t.test('unnamed columns are called as the engine does', async (t) => {
  const { run } = await sandboxFor(t)
  const names = async (type: string, quote: string) => {
    const query = `SELECT count(*), 1 AS ${quote}a b${quote}, NULL, code AS Status FROM www_access GROUP BY code LIMIT 1`
    return (await run(query, {}, type)).schema.map(([name]: [string]) => name)
  }
  t.strictSame(await names('trino', '"'), ['_col0', 'a b', '_col2', 'Status'])
  t.strictSame(await names('hive', '`'), ['_c0', 'a b', '_c2', 'Status'])
})

t.test('a running query is killed, a queued one too, and a finished one stays', async (t) => {
  const { issue, post, show, finished } = await sandboxFor(t)
  const endless =
    'SELECT count(*) FROM www_access a, www_access b, www_access c, www_access d WHERE a.time + b.time + c.time + d.time < 0'
  const running = [await issue(endless), await issue(endless)]
  const queued = await issue('SELECT 1')
  while ((await show(running[1]!)).status !== 'running') await sleep(5)
  t.equal((await show(queued)).status, 'queued', 'two at a time')
  t.strictSame((await post(`job/kill/${queued}`)).json, { former_status: 'queued', job_id: queued })
  for (const id of running)
    t.strictSame((await post(`job/kill/${id}`)).json, { former_status: 'running', job_id: id })
  t.equal((await show(running[0]!)).status, 'killed')
  const next = await finished(await issue('SELECT 1'))
  t.equal(next.status, 'success', 'the queries were interrupted and made room')
  t.equal((await post(`job/kill/${next.job_id}`)).json.former_status, 'success')
  t.equal((await show(next.job_id)).status, 'success')
  t.equal((await show(queued)).status, 'killed')
})

t.test('closing the sandbox ends what runs', async (t) => {
  const { sandbox, issue, show } = await sandboxFor(t)
  const id = await issue(
    'SELECT count(*) FROM www_access a, www_access b, www_access c, www_access d WHERE a.time + b.time + c.time + d.time < 0',
  )
  while ((await show(id)).status !== 'running') await sleep(5)
  await sandbox.close()
  t.equal(sandbox.jobs()[0]?.status, 'killed')
})

t.test('an empty result is an empty gzip with a schema', async (t) => {
  const { sandbox, run } = await sandboxFor(t)
  const { job, schema } = await run('SELECT path FROM www_access WHERE code = 1')
  t.strictSame(schema, [['path', 'varchar']])
  t.match(job, { num_records: 0 })
  const { body } = await ask(`${sandbox.url}/v3/job/result/${job.job_id}?format=msgpack.gz`)
  t.equal(gunzipSync(body).length, 0)
})
