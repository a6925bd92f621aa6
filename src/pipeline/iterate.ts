import { SluiceError } from '../errors.js'
import { DEFAULT_LIMITS } from '../model/limits.js'
import { createRowReader, type Row, type RowReadOptions, type Value } from '../rows/reader.js'
import type { OpenSource, Source } from '../sources/contract.js'
import { blocksOf } from '../transforms/row-flow.js'
import { rowCaller } from '../transforms/rows.js'
import { type OutputOf, type StandardSchema, validator } from '../transforms/validate.js'
import { asSluiceError } from './failure.js'
import { openSource } from './open-source.js'
import type { PipelineOptions, Transform } from './options.js'
import { openResult } from './result-stream.js'
import { shape } from './shape.js'
import { verifyComplete, verifyNotTooMany } from './verify.js'

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

/** As {@link rows}, an array of rows at a time, some thousand of them: quicker where a row is little work. */
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
  const { onProgress = () => {}, verifyCount = true, onAbort } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  let opened: OpenSource | undefined
  let failure: SluiceError | undefined = new SluiceError('E_INTERRUPTED', 'the loop was left')
  try {
    signal.throwIfAborted()
    opened = await openSource(source, { signal, onProgress, onAbort })
    const result = await openResult(opened, limits, onProgress)
    const shaped = await shape(result, options.transforms ?? [], { limits, signal })
    let counted = 0
    let replacedTexts = 0
    const onBlock = (block: { rows: number }) => {
      counted += block.rows
      verifyNotTooMany(opened!, shaped.rowsRead() ?? counted, verifyCount)
    }
    const { plan, blocks } = blocksOf(shaped, { ...shaped, limits, onBlock })
    const read = createRowReader(plan, options)
    const check = options.validate && rowCaller(validator(options.validate), {}, signal)
    for await (const block of blocks) {
      signal.throwIfAborted()
      const { rows: batch, replacedTexts: replaced } = read(block)
      replacedTexts += replaced
      yield check === undefined ? batch : await check(batch, block.firstRow)
    }
    const seen = { bytes: result.meter.bytes, rows: shaped.rowsRead() ?? counted }
    if (!shaped.limited()) verifyComplete(opened, seen, verifyCount)
    replacedTexts += shaped.replacedTexts()
    if (replacedTexts > 0) {
      const message = `texts that were not UTF-8, with U+FFFD in place of what was wrong: ${replacedTexts}`
      onProgress({ type: 'notice', code: 'N_REPLACED_TEXTS', message })
    }
    failure = undefined
  } catch (error) {
    failure = asSluiceError(error, options.signal)
    failure.jobId ??= opened?.jobId
    throw failure
  } finally {
    ending.abort()
    opened?.body.destroy()
    await opened?.close?.(failure)
  }
}
