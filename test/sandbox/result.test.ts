import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeMulti } from '@msgpack/msgpack'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { ask } from '../support/sandbox/request.js'

const BODY = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251))

async function withBody(t: Test) {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ body: BODY })
  return { sandbox, id, url: `${sandbox.url}/v3/job/result/${id}?format=msgpack.gz` }
}

t.test('msgpack.gz is sent as it is, with length, tag and ranges', async (t) => {
  const { url } = await withBody(t)
  const { status, headers, body } = await ask(url, { headers: { 'accept-encoding': 'gzip' } })
  t.equal(status, 200)
  t.ok(body.equals(BODY))
  t.match(headers, { 'content-length': '1000', etag: /^"[0-9a-f]{32}"$/, 'accept-ranges': 'bytes' })
  t.notOk('content-encoding' in headers)
})

for (const [range, status, contentRange, start, end] of [
  ['bytes=0-0', 206, 'bytes 0-0/1000', 0, 1],
  ['bytes=10-19', 206, 'bytes 10-19/1000', 10, 20],
  ['bytes=990-', 206, 'bytes 990-999/1000', 990, 1000],
  ['bytes=990-5000', 206, 'bytes 990-999/1000', 990, 1000],
  ['bytes=-7', 206, 'bytes 993-999/1000', 993, 1000],
  ['bytes=-5000', 206, 'bytes 0-999/1000', 0, 1000],
  ['bytes=1000-', 416, 'bytes */1000', 0, 0],
  ['bytes=-0', 416, 'bytes */1000', 0, 0],
  ['bytes=5-2', 200, undefined, 0, 1000],
  ['bytes=0-1,4-5', 200, undefined, 0, 1000],
  ['lines=0-1', 200, undefined, 0, 1000],
] as const) {
  t.test(`Range: ${range} answers ${status}`, async (t) => {
    const { url } = await withBody(t)
    const answer = await ask(url, { headers: { range } })
    t.equal(answer.status, status)
    t.equal(answer.headers['content-range'], contentRange)
    t.equal(answer.headers['content-length'], String(end - start))
    t.ok(answer.body.equals(BODY.subarray(start, end)))
  })
}

t.test('If-Range lets a range stand only for the same strong tag', async (t) => {
  const { url } = await withBody(t)
  const { etag = '' } = (await ask(url)).headers
  const status = async (ifRange: string) =>
    (await ask(url, { headers: { range: 'bytes=5-', 'if-range': ifRange } })).status
  t.equal(await status(etag), 206)
  t.equal(await status('"other"'), 200)
  t.equal(await status(`W/${etag}`), 200)
})

t.test('a replaced result has another tag', async (t) => {
  const { sandbox, id, url } = await withBody(t)
  const { etag = '' } = (await ask(url)).headers
  sandbox.replaceResult(id, { body: Buffer.from('new') })
  const answer = await ask(url, { headers: { range: 'bytes=1-', 'if-range': etag } })
  t.equal(answer.status, 200)
  t.equal(answer.body.toString(), 'new')
})

t.test('msgpack is the same gzip bytes as a content encoding, or plain', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({
    rows: [
      [1, 'a'],
      [2n ** 63n - 1n, null],
    ],
  })
  const url = `${sandbox.url}/v3/job/result/${id}?format=msgpack`
  const opaque = await ask(`${url}.gz`)
  const alias = await ask(`${url}_gz`)
  const encoded = await ask(url, { headers: { 'accept-encoding': 'deflate, gzip;q=0.5' } })
  const plain = await ask(url, { headers: { 'accept-encoding': 'gzip;q=0' } })
  t.ok(alias.body.equals(opaque.body))
  t.equal(encoded.headers['content-encoding'], 'gzip')
  t.ok(encoded.body.equals(opaque.body))
  t.notOk('content-encoding' in plain.headers)
  t.ok(plain.body.equals(gunzipSync(opaque.body)))
  t.equal(plain.headers['content-length'], String(plain.body.length))
  t.strictSame(
    [...decodeMulti(plain.body, { useBigInt64: true })],
    [
      [1, 'a'],
      [2n ** 63n - 1n, null],
    ],
  )
})

t.test('csv, tsv and json, with and without a header', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({
    schema: [
      ['a', 'varchar'],
      ['b', 'double'],
      ['c', 'array(bigint)'],
      ['d', 'bigint'],
    ],
    rows: [
      ['x,"y"\n\t', Number.NaN, [1, 2n ** 62n], null],
      ['', 1.5, { k: null }, 2],
    ],
  })
  const text = async (query: string) => {
    const { body, headers } = await ask(`${sandbox.url}/v3/job/result/${id}?${query}`)
    t.equal(headers['content-length'], String(body.length))
    return body.toString()
  }
  t.equal(
    await text('format=csv&header=True'),
    'a,b,c,d\n"x,""y""\n\t",NaN,"[1,4611686018427387904]",\n,1.5,"{""k"":null}",2\n',
  )
  t.equal(
    await text('format=tsv&header=False&nullify_special=true'),
    'x,"y"\\n\\t\t\t[1,4611686018427387904]\t\n\t1.5\t{"k":null}\t2\n',
  )
  t.equal(
    await text('format=json&header=true'),
    '["a","b","c","d"]\n["x,\\"y\\"\\n\\t","NaN",[1,4611686018427387904],null]\n["",1.5,{"k":null},2]\n',
  )
  t.equal((await ask(`${sandbox.url}/v3/job/result/${id}?format=xml`)).status, 400)
})

t.test('a job without a result, or not successful, answers 404', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  for (const job of [{}, { status: 'running', rows: [[1]] }, { status: 'error', rows: [[1]] }]) {
    const id = sandbox.addJob(job)
    t.equal((await ask(`${sandbox.url}/v3/job/result/${id}?format=msgpack.gz`)).status, 404)
  }
})

t.test('an empty result is an empty gzip', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ rows: [] })
  const { status, body } = await ask(`${sandbox.url}/v3/job/result/${id}?format=msgpack.gz`)
  t.equal(status, 200)
  t.ok(body.equals(gzipSync('')))
})
