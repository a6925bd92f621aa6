import { deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { bytesOf, download, ETAG, gzipOf, RESULT, serve, sha256 } from '../../support/client/result.js'
import { close, head, raw, reply, startServer, TEST_KEY } from '../../support/client/server.js'

const BYTES = gzipOf(50_000)

t.test('A7: bytes beyond the Content-Length are no part of the result', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, raw(head(200, { 'content-length': `${BYTES.length}` }), BYTES, 'and more'))
  t.equal(sha256(await bytesOf(download(t, server, { expectedBytes: BYTES.length }))), sha256(BYTES))
})

t.test('A7: a Content-Length that is not the size of the job record', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, serve(BYTES))
  const result = download(t, server, { expectedBytes: BYTES.length + 1 })
  await t.rejects(result.connect(), { code: 'E_SIZE_MISMATCH', exitCode: 12, jobId: '7' })
  t.equal(server.requests.length, 1, 'is not tried again')
})

t.test('A8: a chunked reply that ends properly, but too early', async (t) => {
  const server = await startServer(t)
  const chunked = head(200, { 'transfer-encoding': 'chunked' })
  server.always(RESULT, raw(chunked, '3\r\nabc\r\n0\r\n\r\n'))
  const result = download(t, server, { expectedBytes: 5, config: { retries: 2 } })
  await t.rejects(bytesOf(result), {
    code: 'E_SIZE_MISMATCH',
    message: 'the result ended after 3 of 5 bytes',
  })
  t.equal(server.requests.length, 3, 'the attempt that brought 3 bytes, and two that brought none')
})

t.test('A8: a chunked reply of more bytes than announced', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, raw(head(200, { 'transfer-encoding': 'chunked' }), '6\r\nabcdef\r\n0\r\n\r\n'))
  await t.rejects(bytesOf(download(t, server, { expectedBytes: 5 })), { code: 'E_SIZE_MISMATCH' })
})

t.test('A8: a chunked reply that breaks its own framing is left, and the rest fetched anew', async (t) => {
  for (const [name, chunk] of [
    ['bad size', ['zz\r\n']],
    ['no end of chunk', ['3\r\n', BYTES.subarray(1000, 1003), 'XX']],
    ['no end of body', []],
    ['huge extension', [`3;${'x'.repeat(100_000)}\r\n`]],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      const headers = { 'transfer-encoding': 'chunked', etag: ETAG }
      const first = ['3e8\r\n', BYTES.subarray(0, 1000), '\r\n']
      server.script(RESULT, close(head(200, headers), ...first, ...chunk), serve(BYTES))
      t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
    })
  }
})

t.test('A9: contradicting or senseless lengths are refused', async (t) => {
  const size = `${BYTES.length}`
  for (const lines of [
    `content-length: ${size}\r\ntransfer-encoding: chunked`,
    `content-length: ${size}\r\ncontent-length: ${size}1`,
    'content-length: -5',
    'content-length: 1e3',
  ]) {
    t.test(lines.replace('\r\n', ' '), async (t) => {
      const server = await startServer(t)
      server.always(RESULT, close(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`, BYTES))
      const result = download(t, server, { config: { retries: 1 } })
      await t.rejects(bytesOf(result), { code: 'E_NET', exitCode: 10 })
    })
  }
})

t.test('A18: replies that are no result', async (t) => {
  for (const [name, step] of [
    ['204', reply(204)],
    ['203', reply(203, 'x')],
    ['206 unasked', reply(206, 'x', { 'content-range': 'bytes 0-0/1' })],
    ['1xx without end', raw('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(200))],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, step)
      await t.rejects(bytesOf(download(t, server)), { code: 'E_PROTOCOL', exitCode: 12 })
    })
  }
})

t.test('A18: some 1xx replies are passed over', async (t) => {
  const server = await startServer(t)
  const whole = head(200, { 'content-length': `${BYTES.length}` })
  server.script(RESULT, raw('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20), whole, BYTES))
  t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
})

t.test('A19: a web page is shown, not decoded', async (t) => {
  const server = await startServer(t)
  const page = `<html>\u001b[31mLog in to\n the hotel ${TEST_KEY}</html>${'x'.repeat(5000)}`
  server.script(RESULT, reply(200, page, { 'content-type': 'Text/HTML; charset=utf-8' }))
  const error = await bytesOf(download(t, server)).catch((thrown) => thrown)
  t.match(error, {
    code: 'E_NOT_MSGPACK',
    exitCode: 12,
    message: /<html>\\x1b\[31mLog in to the hotel \[hidden\]<\/html>x+…$/,
  })
  t.ok(error.message.length < 300)
})

t.test('C5: an empty reply counts as the result only where the job record says so', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, reply(200, ''))
  t.equal((await bytesOf(download(t, server, { expectedBytes: 0 }))).length, 0)
  server.script(RESULT, reply(200, ''), serve(BYTES))
  t.equal(
    sha256(await bytesOf(download(t, server, { expectedBytes: BYTES.length }))),
    sha256(BYTES),
    'it is asked again',
  )
})

t.test('C6: content encodings', async (t) => {
  const gzip = (value: string) => ({ headers: { 'content-encoding': value } })
  t.test('gzip as a label of the very same bytes', async (t) => {
    const server = await startServer(t)
    server.script(RESULT, serve(BYTES, gzip('gzip')))
    t.equal(sha256(await bytesOf(download(t, server, { expectedBytes: BYTES.length }))), sha256(BYTES))
  })
  t.test('identity', async (t) => {
    const server = await startServer(t)
    server.script(RESULT, serve(BYTES, gzip('identity')))
    t.equal(sha256(await bytesOf(download(t, server))), sha256(BYTES))
  })
  t.test('an empty result labelled gzip', async (t) => {
    const server = await startServer(t)
    const empty = gzipSync('')
    server.script(RESULT, serve(empty, gzip('gzip')))
    t.equal(sha256(await bytesOf(download(t, server))), sha256(empty))
  })
  for (const [name, bytes, value] of [
    ['gzip around the gzip', gzipSync(BYTES), 'gzip'],
    ['deflate', deflateSync(BYTES), 'deflate'],
    ['br', BYTES, 'br'],
    ['six at once', BYTES, 'gzip, gzip, gzip, gzip, gzip, gzip'],
    ['unknown', BYTES, 'x-td'],
  ] as const) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      server.script(RESULT, serve(bytes, gzip(value)))
      await t.rejects(bytesOf(download(t, server)), { code: 'E_ENCODING', exitCode: 12 })
    })
  }
})
