import { inspect } from 'node:util'
import t from 'tap'
import type { Client } from '../../src/client/index.js'
import { VERSION } from '../../src/version.js'
import { reply, type SeenRequest, startServer, TEST_KEY, testClient } from '../support/client/server.js'

const STATUS = { job_id: '7', status: 'running' }

t.test('every request carries the key, the user agent and no wish for compression', async (t) => {
  const server = await startServer(t)
  server.script('GET job/status/7', reply(200, STATUS))
  await testClient(t, server, { userAgentSuffix: 'etl/2' }).jobs.status(7)
  t.match(server.requests[0]!.headers, {
    authorization: `TD1 ${TEST_KEY}`,
    'user-agent': `td-sluice/${VERSION} etl/2`,
    'accept-encoding': 'identity',
  })
})

t.test('a key with its own scheme is sent as it is', async (t) => {
  for (const apiKey of ['Bearer abc.def', `TD1 ${TEST_KEY}`]) {
    const server = await startServer(t)
    server.script('GET job/status/7', reply(200, STATUS))
    await testClient(t, server, { apiKey }).jobs.status(7)
    t.equal(server.requests[0]!.headers.authorization, apiKey)
  }
})

t.test('an endpoint may have a path of its own', async (t) => {
  const server = await startServer(t)
  server.script('GET /td/v3/job/status/7', reply(200, STATUS))
  const client = testClient(t, server, { endpoint: `${server.url}/td/` })
  t.equal((await client.jobs.status(7)).status, 'running')
})

const JOB = { job_id: 8 }

/** For each operation: the call, the route it takes, and what it sends. */
const OPERATIONS: Record<string, [(client: Client) => Promise<unknown>, string, string, object]> = {
  'list without options': [({ jobs }) => jobs.page(), 'GET job/list', '', { jobs: [] }],
  list: [
    ({ jobs }) => jobs.page({ from: 20, to: 39, status: 'running', slowerThan: '1m' }),
    'GET job/list',
    'from=20&to=39&status=running&slower_than=60',
    { jobs: [STATUS], count: 1, from: null, to: null },
  ],
  show: [({ jobs }) => jobs.show('7'), 'GET job/show/7', '', STATUS],
  status: [({ jobs }) => jobs.status('7'), 'GET job/status/7', '', STATUS],
  'status by domain key': [
    ({ jobs }) => jobs.status({ domainKey: 'a/b ?' }),
    'GET job/status_by_domain_key/a%2Fb%20%3F',
    '',
    STATUS,
  ],
  statistics: [({ jobs }) => jobs.statistics(7), 'GET job/statistics/7', '', { records_inserted: '28345' }],
  kill: [({ jobs }) => jobs.kill(7), 'POST job/kill/7', '', { former_status: 'running', job_id: '7' }],
  'issue, plainly': [
    ({ jobs }) => jobs.issue({ query: 'select 1', database: 'db' }),
    'POST job/issue/trino/db',
    'query=select+1',
    JOB,
  ],
  issue: [
    ({ jobs }) =>
      jobs.issue({
        query: 'select 1',
        database: 'my/db',
        type: 'hive',
        domainKey: 'k',
        poolName: 'pool',
        priority: 'low',
        retryLimit: 3,
        engineVersion: 'stable',
        scheduledTime: 1_600_000_000,
        table: 't 1',
        resultUrl: 'mysql://me:pw@host/db',
        resultConnectionId: 17,
        resultConnectionSettings: { a: 1 },
      }),
    'POST job/issue/hive/my%2Fdb',
    'query=select+1&domain_key=k&pool_name=pool&priority=-1&retry_limit=3&engine_version=stable' +
      '&scheduled_time=1600000000&table=t+1&result=mysql%3A%2F%2Fme%3Apw%40host%2Fdb&result_connection_id=17' +
      '&result_connection_settings=%7B%22a%22%3A1%7D',
    JOB,
  ],
  'export of a result': [
    ({ jobs }) =>
      jobs.exportResult(7, {
        resultConnectionId: '17',
        resultConnectionSettings: '{}',
        priority: 2,
        retryLimit: 0,
        poolName: 'p',
        domainKey: 'k',
        scheduledTime: '2020-12-31T11:22:33Z',
        query: 'SELECT 1;',
        targetJobId: 19,
        database: 'Alpha',
        table: 'Bravo',
      }),
    'POST job/result_export/7',
    'result_connection_id=17&result_connection_settings=%7B%7D&priority=2&retry_limit=0&pool_name=p&domain_key=k' +
      '&scheduled_time=2020-12-31T11%3A22%3A33Z&query=SELECT+1%3B&target_job_id=19&database=Alpha&table=Bravo',
    JOB,
  ],
  'export of a table': [
    (client) =>
      client.exportTable('db', 't', {
        bucket: 'b',
        filePrefix: 'x/',
        accessKeyId: 'id',
        secretAccessKey: 'secret',
        assumeRole: 'role',
        from: 1,
        to: 2,
        encryption: 's3',
        poolName: 'p',
        domainKey: 'k',
      }),
    'POST export/run/db/t',
    'storage_type=s3&bucket=b&file_format=jsonl.gz&file_prefix=x%2F&access_key_id=id&secret_access_key=secret' +
      '&assume_role=role&from=1&to=2&encryption=s3&pool_name=p&domain_key=k',
    JOB,
  ],
}

const sent = ({ method, query, body }: SeenRequest) => (method === 'GET' ? query.toString() : body)

for (const [name, [call, route, expected, answer]] of Object.entries(OPERATIONS)) {
  t.test(`what is sent: ${name}`, async (t) => {
    const server = await startServer(t)
    server.script(route, reply(200, answer))
    t.ok(await call(testClient(t, server)))
    t.equal(sent(server.requests[0]!), expected)
  })
}

t.test('what comes back', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  server.script('GET job/statistics/7', reply(200, { records_inserted: '28345' }))
  t.strictSame(await jobs.statistics(7), {
    jobId: '7',
    recordsInserted: 28345,
    counters: { records_inserted: '28345' },
  })
  server.script('POST job/kill/7', reply(200, { former_status: 'queued' }), reply(200, {}))
  t.strictSame(await jobs.kill(7), { jobId: '7', formerStatus: 'queued' })
  t.strictSame(await jobs.kill(7), { jobId: '7', formerStatus: null })
  server.script('POST job/issue/trino/db', reply(200, JOB))
  t.same(await jobs.issue({ query: 'select 1', database: 'db' }), { jobId: '8', adopted: false })
  server.script('POST job/result_export/7', reply(201, JOB))
  t.strictSame(await jobs.exportResult(7, { resultUrl: 's3://b/x' }), { jobId: '8', job: null })
  server.script('POST job/result_export/7', reply(200, { ...STATUS, job_id: 8, result: 's3://k:s@b/x' }))
  const exported = await jobs.exportResult(7, { resultUrl: 's3://b/x' })
  t.match(exported, { jobId: '8', job: { jobId: '8', status: STATUS.status, result: 's3://b/x' } })
})

t.test('E30: a kill is done where the reply is blank', async (t) => {
  for (const step of [
    reply(204),
    reply(200, ''),
    reply(200, ' \r\n'),
    reply(202, 'null'),
    reply(200, '\ufeff'),
  ]) {
    const server = await startServer(t)
    server.script('POST job/kill/7', step)
    t.strictSame(await testClient(t, server).jobs.kill(7), { jobId: '7', formerStatus: null })
  }
  for (const body of ['<html>', '[]', '"done"', '{"job_id":"8"}']) {
    const server = await startServer(t)
    server.always('POST job/kill/7', reply(200, body))
    await t.rejects(testClient(t, server).jobs.kill(7), { code: 'E_PROTOCOL' }, body)
  }
})

t.test('a result with its parameters', async (t) => {
  const server = await startServer(t)
  server.script('GET job/result/7', reply(206, 'part', { ETag: '"x"' }))
  const { status, headers, body } = await testClient(t, server).jobs.result(7, {
    format: 'csv',
    header: true,
    nullifySpecial: false,
    range: { start: 5, end: 8 },
    ifRange: '"x"',
  })
  t.equal(status, 206)
  t.equal(headers.get('etag'), '"x"')
  t.equal(Buffer.concat(await body.toArray()).toString(), 'part')
  t.equal(server.requests[0]!.query.toString(), 'format=csv&header=true&nullify_special=false')
  t.match(server.requests[0]!.headers, { range: 'bytes=5-8', 'if-range': '"x"' })
})

t.test('pages of a list end where the jobs do, and no job comes twice', async (t) => {
  const server = await startServer(t)
  const page = (ids: number[]) => reply(200, { jobs: ids.map((id) => ({ job_id: id, status: 'success' })) })
  const ids = [...Array(250)].map((_, i) => 1000 - i)
  // Between the first and the second page a new job has pushed the others on.
  server.script(
    'GET job/list',
    page(ids.slice(0, 100)),
    page(ids.slice(99, 199)),
    page(ids.slice(199)),
    page([]),
  )
  const seen: string[] = []
  for await (const { jobId } of testClient(t, server).jobs.list()) seen.push(jobId)
  t.same(seen, ids.map(String))
  t.same(
    server.requests.map(({ query }) => query.toString()),
    ['from=0&to=99', 'from=100&to=199', 'from=200&to=299', 'from=251&to=350'],
  )
})

t.test('pages of a server that ignores the indexes end, too', async (t) => {
  const server = await startServer(t)
  server.always('GET job/list', reply(200, { jobs: [STATUS] }))
  const pages: number[] = []
  for await (const jobs of testClient(t, server).jobs.pages({ to: 500 })) pages.push(jobs.length)
  t.strictSame(pages, [1])
})

t.test('arguments that cannot be sent are refused', async (t) => {
  const server = await startServer(t)
  const client = testClient(t, server)
  const { jobs } = client
  const base = { query: 'select 1', database: 'db' }
  const table = (options: object) => client.exportTable('db', 't', { bucket: 'b', ...options })
  const calls: Record<string, () => Promise<unknown>> = {
    'job id': () => jobs.show('7/../8'),
    'negative job id': () => jobs.kill(-7),
    'empty query': () => jobs.issue({ ...base, query: ' \n' }),
    'database of dots': () => jobs.issue({ ...base, database: '..' }),
    'empty database': () => jobs.issue({ ...base, database: '' }),
    priority: () => jobs.issue({ ...base, priority: 3 }),
    'priority name': () => jobs.issue({ ...base, priority: 'urgent' as never }),
    'retry limit': () => jobs.issue({ ...base, retryLimit: 33 }),
    'scheduled time': () => jobs.issue({ ...base, scheduledTime: 1.5 }),
    'domain key': () => jobs.issue({ ...base, domainKey: '' }),
    range: () => jobs.result(7, { range: { start: 5, end: 4 } }),
    page: () => jobs.page({ from: 5, to: 4 }),
    'export to nowhere': () => jobs.exportResult(7, {}),
    'export to a path': () => jobs.exportResult(7, { resultUrl: '/tmp/a.csv' }),
    'export to a bucket without a name': () => jobs.exportResult(7, { resultUrl: 's3://' }),
    'a query that exports to broken settings': () => jobs.issue({ ...base, resultUrl: '{"type":"s3"' }),
    'a bucket with its scheme': () => table({ bucket: 's3://b/p' }),
    'an empty bucket': () => table({ bucket: '' }),
    'a prefix of two lines': () => table({ filePrefix: 'a\nb' }),
    'rows from a time up to an earlier one': () => table({ from: 8, to: 7 }),
    'rows of no time': () => table({ from: 7, to: 7 }),
    'a target that is no job': () => jobs.exportResult(7, { resultUrl: 's3://b/x', targetJobId: '../8' }),
  }
  for (const [name, call] of Object.entries(calls)) {
    await t.rejects(call(), { code: 'E_USAGE', exitCode: 2 }, name)
  }
  for (const method of ['list', 'pages'] as const) {
    t.throws(() => jobs[method]({ from: 5, to: 4 }), { code: 'E_USAGE', exitCode: 2 }, method)
  }
  t.equal(server.requests.length, 0)
})

t.test('G2: neither client nor error shows a secret', async (t) => {
  const server = await startServer(t)
  const echo = (socket: import('node:net').Socket, request: SeenRequest) => {
    const { authorization } = request.headers
    const text = `${authorization} ${encodeURIComponent(TEST_KEY)} ${Buffer.from(TEST_KEY).toString('base64')} ${request.body}`
    return reply(422, { error: text }, { 'x-echo': authorization! })(socket, request)
  }
  server.always('POST job/issue/trino/db', echo)
  server.always('POST export/run/db/t', echo)
  const client = testClient(t, server)
  const issue = { query: 'select 1', database: 'db', resultUrl: 'mysql://me:hunter22@host/db' }
  const table = { bucket: 'b', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'sEcReT+/=' }
  const errors = [
    await client.jobs.issue(issue).catch((error) => error),
    await client.exportTable('db', 't', table).catch((error) => error),
  ]
  const shown =
    inspect([client, errors], { showHidden: true, depth: null }) + JSON.stringify([client, errors])
  for (const secret of [
    TEST_KEY,
    TEST_KEY.slice(2),
    Buffer.from(TEST_KEY).toString('base64'),
    'hunter22',
    'sEcReT',
  ]) {
    t.notMatch(shown, secret)
  }
  t.match(errors[0], { code: 'E_REJECTED', message: /hidden/ })
})

t.test('G12: a key that the server escapes in its JSON comes out of no reply', async (t) => {
  const server = await startServer(t)
  const escaped = [...TEST_KEY].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  const half = [...TEST_KEY]
    .map((one, i) => (i % 2 ? one : `\\u00${one.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('')
  const client = testClient(t, server)
  for (const key of [escaped, half, TEST_KEY.replace('/', '\\/'), JSON.stringify(escaped).slice(1, -1)]) {
    const record = `{"job_id":"7","status":"error","query":"select '${key}'","debug":{"stderr":"failed: ${key}","cmdout":"${key}"}}`
    server.always('GET job/show/7', reply(200, record))
    server.always('GET job/status/7', reply(200, '{"job_id":"7","status":"error"}'))
    server.always('POST job/kill/7', reply(422, `{"error":"not for ${key}"}`))
    server.always('POST job/kill/8', reply(422, `{"what":"not for ${key}"}`))
    const seen = inspect(
      [
        await client.jobs.show(7),
        await client.jobs.wait(7).catch((error) => [error, error.cause]),
        await client.jobs.kill(7).catch((error) => error),
        await client.jobs.kill(8).catch((error) => error),
      ],
      { showHidden: true, depth: null },
    )
    t.match(seen, /\[hidden\]/)
    const read = seen.replace(/\\+u([0-9a-f]{4})/gi, (_, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    t.notMatch(read, TEST_KEY.slice(2), key)
  }
})
