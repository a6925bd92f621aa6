import { SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import { type CellReadOptions, createRowReader, type Row, type Value } from '../rows/reader.js'
import { blocksOf } from '../transforms/row-flow.js'
import { rowCaller } from '../transforms/rows.js'
import { validator } from '../transforms/validate.js'
import type { RowsOptions } from './row-types.js'
import type { OpenRun } from './run.js'

/** Rows of one block, read. */
export interface Batch<T> {
  readonly rows: T[]
  /** The number of the first of them, counted from 0. */
  readonly firstRow: number
  /** Bytes of the block. */
  readonly bytes: number
}

/** Counts of a complete result. */
export interface ReadTotals {
  readonly rows: number
  /** Texts that were not UTF-8 and were replaced. */
  readonly replacedTexts: number
}

/** Reads the rows of an open run by `plan`, and completes the run behind the last of them. */
export function readBatches(
  run: OpenRun,
  plan: Plan,
  options: CellReadOptions & { shape: 'array' },
): AsyncGenerator<Batch<Value[]>, ReadTotals>
export function readBatches(
  run: OpenRun,
  plan: Plan,
  options: CellReadOptions,
): AsyncGenerator<Batch<Row>, ReadTotals>
export async function* readBatches(
  run: OpenRun,
  plan: Plan,
  options: CellReadOptions,
): AsyncGenerator<Batch<Row | Value[]>, ReadTotals> {
  const { shaped, limits, signal } = run
  let counted = 0
  let replacedTexts = 0
  run.begin(() => counted)
  const onBlock = (block: { rows: number }) => {
    counted += block.rows
    run.checkRows()
  }
  const flow = blocksOf({ ...shaped, plan }, { ...shaped, limits, onBlock })
  const read = createRowReader(flow.plan, options)
  for await (const block of flow.blocks) {
    signal.throwIfAborted()
    const batch = read(block)
    replacedTexts += batch.replacedTexts
    yield { rows: batch.rows, firstRow: block.firstRow, bytes: block.bytes.byteLength }
  }
  return run.complete(() => {
    tellReplaced(run, replacedTexts)
    return { rows: counted, replacedTexts }
  })
}

/** Tells how many texts were not UTF-8: `replacedTexts` here, and those that row functions got. */
export function tellReplaced({ shaped, onProgress }: OpenRun, replacedTexts: number): void {
  const replaced = replacedTexts + shaped.replacedTexts()
  if (replaced === 0) return
  const message = `texts that were not UTF-8, with U+FFFD in place of the wrong bytes: ${replaced}`
  onProgress({ type: 'notice', code: 'N_REPLACED_TEXTS', message })
}

/** The rows of an open run, checked where `validate` asks for that. The run is over when the generator is. */
export async function* checkedBatches(
  run: OpenRun,
  options: RowsOptions,
): AsyncGenerator<unknown[], ReadTotals> {
  try {
    const check = options.validate && rowCaller(validator(options.validate), {}, run.signal)
    const batches = readBatches(run, run.shaped.plan, options)
    for (let next = await batches.next(); ; next = await batches.next()) {
      if (next.done === true) return next.value
      const { rows, firstRow } = next.value
      yield check === undefined ? rows : await check(rows, firstRow)
    }
  } catch (error) {
    throw await run.fail(error)
  } finally {
    // Does nothing unless the loop was left.
    await run.fail(new SluiceError('E_INTERRUPTED', 'the loop was left'))
  }
}
