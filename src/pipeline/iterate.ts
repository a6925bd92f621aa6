import { createRowReader, type Row, type RowReadOptions } from '../kernel/row-reader.js'
import { DEFAULT_LIMITS } from '../model/limits.js'
import type { PipelineOptions, Transform } from '../pipeline.js'
import type { OpenSource, Source } from '../sources/contract.js'
import { blocksOf } from '../transforms/rows.js'
import { asSluiceError } from './failure.js'
import { openResult } from './result-stream.js'
import { shape } from './shape.js'
import { verifyComplete, verifyNotTooMany } from './verify.js'

export interface IterateOptions extends PipelineOptions, Omit<RowReadOptions, 'shape'> {
  /** Applied in order, as in `pipeline`. */
  transforms?: readonly Transform[]
}

/**
 * The rows of a result, one at a time, as null-prototype objects in schema order. Reading ahead is bounded; leaving
 * the loop early closes the source.
 *
 * Rows are provisional until the loop has ended by itself: a failure, or a count that disagrees with the job record,
 * throws after rows were seen.
 *
 * @throws SluiceError
 */
export async function* rows<T extends object = Row>(
  source: Source,
  options: IterateOptions = {},
): AsyncGenerator<T> {
  for await (const batch of batches<T>(source, options)) yield* batch
}

/** As {@link rows}, an array of rows at a time: quicker where a row is little work. */
export async function* batches<T extends object = Row>(
  source: Source,
  options: IterateOptions = {},
): AsyncGenerator<T[]> {
  const { onProgress = () => {}, verifyCount = true } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  let opened: OpenSource | undefined
  try {
    signal.throwIfAborted()
    opened = await source.open({ signal, onProgress })
    const result = await openResult(opened, limits, onProgress)
    const shaped = await shape(result, options.transforms ?? [], limits)
    const read = createRowReader(shaped.plan, options)
    let counted = 0
    const onBlock = (block: { rows: number }) => {
      counted += block.rows
      verifyNotTooMany(opened!, shaped.rowsRead() ?? counted, verifyCount)
    }
    for await (const block of blocksOf(shaped, { limits, onBlock, limitReached: shaped.limitReached })) {
      signal.throwIfAborted()
      yield read(block).rows as T[]
    }
    if (shaped.limited()) return
    verifyComplete(opened, { bytes: result.meter.bytes, rows: shaped.rowsRead() ?? counted }, verifyCount)
  } catch (error) {
    const failure = asSluiceError(error, options.signal)
    failure.jobId ??= opened?.jobId
    throw failure
  } finally {
    ending.abort()
    opened?.body.destroy()
  }
}
