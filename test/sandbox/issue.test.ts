import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'
import { ask, askJson } from '../support/sandbox/request.js'

const PATH = 'job/issue/trino/sample_datasets'

t.test('a query is issued as form, multipart, JSON or in the query string', async (t) => {
  const { sandbox, post, show } = await sandboxFor(t)
  const multipart = new Response(new FormData()).headers.get('content-type') ?? ''
  const boundary = multipart.split('boundary=')[1]
  const part = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const fields = { query: 'SELECT 1 AS "é+&"', priority: '-2', retry_limit: '3' }
  for (const [how, answer] of [
    ['form', await post(PATH, fields)],
    [
      'multipart',
      await post(
        PATH,
        {},
        {
          headers: { 'content-type': multipart },
          body: `${Object.entries(fields)
            .map(([name, value]) => part(name, value))
            .join('')}--${boundary}--\r\n`,
        },
      ),
    ],
    [
      'json',
      await post(
        PATH,
        {},
        {
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({ ...fields, priority: -2, retry_limit: 3, domain_key: null }),
        },
      ),
    ],
    ['query string', await post(`${PATH}?${new URLSearchParams(fields)}`, {}, { body: '' })],
  ] as const) {
    t.equal(answer.status, 200, how)
    t.strictSame(Object.keys(answer.json).sort(), ['database', 'job', 'job_id'], how)
    t.equal(answer.json.job, answer.json.job_id)
    t.match(await show(answer.json.job_id!), { query: fields.query, priority: -2, retry_limit: 3 }, how)
  }
  t.equal(sandbox.jobs().length, 4)
})

t.test('priorities go by number and by name', async (t) => {
  const { post, show } = await sandboxFor(t)
  for (const [priority, expected] of [
    ['very-low', -2],
    ['LOW', -1],
    ['norm', 0],
    ['high', 1],
    ['very high', 2],
    ['+1', 1],
  ] as const) {
    const { json } = await post(PATH, { query: 'SELECT 1', priority })
    t.match(await show(json.job_id!), { priority: expected }, priority)
  }
})

t.test('what the API refuses', async (t) => {
  const { sandbox, post } = await sandboxFor(t, { pools: ['default', 'big'] })
  const query = 'SELECT 1'
  for (const [path, fields, status] of [
    [PATH, {}, 422],
    [PATH, { query, priority: '3' }, 422],
    [PATH, { query, priority: 'urgent' }, 422],
    [PATH, { query, retry_limit: '33' }, 422],
    [PATH, { query, retry_limit: 'many' }, 422],
    [PATH, { query, engine_version: 'no such version' }, 422],
    [PATH, { query, scheduled_time: 'tomorrow' }, 422],
    [PATH, { query: `SELECT '${'x'.repeat(1_000_000)}'` }, 422],
    [PATH, { query, pool_name: 'none' }, 400],
    [PATH, { query, pool_name: 'big', engine_version: 'experimental' }, 200],
    ['job/issue/trino/nosuch', { query }, 404],
    ['job/issue/cobol/sample_datasets', { query }, 400],
  ] as const) {
    const answer = await post(path, fields)
    t.equal(answer.status, status, `${path} ${JSON.stringify(fields).slice(0, 80)}`)
    if (status !== 200) t.match(answer.json, { error: String, text: String, severity: 'error' })
  }
  const url = `${sandbox.url}/v3/${PATH}`
  const broken = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }
  t.equal((await ask(url, broken)).status, 400)
  t.equal((await ask(url, { ...broken, headers: { 'content-type': 'text/plain' } })).status, 415)
  t.equal(sandbox.jobs().length, 1)
})

t.test('a domain key belongs to one job', async (t) => {
  const { sandbox, issue, post } = await sandboxFor(t)
  const id = await issue('SELECT 1', { domain_key: 'k1' })
  const again = await post(PATH, { query: 'SELECT 2', domain_key: 'k1' })
  t.equal(again.status, 409)
  t.match(again.json, { error: /domain_key.*already been taken/, details: { conflicts_with: id } })
  const { json } = await askJson(`${sandbox.url}/v3/job/status_by_domain_key/k1`)
  t.equal(json.job_id, id)
  t.equal((await ask(`${sandbox.url}/v3/job/status_by_domain_key/k2`)).status, 404)
})

t.test('a lost reply leaves a job behind', async (t) => {
  const { sandbox, post, finished } = await sandboxFor(t, { faults: ['lose-response@issue'] })
  await t.rejects(post(PATH, { query: 'SELECT 1', domain_key: 'k' }), { code: 'ECONNRESET' })
  const again = await post(PATH, { query: 'SELECT 1', domain_key: 'k' })
  t.equal(again.status, 409)
  const [job] = sandbox.jobs()
  t.match(again.json, { details: { conflicts_with: job?.id } })
  t.equal((await finished(job!.id)).status, 'success')
  t.strictSame(sandbox.faults.pending(), [])
})

t.test('a bulk load is taken with its query as an object, and fails', async (t) => {
  const { sandbox, post, finished } = await sandboxFor(t)
  const config = { in: { type: 's3' } }
  const { json } = await post(
    'job/issue/bulkload/sample_datasets?table=t',
    {},
    {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ config }),
    },
  )
  const job = await finished(json.job_id!)
  t.match(job, { status: 'error', query: config, debug: { stderr: /runs no jobs of the type bulkload/ } })
  t.equal(sandbox.jobs().length, 1)
})

t.test('databases and tables are listed', async (t) => {
  const { sandbox } = await sandboxFor(t, { rows: 70 })
  const { json } = await askJson(`${sandbox.url}/v3/database/list`)
  t.match(json, { databases: [{ name: 'sample_datasets', count: 10_070, permission: 'administrator' }] })
  const tables = await askJson(`${sandbox.url}/v3/table/list/sample_datasets`)
  t.match(tables.json, {
    database: 'sample_datasets',
    tables: [
      { name: 'nasdaq', count: 10_000 },
      {
        name: 'www_access',
        count: 70,
        schema:
          '[["user","string"],["host","string"],["path","string"],["referer","string"],["code","long"],["agent","string"],["size","long"],["method","string"]]',
      },
    ],
  })
  t.equal((await ask(`${sandbox.url}/v3/table/list/nosuch`)).status, 404)
})
