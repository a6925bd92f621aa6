import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { Client, resolveConfig } from '../../src/client/index.js'
import { runInProcess } from '../support/cli/context.js'

/** The path of the mock server of https://docs.treasuredata.com/apis/td_api_v3-public, which has no `/v3` in it. */
const PATH = '/_mock/apis/td_api_v3-public'

const TIMES = { created_at: '2020-12-31 11:22:33 UTC', updated_at: '2020-12-31 11:22:33 UTC' }
const STATUS = {
  ...TIMES,
  job_id: '19',
  cpu_time: 0,
  end_at: '2020-12-31 11:22:33 UTC',
  duration: 10,
  num_records: 100,
  result_size: 1048576,
  start_at: '2020-12-31 11:22:33 UTC',
  status: 'success',
}
const LISTED = {
  ...STATUS,
  database: 'string',
  hive_result_schema: 'string',
  linked_result_export_job_id: 19,
  organization: 'string',
  priority: 0,
  query: 'string',
  result: 'string',
  result_export_target_job_id: 19,
  retry_limit: 3,
  type: 'presto',
  url: 'string',
  user_name: 'Treasure Data',
}
const SHOWN = { ...LISTED, debug: { cmdout: 'string', stderr: 'string' } }
const ISSUED = { job: '19', job_id: '19', database: 'Alpha' }

/** The examples of the page, by the operation they belong to. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  'GET /job/list': { jobs: [LISTED], count: 0, from: 0, to: 0 },
  'GET /job/show/19': SHOWN,
  'GET /job/status/19': STATUS,
  'GET /job/status_by_domain_key/domain_key_123': STATUS,
  'GET /job/statistics/19': { records_inserted: '28345' },
  'POST /job/issue/presto/Alpha': ISSUED,
  'POST /job/kill/19': { former_status: 'running', job_id: '19', killed_at: '2020-12-31T11:22:33Z' },
  'POST /job/result_export/19': SHOWN,
  'POST /export/run/Alpha/Bravo': ISSUED,
  'GET /job/result/19': ['string'],
}

/** A server that answers as that one does. */
async function mockServer(t: Test) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://x')
    const operation = `${request.method} ${pathname.slice(PATH.length)}`
    asked.push(operation)
    const answer = pathname.startsWith(`${PATH}/`) ? EXAMPLES[operation] : undefined
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { title: 'Not Found' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}` }
}

t.test('every operation of the API’s reference is answered by its mock server', async (t) => {
  const { asked, endpoint } = await mockServer(t)
  const client = new Client(resolveConfig({ endpoint, apiKey: 'any' }, {}, ''))
  t.teardown(() => client.close())
  const { jobs } = client
  t.match(await jobs.page(), { jobs: [{ jobId: '19', type: 'presto' }], count: 0, from: 0, to: 0 })
  t.match(await jobs.show(19), {
    jobId: '19',
    schema: null,
    hiveResultSchema: 'string',
    debug: {},
  })
  t.match(await jobs.status(19), { status: 'success', times: { end: new Date('2020-12-31T11:22:33Z') } })
  t.match(await jobs.status({ domainKey: 'domain_key_123' }), { jobId: '19', resultSize: 1048576 })
  t.match(await jobs.statistics(19), { recordsInserted: 28345 })
  t.match(await jobs.issue({ query: 'SELECT COUNT(1) FROM www_access', type: 'presto', database: 'Alpha' }), {
    jobId: '19',
  })
  t.match(await jobs.kill(19), { jobId: '19', formerStatus: 'running' })
  t.match(await jobs.exportResult(19, { resultConnectionId: 17 }), {
    jobId: '19',
    job: { userName: 'Treasure Data' },
  })
  t.equal(await client.exportTable('Alpha', 'Bravo', { bucket: 'test_bucket', assumeRole: 'string' }), '19')
  const { status, body } = await jobs.result(19, { header: true, nullifySpecial: true })
  t.equal(status, 200)
  for await (const _ of body);
  t.same(asked, Object.keys(EXAMPLES))
  await t.rejects(jobs.show(20), { code: 'E_NOT_FOUND' })
})

t.test('the command talks to it, with a slash at the end, too', async (t) => {
  const { asked, endpoint } = await mockServer(t)
  const env = { TD_API_KEY: 'any' }
  for (const args of [
    ['list'],
    ['show', '19'],
    ['status', '19'],
    ['stats', '19'],
    ['kill', '19'],
    ['wait', '19'],
  ]) {
    t.match(await runInProcess([...args, '--endpoint', `${endpoint}/`], { env }), { exit: 0 }, args.join(' '))
  }
  t.match(await runInProcess(['config', '--endpoint', endpoint, '--json'], { env }), {
    stdout: new RegExp(PATH),
  })
  // Its result is no result, and is not taken for one.
  const dump = await runInProcess(['dump', '19', '-f', 'csv', '--endpoint', endpoint], { env })
  t.match(dump, { exit: 12, stdout: '' })
  t.notOk(asked.some((operation) => operation.includes('/v3/')))
})
