// Checked by `npm run check`: rows are typed by the options that they are read with. Nothing here runs.
import type { IterateOptions, OpenResult, Report, Row, Value } from 'td-sluice'
import { batches, csv, job, open, recordBatches, rows, select } from 'td-sluice'
import * as z from 'zod'
import { expectTrue, type Same } from './expect.js'

const source = job('1')
type Item<T> = T extends AsyncIterable<infer U> ? U : never

const plain = rows(source)
expectTrue<Same<Item<typeof plain>, Row<never>>>()
const arrays = batches(source, { shape: 'array' })
expectTrue<Same<Item<typeof arrays>, Value<never>[][]>>()
const exactArrays = rows(source, { shape: 'array', int64: 'bigint' })
expectTrue<Same<Item<typeof exactArrays>, Value[]>>()
const exact = rows(source, { int64: 'bigint', limits: { depth: 3 } })
expectTrue<Same<Item<typeof exact>, Row>>()
declare const someOptions: IterateOptions
const some = rows(source, someOptions)
expectTrue<Same<Item<typeof some>, Row>>()

// A type that needs an option compiles only with it.
interface Exact {
  n: bigint
  nested?: { items: (bigint | null)[] }
}
interface Dated {
  at: Date | null
}
interface Tree {
  name: string
  children: Tree[]
}
rows<{ n: bigint }>(source, { int64: 'bigint' })
batches<Exact & Dated>(source, { int64: 'bigint', timestamps: 'date' })
rows<Tree>(source)
rows<{ a: unknown; b?: string; c: number | bigint; d: Uint8Array; e: Map<string, number> }>(source)
rows<Row>(source)
// @ts-expect-error integers are numbers by default
rows<{ n: bigint }>(source)
// @ts-expect-error another option does not help
rows<{ n: bigint }>(source, { timestamps: 'date' })
// @ts-expect-error nor does another value
rows<{ n: bigint }>(source, { int64: 'string' })
// @ts-expect-error inside of other values too
batches<{ nested?: { items: (bigint | null)[] } }>(source)
// @ts-expect-error and as the values of a map
rows<{ n: Map<string, bigint> }>(source)
// @ts-expect-error timestamps are texts by default
rows<Dated>(source)
// @ts-expect-error both are needed
batches<Exact & Dated>(source, { int64: 'bigint' })

const opening = open(source, { signal: AbortSignal.timeout(1), verifyCount: false })
expectTrue<Same<typeof opening, Promise<OpenResult>>>()
declare const result: OpenResult
expectTrue<Same<typeof result.expectedRows, number | undefined>>()
const readByZod = result.rows({ validate: z.object({ id: z.string() }) })
expectTrue<Same<Item<typeof readByZod>, { id: string }>>()
const opened = result.batches<{ n: bigint }>({ int64: 'bigint' })
expectTrue<Same<Item<typeof opened>, { n: bigint }[]>>()
const openedArrays = result.rows({ shape: 'array' })
expectTrue<Same<Item<typeof openedArrays>, Value<never>[]>>()
const written = result.to(select(['a']), csv('a'))
expectTrue<Same<typeof written, Promise<Report>>>()
export const disposable: AsyncDisposable = result
// @ts-expect-error integers are numbers by default
result.rows<{ n: bigint }>()
// @ts-expect-error the schema is known: transforms are chosen then
open(source, { transforms: [] })
// @ts-expect-error options are those of open
result.to(csv('a'), {})

// Record batches are bytes, whatever the options of the run.
expectTrue<Same<Item<ReturnType<typeof recordBatches>>, Uint8Array>>()
recordBatches(source, { transforms: [select(['a'])], batchRows: 100, bufferCodec: 'lz4', verifyCount: false })
// @ts-expect-error they are no rows
recordBatches(source, { shape: 'array' })
// @ts-expect-error their buffers have another codec than pages of Parquet
recordBatches(source, { bufferCodec: 'snappy' })
