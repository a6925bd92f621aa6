import t from 'tap'
import { createEncoder } from '../../src/kernel/encoder.js'
import { createFramer } from '../../src/kernel/framer.js'
import type { Limits } from '../../src/model/limits.js'
import type { EncodeSpec } from '../../src/model/option-types.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, errorOf, planOf } from '../support/msgpack/plan.js'

const PLAN = planOf(['a', 'b'])
const ROW = pack.array([pack.fixint(1), pack.str('x')])
const encode = (spec: EncodeSpec, input: Uint8Array = ROW, plan = PLAN) =>
  encodeBytes(spec, plan, input).toString()

t.test('the header is quoted like texts, duplicates as they are', async (t) => {
  const plan = planOf(['a', 'a', 'x,y', '', '=1'])
  t.equal(encode({ format: 'csv' }, Buffer.of(), plan), 'a,a,"x,y","",=1\n')
  t.equal(
    encode({ format: 'csv', escapeFormulas: true, crlf: true }, Buffer.of(), plan),
    `a,a,"x,y","",'=1\r\n`,
  )
  t.equal(encode({ format: 'csv', null: 'a', delimiter: ';' }, Buffer.of(), plan), '"a";"a";x,y;"";=1\n')
  t.equal(encode({ format: 'tsv' }, Buffer.of(), planOf(['a\tb', ''])), 'a\\tb\t\n')
  t.equal(encode({ format: 'csv', header: false }, Buffer.of(), plan), '')
})

t.test('a header as large as any is written', async (t) => {
  const names = Array.from({ length: 5000 }, (_, i) => `${'n'.repeat(400)}${i}`)
  t.equal(
    encode({ format: 'csv', limits: { rowBytes: 100_000 } }, Buffer.of(), planOf(names)),
    `${names.join()}\n`,
  )
})

t.test('byte order mark and line ends', async (t) => {
  t.equal(encode({ format: 'csv', bom: true, crlf: true }), '\ufeffa,b\r\n1,x\r\n')
  t.equal(encode({ format: 'csv', bom: true, header: false }), '\ufeff1,x\n')
  t.equal(encode({ format: 'tsv', crlf: true }), 'a\tb\r\n1\tx\r\n')
})

t.test('objects have unique names', async (t) => {
  const plan = planOf(['a', 'a', 'say "hi"', '__proto__'])
  const row = pack.array([1, 2, 3, 4].map(pack.fixint))
  t.equal(encode({ format: 'ndjson' }, row, plan), '{"a":1,"a_2":2,"say \\"hi\\"":3,"__proto__":4}\n')
})

t.test('json is one array, a row a line', async (t) => {
  t.equal(encode({ format: 'json' }, Buffer.of()), '[]\n')
  t.equal(encode({ format: 'json' }), '[\n{"a":1,"b":"x"}\n]\n')
  t.equal(encode({ format: 'json' }, Buffer.concat([ROW, ROW])), '[\n{"a":1,"b":"x"},\n{"a":1,"b":"x"}\n]\n')
  t.equal(encode({ format: 'json' }, ROW, { ...PLAN, limit: 0 }), '[]\n')
})

t.test('a plan without columns, and rows without cells', async (t) => {
  const none = { ...PLAN, columns: [] }
  t.equal(encode({ format: 'csv' }, Buffer.concat([ROW, ROW]), none), '\n\n\n')
  t.equal(encode({ format: 'ndjson' }, ROW, none), '{}\n')
  t.same(encodeBytes({ format: 'msgpack' }, none, ROW), Buffer.of(0x90))
  t.equal(encode({ format: 'ndjson' }, Buffer.of(0x90, 0x90), planOf([])), '{}\n{}\n')
})

t.test('the limit ends the work', async (t) => {
  const input = Buffer.concat([ROW, ROW, Buffer.of(0xc1)])
  for (const format of ['csv', 'ndjson', 'msgpack'] as const) {
    const encoder = createEncoder({ format }, { ...PLAN, limit: 2 })
    t.equal(encoder.done, false)
    for (const _ of encoder.push(input.subarray(0, 2)));
    t.equal(encoder.done, false)
    const pieces = [
      ...encoder.push(input.subarray(2)),
      ...encoder.push(Buffer.from('anything at all')),
      encoder.end(),
    ]
    t.equal(encoder.done, true)
    t.equal(encoder.rows, 2)
    t.equal(Buffer.concat(pieces).length, { csv: 8, ndjson: 32, msgpack: 8 }[format])
  }
  t.equal(createEncoder({ format: 'csv' }, { ...PLAN, limit: 0 }).done, true)
})

t.test('limits that make no sense are refused', async (t) => {
  const refuse = (spec: EncodeSpec) => {
    const error = errorOf(() => createEncoder(spec, PLAN))
    t.equal(error.code, 'E_USAGE')
    return error.message
  }
  for (const limit of [0, -1, 1.5, Number.NaN, 2 ** 40]) {
    for (const name of ['rowBytes', 'cellBytes', 'depth', 'columns'] satisfies (keyof Limits)[])
      t.match(refuse({ format: 'csv', limits: { [name]: limit } }), name)
    t.equal(errorOf(() => createFramer({ width: 1, limits: { rowBytes: limit } })).code, 'E_USAGE')
  }
})

t.test('more columns than the limit are refused', async (t) => {
  const error = errorOf(() => createEncoder({ format: 'csv', limits: { columns: 1 } }, PLAN))
  t.equal(error.code, 'E_LIMIT_COLUMNS')
  t.equal(errorOf(() => createFramer({ width: 10_001 })).code, 'E_LIMIT_COLUMNS')
  t.doesNotThrow(() => createFramer({ width: 10_001, limits: { columns: 20_000 } }))
})

t.test('a piece keeps its bytes when more is encoded', async (t) => {
  const encoder = createEncoder({ format: 'csv' }, PLAN)
  const row = (fill: string) => pack.array([pack.fixint(1), pack.str(fill.repeat(100_000))])
  const [first] = [...encoder.push(row('a'))]
  const copy = Buffer.from(first!)
  for (const _ of encoder.push(row('b')));
  t.ok(copy.equals(first!))
})

t.test('an unread chunk may be changed after its last piece', async (t) => {
  const encoder = createEncoder({ format: 'csv', header: false }, PLAN)
  const chunk = Buffer.from(ROW.subarray(0, 3))
  for (const _ of encoder.push(chunk));
  chunk.fill(0xc1)
  for (const _ of encoder.push(ROW.subarray(3)));
  t.equal(Buffer.from(encoder.end()).toString(), '1,x\n')
})
