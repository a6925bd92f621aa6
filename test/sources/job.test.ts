import t from 'tap'
import { job } from '../../src/sources/job.js'
import { finishedJob, SCHEMA, status, testContext } from '../support/client/job.js'
import { bytesOf, cut, gzipOf, RESULT, serve, sha256 } from '../support/client/result.js'
import { reply, startServer, TEST_KEY, testClient } from '../support/client/server.js'
import { eventually } from '../support/process/eventually.js'

const BYTES = gzipOf(20_000)
const QUICK = { minPoll: 5, maxPoll: 10, resultGrace: 300 }

t.test('a finished job opens with its schema and counts', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const context = testContext()
  const opened = await job('7', { connection: testClient(t, server) }).open(context)
  t.match(opened, {
    compression: 'gzip',
    schemaText: SCHEMA,
    jobId: '7',
    expectedRows: 3,
    expectedBytes: BYTES.length,
  })
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
  t.equal(opened.sha256!(), sha256(BYTES))
  t.match(context.events, [{ type: 'job', jobId: '7', status: 'success', issued: false }])
})

t.test('a running job is waited for, and its states are told', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script('GET job/status/7', status('queued'), status('BOOTING'), status('running'))
  const context = testContext()
  const opened = await job(7, { connection: testClient(t, server), ...QUICK }).open(context)
  await bytesOf(opened.body)
  t.same(
    context.events.map((event) => event.type === 'job' && event.status),
    ['queued', 'booting', 'running', 'success'],
  )
})

t.test('a record that lags behind the status is asked for again', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script('GET job/status/7', status('running'))
  server.script('GET job/show/7', status('running', { hive_result_schema: null }))
  const opened = await job(7, { connection: testClient(t, server), ...QUICK }).open(testContext())
  t.equal(opened.schemaText, SCHEMA)
  opened.body.destroy()
})

t.test('E17: the record of another job is not taken, and its result is not downloaded', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const foreign = status('success', {
    job_id: '20',
    result_size: 5,
    num_records: 1,
    hive_result_schema: '[]',
  })
  server.script('GET job/show/7', foreign)
  const opened = await job(7, { connection: testClient(t, server), ...QUICK }).open(testContext())
  t.match(opened, { jobId: '7', schemaText: SCHEMA, expectedRows: 3 })
  opened.body.destroy()
  server.always('GET job/show/7', foreign)
  const client = testClient(t, server)
  await t.rejects(job(7, { connection: client, ...QUICK }).open(testContext()), {
    code: 'E_PROTOCOL',
    exitCode: 12,
  })
  const asked = new Set(server.requests.map(({ path }) => path))
  t.same(asked, new Set(['job/status/7', 'job/show/7', 'job/result/7']))
})

for (const [state, code, exitCode] of [
  ['error', 'E_JOB_FAILED', 3],
  ['killed', 'E_JOB_KILLED', 4],
  ['running', 'E_PROTOCOL', 12],
  ['odd', 'E_PROTOCOL', 12],
] as const) {
  t.test(`E18: the status is success and the record says ${state}`, async (t) => {
    const server = await startServer(t)
    finishedJob(server, BYTES)
    server.script('GET job/show/7', status(state, { hive_result_schema: null, num_records: null }))
    const client = testClient(t, server)
    const opened = await job(7, { connection: client, ...QUICK }).open(testContext())
    t.match(opened, { schemaText: SCHEMA, expectedRows: 3 }, 'the record catches up, seen running or not')
    opened.body.destroy()
    server.always('GET job/show/7', status(state))
    const results = server.of(RESULT).length
    await t.rejects(job(7, { connection: client, ...QUICK }).open(testContext()), {
      code,
      exitCode,
      jobId: '7',
    })
    t.equal(server.of(RESULT).length, results, 'nothing is downloaded')
  })
}

t.test('E2: a job that failed or was killed gives no result, even where there is one', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const client = testClient(t, server)
  server.script('GET job/status/7', status('error'))
  server.script(
    'GET job/show/7',
    status('error', { debug: { stderr: 'started\nQuery failed: no such table\n' } }),
  )
  await t.rejects(job(7, { connection: client }).open(testContext()), {
    code: 'E_JOB_FAILED',
    exitCode: 3,
    jobId: '7',
    message: 'Query failed: no such table',
  })
  server.script('GET job/status/7', status('killed'))
  await t.rejects(job(7, { connection: client }).open(testContext()), {
    code: 'E_JOB_KILLED',
    exitCode: 4,
    jobId: '7',
  })
  t.equal(server.of(RESULT).length, 0)
})

t.test('E4: a result that comes late is waited for', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script('GET job/status/7', status('running'))
  server.script(RESULT, reply(404), reply(409), reply(200, ''), serve(BYTES))
  const opened = await job(7, { connection: testClient(t, server), ...QUICK }).open(testContext())
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
})

t.test('E4: a result that never comes is E_NO_RESULT', async (t) => {
  t.test('after a while where the job has only just finished', async (t) => {
    const server = await startServer(t)
    finishedJob(server, BYTES)
    server.script('GET job/status/7', status('running'))
    server.always(RESULT, reply(404, { error: 'no result' }))
    const opening = job(7, { connection: testClient(t, server), ...QUICK }).open(testContext())
    await t.rejects(opening, { code: 'E_NO_RESULT', exitCode: 7, jobId: '7' })
    t.ok(server.of(RESULT).length > 3)
  })
  t.test('at once where it finished long ago', async (t) => {
    const server = await startServer(t)
    finishedJob(server, BYTES)
    server.always(RESULT, reply(404))
    await t.rejects(job(7, { connection: testClient(t, server) }).open(testContext()), {
      code: 'E_NO_RESULT',
    })
    t.equal(server.of(RESULT).length, 1)
  })
  t.test('at once where there is no schema, as after CREATE TABLE', async (t) => {
    const server = await startServer(t)
    finishedJob(server, BYTES, { hive_result_schema: null, num_records: null, result_size: null })
    server.script('GET job/status/7', status('running'))
    server.always(RESULT, reply(404))
    await t.rejects(job(7, { connection: testClient(t, server) }).open(testContext()), {
      code: 'E_NO_RESULT',
    })
    t.equal(server.of(RESULT).length, 1)
  })
})

t.test('polls that fail in a row are told once', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script('GET job/status/7', reply(503), reply(503), status('running'), reply(503))
  const context = testContext()
  const opened = await job(7, { connection: testClient(t, server), ...QUICK }).open(context)
  opened.body.destroy()
  t.match(context.events, [
    { code: 'N_POLL_FAILED', message: /503/ },
    { status: 'running' },
    { code: 'N_POLL_FAILED' },
    { status: 'success' },
  ])
})

t.test('E1: the deadline passes', async (t) => {
  const server = await startServer(t)
  server.always('GET job/status/7', status('running'))
  const opening = job(7, { connection: testClient(t, server), ...QUICK, waitTimeout: 60 }).open(testContext())
  await t.rejects(opening, { code: 'E_DEADLINE', exitCode: 5, jobId: '7', hint: /dump 7/ })
  t.ok(
    server.requests.every(({ method }) => method === 'GET'),
    'the job is not killed',
  )
})

t.test('E11: an id that is none is refused before anything is sent', async (t) => {
  for (const id of ['../../user', '1?x', '1/2', '-1', '', '1'.repeat(1_000_000), Number.NaN, 1.5]) {
    t.throws(() => job(id), { code: 'E_USAGE', exitCode: 2 }, String(id).slice(0, 20))
  }
})

t.test('a broken download is told as a notice', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.script(RESULT, cut(BYTES, 9000, 'close'))
  const context = testContext()
  const opened = await job(7, { connection: testClient(t, server) }).open(context)
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
  t.match(context.events.at(-1), { type: 'notice', code: 'N_RESUMED', message: /after 9000 bytes/ })
})

t.test('a size that is not the record’s is accepted where nobody checks it', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES, { result_size: 5 })
  const client = testClient(t, server)
  await t.rejects(job(7, { connection: client }).open(testContext()), { code: 'E_SIZE_MISMATCH' })
  const opened = await job(7, { connection: client, verifySize: false }).open(testContext())
  t.equal(opened.expectedBytes, BYTES.length)
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
})

t.test('without a client one is made from the options, and closed in the end', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const opened = await job(7, { connection: { apiKey: TEST_KEY, endpoint: server.url } }).open(testContext())
  t.equal(sha256(await bytesOf(opened.body)), sha256(BYTES))
  await eventually(() => server.openConnections === 0)
})
