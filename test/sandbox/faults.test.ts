import { Agent } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { type Fault, startSandbox } from '../../src/sandbox/index.js'
import { type Ask, ask, askJson } from '../support/sandbox/request.js'

const SIZE = 300_000
/** Bytes that the kernel takes for a process that does not read at once; at least. */
const RECEIVE_BUFFER = 48 * 1024
const BODY = Buffer.alloc(SIZE, 'abcdefghij')

async function withFaults(t: Test, ...faults: (Fault | string)[]) {
  const sandbox = await startSandbox({ faults })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ id: '7', body: BODY, rows: undefined })
  const url = (path: string) => `${sandbox.url}/v3/job/${path}`
  return {
    sandbox,
    show: (options?: Ask) => ask(url(`show/${id}`), options),
    status: (options?: Ask) => ask(url(`status/${id}`), options),
    result: (options?: Ask) => ask(url(`result/${id}?format=msgpack.gz`), options),
  }
}

t.test('faults strike in order, at their endpoint, as often as they say', async (t) => {
  const { sandbox, show, status } = await withFaults(
    t,
    'status:503x2@status',
    'ok@status',
    'status:429:7@status',
  )
  t.equal((await show()).status, 200)
  t.equal((await status()).status, 503)
  t.equal(sandbox.faults.pending().length, 3, 'the first is half used')
  t.equal((await status()).status, 503)
  t.equal((await status()).status, 200)
  const limited = await status()
  t.equal(limited.status, 429)
  t.equal(limited.headers['retry-after'], '7')
  t.strictSame(sandbox.faults.pending(), [])
  t.equal((await status()).status, 200)
})

t.test('a fault without an endpoint strikes whatever comes next; x* strikes always', async (t) => {
  const { sandbox, show, status } = await withFaults(t, 'status:500', 'htmlx*@status')
  t.equal((await show()).status, 500)
  for (let i = 0; i < 3; i++) t.match((await status()).headers, { 'content-type': /^text\/html/ })
  t.strictSame(sandbox.faults.pending(), [])
})

for (const at of [0, 1, 65_536, 299_999, SIZE]) {
  t.test(`reset and close at byte ${at} of a result`, async (t) => {
    const { sandbox, result } = await withFaults(t, `reset@${at}`, `fin@${at}`)
    for (const kind of ['reset', 'fin']) {
      const answer = await result()
      t.equal(answer.status, 200)
      t.equal(answer.headers['content-length'], String(SIZE))
      // A reset takes with it what this process has not read in time, beyond what a receive buffer holds in any case.
      const arrived = kind === 'reset' && at > RECEIVE_BUFFER ? Math.min(at, answer.body.length) : at
      t.ok(answer.body.equals(BODY.subarray(0, arrived)), `${arrived} bytes, and the right ones`)
      if (arrived < SIZE) t.match(answer.broken, /ECONNRESET|aborted/)
    }
    t.strictSame(sandbox.faults.pending(), [])
    t.ok((await result()).body.equals(BODY))
  })
}

t.test('a place counts from the start of the whole result, and + from the start of the reply', async (t) => {
  const { sandbox, result } = await withFaults(t, 'reset@1000', 'reset@+50')
  const later = await result({ headers: { range: 'bytes=2000-' } })
  t.equal(later.body.length, 50, 'byte 1000 is not in this reply, the next fault fits')
  t.equal(sandbox.faults.pending().length, 1)
  t.equal((await result({ headers: { range: 'bytes=900-' } })).body.length, 100)
  t.strictSame(sandbox.faults.pending(), [])
})

t.test('reset, close and hang before the head', async (t) => {
  const { sandbox, show } = await withFaults(t, 'reset', 'fin', 'hang')
  await t.rejects(show(), { code: 'ECONNRESET' })
  await t.rejects(show(), { code: 'ECONNRESET' })
  const hanging = show()
  hanging.catch(() => undefined)
  const first = await Promise.race([hanging, new Promise((resolve) => setTimeout(resolve, 60, 'silent'))])
  t.equal(first, 'silent')
  t.strictSame(sandbox.faults.pending(), [])
})

t.test('stalls before the head and inside the body, and trickles', async (t) => {
  const { result } = await withFaults(t, 'stall:80', 'stall@1000:80', 'trickle:3000000')
  for (const _ of ['head', 'body', 'trickle']) {
    const started = performance.now()
    t.ok((await result()).body.equals(BODY))
    t.ok(performance.now() - started >= 75)
  }
})

t.test('corrupt flips one byte', async (t) => {
  const { result } = await withFaults(t, 'corrupt@262145', { kind: 'corrupt', at: 3, mask: 1 })
  const flipped = Buffer.from(BODY)
  flipped[262_145]! ^= 0xff
  t.ok((await result()).body.equals(flipped))
  const bit = Buffer.from(BODY)
  bit[3]! ^= 1
  t.ok((await result()).body.equals(bit))
  t.ok((await result()).body.equals(BODY))
})

t.test('ranges ignored, refused or lied about', async (t) => {
  const range = { headers: { range: 'bytes=100-199' } }
  const { result } = await withFaults(
    t,
    ...['ignore-range', 'lie-range:+5', 'lie-range:total+5', 'lie-range:star', 'lie-range:none'],
    ...['lie-range:bytes+5', 'no-accept-ranges'],
  )
  const whole = await result()
  t.equal(whole.status, 200, 'without a range these faults wait')
  t.notOk('accept-ranges' in whole.headers)
  const ignored = await result(range)
  t.equal(ignored.status, 200)
  t.equal(ignored.body.length, SIZE)
  for (const header of ['bytes 105-199/300000', 'bytes 100-199/300005', 'bytes 100-199/*', undefined]) {
    const answer = await result(range)
    t.equal(answer.status, 206)
    t.equal(answer.headers['content-range'], header)
    t.ok(answer.body.equals(BODY.subarray(100, 200)))
  }
  const shifted = await result(range)
  t.equal(shifted.headers['content-range'], 'bytes 100-199/300000')
  t.ok(shifted.body.equals(BODY.subarray(105, 205)))
})

t.test('entity tags missing, weak or changed', async (t) => {
  const { result } = await withFaults(t, 'no-etag', 'weak-etag', 'etag:v2', 'etag:v2')
  t.equal((await result()).headers.etag, undefined)
  t.match((await result()).headers.etag, /^W\/"/)
  t.equal((await result()).headers.etag, '"v2"')
  const { headers } = await result({ headers: { range: 'bytes=1-', 'if-range': '"v2"' } })
  t.equal(
    headers['content-range'],
    `bytes 1-${SIZE - 1}/${SIZE}`,
    'If-Range is compared with the changed tag',
  )
})

t.test('framing: chunked, until close, and wrong lengths', async (t) => {
  const { result } = await withFaults(t, 'frame:chunked', 'frame:close', 'frame:cl+10', 'frame:cl-10')
  const chunked = await result()
  t.equal(chunked.headers['transfer-encoding'], 'chunked')
  t.ok(chunked.body.equals(BODY))
  const closed = await result()
  t.strictSame(
    [closed.headers['transfer-encoding'], closed.headers['content-length']],
    [undefined, undefined],
  )
  t.ok(closed.body.equals(BODY))
  const long = await result()
  t.equal(long.headers['content-length'], String(SIZE + 10))
  t.ok(long.broken !== undefined && long.body.equals(BODY))
  const short = await result()
  t.equal(short.headers['content-length'], String(SIZE - 10))
  t.equal(short.broken, 'HPE_CLOSED_CONNECTION', 'more bytes than announced')
})

t.test('content encodings on top, true and pretended', async (t) => {
  const { result } = await withFaults(t, 'encode:gzip', 'encode:br', 'label:x-unknown')
  const gzip = await result()
  t.equal(gzip.headers['content-encoding'], 'gzip')
  t.ok(gunzipSync(gzip.body).equals(BODY))
  t.ok(brotliDecompressSync((await result()).body).equals(BODY))
  const label = await result()
  t.equal(label.headers['content-encoding'], 'x-unknown')
  t.ok(label.body.equals(BODY))
})

t.test(
  'faults joined by a comma strike one reply, and those for always strike beside the others',
  async (t) => {
    const { sandbox, result } = await withFaults(
      t,
      'weak-etagx*',
      'no-accept-ranges,frame:close,fin@10x2',
      'label:br',
    )
    for (const _ of [1, 2]) {
      const { headers, body } = await result()
      t.match(headers.etag, /^W/)
      t.notOk('accept-ranges' in headers || 'content-length' in headers)
      t.equal(body.length, 10)
    }
    t.match((await result()).headers, { etag: /^W/, 'content-encoding': 'br', 'accept-ranges': 'bytes' })
    t.strictSame(sandbox.faults.pending(), [])
  },
)

t.test('redirects, pages and raw bytes', async (t) => {
  const { sandbox, show } = await withFaults(
    t,
    'redirect:http://127.0.0.1:9/x',
    'redirect:307:/v3/other',
    { kind: 'reply', status: 200, body: '{}', headers: { 'content-type': 'application/json' } },
    { kind: 'raw', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' },
    { kind: 'raw', bytes: 'HTTP/1.1 200 OK\r\nContent-Le', end: 'reset' },
  )
  t.match(await show(), { status: 302, headers: { location: 'http://127.0.0.1:9/x' } })
  t.match(await show(), { status: 307, headers: { location: '/v3/other' } })
  t.match((await askJson(`${sandbox.url}/v3/job/show/7`)).json, {})
  t.equal((await show()).body.toString(), 'hello')
  await t.rejects(show())
  t.strictSame(sandbox.faults.pending(), [])
})

t.test('a kept connection can be dropped after the reply', async (t) => {
  const { show } = await withFaults(t, 'drop-connection')
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const first = await show({ agent })
  t.equal(first.headers.connection, 'keep-alive')
  t.equal(first.broken, undefined)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal((await show({ agent })).status, 200)
})

t.test('faults that are not understood are refused', async (t) => {
  for (const text of [
    '',
    'nope',
    'status',
    'status:9',
    'corrupt',
    'reset@x',
    'stall',
    'ok@nowhere',
    'frame:cl',
  ])
    await t.rejects(startSandbox({ faults: [text] }), { code: 'E_USAGE' }, text)
})

t.test('throttling holds a rate for each connection', async (t) => {
  const sandbox = await startSandbox({ bytesPerSecond: 1_000_000 })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ body: BODY })
  const secondsOf = async (connections: number) => {
    const started = performance.now()
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const { body } = await ask(`${sandbox.url}/v3/job/result/${id}?format=msgpack.gz`)
        t.equal(body.length, SIZE)
      }),
    )
    return (performance.now() - started) / 1000
  }
  const [one, four] = [await secondsOf(1), await secondsOf(4)]
  t.ok(one > 0.27, `${one} s`)
  t.ok(four < one * 3, `four at once take as long as one: ${four} s and ${one} s`)
})

t.test('latency delays each reply', async (t) => {
  const sandbox = await startSandbox({ latency: 60 })
  t.teardown(() => sandbox.close())
  const started = performance.now()
  await ask(`${sandbox.url}/v3/system/server_status`)
  t.ok(performance.now() - started >= 55)
})
