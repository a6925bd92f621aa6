/** What casts make of a value is in casts.exact.test.ts; here is what formats do with it. */
import t from 'tap'
import type { CastTarget } from '../../src/model/casts.js'
import { encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, encodeCell, errorOf, planOf } from '../support/msgpack/plan.js'

const csv = (cell: Uint8Array, cast: CastTarget) => encodeCell({ format: 'csv' }, cell, cast)
const json = (cell: Uint8Array, cast: CastTarget) => encodeCell({ format: 'ndjson' }, cell, cast)
const msgpack = (cell: Uint8Array, cast: CastTarget) =>
  encodeBytes({ format: 'msgpack' }, planOf(['c'], cast), pack.array([cell])).subarray(1)

t.test('NULL stays NULL', async (t) => {
  for (const cast of ['varchar', 'bigint', 'double', 'boolean'] as const) {
    t.equal(csv(pack.NIL, cast), '')
    t.equal(json(pack.NIL, cast), 'null')
    t.same(msgpack(pack.NIL, cast), pack.NIL)
  }
})

t.test('varchar is the text that csv writes', async (t) => {
  const cases: [Buffer, string][] = [
    [pack.integer('uint64', 2n ** 64n - 1n), '18446744073709551615'],
    [pack.fixint(-5), '-5'],
    [pack.float64(1e21), '1e+21'],
    [pack.float64(-2.2250738585072014e-308), '-2.2250738585072014e-308'],
    [pack.float32(NaN), 'NaN'],
    [pack.TRUE, 'true'],
    [pack.str('as it is'), 'as it is'],
    [pack.bin(Buffer.from('bytes')), 'Ynl0ZXM='],
    [pack.ext(-1, Buffer.alloc(4)), '1970-01-01T00:00:00Z'],
    [pack.ext(1, Buffer.alloc(1)), '{"type":1,"data":"AA=="}'],
    [pack.array([pack.fixint(1), pack.str('x"')]), '[1,"x\\""]'],
    [pack.map([[pack.fixint(1), pack.float64(Infinity)]]), '{"1":"Infinity"}'],
    [
      pack.array(Array<Buffer>(40).fill(pack.integer('int64', 2n ** 60n))),
      `[${Array(40)
        .fill(2n ** 60n)
        .join()}]`,
    ],
  ]
  for (const [cell, text] of cases) {
    t.equal(json(cell, 'varchar'), JSON.stringify(text))
    t.equal(encodeCell({ format: 'tsv' }, cell, 'varchar'), text.replaceAll('\\', '\\\\'))
    t.same(msgpack(cell, 'varchar'), pack.str(text))
  }
})

t.test('varchar makes texts, to which the rules of texts apply', async (t) => {
  t.equal(encodeCell({ format: 'csv', null: '5' }, pack.fixint(5), 'varchar'), '"5"')
  t.equal(encodeCell({ format: 'csv', escapeFormulas: true }, pack.fixint(-5), 'varchar'), "'-5")
})

t.test('bigint is packed in the fewest bytes', async (t) => {
  for (const value of [
    0,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2 ** 32 - 1,
    -1,
    -32,
    -33,
    -128,
    -129,
    -32768,
    -32769,
    -(2 ** 31),
  ]) {
    const form = (['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'] as const).find((form) => {
      const bits = Number(form.replace(/\D+/, ''))
      return value < 0
        ? form.startsWith('i') && value >= -(2 ** (bits - 1))
        : form.startsWith('u') && value < 2 ** bits
    })!
    const expected = value >= -32 && value < 128 ? pack.fixint(value) : pack.integer(form, BigInt(value))
    t.same(msgpack(pack.str(String(value)), 'bigint'), expected, String(value))
  }
  t.same(msgpack(pack.str(String(2n ** 32n)), 'bigint'), pack.integer('uint64', 2n ** 32n))
  t.same(msgpack(pack.str(String(-(2n ** 31n) - 1n)), 'bigint'), pack.integer('int64', -(2n ** 31n) - 1n))
})

t.test('a refused cast names row, column, value and type', async (t) => {
  const plan = planOf(['first', 'second'], 'bigint')
  const rows = [
    pack.array([pack.fixint(1), pack.fixint(2)]),
    pack.array([pack.fixint(1), pack.str('x'.repeat(100))]),
  ]
  const error = errorOf(() => encodeBytes({ format: 'csv' }, plan, Buffer.concat(rows)))
  t.equal(error.message, `row 2, column "second": "${'x'.repeat(40)}…" cannot be cast to bigint`)
})

t.test('nothing of a row with a refused cast is written, however far it got', async (t) => {
  const plan = planOf(['a', 'b'], 'bigint')
  const rows = [pack.array([pack.fixint(1), pack.fixint(2)]), pack.array([pack.fixint(3), pack.str('x')])]
  const { bytes } = encodeAll({ format: 'tsv', header: false }, plan, rows)
  t.equal(bytes.toString(), '1\t2\n')
})
