import t from 'tap'
import { SANDBOX_API_KEY, startSandbox } from '../../src/sandbox/index.js'
import { ask, askJson } from '../support/sandbox/request.js'

t.test('job/show has the keys of the API and no others', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({
    query: 'select 1',
    schema: [['a', 'bigint']],
    rows: [[1]],
    cmdout: 'out',
    stderr: null,
  })
  const { json } = await askJson(`${sandbox.url}/v3/job/show/${id}`)
  t.strictSame(Object.keys(json).sort(), [
    'cpu_time',
    'created_at',
    'database',
    'debug',
    'duration',
    'end_at',
    'hive_result_schema',
    'job_id',
    'linked_result_export_job_id',
    'num_records',
    'organization',
    'priority',
    'query',
    'result',
    'result_export_target_job_id',
    'result_size',
    'retry_limit',
    'start_at',
    'status',
    'type',
    'updated_at',
    'url',
    'user_name',
  ])
  t.match(json, {
    job_id: id,
    status: 'success',
    hive_result_schema: '[["a", "bigint"]]',
    num_records: 1,
    result_size: Number,
    created_at: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    debug: { cmdout: 'out', stderr: null },
    organization: null,
  })
})

t.test('statuses follow the script, and the schema appears with the end', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const statuses = ['queued', 'booting', 'running', 'success']
  const id = sandbox.addJob({ statuses, schema: [['a', 'bigint']], rows: [[1]] })
  const seen = []
  for (let i = 0; i < 5; i++) {
    const { json } = await askJson(`${sandbox.url}/v3/job/show/${id}`)
    seen.push([json.status, json.hive_result_schema, json.start_at !== null, json.end_at !== null])
  }
  t.strictSame(seen, [
    ['queued', null, false, false],
    ['booting', null, true, false],
    ['running', null, true, false],
    ['success', '[["a", "bigint"]]', true, true],
    ['success', '[["a", "bigint"]]', true, true],
  ])
})

t.test('job/status, status_by_domain_key and statistics', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ domainKey: 'key/1', rows: [[1]] })
  const byId = await askJson(`${sandbox.url}/v3/job/status/${id}`)
  const byKey = await askJson(`${sandbox.url}/v3/job/status_by_domain_key/key%2F1`)
  t.strictSame(byKey, byId)
  t.match(byId.json, { job_id: id, status: 'success', num_records: 1 })
  t.strictSame((await askJson(`${sandbox.url}/v3/job/statistics/${id}`)).json, { records_inserted: '0' })
})

t.test('job/list pages newest first, by status and by duration', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  for (let i = 1; i <= 25; i++) sandbox.addJob({ id: `${i}`, status: i % 5 === 0 ? 'error' : 'success' })
  const list = async (query: string) => {
    const { json } = await askJson<{ count: number; from: number; to: number; jobs: { job_id: string }[] }>(
      `${sandbox.url}/v3/job/list${query}`,
    )
    return { ...json, jobs: json.jobs.map((job) => job.job_id) }
  }
  const first = await list('')
  t.equal(first.count, 20)
  t.equal(first.jobs[0], '25')
  t.strictSame(await list('?from=2&to=4'), { count: 3, from: 2, to: 4, jobs: ['23', '22', '21'] })
  t.strictSame((await list('?status=error')).jobs, ['25', '20', '15', '10', '5'])
  t.strictSame((await list('?slower_than=10')).jobs, [])
  t.equal((await list('/?from=0&conditions=x')).count, 20, 'trailing slash and unknown parameter')
  t.equal((await ask(`${sandbox.url}/v3/job/list?from=x`)).status, 422)
})

t.test('record overrides any key of a job', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ record: { status: undefined, start_at: '', num_records: '7' } })
  const { json } = await askJson(`${sandbox.url}/v3/job/show/${id}`)
  t.notOk('status' in json)
  t.match(json, { start_at: '', num_records: '7' })
})

t.test('errors have the status and the body of the API', async (t) => {
  const sandbox = await startSandbox({ apiKey: SANDBOX_API_KEY })
  t.teardown(() => sandbox.close())
  const missing = await askJson(`${sandbox.url}/v3/job/show/99`)
  t.strictSame(missing, {
    status: 404,
    json: {
      error: "Couldn't find Job with account_id = 1, id = 99",
      text: "Couldn't find Job with account_id = 1, id = 99",
      severity: 'error',
    },
  })
  for (const authorization of ['', 'TD1 ', 'Bearer x', 'TD1 2/other'])
    t.equal(
      (await ask(`${sandbox.url}/v3/job/list`, { headers: { authorization } })).status,
      401,
      authorization,
    )
  t.equal((await ask(`${sandbox.url}/v3/job/list`, { method: 'POST' })).status, 405)
  t.equal((await ask(`${sandbox.url}/v4/job/list`)).status, 404)
  t.equal((await ask(`${sandbox.url}//v3/job/list`)).status, 200, 'double slash')
  const open = await askJson(`${sandbox.url}/v3/system/server_status`, { headers: { authorization: '' } })
  t.strictSame(open, { status: 200, json: { status: 'ok' } })
})

t.test('the log says what was asked and answered', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ rows: [[1], [2]] })
  await ask(`${sandbox.url}/v3/job/result/${id}?format=msgpack.gz`, { headers: { range: 'bytes=2-5' } })
  t.match(sandbox.log, [
    {
      method: 'GET',
      url: `/v3/job/result/${id}?format=msgpack.gz`,
      endpoint: 'result',
      headers: { range: 'bytes=2-5' },
      status: 206,
      range: { start: 2, end: 6 },
      bytesSent: 4,
    },
  ])
})
