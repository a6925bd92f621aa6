import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { query } from '../../src/sources/query.js'
import { finishedJob, record, status, testContext } from '../support/client/job.js'
import { bytesOf, gzipOf, RESULT, sha256 } from '../support/client/result.js'
import { reply, reset, type ScriptedServer, startServer, testClient } from '../support/client/server.js'

const BYTES = gzipOf(20_000)
const ISSUE = 'POST job/issue/trino/db'
const ISSUED = reply(200, { job: '7', job_id: '7', database: 'db' })

/** Accepts the query, and loses the reply; the second POST with the same key is a conflict. */
function losesReplies(server: ScriptedServer, times: number) {
  const jobs = new Set<string | null>()
  for (let i = 0; i < times; i++) {
    server.script(ISSUE, async (socket, { form }) => {
      jobs.add(form.get('domain_key'))
      await reset()(socket, undefined as never)
    })
  }
  server.script(ISSUE, (socket, request) => {
    const known = jobs.has(request.form.get('domain_key'))
    jobs.add(request.form.get('domain_key'))
    return (known ? reply(409, { message: 'taken', details: { conflicts_with: 7 } }) : ISSUED)(
      socket,
      request,
    )
  })
  return jobs
}

t.test('a query is issued, waited for and downloaded', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(ISSUE, ISSUED)
  server.script('GET job/status/7', status('running'))
  const context = testContext()
  const issued: string[] = []
  const source = query('select 1', {
    connection: testClient(t, server),
    database: 'db',
    priority: 'very-high',
    minPoll: 5,
    onIssued: (jobId) => issued.push(jobId),
  })
  t.equal(server.requests.length, 0, 'nothing happens before it is opened')
  const opened = await source.open(context)
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
  t.match(opened, { jobId: '7', expectedRows: 3 })
  t.same(issued, ['7'])
  t.match(context.events, [
    { type: 'job', jobId: '7', status: 'queued', issued: true },
    { type: 'job', status: 'running', issued: true },
    { type: 'job', status: 'success', issued: true },
  ])
  const { form } = server.requests[0]!
  t.match(form.get('domain_key'), /^td-sluice-[0-9a-f-]{36}$/)
  t.match(Object.fromEntries(form), { query: 'select 1', priority: '2' })
})

t.test('E5: lost replies to issue make one job, which is this run’s own', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const jobs = losesReplies(server, 3)
  const context = testContext()
  const opened = await query('select 1', { connection: testClient(t, server), database: 'db' }).open(context)
  opened.body.destroy()
  t.equal(jobs.size, 1)
  t.match(context.events[0], { type: 'job', issued: true })
})

t.test('E6: with a key of the user’s, a job that was there before is adopted and not owned', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(ISSUE, reply(409, { details: { conflicts_with: '7' } }))
  const options = { connection: testClient(t, server), database: 'db', domainKey: 'nightly' }
  const context = testContext()
  const opened = await query('\r\nselect 1;\r\n ;', options).open(context)
  opened.body.destroy()
  t.match(context.events[0], { type: 'job', issued: false })
  t.equal(server.of(ISSUE)[0]!.form.get('domain_key'), 'nightly')
})

t.test('E6: a key that another query has is a conflict', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(ISSUE, reply(409, { details: { conflicts_with: '7' } }))
  const options = { connection: testClient(t, server), database: 'db', domainKey: 'nightly' }
  await t.rejects(query('select 2', options).open(testContext()), {
    code: 'E_CONFLICT',
    exitCode: 15,
    jobId: '7',
  })
})

t.test('E8: refusals end the run at once, with what the server says', async (t) => {
  for (const [httpStatus, code, exitCode] of [
    [400, 'E_REJECTED', 2],
    [401, 'E_AUTH', 6],
    [403, 'E_FORBIDDEN', 6],
    [404, 'E_NOT_FOUND', 7],
    [422, 'E_REJECTED', 2],
  ] as const) {
    t.test(String(httpStatus), async (t) => {
      const server = await startServer(t)
      server.script(ISSUE, reply(httpStatus, { error: 'no, because' }))
      const opening = query('select 1', { connection: testClient(t, server), database: 'db' }).open(
        testContext(),
      )
      await t.rejects(opening, { code, exitCode, message: /^no, because/ })
      t.equal(server.requests.length, 1)
    })
  }
})

t.test('E4: a query that is over before the first poll has its result waited for, too', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(ISSUE, ISSUED)
  server.script(RESULT, reply(404))
  const options = { connection: testClient(t, server), database: 'db', minPoll: 5 }
  const opened = await query('select 1', options).open(testContext())
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
})

t.test('an abort while issuing still tells the id, so that the job can be killed', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, async (socket, request) => {
    ending.abort()
    await sleep(100)
    await ISSUED(socket, request)
  })
  const ending = new AbortController()
  const context = testContext(ending.signal)
  const opening = query('select 1', { connection: testClient(t, server), database: 'db' }).open(context)
  await t.rejects(opening, { code: 'E_INTERRUPTED' })
  t.match(context.events, [{ type: 'job', jobId: '7', issued: true }])
  t.equal(server.requests.length, 1, 'and nothing else is asked')
})

t.test('an abort while waiting ends the wait', async (t) => {
  const server = await startServer(t)
  server.script(ISSUE, ISSUED)
  server.always('GET job/status/7', reply(200, record('running')))
  const ending = new AbortController()
  const opening = query('select 1', { connection: testClient(t, server), database: 'db' }).open(
    testContext(ending.signal),
  )
  setTimeout(() => ending.abort(new Error('enough')), 100)
  await t.rejects(opening, { code: 'E_INTERRUPTED', cause: { message: 'enough' } })
})
