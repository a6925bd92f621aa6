import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Client, resolveConfig } from '../../src/client/index.js'
import { Download } from '../../src/sources/download/index.js'
import { bytesOf, RESULT, serve } from '../support/client/result.js'
import { close, reply, reset, startServer, TEST_KEY, testClient } from '../support/client/server.js'
import { EXPIRED, GOOD, TEST_CA, WRONG_HOST } from '../support/client/tls.js'

const STATUS = 'GET job/status/7'
const OK = reply(200, { job_id: '7', status: 'running' })
const redirect = (status: number, location: string) => reply(status, '', { location })

function caFile(t: Test): string {
  const path = join(t.testdir({}), 'ca.pem')
  writeFileSync(path, TEST_CA)
  return path
}

t.test('A16: redirects within the origin are followed, five at most', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  for (const status of [301, 302, 303, 307, 308]) {
    server.script(STATUS, redirect(status, `${server.url}/v3/job/elsewhere?x=1`))
    server.script('GET job/elsewhere', OK)
    t.equal((await jobs.status(7)).status, 'running')
  }
  t.equal(server.of('GET job/elsewhere')[0]!.query.get('x'), '1')
  server.script(STATUS, ...[1, 2, 3, 4, 5].map(() => redirect(302, '/v3/job/status/7')), OK)
  t.equal((await jobs.status(7)).status, 'running')
  server.script(STATUS, ...[1, 2, 3, 4, 5, 6].map(() => redirect(302, '/v3/job/status/7')))
  await t.rejects(jobs.status(7), { code: 'E_REDIRECT', exitCode: 11 })
})

t.test('A16: a path of two slashes is a path, and no other host', async (t) => {
  const server = await startServer(t)
  server.script(STATUS, redirect(302, `${server.url}//evil.example/x`))
  // The path as the server of the tests reads it. Where it leads is judged from the configured origin: outside.
  server.always('GET /x', redirect(302, '//evil.example/y'))
  await t.rejects(testClient(t, server).jobs.status(7), {
    code: 'E_REDIRECT',
    message: /redirects to http:\/\/evil\.example, outside http:\/\/127/,
  })
  t.equal(server.requests.length, 2)
})

t.test('A16: all others are refused, and nobody else sees a request', async (t) => {
  const server = await startServer(t)
  const other = await startServer(t)
  const { jobs } = testClient(t, server)
  for (const location of [
    other.url,
    `http://localhost:${server.port}/v3/job/status/7`,
    'https://evil.example/',
    '//evil.example/',
    'file:///etc/passwd',
    `http://me:pw@127.0.0.1:${server.port}/v3/job/status/7`,
    'http://[bad',
  ]) {
    server.script(STATUS, redirect(302, location))
    const error = await jobs.status(7).catch((thrown) => thrown)
    t.match(error, { code: 'E_REDIRECT', exitCode: 11 }, location)
    t.notMatch(error.message, 'pw')
  }
  t.equal(other.connections, 0)
  server.script(STATUS, reply(302))
  await t.rejects(jobs.status(7), { code: 'E_PROTOCOL' })
})

t.test('A16: a redirected POST is refused', async (t) => {
  const server = await startServer(t)
  server.always('POST job/kill/7', redirect(307, '/v3/job/kill/8'))
  await t.rejects(testClient(t, server).jobs.kill(7), { code: 'E_REDIRECT' })
  t.equal(server.requests.length, 1)
})

t.test('A15: a certificate of a known authority is accepted', async (t) => {
  const server = await startServer(t, GOOD)
  server.script(STATUS, OK)
  t.equal((await testClient(t, server, { caFile: caFile(t) }).jobs.status(7)).status, 'running')
})

t.test('A15: other certificates are refused at once, before the key is sent', async (t) => {
  const ca = caFile(t)
  for (const [name, tls, options] of [
    ['unknown authority', GOOD, {}],
    ['wrong host', WRONG_HOST, { caFile: ca }],
    ['expired', EXPIRED, { caFile: ca }],
    [
      'old TLS',
      { ...GOOD, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' },
      { caFile: ca },
    ],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t, tls)
      await t.rejects(testClient(t, server, options).jobs.status(7), { code: 'E_TLS', exitCode: 11 })
      t.equal(server.requests.length, 0)
      t.ok(server.connections <= 1)
    })
  }
})

t.test('A15: NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async (t) => {
  const server = await startServer(t, GOOD)
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  })
  await t.rejects(testClient(t, server).jobs.status(7), { code: 'E_TLS' })
})

t.test('A15: plain HTTP where TLS is expected, and a handshake that is cut', async (t) => {
  let connections = 0
  const serve = async (answer: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      connections++
      socket.on('error', () => {})
      socket.once('data', () => answer(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const { port } = server.address() as import('node:net').AddressInfo
    return testClient(t, { url: `https://localhost:${port}` }, { retries: 1 })
  }
  const plain = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await t.rejects(plain.jobs.status(7), { code: 'E_TLS' })
  t.equal(connections, 1)
  const cut = await serve((socket) => socket.destroy())
  await t.rejects(cut.jobs.status(7), { code: 'E_TLS', exitCode: 11 })
  t.equal(connections, 3, 'a cut may pass, so it is tried again')
})

/** A proxy that answers CONNECT with `answer`. */
async function startProxy(t: Test, answer: (socket: Socket, head: string) => void) {
  const heads: string[] = []
  const proxy = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk) => {
      heads.push(chunk.toString())
      answer(socket, chunk.toString())
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.teardown(() => proxy.close())
  const { port } = proxy.address() as import('node:net').AddressInfo
  return { url: `http://me:hunter22@127.0.0.1:${port}`, heads }
}

function proxiedClient(t: Test, endpoint: string, env: Record<string, string>) {
  const client = new Client(
    resolveConfig(
      { apiKey: TEST_KEY, endpoint, caFile: caFile(t), retries: 1, retryDelay: 1 },
      env,
      '/nonexistent',
    ),
  )
  t.teardown(() => client.close())
  return client
}

t.test('A17: a proxy carries TLS and does not see the key', async (t) => {
  const server = await startServer(t, GOOD)
  server.script(STATUS, OK)
  const proxy = await startProxy(t, (socket) => {
    const onward = connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => {})
  })
  const client = proxiedClient(t, server.url, { https_proxy: proxy.url })
  t.equal((await client.jobs.status(7)).status, 'running')
  await client.close()
  t.match(proxy.heads[0], /^CONNECT localhost:\d+ /)
  t.match(proxy.heads[0], `authorization: Basic ${Buffer.from('me:hunter22').toString('base64')}`)
  t.notMatch(proxy.heads[0], TEST_KEY)
})

t.test('A17: a proxy that goes away inside the body is asked again, for the rest', async (t) => {
  const server = await startServer(t, GOOD)
  const bytes = randomBytes(300_000)
  server.always(RESULT, serve(bytes))
  let tunnels = 0
  const proxy = await startProxy(t, (socket) => {
    const cut = ++tunnels === 1 ? 100_000 : Number.POSITIVE_INFINITY
    const onward = connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      let carried = 0
      socket.pipe(onward)
      onward.on('data', (chunk) => {
        carried += chunk.length
        socket.write(chunk)
        if (carried >= cut) socket.end()
      })
    })
    onward.on('error', () => {})
  })
  const client = proxiedClient(t, server.url, { https_proxy: proxy.url })
  const result = new Download({ client, jobId: '7', expectedBytes: bytes.length, onBroken: () => {} })
  t.ok((await bytesOf(result)).equals(bytes))
  t.equal(tunnels, 2)
  t.match(server.requests[1]!.headers.range, /^bytes=[1-9]\d*-$/)
})

t.test('A17: NO_PROXY and loopback http go around it', async (t) => {
  const proxy = await startProxy(t, (socket) => socket.destroy())
  const secure = await startServer(t, GOOD)
  secure.script(STATUS, OK)
  const env = { HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com, localhost' }
  t.equal((await proxiedClient(t, secure.url, env).jobs.status(7)).status, 'running')
  const plain = await startServer(t)
  plain.script(STATUS, OK)
  t.equal((await proxiedClient(t, plain.url, { HTTP_PROXY: proxy.url }).jobs.status(7)).status, 'running')
  t.equal(proxy.heads.length, 0)
})

t.test('A17: a proxy that refuses', async (t) => {
  for (const [name, step, code] of [
    ['407', reply(407), 'E_AUTH'],
    ['502', reply(502), 'E_NET'],
    ['closes', close(), 'E_NET'],
    ['resets', reset(), 'E_NET'],
  ] as const) {
    t.test(name, async (t) => {
      const proxy = await startProxy(t, (socket) => step(socket, undefined as never))
      const client = proxiedClient(t, 'https://localhost:1', { HTTPS_PROXY: proxy.url })
      const error = await client.jobs.status(7).catch((thrown) => thrown)
      t.match(error, {
        code,
        hint: code === 'E_AUTH' ? /^put them into the proxy URL: HTTPS_PROXY=/ : undefined,
      })
      t.notMatch(error.message, 'hunter22')
      t.equal(proxy.heads.length, code === 'E_AUTH' ? 1 : 2)
    })
  }
})
