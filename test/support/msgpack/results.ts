import fc from 'fast-check'
import { castType } from '../../../src/model/casts.js'
import type { EncodeSpec } from '../../../src/model/option-types.js'
import type { Plan, PlanColumn } from '../../../src/model/plan.js'
import type { Column, SqlType } from '../../../src/model/schema.js'
import type { PackedRow } from '../../reference/encode.js'
import { columnOfValues } from './arbitraries.js'
import * as pack from './pack.js'

/** A random result, what to make of it, and the pieces it arrives in. */
export interface RandomResult {
  readonly spec: EncodeSpec
  readonly plan: Plan
  readonly rows: readonly PackedRow[]
  /** Lengths of the chunks, used over and over. */
  readonly chunks: readonly number[]
}

const NULL_TEXTS = [
  '',
  'NULL',
  '\\N',
  'a',
  "'=",
  '-',
  '∅'.repeat(30),
  '0',
  '1',
  'true',
  'NaN',
  '-1',
  '[]',
  '\\t',
]

const invalidUtf8 = fc.constantFrom('replace' as const, 'raw' as const, 'fail' as const, undefined)

const delimitedOptions = {
  header: fc.boolean(),
  bom: fc.boolean(),
  crlf: fc.boolean(),
  escapeFormulas: fc.boolean(),
  decimalComma: fc.boolean(),
  null: fc.constantFrom(...NULL_TEXTS),
  invalidUtf8,
}

const spec: fc.Arbitrary<EncodeSpec> = fc.oneof(
  fc.record({
    format: fc.constant('csv' as const),
    ...delimitedOptions,
    delimiter: fc.constantFrom(',', ';', '\t', '|', ':', ' ', '||', '§', '、', ', ', '😀', ';é'),
    quote: fc.constantFrom('minimal' as const, 'minimal' as const, 'strings' as const, 'all' as const),
  }),
  fc.record({ format: fc.constant('tsv' as const), ...delimitedOptions }),
  fc.record({
    format: fc.constantFrom('ndjson' as const, 'json' as const),
    special: fc.constantFrom('string' as const, 'null' as const, 'error' as const),
    int64: fc.constantFrom('number' as const, 'string' as const),
    invalidUtf8,
  }),
  fc.record({ format: fc.constant('msgpack' as const) }),
) as fc.Arbitrary<EncodeSpec>

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'time',
    '__proto__',
    '',
    '1',
    'x,y',
    'say "hi"',
    'line\nbreak',
    '=1+1',
    '日本語',
    'NULL',
  ),
  fc.string({ maxLength: 8 }),
)

const cast = fc.constantFrom(undefined, undefined, undefined, 'varchar', 'bigint', 'double', 'boolean')

const type = fc.constantFrom<SqlType>(
  { kind: 'unknown', text: '' },
  { kind: 'decimal', precision: 9, scale: 2 },
)

/** All columns as they are in half of the cases, else any of them in any order, some of them cast. */
const planOf = (columns: readonly Column[]): fc.Arbitrary<Plan> => {
  const schema = { columns, inferred: false }
  const straight = columns.map(({ name, type }, source): PlanColumn => ({ source, name, type }))
  const chosen = fc.array(
    fc.tuple(fc.nat(columns.length - 1), name, cast).map(([source, name, cast]) => {
      const column = { source, name, type: columns[source]!.type }
      return cast === undefined ? column : { ...column, cast, type: castType(cast) }
    }),
    { minLength: 1, maxLength: 5 },
  ) as fc.Arbitrary<PlanColumn[]>
  return fc
    .tuple(fc.oneof(fc.constant(straight), chosen), fc.option(fc.nat(6), { freq: 6 }))
    .map(([out, limit]) => ({ schema, columns: out, ...(limit === null ? {} : { limit }) }))
}

export const randomResult: fc.Arbitrary<RandomResult> = fc
  .array(fc.tuple(name, columnOfValues, type), { minLength: 1, maxLength: 18, size: '-1' })
  .chain((columns) => {
    const schema = columns.map(([name, , type]) => ({ name, type, typeText: '' }))
    const row = fc.tuple(...columns.map(([, kind]) => kind))
    return fc.record({
      spec,
      plan: planOf(schema),
      cells: fc.array(row, { maxLength: 8 }),
      widths: fc.array(fc.constantFrom<pack.Width>(0, 0, 0, 2, 4), { minLength: 1, maxLength: 3 }),
      chunks: fc.oneof(
        fc.constantFrom([1], [1_000_000], [2, 1], [16]),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
      ),
    })
  })
  .map(({ cells, widths, ...result }) => ({
    ...result,
    rows: cells.map((row, i) => ({ cells: row, bytes: pack.array(row, widths[i % widths.length]) })),
  }))

/** Some of these rows over and over, in larger chunks: the output is full many times, and rows are cut by chunks. */
export const longResult: fc.Arbitrary<RandomResult> = fc
  .tuple(
    randomResult.filter(({ rows }) => rows.length > 0),
    fc.integer({ min: 300_000, max: 600_000 }),
    fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 3 }),
  )
  .map(([result, bytes, chunks]) => {
    const once = result.rows.reduce((sum, row) => sum + row.bytes.length, 0)
    const times = Math.ceil(Math.min(bytes / once, 20_000 / result.rows.length))
    const plan = { ...result.plan }
    delete (plan as { limit?: number }).limit
    return { ...result, plan, chunks, rows: Array<typeof result.rows>(times).fill(result.rows).flat() }
  })

/** The bytes in the chunks they arrive in. */
export function* inChunks(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!
    yield bytes.subarray(at, at + length)
    at += length
  }
}
