import t from 'tap'
import type { EncodeSpec } from '../../src/model/option-types.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'

t.test('booleans in every order of eight, as cells and in an array', async (t) => {
  const names = [...'abcdefgh']
  const rows = Array.from({ length: 256 }, (_, bits) => names.map((_, i) => ((bits >> i) & 1) === 1))
  const cells = (row: boolean[]) => row.map((value) => (value ? pack.TRUE : pack.FALSE))
  const bytes = Buffer.concat(rows.map((row) => pack.array(cells(row))))
  const encoded = (spec: EncodeSpec) => encodeBytes(spec, planOf(names), bytes).toString()
  t.equal(encoded({ format: 'csv', header: false }), rows.map((row) => `${row.join()}\n`).join(''))
  t.equal(encoded({ format: 'tsv', header: false }), rows.map((row) => `${row.join('\t')}\n`).join(''))
  const object = (row: boolean[]) =>
    JSON.stringify(Object.fromEntries(row.map((value, i) => [names[i], value])))
  t.equal(encoded({ format: 'ndjson' }), rows.map((row) => `${object(row)}\n`).join(''))
  const arrays = Buffer.concat(rows.map((row) => pack.array([pack.array(cells(row))])))
  t.equal(
    encodeBytes({ format: 'ndjson' }, planOf(['a']), arrays).toString(),
    rows.map((row) => `${JSON.stringify({ a: row })}\n`).join(''),
  )
})
