import { SluiceError } from '../errors.js'
import { createFramer } from '../kernel/index.js'
import { createRowReader, type Row, type RowReadOptions } from '../kernel/row-reader.js'
import { createRowWriter } from '../kernel/row-writer.js'
import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import type { Column, ResultSchema } from '../model/schema.js'
import { identityPlan } from './plan.js'
import { parseType } from './type-parser.js'

/** What flows into and out of a row function: msgpack rows in any chunking, and the plan that reads them. */
export interface RowFlow {
  readonly plan: Plan
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface RowFlowContext {
  readonly limits: Limits
  /** Called with each block as it is read, before the function sees its rows. */
  onBlock(block: RowBlock): void
  /** Called when the plan's limit is reached and the flow ends for that reason. */
  limitReached(): void
}

/** A transform that calls a function for rows. */
export interface RowFunction {
  readonly kind: 'rows'
  apply(flow: RowFlow, context: RowFlowContext): Promise<RowFlow>
}

export interface RowFunctionOptions extends Omit<RowReadOptions, 'shape'> {}

export interface MapOptions extends RowFunctionOptions {
  /**
   * The columns of the rows returned: names, or names with SQL types (`{ day: 'date' }`). Default: the keys of the
   * first row returned, with the type of the column of that name where there is one.
   */
  columns?: readonly string[] | Readonly<Record<string, string>>
}

type MaybePromise<T> = T | Promise<T>

/** Keeps the rows for which the function returns true, byte for byte as they came. */
export function filter(
  keep: (row: Row) => MaybePromise<boolean>,
  options: RowFunctionOptions = {},
): RowFunction {
  return {
    kind: 'rows',
    apply: async (flow, context) => {
      const read = createRowReader(flow.plan, options)
      const kept = async function* () {
        for await (const block of blocksOf(flow, context)) {
          const { rows, offsets } = read(block)
          for (let i = 0; i < rows.length; i++) {
            if (await keep(rows[i]!)) yield block.bytes.subarray(offsets[i], offsets[i + 1])
          }
        }
      }
      const { limit: _, ...plan } = flow.plan
      return { plan, chunks: batched(kept()) }
    },
  }
}

/** Replaces each row by the one the function returns. */
export function map(change: (row: Row) => MaybePromise<object>, options: MapOptions = {}): RowFunction {
  return flatMap(async (row) => [await change(row)], options)
}

/** Replaces each row by the rows the function returns: none, one or many. */
export function flatMap(
  change: (row: Row) => MaybePromise<Iterable<object>>,
  options: MapOptions = {},
): RowFunction {
  return {
    kind: 'rows',
    apply: async (flow, context) => {
      const read = createRowReader(flow.plan, options)
      const changed = (async function* () {
        for await (const block of blocksOf(flow, context)) {
          for (const row of read(block).rows) yield* await change(row)
        }
      })()
      const first = await changed.next()
      const schema = outputSchema(options, flow.plan, first.done === true ? {} : first.value)
      const write = createRowWriter()
      const names = schema.columns.map((column) => column.name)
      const encoded = async function* () {
        try {
          for (let next = first; next.done !== true; next = await changed.next()) {
            const row = next.value as Record<string, unknown>
            yield write(names.map((name) => row[name]))
          }
        } finally {
          await changed.return()
        }
      }
      return { plan: identityPlan(schema), chunks: batched(encoded()) }
    },
  }
}

/** Cuts a flow into validated blocks, and ends it at the plan's limit. */
export async function* blocksOf(flow: RowFlow, context: RowFlowContext): AsyncGenerator<RowBlock> {
  const framer = createFramer({ width: flow.plan.schema.columns.length, limits: context.limits })
  let wanted = flow.plan.limit ?? Number.POSITIVE_INFINITY
  for await (const chunk of flow.chunks) {
    for (const block of framer.push(chunk)) {
      context.onBlock(block)
      if (block.rows < wanted) {
        wanted -= block.rows
        yield block
        continue
      }
      // The framer gives whole blocks; rows past the limit stay behind the count.
      yield { ...block, rows: wanted }
      return context.limitReached()
    }
  }
  for (const block of framer.end()) {
    context.onBlock(block)
    yield { ...block, rows: Math.min(block.rows, wanted) }
    wanted -= block.rows
  }
}

function outputSchema(options: MapOptions, plan: Plan, first: object): ResultSchema {
  const declared = options.columns ?? Object.keys(first)
  const known = new Map(plan.columns.map((column) => [column.name, column.type]))
  const pairs: [string, string | undefined][] = Array.isArray(declared)
    ? declared.map((name: string) => [name, undefined])
    : Object.entries(declared as Record<string, string>)
  const columns = pairs.map(([name, typeText]): Column => {
    const type = typeText === undefined ? known.get(name) : parseType(typeText)
    return { name, type: type ?? { kind: 'unknown', text: '' }, typeText: typeText ?? '' }
  })
  if (columns.length === 0 && options.columns !== undefined) {
    throw new SluiceError('E_USAGE', 'the option columns names no column')
  }
  return { columns, inferred: false }
}

const BATCH_BYTES = 256 * 1024

/** Joins single rows to chunks of about 256 KiB, since stages must not pay for a chunk a row. */
async function* batched(rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let batch: Uint8Array[] = []
  let bytes = 0
  for await (const row of rows) {
    // The encoder of msgpack reuses nothing, and blocks belong to their receiver: no copy is needed before the join.
    batch.push(row)
    bytes += row.byteLength
    if (bytes < BATCH_BYTES) continue
    yield Buffer.concat(batch)
    batch = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(batch)
}
