import t from 'tap'
import { reply, reset, type Step, startServer, testClient } from '../support/client/server.js'

const STATUS = 'GET job/status/7'
const SHOW = 'GET job/show/7'
const QUICK = { minPoll: 5, maxPoll: 10 }
const state = (status: string): Step => reply(200, { job_id: '7', status })

t.test('the states are told until the job has succeeded', async (t) => {
  const server = await startServer(t)
  server.script(STATUS, state('queued'), state('booting'), state('running'), state('Success'))
  const seen: string[] = []
  const onStatus = ({ status }: { status: string }) => seen.push(status)
  const last = await testClient(t, server).jobs.wait(7, { ...QUICK, onStatus })
  t.same(seen, ['queued', 'booting', 'running', 'success'])
  t.equal(last.status, 'success')
})

t.test('E3: states nobody has heard of are waited out', async (t) => {
  const server = await startServer(t)
  server.script(STATUS, state('hibernating'), state('running'), state('success'))
  t.equal((await testClient(t, server).jobs.wait(7, QUICK)).status, 'success')
})

t.test('E2: a failed job is told with the last words of its engine', async (t) => {
  const stderr = [
    'started',
    'Query 2026 failed: line 1:15: Table \u001b[1mx\u001b[0m not found',
    'java.lang.RuntimeException: oops',
    '\tat com.example.Main(Main.java:1)',
    '\t... 3 more',
    '',
  ]
  const server = await startServer(t)
  server.script(STATUS, state('running'), state('error'))
  server.script(SHOW, reply(200, { job_id: '7', status: 'error', debug: { stderr: stderr.join('\n') } }))
  const error = await testClient(t, server)
    .jobs.wait(7, QUICK)
    .catch((thrown) => thrown)
  t.match(error, {
    code: 'E_JOB_FAILED',
    exitCode: 3,
    jobId: '7',
    message: 'java.lang.RuntimeException: oops',
  })
  t.equal(error.cause.message, stderr.join('\n').replaceAll('\u001b', '\\x1b'), 'all of them are the cause')
})

t.test('E2: which of its words are shown', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  for (const [stderr, expected] of [
    [
      'Query 1 failed: no such table\nDid you mean "x"?\n\nselect * from y\n              ^\n',
      /^Query 1 failed: no such table$/,
    ],
    ['FAILED: SemanticException Table not found\nMapReduce Jobs Launched:\n', /^FAILED: SemanticException/],
    ['out of memory\n---\n', /^out of memory$/],
    [`${'x'.repeat(100_000)}\n`, /^x{499}…$/],
    ['\n \n', /^the job failed without a reason$/],
  ] as const) {
    server.script(STATUS, state('error'))
    server.script(SHOW, reply(200, { job_id: '7', status: 'error', debug: { stderr } }))
    await t.rejects(jobs.wait(7, QUICK), { code: 'E_JOB_FAILED', message: expected })
  }
})

t.test('E2: a failed job that says nothing, and a killed one', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  server.script(STATUS, state('error'), state('killed'))
  server.script(SHOW, state('error'))
  await t.rejects(jobs.wait(7, QUICK), { code: 'E_JOB_FAILED', message: 'the job failed without a reason' })
  await t.rejects(jobs.wait(7, QUICK), { code: 'E_JOB_KILLED', exitCode: 4, jobId: '7' })
})

t.test('E1: the deadline ends the wait, and a poll under way', async (t) => {
  for (const step of [state('running'), () => {}]) {
    const server = await startServer(t)
    server.always(STATUS, step)
    const begin = performance.now()
    await t.rejects(testClient(t, server).jobs.wait(7, { ...QUICK, timeout: 150 }), {
      code: 'E_DEADLINE',
      exitCode: 5,
      jobId: '7',
      message: 'the job still runs after 0.15 s',
      hint: /td-sluice dump 7/,
    })
    t.ok(performance.now() - begin < 30_000, 'long before the poll is given up')
  }
})

t.test('E9: polls may fail for a while, each in its own way', async (t) => {
  const server = await startServer(t)
  const failures = [
    reply(503),
    reset(),
    reply(429),
    reply(200, 'no JSON'),
    reply(200, {}),
    reply(502, '<html>'),
  ]
  server.script(STATUS, ...failures, state('running'), ...failures, state('success'))
  const told: string[] = []
  const onPollFailed = ({ code }: { code: string }) => told.push(code)
  await testClient(t, server, { retries: 7 }).jobs.wait(7, { ...QUICK, onPollFailed })
  t.equal(told.length, 12)
})

t.test('E9, A13: a first poll that is never answered ends by the retries, not by the window', async (t) => {
  for (const engineProgress of [false, true]) {
    const route = engineProgress ? SHOW : STATUS
    for (const [step, code] of [
      [reply(503), 'E_HTTP_5XX'],
      [reset(), 'E_NET'],
      [reply(200, '<html>'), 'E_PROTOCOL'],
      [reply(200, {}), 'E_PROTOCOL'],
    ] as const) {
      const server = await startServer(t)
      server.always(route, step)
      const { jobs } = testClient(t, server, { retries: 2 })
      await t.rejects(jobs.wait(7, { ...QUICK, engineProgress }), { code })
      t.equal(server.requests.length, 3, code)
    }
  }
})

t.test('E9: a page in place of the first answer ends the wait at the third in a row', async (t) => {
  const server = await startServer(t)
  const page = reply(200, '<html>')
  server.script(STATUS, page, page, reply(502, '<html>'), page, page, page)
  const { jobs } = testClient(t, server, { retries: 100 })
  await t.rejects(jobs.wait(7, QUICK), { code: 'E_PROTOCOL', exitCode: 12, message: /3 times in a row/ })
})

t.test('A13, E9: nobody listens at the address of the first poll', async (t) => {
  const server = await startServer(t)
  const client = testClient(t, server, { retries: 1 })
  await server.close()
  await t.rejects(client.jobs.wait(7, QUICK), { code: 'E_NET', exitCode: 10 })
})

t.test('E9, E3: polls that fail throughout the window end the wait', async (t) => {
  for (const [step, code] of [
    [reply(503), 'E_HTTP_5XX'],
    [reply(200, {}), 'E_PROTOCOL'],
  ] as const) {
    const server = await startServer(t)
    server.script(STATUS, state('running'))
    server.always(STATUS, step)
    await t.rejects(testClient(t, server).jobs.wait(7, { ...QUICK, failureWindow: 1000 }), { code })
    t.ok(server.requests.length > 3)
  }
})

t.test('E10: a local clock that jumps about disturbs neither polls nor deadline', async (t) => {
  const server = await startServer(t)
  server.script(
    STATUS,
    reply(503, '', { date: new Date().toUTCString(), 'retry-after': new Date().toUTCString() }),
  )
  server.always(STATUS, state('running'))
  const now = Date.now
  let jumps = 0
  Date.now = () => now() + (jumps++ % 2 === 0 ? 3_600_000 : -3_600_000)
  t.teardown(() => {
    Date.now = now
  })
  const begin = performance.now()
  await t.rejects(testClient(t, server).jobs.wait(7, { ...QUICK, timeout: 1000 }), { code: 'E_DEADLINE' })
  const waited = performance.now() - begin
  t.ok(waited >= 995 && waited < 600_000, `${waited} ms`)
  t.ok(server.requests.length > 3)
})

t.test('a poll that is refused ends the wait at once', async (t) => {
  for (const [status, code] of [
    [401, 'E_AUTH'],
    [404, 'E_NOT_FOUND'],
  ] as const) {
    const server = await startServer(t)
    server.script(STATUS, state('running'), reply(status))
    await t.rejects(testClient(t, server).jobs.wait(7, QUICK), { code })
  }
})

t.test('an abort ends the wait with its reason', async (t) => {
  const server = await startServer(t)
  server.always(STATUS, state('running'))
  const { jobs } = testClient(t, server)
  await t.rejects(jobs.wait(7, { signal: AbortSignal.timeout(50) }), { code: 'E_INTERRUPTED' })
  await t.rejects(jobs.wait(7, { signal: AbortSignal.abort() }), { code: 'E_INTERRUPTED' })
})

t.test('pauses are a tenth of the wait so far, from the shortest to the longest', async (t) => {
  const server = await startServer(t)
  const at: number[] = []
  server.always(STATUS, (socket, request) => {
    at.push(performance.now())
    return state(at.length < 45 ? 'running' : 'success')(socket, request)
  })
  await testClient(t, server).jobs.wait(7, { minPoll: 20, maxPoll: 60 })
  const pauses = at.slice(1).map((time, i) => time - at[i]!)
  t.ok(pauses[0]! >= 15, `first ${pauses[0]}`)
  // A pause that went on growing would be half a second by now.
  const last = Math.min(...pauses.slice(-5))
  t.ok(last >= 45 && last < 300, `last ${last}`)
})
