import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import t from 'tap'
import type { SqlType } from '../../src/model/schema.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import { parseType } from '../../src/schema/type-parser.js'
import { identityPlan } from '../../src/transforms/columns.js'
import { encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'

/** A cell twice: as msgpack, and as the JSON that it is to become. */
interface Cell {
  readonly packed: Buffer
  readonly json: string
}

const ofText = (text: string): Cell => ({ packed: pack.str(text), json: JSON.stringify(text) })
const ofInteger = (value: bigint): Cell => ({ packed: pack.integer('int64', value), json: String(value) })
const NULL: Cell = { packed: pack.NIL, json: 'null' }

const list = (cells: readonly Cell[]): Cell => ({
  packed: pack.array(cells.map(({ packed }) => packed)),
  json: `[${cells.map(({ json }) => json).join()}]`,
})

const object = (members: readonly (readonly [string, Cell])[], packed: Buffer): Cell => ({
  packed,
  json: `{${members.map(([name, { json }]) => `${JSON.stringify(name)}:${json}`).join()}}`,
})

const byName = (members: readonly (readonly [string, Cell])[]): Buffer =>
  pack.map(members.map(([name, { packed }]) => [pack.str(name), packed]))

const encodeColumns = (
  types: readonly string[],
  rows: readonly Buffer[],
  rowShape: 'array' | 'object' = 'object',
) => {
  const schema = parseSchema(JSON.stringify(types.map((type, i) => [`c${i}`, type])))
  const { bytes, failure } = encodeAll({ format: 'ndjson', rowShape }, identityPlan(schema), rows)
  if (failure !== undefined) throw failure
  return bytes.toString()
}
const encode = (type: string, cell: Cell | Buffer, rowShape?: 'array' | 'object') =>
  encodeColumns([type], [pack.array([Buffer.isBuffer(cell) ? cell : cell.packed])], rowShape)

t.test('a row is an array of its fields, or an object with their names', async (t) => {
  const row = list([ofInteger(1n), ofText('x')])
  const type = 'row(a bigint, b varchar)'
  t.equal(encode(type, row, 'array'), '{"c0":[1,"x"]}\n')
  t.equal(encode(type, row), '{"c0":{"a":1,"b":"x"}}\n')
  t.equal(encode('struct<a:bigint,b:string>', row), '{"c0":{"a":1,"b":"x"}}\n')
  t.equal(encode('row(bigint, b varchar)', row), '{"c0":{"field0":1,"b":"x"}}\n', 'names as in Parquet')
  t.equal(encode('row(bigint, field0 varchar)', row), '{"c0":{"field0":1,"field0_2":"x"}}\n')
  t.equal(encode('row(a bigint, a varchar)', row), '{"c0":{"a":1,"a_2":"x"}}\n')
  t.equal(encode(type, NULL), '{"c0":null}\n')
})

t.test('rows inside of arrays, maps and rows are objects too', async (t) => {
  const row = list([ofInteger(1n)])
  const a = pack.str('k')
  t.equal(encode('array(row(x bigint))', list([row, NULL, row])), '{"c0":[{"x":1},null,{"x":1}]}\n')
  t.equal(encode('array(row(x bigint))', list([])), '{"c0":[]}\n')
  t.equal(encode('array(array(row(x bigint)))', list([list([row]), list([])])), '{"c0":[[{"x":1}],[]]}\n')
  t.equal(encode('map(varchar, row(x bigint))', pack.map([[a, row.packed]])), '{"c0":{"k":{"x":1}}}\n')
  t.equal(
    encode('row(r row(x bigint), s bigint)', list([row, ofInteger(2n)])),
    '{"c0":{"r":{"x":1},"s":2}}\n',
  )
  t.equal(
    encode(
      'row(r row(x bigint), s row(y bigint))',
      byName([
        ['s', row],
        ['r', row],
      ]),
    ),
    '{"c0":{"s":{"y":1},"r":{"x":1}}}\n',
    'a row that came by its names',
  )
})

t.test('what is not a row of the type is written by its value', async (t) => {
  const type = 'row(a bigint, b row(c bigint))'
  for (const [cell, json] of [
    [list([ofInteger(1n)]).packed, '[1]'],
    [list([ofInteger(1n), ofInteger(2n), ofInteger(3n)]).packed, '[1,2,3]'],
    [list([]).packed, '[]'],
    [ofText('[1,[2]]').packed, '"[1,[2]]"'],
    [pack.fixint(5), '5'],
    [pack.map([[pack.fixint(1), list([ofInteger(2n)]).packed]]), '{"1":[2]}'],
    [list([list([ofInteger(1n), ofInteger(2n)]), list([ofInteger(3n)])]).packed, '{"a":[1,2],"b":{"c":3}}'],
  ] as const) {
    t.equal(encode(type, cell), `{"c0":${json}}\n`)
  }
  t.equal(
    encode('array(row(x bigint))', pack.map([[pack.str('x'), list([ofInteger(1n)]).packed]])),
    '{"c0":{"x":[1]}}\n',
  )
  t.equal(encode('map(varchar, row(x bigint))', list([list([ofInteger(1n)])])), '{"c0":[[1]]}\n')
})

t.test('a row as the key of a map stays an array: its text is the key', async (t) => {
  const key = list([ofInteger(1n), ofText('x')])
  const cell = pack.map([[key.packed, key.packed]])
  t.equal(
    encode('map(row(a bigint, b varchar), row(a bigint, b varchar))', cell),
    '{"c0":{"[1,\\"x\\"]":{"a":1,"b":"x"}}}\n',
  )
})

t.test('names of fields of any length and any characters', async (t) => {
  for (const name of [
    '__proto__',
    'say "hi"',
    'line\nbreak',
    '日本語',
    'x'.repeat(5000),
    'y'.repeat(400_000),
  ]) {
    const type: SqlType = {
      kind: 'row',
      fields: [
        { name, type: { kind: 'bigint' } },
        { name: 'z', type: { kind: 'bigint' } },
      ],
    }
    const plan = {
      schema: { columns: [{ name: 'c', type, typeText: '' }], inferred: false },
      columns: [{ source: 0, name: 'c', type }],
    }
    const row = pack.array([pack.array([pack.fixint(1), pack.fixint(2)])])
    const { bytes } = encodeAll({ format: 'ndjson', rowShape: 'object' }, plan, [row, row])
    const line = `{"c":{${JSON.stringify(name)}:1,"z":2}}\n`
    t.ok(bytes.toString() === line + line, name.slice(0, 20))
  }
})

const NAMES = ['a', 'b', 'x y', 'say "hi"', '', '__proto__', '日本語', 'n'.repeat(300)]
const scalar: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(NULL),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(ofInteger),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map(ofText),
  fc.nat(60_000).map((length) => ofText('t'.repeat(length))),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({
    packed: pack.float64(value),
    json: JSON.stringify(value),
  })),
)

/** A type in SQL and cells of it. */
interface Typed {
  readonly sql: string
  readonly cell: fc.Arbitrary<Cell>
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<Typed>({ sql: 'varchar', cell: scalar }),
    tie('typed').map(({ sql, cell }) => ({
      sql: `array(${sql})`,
      cell: fc.oneof(fc.constant(NULL), fc.array(cell, { maxLength: 4 }).map(list)),
    })),
    tie('typed').map(({ sql, cell }) => ({
      sql: `map(varchar, ${sql})`,
      cell: fc
        .array(fc.tuple(fc.constantFrom(...NAMES), cell), { maxLength: 3 })
        .map((members) => object(members, byName(members))),
    })),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('typed')), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((fields) => ({
        sql: `row(${fields.map(([name, { sql }]) => `${quoted(name)} ${sql}`).join()})`,
        cell: fc.oneof(
          { weight: 1, arbitrary: fc.constant(NULL) },
          {
            weight: 4,
            arbitrary: fc
              .tuple(fc.boolean(), ...fields.map(([, { cell }]) => cell))
              .map(([asMap, ...cells]) => {
                const members = cells.map((cell, i) => [fields[i]![0], cell] as const)
                return object(members, asMap ? byName(members) : list(cells).packed)
              }),
          },
        ),
      })),
  ),
}))

t.test('random types: the text is that of the same values as objects, in any chunks', async (t) => {
  const table = fc.array(typed, { minLength: 1, maxLength: 3 }).chain((columns) =>
    fc.record({
      types: fc.constant(columns.map(({ sql }) => sql)),
      rows: fc.array(fc.tuple(...columns.map(({ cell }) => cell)), { minLength: 1, maxLength: 6 }),
      chunk: fc.constantFrom(1, 7, 100, 1 << 20),
    }),
  )
  let objects = 0
  const check = ({ types, rows, chunk }: { types: string[]; rows: Cell[][]; chunk: number }) => {
    if (types.some((type) => parseType(type).kind === 'unknown')) throw new Error(`${types} are unknown`)
    const bytes = Buffer.concat(rows.map((cells) => pack.array(cells.map(({ packed }) => packed))))
    const size = Math.max(chunk, Math.ceil(bytes.length / 5000))
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
    const expected = rows.map(
      (cells) =>
        object(
          cells.map((cell, i) => [`c${i}`, cell]),
          Buffer.of(),
        ).json,
    )
    if (types.some((type) => type.includes('row('))) objects++
    const found = encodeColumns(types, chunks)
    if (found !== `${expected.join('\n')}\n`) throw new Error(`${types}: ${found} is to be ${expected}`)
  }
  fc.assert(fc.property(table, check), { numRuns: 150 })
  t.ok(objects > 30, `${objects} tables had rows`)
})
