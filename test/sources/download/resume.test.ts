import { Readable } from 'node:stream'
import t from 'tap'
import type { Client } from '../../../src/client/index.js'
import { bytesOf, cut, download, ETAG, gzipOf, RESULT, serve, sha256 } from '../../support/client/result.js'
import { close, head, raw, reply, reset, startServer, testClient } from '../../support/client/server.js'

const BYTES = gzipOf(200_000)

t.test('a whole result comes through with its checksum', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, serve(BYTES))
  const result = download(t, server, { expectedBytes: BYTES.length })
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.match(result, { bytesRead: BYTES.length, totalBytes: BYTES.length, attempts: 1, sha256: sha256(BYTES) })
  t.equal(server.requests[0]!.query.toString(), 'format=msgpack.gz')
  t.notHas(server.requests[0]!.headers, 'range')
})

for (const how of ['reset', 'close'] as const) {
  t.test(
    `${how === 'reset' ? 'A4' : 'A5'}: a ${how} mid-body resumes at the byte where it happened`,
    async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 70_000, how), cut(BYTES, 50_000, how), serve(BYTES))
      const broken: number[] = []
      const result = download(t, server, { onBroken: (offset) => broken.push(offset) })
      t.equal(sha256(await bytesOf(result)), sha256(BYTES))
      t.equal(result.attempts, 3)
      t.equal(result.sha256, sha256(BYTES))
      t.same(
        server.requests.slice(1).map(({ headers }) => [headers.range, headers['if-range']]),
        broken.map((offset) => [`bytes=${offset}-`, ETAG]),
      )
      t.ok(broken[0]! >= 70_000 - 65_536, 'at most 64 KiB are read twice')
    },
  )
}

t.test('B12: a connection that breaks after the last byte has done its work', async (t) => {
  const bytes = gzipOf(600_000)
  for (const connections of [1, 32]) {
    const server = await startServer(t)
    server.always(RESULT, serve(bytes))
    const { jobs, ...client } = testClient(t, server, { retries: 0 })
    const result: typeof jobs.result = async (id, options) => {
      const reply = await jobs.result(id, options)
      return { ...reply, body: Readable.from(brokenAtItsEnd(reply.body)) }
    }
    const broken: number[] = []
    const read = download(t, server, {
      client: {
        ...client,
        patience: { ...client.patience, retries: 0 },
        jobs: { ...jobs, result },
      } as Client,
      connections,
      expectedBytes: bytes.length,
      onBroken: (offset) => broken.push(offset),
    })
    t.equal(sha256(await bytesOf(read)), sha256(bytes))
    t.same(broken, [])
    t.equal(server.requests.length, read.attempts)
  }
})

/** All of a body, and then the error of a connection. */
async function* brokenAtItsEnd(body: Readable): AsyncGenerator<Uint8Array> {
  yield* body
  throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

t.test('A4: a reset before and inside the headers is tried again', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, reset(), reset('HTTP/1.1 200 OK\r\ncontent-le'), serve(BYTES))
  const result = download(t, server)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.attempts, 3)
})

t.test('B1: a server that ignores ranges is read again, past what is known', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, cut(BYTES, 90_000, 'close'), serve(BYTES, { ranges: false }))
  const result = download(t, server)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.sha256, sha256(BYTES))
})

t.test('B1: a cut while the known part is read again', async (t) => {
  const server = await startServer(t)
  const whole = { ranges: false }
  server.script(RESULT, cut(BYTES, 90_000, 'close'), cut(BYTES, 40_000, 'close', whole), serve(BYTES, whole))
  t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
})

t.test('B2: a result that changed between attempts is refused', async (t) => {
  const other = Buffer.from(BYTES)
  other[10]! ^= 1
  for (const [name, step] of [
    ['whole, same size', serve(other, { etag: '"v2"' })],
    ['whole, other size', serve(gzipOf(1000), { etag: '"v2"' })],
    ['whole, same tag', serve(other, { ranges: false })],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 90_000, 'close'), step)
      await t.rejects(bytesOf(download(t, server)), { code: 'E_RESULT_CHANGED', exitCode: 12, jobId: '7' })
    })
  }
})

t.test('B2: other tags on the same bytes are put up with', async (t) => {
  const server = await startServer(t)
  server.script(
    RESULT,
    cut(BYTES, 90_000, 'close'),
    cut(BYTES, 95_000, 'close', { etag: '"v2"' }),
    serve(BYTES, { etag: '"v2"' }),
  )
  const result = download(t, server)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(server.requests[2]!.headers['if-range'], '"v2"', 'the new tag counts once its bytes are proven')
})

t.test('B3: a range that does not fit is not spliced in', async (t) => {
  const size = BYTES.length
  const tail = BYTES.subarray(100_000)
  const part = (headers: Record<string, string>) =>
    raw(head(206, { 'content-length': `${tail.length}`, etag: ETAG, ...headers }), tail)
  for (const [name, step] of [
    ['wrong start', part({ 'content-range': `bytes 100000-${size - 1}/${size}` })],
    ['no Content-Range', part({})],
    ['unknown start', part({ 'content-range': `bytes */${size}` })],
    ['unknown total', part({ 'content-range': `bytes 90000-${90_000 + tail.length - 1}/*` })],
    ['wrong total', part({ 'content-range': `bytes 90000-${90_000 + tail.length - 1}/${size + 1}` })],
    ['wrong length', part({ 'content-range': `bytes 90000-${90_000 + tail.length}/${size}` })],
    ['no tag', raw(head(206, { 'content-length': '1', 'content-range': `bytes 90000-90000/${size}` }), 'x')],
    [
      'another tag',
      part({ etag: '"v2"', 'content-range': `bytes 90000-${90_000 + tail.length - 1}/${size}` }),
    ],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 90_000, 'close'), step, serve(BYTES))
      t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
      t.notHas(server.requests[2]!.headers, 'range', 'the whole is asked for')
    })
  }
})

t.test('B5: a part shorter than the rest is continued', async (t) => {
  const server = await startServer(t)
  const part = BYTES.subarray(90_000, 120_000)
  const range = `bytes 90000-119999/${BYTES.length}`
  server.script(
    RESULT,
    cut(BYTES, 90_000, 'close'),
    raw(head(206, { 'content-length': '30000', 'content-range': range, etag: ETAG }), part),
    serve(BYTES),
  )
  t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
  t.equal(server.requests[2]!.headers.range, 'bytes=120000-')
})

t.test('B5: a part longer than it says is refused', async (t) => {
  const server = await startServer(t)
  const part = BYTES.subarray(90_000)
  const range = `bytes 90000-90099/${BYTES.length}`
  const chunk = `${part.length.toString(16)}\r\n`
  server.script(
    RESULT,
    cut(BYTES, 90_000, 'close'),
    raw(
      head(206, { 'transfer-encoding': 'chunked', 'content-range': range, etag: ETAG }),
      chunk,
      part,
      '\r\n0\r\n\r\n',
    ),
  )
  await t.rejects(bytesOf(download(t, server)), { code: 'E_SIZE_MISMATCH' })
})

t.test('B6: without a strong tag the whole is read again', async (t) => {
  for (const etag of ['', 'W/"v1"', 'v1']) {
    t.test(etag === '' ? 'none' : etag, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 90_000, 'close', { etag }), serve(BYTES, { etag }))
      t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
      t.notHas(server.requests[1]!.headers, 'range')
    })
  }
})

t.test('B7: 416 where everything has come is the end', async (t) => {
  const server = await startServer(t)
  // Without a length, and cut where the data ends, only the next request tells that nothing is missing.
  const chunk = `${BYTES.length.toString(16)}\r\n`
  server.script(
    RESULT,
    close(head(200, { 'transfer-encoding': 'chunked', etag: ETAG }), chunk, BYTES, '\r\n'),
    serve(BYTES),
  )
  t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
  t.equal(server.requests[1]!.headers.range, `bytes=${BYTES.length}-`)
})

t.test('B7: 416 before the end leads to the whole', async (t) => {
  const server = await startServer(t)
  server.script(
    RESULT,
    cut(BYTES, 90_000, 'close'),
    reply(416, '', { 'content-range': 'bytes */90000' }),
    serve(BYTES),
  )
  t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
})

t.test('B10: a result that is gone by the second attempt', async (t) => {
  for (const status of [404, 410]) {
    t.test(String(status), async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 90_000, 'close'), reply(status, { error: 'expired' }))
      await t.rejects(bytesOf(download(t, server)), {
        code: 'E_RESULT_GONE',
        exitCode: 7,
        message: /expired/,
      })
    })
  }
})

t.test('B11: a key that is refused by the second attempt ends it at once', async (t) => {
  for (const [status, code] of [
    [401, 'E_AUTH'],
    [403, 'E_FORBIDDEN'],
  ] as const) {
    t.test(code, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, cut(BYTES, 90_000, 'close'), reply(status, { error: 'no' }))
      await t.rejects(bytesOf(download(t, server)), { code, exitCode: 6 })
    })
  }
})

t.test('A1: attempts without progress are as many as configured', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, reply(503, 'busy'))
  await t.rejects(bytesOf(download(t, server, { config: { retries: 2 } })), {
    code: 'E_HTTP_5XX',
    exitCode: 10,
  })
  t.equal(server.requests.length, 3)
})

t.test('A1: attempts end when they bring nothing new for too long', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, cut(BYTES, 90_000, 'close'))
  server.always(RESULT, reply(503, 'busy'))
  const config = { retries: 1000, retryDelay: 20 }
  await t.rejects(bytesOf(download(t, server, { noProgressMs: 200, config })), { code: 'E_HTTP_5XX' })
  t.ok(server.requests.length < 500)
})

t.test('A1: progress starts the count anew', async (t) => {
  const server = await startServer(t)
  for (let i = 0; i < 6; i++) server.script(RESULT, cut(BYTES, 20_000, 'close'), reply(503, 'busy'))
  server.script(RESULT, serve(BYTES))
  const result = download(t, server, { config: { retries: 2, retryDelay: 1 } })
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.attempts, 13)
})
