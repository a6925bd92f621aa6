import { inspect } from 'node:util'
import t from 'tap'
import { VERSION } from '../../src/version.js'
import { reply, startServer, TEST_KEY, testClient } from '../fixtures/client-server.js'

const STATUS = { job_id: '7', status: 'running', result_size: null, num_records: null }

t.test('every request carries the key, the user agent and no wish for compression', async (t) => {
  const server = await startServer(t)
  server.script('GET job/status/7', reply(200, STATUS))
  const client = testClient(t, server, { userAgentSuffix: 'etl/2' })
  t.match(await client.jobs.status(7), { jobId: '7', status: 'running', resultSize: null })
  const { headers } = server.requests[0]!
  t.equal(headers.authorization, `TD1 ${TEST_KEY}`)
  t.equal(headers['user-agent'], `td-sluice/${VERSION} etl/2`)
  t.equal(headers['accept-encoding'], 'identity')
})

t.test('the client shows its key to nobody', async (t) => {
  const server = await startServer(t)
  server.script('GET job/status/7', reply(200, STATUS))
  const client = testClient(t, server)
  await client.jobs.status('7')
  const shown = inspect(client, { showHidden: true, depth: null }) + JSON.stringify(client)
  t.notMatch(shown, TEST_KEY.slice(2))
})

t.test('listing', async (t) => {
  const server = await startServer(t)
  server.script('GET job/list', reply(200, { jobs: [STATUS], count: 1, from: null, to: null }))
  const client = testClient(t, server)
  const page = await client.jobs.list({ from: 20, to: 39, status: 'running', slowerThan: 60 })
  t.equal(page.jobs.length, 1)
  t.equal(server.requests[0]!.query.toString(), 'from=20&to=39&status=running&slower_than=60')
})
