import t from 'tap'
import { reply, reset, stall, startServer, testClient } from '../support/client/server.js'

const ISSUE = 'POST job/issue/trino/db'
const QUERY = { query: 'select 1', database: 'db' }
const KEYED = { ...QUERY, domainKey: 'k' }
const ISSUED = reply(200, { job_id: '7' })
const SAME = reply(200, { job_id: '7', status: 'running', query: 'select 1', database: 'db' })

t.test('A3: without a domain key, nothing is sent twice', async (t) => {
  for (const [step, code] of [
    [reply(503), 'E_HTTP_5XX'],
    [reply(429), 'E_RATE_LIMIT'],
    [reply(408), 'E_TIMEOUT'],
    [reset(), 'E_NET'],
  ] as const) {
    const server = await startServer(t)
    server.script(ISSUE, step)
    await t.rejects(testClient(t, server).jobs.issue(QUERY), { code, exitCode: 10 })
    t.equal(server.requests.length, 1)
  }
})

t.test('E5: with one, lost replies are followed up until the job is known', async (t) => {
  const server = await startServer(t)
  const conflict = reply(409, { error: 'taken', details: { conflicts_with: 7 } })
  server.script(ISSUE, reset(), reply(503), stall(), conflict)
  server.script('GET job/show/7', SAME)
  const { jobs } = testClient(t, server, { idleTimeout: 100 })
  t.same(await jobs.issue(KEYED), { jobId: '7', adopted: true })
  t.same(new Set(server.of(ISSUE).map(({ form }) => form.get('domain_key'))), new Set(['k']))
})

t.test('E5: a reply that is lost after a failure without effect', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, reply(503), ISSUED)
  t.same(await testClient(t, server).jobs.issue(KEYED), { jobId: '7', adopted: false })
})

t.test('E6: a conflict that names no job is looked up by its key', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, reply(409, { error: 'taken' }))
  server.script('GET job/status_by_domain_key/k', reply(200, { job_id: '7', status: 'running' }))
  server.script('GET job/show/7', SAME)
  t.same(await testClient(t, server).jobs.issue(KEYED), { jobId: '7', adopted: true })
})

t.test('E6: conflicts that cannot be resolved', async (t) => {
  const conflict = reply(409, { details: { conflicts_with: '7' } })
  for (const [name, routes] of [
    ['the job cannot be found', { 'GET job/status_by_domain_key/k': reply(404) }],
    ['the job is someone else’s', { 'GET job/show/7': reply(403) }],
    [
      'another query',
      { 'GET job/show/7': reply(200, { job_id: 7, status: 'x', query: 'select 2', database: 'db' }) },
    ],
    [
      'another database',
      { 'GET job/show/7': reply(200, { job_id: 7, status: 'x', query: 'select 1', database: 'b' }) },
    ],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.script(ISSUE, name.includes('found') ? reply(409) : conflict)
      for (const [route, step] of Object.entries(routes)) server.script(route, step)
      await t.rejects(testClient(t, server).jobs.issue(KEYED), { code: 'E_CONFLICT', exitCode: 15 })
    })
  }
})

t.test('E6: white space makes another query of it where it counts', async (t) => {
  for (const [theirs, ours, same] of [
    ["select 'a  b'", "select 'a b'", false],
    ["select 'a\nb'", "select 'a b'", false],
    ['select 1 -- x\n, 2', 'select 1 -- x , 2', false],
    ['select "a  b" from t', 'select "a b" from t', false],
    ['select 1 /* a  b */', 'select 1 /* a b */', false],
    ['select 1', '\r\n select 1 ;\r\n; ', true],
    ['select 1\n, 2', 'select 1\r\n, 2', true],
  ] as const) {
    const server = await startServer(t)
    server.script(ISSUE, reply(409, { details: { conflicts_with: '7' } }))
    server.script('GET job/show/7', reply(200, { job_id: 7, status: 'x', query: theirs, database: 'db' }))
    const issuing = testClient(t, server).jobs.issue({ ...KEYED, query: ours })
    if (same) t.same(await issuing, { jobId: '7', adopted: true }, ours)
    else await t.rejects(issuing, { code: 'E_CONFLICT', exitCode: 15 }, ours)
  }
})

t.test('E6: a conflict where no key was sent is told as it is', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, reply(409, { error: 'no' }))
  await t.rejects(testClient(t, server).jobs.issue(QUERY), { code: 'E_CONFLICT', message: /^no/ })
})

t.test('E11: a conflict that names no valid job', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, reply(409, { details: { conflicts_with: '../../user' } }))
  await t.rejects(testClient(t, server).jobs.issue(KEYED), { code: 'E_PROTOCOL', exitCode: 12 })
})
