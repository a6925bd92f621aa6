import * as zlib from 'node:zlib'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { reply, type Step, startServer, testClient } from '../../support/client/server.js'

const JOB = { job_id: '7', status: 'running', query: 'select 1 -- é' }
const BODY = Buffer.from(JSON.stringify(JOB))
const SHOW = 'GET job/show/7'

function encoded(status: number, bytes: Uint8Array, encoding?: string): Step {
  return reply(status, bytes, encoding === undefined ? {} : { 'content-encoding': encoding })
}

/** Each content encoding that is decoded: the body with it, and the header. */
const ENCODED: Record<string, (body: Uint8Array) => readonly [Uint8Array, string | undefined]> = {
  gzip: (body) => [gzipSync(body), 'gzip'],
  'gzip in capitals': (body) => [gzipSync(body), 'GZIP'],
  'x-gzip': (body) => [gzipSync(body), 'x-gzip'],
  'gzip in two members': (body) => [
    Buffer.concat([gzipSync(body.subarray(0, 9)), gzipSync(body.subarray(9))]),
    'gzip',
  ],
  'gzip without a header that says so': (body) => [gzipSync(body), undefined],
  'gzip that was decoded on the way': (body) => [body, 'gzip'],
  'gzip twice': (body) => [gzipSync(gzipSync(body)), 'gzip, gzip'],
  'deflate, then gzip': (body) => [gzipSync(deflateSync(body)), 'deflate,gzip'],
  deflate: (body) => [deflateSync(body), 'deflate'],
  'deflate without zlib’s header': (body) => [deflateRawSync(body), 'deflate'],
  brotli: (body) => [brotliCompressSync(body), 'br'],
  identity: (body) => [body, 'identity'],
  none: (body) => [body, ''],
}

t.test('E31: replies and reasons in a content encoding that was not asked for are read', async (t) => {
  for (const [name, encode] of Object.entries(ENCODED)) {
    const server = await startServer(t)
    const { jobs } = testClient(t, server, { retries: 0 })
    server.script(SHOW, encoded(200, ...encode(BODY)))
    t.match(await jobs.show(7), { status: 'running', query: JOB.query }, name)
    const reason = Buffer.from('{"error":"no such job: é"}')
    server.script(SHOW, encoded(404, ...encode(reason)))
    await t.rejects(jobs.show(7), { code: 'E_NOT_FOUND', message: 'no such job: é (HTTP 404)' }, name)
    server.script('POST job/kill/7', encoded(200, ...encode(Buffer.from('{"former_status":"running"}'))))
    t.match(await jobs.kill(7), { formerStatus: 'running' }, name)
    server.script('POST job/kill/7', encoded(204, Buffer.alloc(0), encode(BODY)[1]))
    t.match(await jobs.kill(7), { formerStatus: null }, `${name}, empty`)
  }
})

t.test('E31: zstd is read where Node can, and refused by name elsewhere', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server)
  const compress = 'zstdCompressSync' in zlib ? (zlib.zstdCompressSync as (b: Buffer) => Buffer) : undefined
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
  server.always(SHOW, encoded(200, compress?.(BODY) ?? magic, 'zstd'))
  if (compress !== undefined) t.match(await jobs.show(7), { status: 'running' })
  else await t.rejects(jobs.show(7), { code: 'E_PROTOCOL', message: /not asked for: zstd/ })
})

t.test('E31: other encodings and damaged ones are refused by name, without a byte of them', async (t) => {
  for (const [bytes, encoding, message] of [
    [BODY, 'compress', /not asked for: compress/],
    [BODY, 'x\u001b[31m'.replace('\u001b', '?'), /not asked for: x\?/],
    [gzipSync(BODY), 'gzip, gzip, gzip, gzip', /not asked for: gzip, gzip/],
    [gzipSync(BODY).subarray(0, -9), 'gzip', /no valid gzip/],
    [Buffer.from('no deflate'), 'deflate', /no valid deflate/],
    [Buffer.from('no brotli'), 'br', /no valid br/],
  ] as const) {
    const server = await startServer(t)
    server.always(SHOW, encoded(200, bytes, encoding))
    await t.rejects(testClient(t, server).jobs.show(7), { code: 'E_PROTOCOL', message }, encoding)
    t.equal(server.requests.length, 3, 'a proxy may do better the next time')
  }
})

t.test('E31: what a small reply inflates to is limited', async (t) => {
  const server = await startServer(t)
  server.always(SHOW, encoded(200, gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')), 'gzip'))
  await t.rejects(testClient(t, server).jobs.show(7), { code: 'E_LIMIT_BODY' })
  server.always(SHOW, encoded(404, gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')), 'gzip'))
  await t.rejects(testClient(t, server).jobs.show(7), { code: 'E_NOT_FOUND', message: 'Scripted (HTTP 404)' })
})

t.test('E31: the beginning of a large reason is read, however it is encoded', async (t) => {
  const server = await startServer(t)
  const page = `<h1>down for maintenance</h1>${Array.from({ length: 60_000 }, (_, i) => i * 7919).join(' ')}`
  for (const encode of [ENCODED.gzip!, ENCODED.deflate!, ENCODED.brotli!]) {
    server.script(SHOW, encoded(400, ...encode(Buffer.from(page))))
    await t.rejects(testClient(t, server).jobs.show(7), { message: /^<h1>down for maintenance/ })
  }
})

t.test('E31: binary is never quoted', async (t) => {
  const server = await startServer(t)
  const { jobs } = testClient(t, server, { retries: 0 })
  for (const bytes of [
    Buffer.from([0x93, 0x01, 0xc0, 0xa1, 0x61]),
    gzipSync(BODY).subarray(0, 12),
    Buffer.from('PK\u0003\u0004zip'),
    Buffer.from('日本語のエラー', 'utf16le'),
    Buffer.alloc(100, 0xff),
  ]) {
    server.script(SHOW, encoded(403, bytes))
    await t.rejects(jobs.show(7), { code: 'E_FORBIDDEN', message: 'Scripted (HTTP 403)' })
    server.script('GET job/result/7', reply(200, bytes, { 'content-type': 'text/html' }))
    await t.rejects(jobs.result(7), {
      code: 'E_NOT_MSGPACK',
      message: 'the server sent what it calls a web page (text/html) in place of a result',
    })
  }
  // Latin-1 is a text, though not ours.
  server.script(SHOW, encoded(403, Buffer.from('Accès refusé', 'latin1')))
  await t.rejects(jobs.show(7), { message: 'Acc\ufffds refus\ufffd (HTTP 403)' })
})
