import { createServer } from 'node:net'
import { inspect } from 'node:util'
import t from 'tap'
import { Client, resolveConfig } from '../../../src/client/index.js'
import { connect } from '../../../src/index.js'
import { reply, startServer, testClient, testConfig } from '../../support/client/server.js'

const SECRET = 'hunter2-hunter2'
const STATUS = 'GET job/status/7'
const RUNNING = reply(200, { job_id: '7', status: 'running' })

t.test('G20: headers of a program go with every request, in whatever form they are given', async (t) => {
  const pairs = [
    ['X-Team', 'etl'],
    ['cookie', 'a=b; c=d'],
  ] as const
  for (const headers of [
    Object.fromEntries(pairs),
    new Headers(pairs.map((pair) => [...pair])),
    new Map(pairs),
    pairs,
  ]) {
    const server = await startServer(t)
    server
      .script(STATUS, RUNNING)
      .script('POST job/kill/7', reply(200, {}))
      .script('GET job/result/7', reply(200, 'x'))
    const { jobs } = testClient(t, server, { headers })
    await jobs.status(7)
    await jobs.kill(7)
    for await (const _ of (await jobs.result(7, { range: { start: 0 } })).body);
    for (const { headers: sent } of server.requests) {
      t.match(sent, { 'x-team': 'etl', cookie: 'a=b; c=d', authorization: /^TD1 / })
      t.equal(sent['accept-encoding'], 'identity')
    }
  }
})

t.test(
  'G20: TD_API_HEADERS has lines as td takes them; an option of the same name comes first',
  async (t) => {
    const env = { TD_API_HEADERS: 'X-A=1=2\r\n\nx-b: two words\nX-C=env' }
    const { headers, origins } = resolveConfig({ headers: { 'x-c': 'option', 'x-d': '4' } }, env, '')
    t.same(
      Object.entries(headers).map(([name, value]) => [name, value.reveal()]),
      [
        ['x-a', '1=2'],
        ['x-b', 'two words'],
        ['x-c', 'option'],
        ['x-d', '4'],
      ],
    )
    t.equal(origins.headers, 'option, TD_API_HEADERS')
    t.equal(resolveConfig({}, { TD_API_HEADERS: '\n' }, '').origins.headers, undefined)
  },
)

t.test(
  'G20: headers that are none, or not the caller’s, are refused, and their values not repeated',
  async (t) => {
    const refused = [
      ...[
        'authorization',
        'Host',
        'Content-Length',
        'transfer-encoding',
        'accept-encoding',
        'Range',
        'if-range',
      ],
      ...['connection', 'User-Agent', 'proxy-authorization', 'content-type', 'expect', 'te', 'upgrade'],
    ]
    for (const [name, value] of [
      ...refused.map((one) => [one, SECRET] as const),
      ['', SECRET],
      ['x y', SECRET],
      ['x:y', SECRET],
      ['x\r\nhost', SECRET],
      ['é', SECRET],
      ['x-a', `${SECRET}\r\nx-b: c`],
      ['x-a', `${SECRET}\0`],
      ['x-a', `${SECRET}é`],
      ['x-a', ''],
      ['x-a', ` ${SECRET}`],
      ['x-a', `${SECRET} `],
      ['x-a', 7],
      ['x-a', [SECRET]],
    ] as [string, string][]) {
      for (const headers of [{ [name]: value }, [[name, value] as const]]) {
        const error = t.throws(
          () => resolveConfig({ headers }, {}, ''),
          { code: 'E_CONFIG' },
          `${name} ${value}`,
        )
        t.notMatch(inspect(error, { showHidden: true, depth: null }), SECRET)
      }
    }
    for (const text of ['x-a', 'x-a=', '=1', ': 1', `authorization=${SECRET}`, `x y: ${SECRET}`]) {
      const error = t.throws(
        () => resolveConfig({}, { TD_API_HEADERS: text }, ''),
        { code: 'E_CONFIG' },
        text,
      )
      t.notMatch(inspect(error, { showHidden: true, depth: null }), SECRET)
    }
    t.throws(() => connect({ headers: 'x-a: 1' as never, apiKey: 'k' }), {
      code: 'E_USAGE',
      message: /headers/,
    })
  },
)

t.test('G20: neither configuration, client nor error shows a value', async (t) => {
  const server = await startServer(t)
  const config = testConfig(server, { headers: { 'x-gateway': SECRET } })
  const client = new Client(config)
  t.teardown(() => client.close())
  server.script(STATUS, reply(403, { error: `denied: ${SECRET}` }), reply(400, SECRET))
  const errors = [await client.jobs.status(7).catch((e) => e), await client.jobs.status(7).catch((e) => e)]
  t.match(errors[0].message, 'denied: [hidden] (HTTP 403)')
  for (const value of [config, client, errors]) {
    t.notMatch(inspect(value, { showHidden: true, depth: null }), SECRET)
    t.notMatch(JSON.stringify(value), SECRET)
  }
})

t.test('a value that is no secret does not disturb what the API says', async (t) => {
  const server = await startServer(t)
  const job = {
    job_id: '7',
    status: 'running',
    query: 'select * from sales',
    database: 'sales',
    url: 'https://h/token-17',
  }
  server.always('GET job/show/7', reply(200, job))
  const { jobs } = testClient(t, server, { headers: { 'x-team': 'sales', 'x-access-token': 'token-17' } })
  t.match(await jobs.show(7), { query: job.query, database: 'sales', url: 'https://h/[hidden]' })
})

t.test('G20: no other host sees a header: none that is redirected to, and no proxy', async (t) => {
  const server = await startServer(t)
  const other = await startServer(t)
  server.script(STATUS, reply(302, '', { location: `${other.url}/v3/job/status/7` }))
  await t.rejects(testClient(t, server, { headers: { 'x-gateway': SECRET } }).jobs.status(7), {
    code: 'E_REDIRECT',
  })
  t.equal(other.connections, 0)
  // Within the origin it goes along.
  server.script(STATUS, reply(302, '', { location: '/v3/job/other' })).script('GET job/other', RUNNING)
  await testClient(t, server, { headers: { 'x-gateway': SECRET } }).jobs.status(7)
  t.equal(server.of('GET job/other')[0]!.headers['x-gateway'], SECRET)

  let heard = ''
  const proxy = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  t.teardown(() => void proxy.close())
  const { port } = proxy.address() as { port: number }
  const env = {
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    TD_API_KEY: 'k',
    TD_API_HEADERS: `x-gateway=${SECRET}`,
  }
  const client = new Client(resolveConfig({ endpoint: 'api.example.com', retries: 0 }, env, ''))
  t.teardown(() => client.close())
  await t.rejects(client.jobs.status(7), { code: 'E_NET' })
  t.match(heard, /^CONNECT api\.example\.com/)
  t.notMatch(heard, SECRET)
})
