import { asSluiceError } from '../abort.js'
import { requireObject, SluiceError } from '../errors.js'
import { FORMAT_OPTIONS } from '../model/formats.js'
import type { ArrowOptions } from '../model/option-types.js'
import type { SinkContext } from '../sinks/contract.js'
import { arrowOptions } from '../sinks/formats/arrow/index.js'
import { prepareCodec } from '../sinks/formats/columns/zstd.js'
import { requireOptions } from '../sinks/formats/options.js'
import type { Source } from '../sources/contract.js'
import type { OptionShapes } from '../usage.js'
import { abandonAll } from './abandon.js'
import { type ReadTotals, tellReplaced } from './read-batches.js'
import { type OpenRun, openRun, PIPELINE_OPTIONS, type PipelineOptions } from './run.js'
import type { Transform } from './shape.js'

/** How a result becomes record batches. */
export interface RecordBatchesOptions extends ArrowOptions {
  /** Applied to the rows, in order. */
  transforms?: readonly Transform[]
}

/** Options of {@link recordBatches}. */
export interface RecordBatchOptions extends PipelineOptions, RecordBatchesOptions {}

export const BATCH_OPTIONS: OptionShapes<RecordBatchesOptions> = {
  transforms: 'transforms',
  batchRows: 'count from 1',
  bufferCodec: FORMAT_OPTIONS.bufferCodec.choices,
  onTypeError: FORMAT_OPTIONS.onTypeError.choices,
  invalidUtf8: FORMAT_OPTIONS.invalidUtf8.choices,
  metadata: 'object',
}

const RECORD_BATCH_OPTIONS: OptionShapes<RecordBatchOptions> = { ...PIPELINE_OPTIONS, ...BATCH_OPTIONS }

/**
 * The rows of a result as record batches of Apache Arrow, a `Uint8Array` each: an IPC stream of its own, with the schema and up to
 * `batchRows` rows, which `tableFromIPC` of `apache-arrow` or flechette opens without copying. No row becomes a JavaScript value. A
 * result without rows gives one stream with the schema alone.
 *
 * The memory of each is its own: it may be kept, or transferred to another thread. The next one is made when the loop asks for
 * it; leaving the loop by `break`, `return` or `throw`, or the option `signal`, closes the connection at once. Batches are
 * provisional until the loop has ended by itself, as the rows of `rows` are. Columns of unknown type are typed by the first
 * rows, up to a million or 32 MiB, which are kept until then.
 *
 * @example
 * import { tableFromIPC } from 'apache-arrow'
 *
 * for await (const batch of recordBatches(job('123456'))) console.log(tableFromIPC(batch).numRows)
 * @throws SluiceError from the loop, as all functions that run; `E_TYPE` for a value that does not fit the type of its column,
 * `E_USAGE` for what is no source, and for an option that is unknown or wrong, `E_UNSUPPORTED` for the codec zstd where
 * neither Node nor the package `@bokuweb/zstd-wasm` has it.
 */
export async function* recordBatches(
  source: Source,
  options: RecordBatchOptions = {},
): AsyncGenerator<Uint8Array> {
  try {
    await prepareCodec(arrowPart(options))
  } catch (error) {
    abandonAll([source], asSluiceError(error))
    throw error
  }
  yield* encodedBatches(await openRun(source, options, RECORD_BATCH_OPTIONS), options)
}

/** The record batches of an open run. The run is over when the generator is. */
export async function* encodedBatches(
  run: OpenRun,
  options: RecordBatchesOptions,
): AsyncGenerator<Uint8Array, ReadTotals> {
  const { shaped, limits, signal, source } = run
  try {
    const complete = arrowPart(options)
    await prepareCodec(complete)
    const { RecordBatchEncoder } = await import('../sinks/formats/arrow/open.js')
    const context: SinkContext = {
      plan: shaped.plan,
      limits,
      signal,
      jobId: source.jobId,
      querySha256: source.querySha256,
      notice: (notice) => run.onProgress({ type: 'notice', ...notice }),
      limitReached: shaped.limitReached,
    }
    const encoder = new RecordBatchEncoder(context, complete)
    run.begin(() => encoder.rows)
    for await (const chunk of shaped.chunks) {
      if (shaped.satisfied()) break
      const batches = await encoder.push(chunk)
      shaped.recycle?.(chunk)
      run.checkRows()
      if (encoder.done) shaped.limitReached()
      yield* batches
    }
    yield* await encoder.end()
    const { rows, replacedTexts } = encoder
    return await run.complete(() => {
      tellReplaced(run, replacedTexts)
      return { rows, replacedTexts }
    })
  } catch (error) {
    throw await run.fail(error)
  } finally {
    // Does nothing unless the loop was left.
    await run.fail(new SluiceError('E_INTERRUPTED', 'the loop was left'))
  }
}

/** The options of Arrow among others, complete. @throws SluiceError `E_USAGE` */
function arrowPart(options: RecordBatchesOptions): Required<ArrowOptions> {
  requireObject(options, 'the options of recordBatches')
  const { batchRows, bufferCodec, onTypeError, invalidUtf8, metadata } = options
  const given = { batchRows, bufferCodec, onTypeError, invalidUtf8, metadata }
  requireOptions('arrows', given)
  return arrowOptions('arrows', given)
}
