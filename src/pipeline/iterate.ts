import { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import { createRowReader, type Row, type RowReadOptions, type Value } from '../rows/reader.js'
import type { Source } from '../sources/contract.js'
import { blocksOf } from '../transforms/row-flow.js'
import { rowCaller } from '../transforms/rows.js'
import { type OutputOf, type StandardSchema, validator } from '../transforms/validate.js'
import { type OpenRun, openRun, type PipelineOptions, requireRunShapes } from './run.js'
import type { Transform } from './shape.js'

export interface IterateOptions extends PipelineOptions, RowReadOptions {
  /** Applied in order, as in `pipeline`. */
  transforms?: readonly Transform[]
  /**
   * A schema of zod, valibot, arktype or any other library that speaks Standard Schema. Rows are what it returns; one
   * that it refuses ends the loop with `E_TYPE`, whose message names row and column.
   */
  validate?: StandardSchema
}

/**
 * The rows of a result, one at a time: objects in schema order that inherit nothing, or arrays with `shape: 'array'`.
 * Name their type (`rows<{ time: number }>(…)`), which is believed, or give a schema to `validate`, which is checked.
 *
 * At most about 8 MiB are read ahead of the loop. Leaving it by `break`, `return` or `throw`, or the option `signal`,
 * closes the connection at once.
 *
 * Rows are provisional until the loop has ended by itself: a failure, or a count that disagrees with the job record,
 * throws after rows were seen.
 *
 * @example
 * for await (const row of rows(job('123456'))) console.log(row.path)
 * @throws SluiceError
 */
export function rows<S extends StandardSchema>(
  source: Source,
  options: Omit<IterateOptions, 'validate'> & { validate: S },
): AsyncGenerator<OutputOf<S>>
export function rows(source: Source, options: IterateOptions & { shape: 'array' }): AsyncGenerator<Value[]>
export function rows<T extends object = Row>(source: Source, options?: IterateOptions): AsyncGenerator<T>
export async function* rows(source: Source, options: IterateOptions = {}): AsyncGenerator<unknown> {
  for await (const batch of batches(source, options)) yield* batch
}

/**
 * As {@link rows}, an array of rows at a time, some thousand of them: quicker where a row is little work.
 *
 * @example
 * let count = 0
 * for await (const batch of batches(job('123456'))) count += batch.length
 */
export function batches<S extends StandardSchema>(
  source: Source,
  options: Omit<IterateOptions, 'validate'> & { validate: S },
): AsyncGenerator<OutputOf<S>[]>
export function batches(
  source: Source,
  options: IterateOptions & { shape: 'array' },
): AsyncGenerator<Value[][]>
export function batches<T extends object = Row>(source: Source, options?: IterateOptions): AsyncGenerator<T[]>
export async function* batches(source: Source, options: IterateOptions = {}): AsyncGenerator<unknown[]> {
  const run = await openRun(source, options)
  try {
    const check = options.validate && rowCaller(validator(options.validate), {}, run.signal)
    for await (const { rows, firstRow } of readBatches(run, run.shaped.plan, options)) {
      yield check === undefined ? rows : await check(rows, firstRow)
    }
  } catch (error) {
    throw await run.fail(error)
  } finally {
    // Does nothing unless the loop was left.
    await run.fail(new SluiceError('E_INTERRUPTED', 'the loop was left'))
  }
}

/** Rows of one block, read. */
export interface Batch<T> {
  readonly rows: T[]
  /** The number of the first of them, counted from 0. */
  readonly firstRow: number
  /** Bytes of the block. */
  readonly bytes: number
}

/** Reads the rows of an open run by `plan`, and completes the run behind the last of them. */
export function readBatches(
  run: OpenRun,
  plan: Plan,
  options: RowReadOptions & { shape: 'array' },
): AsyncGenerator<Batch<Value[]>>
export function readBatches(run: OpenRun, plan: Plan, options: RowReadOptions): AsyncGenerator<Batch<Row>>
export async function* readBatches(
  run: OpenRun,
  plan: Plan,
  options: RowReadOptions,
): AsyncGenerator<Batch<Row | Value[]>> {
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
  await run.complete(() => {
    replacedTexts += shaped.replacedTexts()
    if (replacedTexts === 0) return
    const message = `texts that were not UTF-8, with U+FFFD in place of the wrong bytes: ${replacedTexts}`
    run.onProgress({ type: 'notice', code: 'N_REPLACED_TEXTS', message })
  })
}

/**
 * The rows of a result as a Node stream in object mode, one row a chunk, for `stream.pipeline` and everything that
 * takes a `Readable`; `Readable.toWeb` makes a web stream of it. Destroying it closes the connection at once.
 *
 * It ends only when the result was complete, and is destroyed with a `SluiceError` otherwise. For batches of
 * rows, which cost less, there is `Readable.from(batches(source))`.
 *
 * @example
 * toReadable(job('123456')).on('data', (row) => console.log(row.path))
 */
export function toReadable(source: Source, options: IterateOptions = {}): Readable {
  requireRunShapes(source, options)
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  const iterator = batches(source, { ...options, signal })
  let batch: readonly unknown[] = []
  let at = 0
  const fill = async (stream: Readable) => {
    for (;;) {
      while (at < batch.length) if (!stream.push(batch[at++])) return
      const next = await iterator.next()
      if (next.done === true) return void stream.push(null)
      batch = next.value
      at = 0
    }
  }
  return new Readable({
    objectMode: true,
    read() {
      fill(this).catch((error) => this.destroy(error))
    },
    destroy(error, done) {
      ending.abort(new SluiceError('E_INTERRUPTED', 'the stream of rows was destroyed'))
      iterator.return(undefined).then(
        () => done(error),
        () => done(error),
      )
    },
  })
}
