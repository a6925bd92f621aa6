import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'
import { ask } from '../support/sandbox/request.js'

t.test('G15: the sandbox answers to its own names only, and to no web page', async (t) => {
  const { sandbox } = await sandboxFor(t)
  const { url, port } = sandbox
  const status = async (headers: Record<string, string>, path = '/v3/job/list') =>
    (await ask(`${url}${path}`, { headers })).status
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
    t.equal(await status({ host }), 200, host)
  }
  for (const host of [
    `evil.example:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `evil.localhost:${port}`,
    `user@localhost:${port}`,
    `localhost:${port},evil.example`,
    `localhost:${port + 1}`,
    `localhost:0${port}`,
    'localhost',
    '127.0.0.1',
    `0.0.0.0:${port}`,
    `[::]:${port}`,
  ]) {
    t.equal(await status({ host }), 403, `host ${host}`)
  }
  for (const origin of ['http://evil.example', 'null', '', url, `http://localhost:${port}`]) {
    t.equal(await status({ origin }), 403, `origin ${origin}`)
  }
  for (const [site, expected] of [
    ['cross-site', 403],
    ['same-site', 403],
    ['same-origin', 403],
    ['none', 200],
  ] as const) {
    t.equal(await status({ 'sec-fetch-site': site }), expected, `a request from ${site}`)
  }
  t.equal(await status({ host: 'evil.example' }, '/v3/system/server_status'), 403, 'what needs no key does')
  t.equal(await status({ host: 'evil.example' }, '/nowhere'), 403, 'before the path is looked at')
})

t.test('G15: neither an absolute URL nor HTTP/1.0 without a host gets around that', async (t) => {
  const { sandbox } = await sandboxFor(t)
  const raw = async (head: string) => {
    const socket = connect(sandbox.port, '127.0.0.1')
    socket.write(`${head}\r\nConnection: close\r\n\r\n`)
    return (await text(socket)).slice(0, 12)
  }
  t.equal(await raw('GET /v3/system/server_status HTTP/1.0'), 'HTTP/1.1 403')
  t.equal(await raw('GET /v3/system/server_status HTTP/1.1\r\nHost:'), 'HTTP/1.1 403')
  t.equal(
    await raw(
      `GET http://localhost:${sandbox.port}/v3/job/list HTTP/1.1\r\nHost: evil.example:${sandbox.port}`,
    ),
    'HTTP/1.1 403',
  )
})

t.test('G15: a refused request issues no job, uses up no fault, and is logged', async (t) => {
  const { sandbox } = await sandboxFor(t, { faults: ['status:503@issue'] })
  const send = () =>
    new Promise<number>((resolve, reject) => {
      const headers = { host: `evil.example:${sandbox.port}`, authorization: 'TD1 x' }
      const path = '/v3/job/issue/trino/sample_datasets?query=select+1'
      request({ port: sandbox.port, host: '127.0.0.1', method: 'POST', path, headers }, (reply) => {
        reply.resume()
        resolve(reply.statusCode!)
      })
        .on('error', reject)
        .end()
    })
  t.equal(await send(), 403)
  t.equal(sandbox.jobs().length, 0)
  t.equal(sandbox.log.length, 1)
  t.equal(
    (await ask(`${sandbox.url}/v3/job/issue/trino/sample_datasets?query=select+1`, { method: 'POST' }))
      .status,
    503,
  )
})
