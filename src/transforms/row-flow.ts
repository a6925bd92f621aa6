import { SluiceError } from '../errors.js'
import { RowBlocks } from '../kernel/blocks.js'
import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import type { Column, ResultSchema } from '../model/schema.js'
import { createRowWriter } from '../rows/writer.js'
import { parseType } from '../schema/type-parser.js'
import type { OptionShapes } from '../usage.js'
import { identityPlan } from './columns.js'
import type { TypedStage } from './typed.js'

/** Input and output of a row function: msgpack rows in any chunking, and the plan that reads them. */
export interface RowFlow {
  /** How to read the rows. */
  readonly plan: Plan
  /** The msgpack bytes of the rows. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Takes back a chunk when it and all chunks before it are no longer needed. */
  recycle?(chunk: Uint8Array): void
}

/** Signals between a run and a row function. */
export interface RowFlowContext {
  /** The limits that rows are held to. */
  readonly limits: Limits
  /** Aborted when the run is over. */
  readonly signal: AbortSignal
  /** Called with each block as it is read, before the function sees its rows. */
  onBlock(block: RowBlock): void
  /**
   * Called with how many texts a function was given repaired because they were not UTF-8, where what it makes
   * goes on.
   */
  onReplacedTexts(count: number): void
  /** Called when the plan's limit is reached and the flow ends for that reason. */
  limitReached(): void
}

/** A transform that calls a function for rows. */
export interface RowFunction {
  /** Tells edits of the plan and row functions apart. */
  readonly kind: 'rows'
  /** The flow with the function applied to its rows. */
  apply(flow: RowFlow, context: RowFlowContext): Promise<RowFlow>
  /** Called when the run has failed, also before `apply`: destroys what the program handed over. Never throws. */
  abandon?(reason: SluiceError): void
}

/** A {@link RowFunction} that knows the rows that it takes and makes. */
export interface TypedRowFunction<In, Out> extends RowFunction, TypedStage<In, Out> {}

/** A flow as validated blocks, up to the plan's limit, and the plan to read them by. */
export interface BlockFlow {
  readonly plan: Plan
  readonly blocks: AsyncGenerator<RowBlock>
}

type BlockContext = Pick<RowFlowContext, 'limits' | 'onBlock' | 'limitReached'>

/** Cuts a flow into validated blocks, and ends it at the plan's limit. */
export function blocksOf(flow: RowFlow, context: BlockContext): BlockFlow {
  const cutter = new RowBlocks(flow.plan, context.limits)
  return { plan: cutter.plan, blocks: limited(cut(flow, cutter), flow.plan.limit, context) }
}

async function* cut({ chunks, recycle }: RowFlow, cutter: RowBlocks): AsyncGenerator<RowBlock> {
  for await (const chunk of chunks) {
    yield* cutter.push(chunk)
    recycle?.(chunk)
  }
  yield* cutter.end()
}

async function* limited(
  blocks: AsyncIterable<RowBlock>,
  limit: number | undefined,
  context: BlockContext,
): AsyncGenerator<RowBlock> {
  let wanted = limit ?? Number.POSITIVE_INFINITY
  for await (const block of blocks) {
    context.onBlock(block)
    // Whole blocks go out; rows past the limit stay behind the count.
    if (wanted > 0) yield { ...block, rows: Math.min(block.rows, wanted) }
    wanted -= block.rows
    if (wanted > 0) continue
    context.limitReached()
    return
  }
}

/** The columns of rows that a program returns. */
export interface ColumnOptions {
  /**
   * The columns of the rows returned: names, or names with SQL types (`{ day: 'date' }`).
   *
   * @default the keys of the first row returned, with the type of the column of that name where there is one
   */
  columns?: readonly string[] | Readonly<Record<string, string>>
}

export const COLUMN_OPTIONS: OptionShapes<ColumnOptions> = { columns: 'columns' }

/** Turns rows that a program made into a flow again. `plan` is that of the rows it made them from. */
export async function flowOf(
  rows: AsyncGenerator<Iterable<object>>,
  plan: Plan,
  options: ColumnOptions,
): Promise<RowFlow> {
  const { first, rest } = await firstOf(rows)
  const schema = outputSchema(options, plan, first ?? {})
  const write = createRowWriter()
  const cellsOf = cellReader(schema)
  const encode = function* (batch: Iterable<object>) {
    for (const row of batch) yield write(cellsOf(row))
  }
  const encoded = async function* () {
    for await (const batch of rest) yield encode(batch)
  }
  return { plan: identityPlan(schema), chunks: joined(encoded()) }
}

/** Looks at the first row; `rest` has it too. */
async function firstOf(batches: AsyncGenerator<Iterable<object>>) {
  for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
    const rows = next.value[Symbol.iterator]()
    const { value: first, done } = rows.next()
    if (done !== true) return { first, rest: resumed(first, rows, batches) }
  }
  return { first: undefined, rest: batches }
}

async function* resumed(first: object, rows: Iterator<object>, batches: AsyncGenerator<Iterable<object>>) {
  try {
    yield [first]
    yield { [Symbol.iterator]: () => rows }
    yield* batches
  } finally {
    await batches.return(undefined)
  }
}

function outputSchema(options: ColumnOptions, plan: Plan, first: object): ResultSchema {
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

/**
 * The cells of returned rows in the order of the columns. A key that is no column is an error, so that no
 * value is lost.
 */
function cellReader(schema: ResultSchema): (row: object) => unknown[] {
  const names = schema.columns.map((column) => column.name)
  const known = new Set(names)
  return (row) => {
    if (typeof row !== 'object' || row === null) {
      throw new SluiceError(
        'E_CALLBACK',
        `a function returned ${row === null ? 'null' : typeof row} for a row`,
      )
    }
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
export async function* joined(batches: AsyncIterable<Iterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  let rows: Uint8Array[] = []
  let bytes = 0
  for await (const batch of batches) {
    for (const row of batch) {
      // The encoder of msgpack reuses nothing, and blocks belong to their receiver: no copy is needed before the join.
      rows.push(row)
      bytes += row.byteLength
      if (bytes < BATCH_BYTES) continue
      yield Buffer.concat(rows)
      rows = []
      bytes = 0
    }
  }
  if (bytes > 0) yield Buffer.concat(rows)
}
