import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import t from 'tap'
import { networkError } from '../../src/client/http/network-error.js'
import { backoff, isWorthRetrying, withRetries } from '../../src/client/http/retry.js'
import { parseRetryAfter } from '../../src/client/http/retry-after.js'
import { ERROR_TABLE, type ErrorCode, SluiceError } from '../../src/errors.js'
import { close, head, reply, reset, type Step, startServer, testClient } from '../support/client/server.js'
import { growsEvenly } from '../support/process/growth.js'

const OK = reply(200, { job_id: '7', status: 'running', jobs: [] })

for (const [name, call, route] of [
  ['page', 'page', 'GET job/list'],
  ['show', 'show', 'GET job/show/7'],
  ['status', 'status', 'GET job/status/7'],
  ['statistics', 'statistics', 'GET job/statistics/7'],
  ['kill', 'kill', 'POST job/kill/7'],
] as const) {
  t.test(`A1: ${name} survives as many 5xx as there are retries, and no more`, async (t) => {
    const server = await startServer(t)
    const invoke = (): Promise<unknown> => (call === 'page' ? jobs.page() : jobs[call]('7'))
    const { jobs } = testClient(t, server, { retries: 3 })
    server.script(route, reply(500), reply(502), reply(503), OK)
    await invoke()
    t.equal(server.requests.length, 4)
    server.always(route, reply(504, { error: 'upstream' }))
    const error = { code: 'E_HTTP_5XX', exitCode: 10, message: 'upstream (HTTP 504) (4 attempts)' }
    await t.rejects(invoke(), error)
    t.equal(server.requests.length, 8)
  })
}

t.test('each pause between two attempts is told beforehand', async (t) => {
  const server = await startServer(t)
  const told: string[] = []
  const onRetry = (failure: SluiceError, pauseMs: number) => {
    told.push(failure.code)
    t.ok(pauseMs >= 0)
  }
  server.script('GET job/status/7', reply(503), reply(429), OK)
  await testClient(t, server, { onRetry }).jobs.status(7)
  t.strictSame(told, ['E_HTTP_5XX', 'E_RATE_LIMIT'])
})

t.test('A3: 408, 425 and 429 pass on reads', async (t) => {
  const server = await startServer(t)
  server.script('GET job/status/7', reply(408), reply(425), reply(429), OK)
  await testClient(t, server).jobs.status(7)
  t.equal(server.requests.length, 4)
})

t.test('A4, A5, A14: resets, closes and sockets that died between requests', async (t) => {
  const server = await startServer(t)
  const closing: Step = (socket, request) => {
    OK(socket, request)
    socket.end()
  }
  server.script('GET job/status/7', reset(), close(), close('HTTP/1.1 200 OK\r\n'), closing, OK, closing, OK)
  const { jobs } = testClient(t, server)
  for (let i = 0; i < 4; i++) t.equal((await jobs.status(7)).status, 'running')
})

t.test('A2: Retry-After is waited for', async (t) => {
  const server = await startServer(t)
  const inTwoSeconds = {
    date: 'Wed, 21 Oct 2015 07:28:00 GMT',
    'retry-after': 'Wed, 21 Oct 2015 07:28:02 GMT',
  }
  const { jobs } = testClient(t, server)
  for (const [name, headers, expected] of [
    ['seconds', { 'retry-after': '2' }, 2000],
    ['E10: a date, by the clock of the server', inTwoSeconds, 2000],
    ['0', { 'retry-after': '0' }, 0],
    ['negative', { 'retry-after': '-5' }, 0],
    ['no time at all', { 'retry-after': 'abc' }, 0],
    ['absent', {}, 0],
  ] as const) {
    server.script('GET job/status/7', reply(429, '', headers), OK)
    const begin = performance.now()
    await jobs.status(7)
    const waited = performance.now() - begin
    t.ok(expected > 0 ? waited > expected - 5 : waited < 20_000, `${name}: ${Math.round(waited)} ms`)
  }
})

t.test('A2: a wait beyond all reason is told instead', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  server.script('GET job/status/7', reply(429, { error: 'slow down' }, { 'retry-after': '1000000000' }))
  await t.rejects(jobs.status(7), {
    code: 'E_RATE_LIMIT',
    exitCode: 10,
    message: /slow down.*1000000000 s/,
    retryAfterMs: 1e12,
  })
  server.script('GET job/status/7', reply(503, '', { 'retry-after': '301' }))
  await t.rejects(jobs.status(7), { code: 'E_HTTP_5XX', message: /301 s/ })
  t.equal(server.requests.length, 2)
})

t.test('A10: a silent server is E_TIMEOUT', async (t) => {
  const server = await startServer(t)
  server.always('GET job/status/7', () => {})
  const { jobs } = testClient(t, server, { idleTimeout: 100, retries: 1 })
  await t.rejects(jobs.status(7), { code: 'E_TIMEOUT', exitCode: 10 })
  t.equal(server.requests.length, 2)
})

t.test('A13: nobody listens, or the name does not exist', async (t) => {
  const vacant = createServer()
  await new Promise<void>((resolve) => vacant.listen(0, '127.0.0.1', resolve))
  const { port } = vacant.address() as AddressInfo
  await new Promise((resolve) => vacant.close(resolve))
  const refused = testClient(t, { url: `http://127.0.0.1:${port}` }, { retries: 2 })
  await t.rejects(refused.jobs.status(7), {
    code: 'E_NET',
    message: /127\.0\.0\.1.*ECONNREFUSED.*\(3 attempts\)/,
  })
  const nameless = testClient(t, { url: 'https://api.invalid' }, { retries: 1 })
  await t.rejects(nameless.jobs.status(7), {
    code: 'E_DNS',
    exitCode: 10,
    message: /api\.invalid.*\(2 attempts\)/,
  })
})

t.test('A13: what the system says of names, routes and connections, and whether it may pass', async (t) => {
  for (const [system, code] of [
    ['ENOTFOUND', 'E_DNS'],
    ['EAI_AGAIN', 'E_DNS'],
    ['EHOSTUNREACH', 'E_NET'],
    ['ENETUNREACH', 'E_NET'],
    ['ETIMEDOUT', 'E_TIMEOUT'],
    ['UND_ERR_CONNECT_TIMEOUT', 'E_TIMEOUT'],
  ] as const) {
    const error = networkError(Object.assign(new Error(system), { code: system }), 'api.example.com')
    t.match(error, { code, exitCode: 10, retryable: true, message: /api\.example\.com/ }, system)
    t.ok(isWorthRetrying(error), system)
  }
})

t.test('a request is repeated exactly after failures whose column calls them transient', async (t) => {
  for (const code of Object.keys(ERROR_TABLE) as ErrorCode[]) {
    let attempts = 0
    const attempt = async () => {
      attempts++
      throw new SluiceError(code, 'as the test wants it')
    }
    await t.rejects(withRetries(attempt, { retries: 1, retryDelayMs: 0 }, undefined), { code })
    t.equal(attempts, ERROR_TABLE[code].transient ? 2 : 1, code)
  }
})

t.test('an abort ends the pause before the next attempt', async (t) => {
  const server = await startServer(t)
  const aborting = new AbortController()
  server.script('GET job/status/7', (socket) => {
    socket.write(head(503, { 'retry-after': '120', 'content-length': '0' }))
    setTimeout(() => aborting.abort(), 100)
  })
  const begin = performance.now()
  const pending = testClient(t, server).jobs.status(7, { signal: aborting.signal })
  await t.rejects(pending, { code: 'E_INTERRUPTED' })
  t.ok(performance.now() - begin < 60_000, 'long before the next attempt')
})

for (const [what, status] of [
  ['of a failure', 404],
  ['of a reply', 200],
] as const) {
  t.test(
    `an abort while the body ${what} is read is an abort, whatever the attempt fails with`,
    async (t) => {
      const server = await startServer(t)
      const aborting = new AbortController()
      server.script('GET job/status/7', (socket) => {
        socket.write(head(status, { 'content-length': '100' }))
        setTimeout(() => aborting.abort(), 50)
      })
      const { jobs } = testClient(t, server, { retries: 0 })
      await t.rejects(jobs.status(7, { signal: aborting.signal }), { code: 'E_INTERRUPTED' })
    },
  )
}

t.test('the backoff doubles to 30 s, anywhere below its ceiling', async (t) => {
  const policy = { retries: 7, retryDelayMs: 500 }
  for (const [failures, ceiling] of [
    [1, 500],
    [2, 1000],
    [6, 16_000],
    [7, 30_000],
    [50, 30_000],
  ] as const) {
    const delays = [...Array(500)].map(() => backoff(failures, policy))
    t.ok(Math.max(...delays) <= ceiling)
    t.ok(Math.max(...delays) > ceiling * 0.8)
    t.ok(Math.min(...delays) < ceiling * 0.2)
  }
  const told = new SluiceError('E_RATE_LIMIT', 'x', { retryAfterMs: 5000 })
  t.ok(backoff(1, policy, told) >= 5000)
})

t.test('Retry-After in all its forms', async (t) => {
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
  t.equal(parseRetryAfter('120', undefined), 120_000)
  t.equal(parseRetryAfter('Sun, 06 Nov 1994 08:50:37 GMT', date), 60_000)
  t.equal(parseRetryAfter('Sunday, 06-Nov-94 08:50:37 GMT', date), 60_000)
  t.equal(parseRetryAfter('Sun Nov  6 08:50:37 1994', date), 60_000)
  t.equal(parseRetryAfter('Sun, 06 Nov 1994 08:40:00 GMT', date), 0, 'a date in the past')
  const soon = new Date(Date.now() + 10_000).toUTCString()
  const bySystemClock = parseRetryAfter(soon, 'garbage')!
  t.ok(bySystemClock > 7000 && bySystemClock <= 10_000)
  for (const value of [
    undefined,
    '',
    'soon',
    '1.5',
    '1e3',
    '0x10',
    'Infinity',
    '12 34',
    '2026',
    'Mon, 99 Xxx 2026 10:00:00 GMT',
  ]) {
    t.equal(parseRetryAfter(value, date), value === '2026' ? 2_026_000 : undefined, String(value))
  }
})

t.test('G7: the time for a Retry-After grows no faster than its length', async (t) => {
  for (const part of ['1', 'A', ' ', 'Mon, ', '-'])
    await growsEvenly(t, part, 125_000, (text) => parseRetryAfter(text, text))
})
