import fc from 'fast-check'
import { Raw } from './file.js'
import type { Canonical } from './readers.js'

/** A cell as it comes and as it is read. */
export type Cell = readonly [given: unknown, canonical: Canonical]

/** A SQL type with cells that fit it. */
export interface TypeWithCells {
  readonly type: string
  readonly cell: fc.Arbitrary<Cell>
}

const MIN64 = -(2n ** 63n)
const MAX64 = 2n ** 63n - 1n
const pad = (value: number | bigint, width: number) => String(value).padStart(width, '0')
const same = (value: Canonical): Cell => [value, value]

function integer(type: string, bits: number): TypeWithCells {
  const limit = 2n ** BigInt(bits - 1)
  return { type, cell: fc.bigInt(-limit, limit - 1n).map(same) }
}

const unsigned64 = fc
  .bigInt(0n, MAX64)
  .map((value): Cell => [new Raw(`cf${value.toString(16).padStart(16, '0')}`), value])

/** A double as msgpack's float 64, whole numbers too. */
function float64(value: number): Raw {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xcb
  bytes.writeDoubleBE(value, 1)
  return new Raw(bytes.toString('hex'))
}

const text = fc.string({ unit: 'binary', maxLength: 30 })

const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

const timestamp = fc
  .tuple(date, fc.integer({ min: 0, max: 999 }), fc.integer({ min: 3, max: 9 }))
  .map(([instant, micros, digits]) => {
    const shown = instant.toISOString().replace('T', ' ').replace('Z', '')
    const fraction = `${pad(micros, 3)}000000000`.slice(0, Math.max(digits, 6) - 3)
    return { text: shown + fraction, micros: BigInt(instant.getTime()) * 1000n + BigInt(micros) }
  })

function decimal(precision: number, scale: number): TypeWithCells {
  const limit = 10n ** BigInt(precision) - 1n
  return {
    type: `decimal(${precision},${scale})`,
    cell: fc.bigInt(-limit, limit).map((value): Cell => {
      const digits = pad(value < 0n ? -value : value, scale + 1)
      const point = digits.length - scale
      const plain = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
      return [(value < 0n ? '-' : '') + plain, value]
    }),
  }
}

const SCALARS: readonly TypeWithCells[] = [
  { type: 'boolean', cell: fc.boolean().map(same) },
  integer('tinyint', 8),
  integer('smallint', 16),
  integer('integer', 32),
  { type: 'bigint', cell: fc.oneof(fc.bigInt(MIN64, MAX64).map(same), unsigned64) },
  { type: 'double', cell: fc.double().map((value): Cell => [float64(value), value]) },
  { type: 'real', cell: fc.float().map((value): Cell => [float64(value), value]) },
  { type: 'varchar', cell: text.map(same) },
  { type: 'varchar', cell: fc.constantFrom('one', 'two', 'three').map(same) },
  {
    type: 'varbinary',
    cell: fc.uint8Array({ maxLength: 40 }).map((bytes): Cell => [bytes, Buffer.from(bytes).toString('hex')]),
  },
  {
    type: 'date',
    cell: date.map((day): Cell => {
      const text = day.toISOString().slice(0, 10)
      return [text, BigInt(Date.parse(`${text}T00:00:00Z`) / 86_400_000)]
    }),
  },
  { type: 'timestamp(6)', cell: timestamp.map(({ text, micros }): Cell => [text, micros]) },
  {
    type: 'timestamp(6) with time zone',
    cell: fc
      .tuple(timestamp, fc.integer({ min: -14 * 60, max: 14 * 60 }))
      .map(([{ text, micros }, offset]): Cell => {
        const minutes = Math.abs(offset)
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`
        return [`${text} ${zone}`, micros - BigInt(offset) * 60_000_000n]
      }),
  },
  {
    type: 'uuid',
    cell: fc.uuid().map((value): Cell => [value, value.replaceAll('-', '')]),
  },
  decimal(9, 4),
  decimal(18, 0),
  decimal(25, 25),
  decimal(38, 7),
]

const nullable = (cell: fc.Arbitrary<Cell>) =>
  fc.oneof({ weight: 4, arbitrary: cell }, { weight: 1, arbitrary: fc.constant<Cell>([null, null]) })

/** A list, map or row around other types. */
function nested(inner: fc.Arbitrary<TypeWithCells>): fc.Arbitrary<TypeWithCells> {
  const list = inner.map(({ type, cell }) => ({
    type: `array(${type})`,
    cell: fc
      .array(nullable(cell), { maxLength: 4 })
      .map((cells): Cell => [cells.map(([given]) => given), cells.map(([, value]) => value)]),
  }))
  const map = inner.map(({ type, cell }) => ({
    type: `map(varchar, ${type})`,
    cell: fc
      .uniqueArray(fc.tuple(fc.string({ maxLength: 5 }), nullable(cell)), {
        selector: ([key]) => key,
        maxLength: 4,
      })
      .map(
        (pairs): Cell => [
          new Map(pairs.map(([key, [given]]) => [key, given])),
          { pairs: pairs.map(([key, [, value]]) => [key, value]) },
        ],
      ),
  }))
  const row = fc.array(inner, { minLength: 1, maxLength: 3 }).map((fields) => ({
    type: `row(${fields.map(({ type }, i) => `f${i} ${type}`).join(', ')})`,
    cell: fc
      .tuple(...fields.map(({ cell }) => nullable(cell)))
      .map((cells): Cell => [cells.map(([given]) => given), cells.map(([, value]) => value)]),
  }))
  return fc.oneof(list, map, row)
}

const scalar = fc.constantFrom(...SCALARS)

/** Any type, nested up to three levels. */
export const typeWithCells: fc.Arbitrary<TypeWithCells> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: nested(scalar) },
  { weight: 1, arbitrary: nested(fc.oneof(scalar, nested(fc.oneof(scalar, nested(scalar))))) },
)

export interface RandomTable {
  readonly types: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export const table: fc.Arbitrary<RandomTable> = fc
  .array(typeWithCells, { minLength: 1, maxLength: 6 })
  .chain((columns) =>
    fc
      .array(fc.tuple(...columns.map(({ cell }) => nullable(cell))), { maxLength: 40 })
      .map((rows) => ({ types: columns.map(({ type }) => type), rows })),
  )
