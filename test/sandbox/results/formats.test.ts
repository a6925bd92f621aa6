import t, { type Test } from 'tap'
import { startSandbox } from '../../../src/sandbox/index.js'
import { ask } from '../../support/sandbox/request.js'

/** Asks for a result of these rows in text formats. */
async function resultOf(t: Test, rows: unknown[][], names = rows[0]!.map((_, i) => `c${i}`)) {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ schema: names.map((name) => [name, 'varchar'] as const), rows })
  return async (query: string) => {
    const { status, body } = await ask(`${sandbox.url}/v3/job/result/${id}${query}`)
    t.equal(status, 200, query)
    return body.toString()
  }
}

t.test('no character inside a row of JSON ends a line to a decoder of Python', async (t) => {
  const ends = 'a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001eh\r\ni'
  const value = [ends, { [ends]: [ends] }]
  const result = await resultOf(t, [[...value]], [ends, 'x'])
  const lines = (await result('?format=json&header=true')).trimEnd().split('\n')
  t.equal(lines.length, 2)
  for (const line of lines) t.notMatch(line, /[\u0085\u2028\u2029\v\f\u001c-\u001e\r]/)
  t.strictSame(
    lines.map((line) => JSON.parse(line)),
    [[ends, 'x'], value],
  )
  const csv = await result('?format=csv')
  t.match(csv, `"${ends}",`, 'quoted, so that a reader of CSV joins the lines again')
})

t.test('replies of the API are free of them, too', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const query = 'select 1 -- \u2028\u0085'
  const id = sandbox.addJob({ query })
  const { body } = await ask(`${sandbox.url}/v3/job/show/${id}`)
  t.notMatch(body.toString(), /[\u0085\u2028]/)
  t.equal(JSON.parse(body.toString()).query, query)
})

t.test('bytes are base64 in text formats, alone and nested', async (t) => {
  const bytes = Uint8Array.of(0x93, 0xfa, 0, 0xff)
  const result = await resultOf(t, [[bytes, [bytes], { a: bytes }]])
  t.equal(await result('?format=csv'), 'k/oA/w==,"[""k/oA/w==""]","{""a"":""k/oA/w==""}"\n')
  t.equal(await result('?format=tsv'), 'k/oA/w==\t["k/oA/w=="]\t{"a":"k/oA/w=="}\n')
  t.equal(await result('?format=json'), '["k/oA/w==",["k/oA/w=="],{"a":"k/oA/w=="}]\n')
})

t.test('text that is not UTF-8 has U+FFFD, whatever its length', async (t) => {
  // A library that reads msgpack makes other letters of them, in short texts.
  for (const length of [2, 30, 300, 70_000]) {
    const sandbox = await startSandbox()
    t.teardown(() => sandbox.close())
    const text = Buffer.alloc(length, Buffer.from([0x93, 0xfa]))
    const head = Buffer.from([0x91, 0xdb, 0, 0, 0, 0])
    head.writeUInt32BE(length, 2)
    const { gzipSync } = await import('node:zlib')
    const id = sandbox.addJob({ schema: [['a', 'varchar']], body: gzipSync(Buffer.concat([head, text])) })
    const { body } = await ask(`${sandbox.url}/v3/job/result/${id}?format=json`)
    t.strictSame(JSON.parse(body.toString()), ['\ufffd'.repeat(length)])
  }
})

t.test('every value comes out of text formats, in rows that end anywhere in a chunk', async (t) => {
  const row = [
    null,
    true,
    0,
    -1,
    2n ** 63n - 1n,
    -(2n ** 63n),
    1.5,
    Number.NaN,
    'é',
    [1, [2]],
    { k: null },
    'x'.repeat(70_000),
  ]
  const rows = Array.from({ length: 20 }, () => row)
  const result = await resultOf(t, rows)
  const expected = `[null,true,0,-1,9223372036854775807,-9223372036854775808,1.5,"NaN","é",[1,[2]],{"k":null},"${'x'.repeat(70_000)}"]`
  const lines = (await result('?format=json')).trimEnd().split('\n')
  t.equal(lines.length, rows.length)
  t.ok(lines.every((line) => line === expected))
})

t.test('a result that is no msgpack, or ends inside a row, is an error and no rows', async (t) => {
  const { gzipSync } = await import('node:zlib')
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  for (const bytes of [[0x91], [0x91, 0x01, 0x92, 0x01], [0xc1], [0x91, 0xc1], [0x91, 0xdb, 0, 0, 0, 9, 1]]) {
    const id = sandbox.addJob({ schema: [['a', 'bigint']], body: gzipSync(Uint8Array.from(bytes)) })
    const { status } = await ask(`${sandbox.url}/v3/job/result/${id}?format=csv`)
    t.equal(status, 500, String(bytes))
  }
})

t.test('without a format a result is TSV', async (t) => {
  const result = await resultOf(t, [['a', 1]])
  t.equal(await result(''), 'a\t1\n')
  t.equal(await result('?header=true&nullify_special=true'), 'c0\tc1\na\t1\n')
})

t.test('a schema has a space behind each comma between its parts, as on the wire', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const schema = [
    ['a,b', 'map(varchar,bigint)'],
    [null, null],
  ] as const
  const id = sandbox.addJob({ schema, rows: [] })
  const { body } = await ask(`${sandbox.url}/v3/job/show/${id}`)
  t.equal(JSON.parse(body.toString()).hive_result_schema, '[["a,b", "map(varchar,bigint)"], [null, null]]')
})
