import { messageOf, SluiceError } from '../errors.js'
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
            if (await called(keep, rows[i]!, block.firstRow + i))
              yield block.bytes.subarray(offsets[i], offsets[i + 1])
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
          const { rows } = read(block)
          for (let i = 0; i < rows.length; i++) yield* await called(change, rows[i]!, block.firstRow + i)
        }
      })()
      const first = await changed.next()
      const schema = outputSchema(options, flow.plan, first.done === true ? {} : first.value)
      const write = createRowWriter()
      const cellsOf = cellReader(schema)
      const encoded = async function* () {
        try {
          for (let next = first; next.done !== true; next = await changed.next())
            yield write(cellsOf(next.value))
        } finally {
          await changed.return()
        }
      }
      return { plan: identityPlan(schema), chunks: batched(encoded()) }
    },
  }
}

/** Calls a function of the program; what it throws becomes the cause of an `E_CALLBACK` that names the row. */
async function called<T>(callback: (row: Row) => MaybePromise<T>, row: Row, index: number): Promise<T> {
  try {
    return await callback(row)
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError('E_CALLBACK', `the function for row ${index + 1} failed: ${messageOf(cause)}`, {
      cause,
    })
  }
}

/** Cuts a flow into validated blocks, and ends it at the plan's limit. */
export async function* blocksOf(flow: RowFlow, context: RowFlowContext): AsyncGenerator<RowBlock> {
  let wanted = flow.plan.limit ?? Number.POSITIVE_INFINITY
  for await (const block of framed(flow, context)) {
    context.onBlock(block)
    // Whole blocks go out; rows past the limit stay behind the count.
    if (wanted > 0) yield { ...block, rows: Math.min(block.rows, wanted) }
    wanted -= block.rows
    if (wanted > 0) continue
    context.limitReached()
    return
  }
}

async function* framed(flow: RowFlow, context: RowFlowContext): AsyncGenerator<RowBlock> {
  const framer = createFramer({ width: flow.plan.schema.columns.length, limits: context.limits })
  for await (const chunk of flow.chunks) yield* framer.push(chunk)
  yield* framer.end()
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

/** The cells of returned rows in the order of the columns. A key that is no column is an error, so that no value is lost. */
function cellReader(schema: ResultSchema): (row: object) => unknown[] {
  const names = schema.columns.map((column) => column.name)
  const known = new Set(names)
  return (row) => {
    for (const key of Object.keys(row)) {
      if (known.has(key)) continue
      throw new SluiceError('E_CALLBACK', `a returned row has ${JSON.stringify(key)}, which is no column`, {
        hint: 'the columns are the keys of the first row unless the option columns names them',
      })
    }
    return names.map((name) => (row as Record<string, unknown>)[name])
  }
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
