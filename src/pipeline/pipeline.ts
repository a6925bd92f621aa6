import { DEFAULT_LIMITS } from '../model/limits.js'
import type { OpenSink, Sink } from '../sinks/contract.js'
import type { OpenSource, Source } from '../sources/contract.js'
import { parseArguments } from './arguments.js'
import { asSluiceError } from './failure.js'
import { openSource } from './open-source.js'
import type { PipelineOptions, Transform } from './options.js'
import type { Report } from './report.js'
import { openResult } from './result-stream.js'
import { shape } from './shape.js'
import { transfer } from './transfer.js'
import { verifyComplete } from './verify.js'

export type { PipelineOptions, Transform } from './options.js'
export type { Report } from './report.js'

/**
 * Streams a result from a source through transforms into a sink, with memory that does not depend on its size.
 *
 * Resolves only when every row is safely in the output: all bytes arrived, every checksum held, every row was whole and
 * as wide as the schema, the number of rows is that of the job record, and a file is synced and renamed. On any failure
 * the output is as it was before.
 *
 * @throws SluiceError for every failure; see `ERROR_TABLE`.
 */
export async function pipeline(
  source: Source,
  ...rest: [...Transform[], Sink] | [...Transform[], Sink, PipelineOptions]
): Promise<Report> {
  const { transforms, sink, options } = parseArguments(rest)
  const { onProgress = () => {}, verifyCount = true } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  const started = performance.now()
  let opened: OpenSource | undefined
  let output: OpenSink | undefined
  try {
    signal.throwIfAborted()
    await sink.prepare?.()
    opened = await openSource(source, { signal, onProgress, onAbort: options.onAbort })
    const flowing = performance.now()
    const result = await openResult(opened, limits, onProgress)
    const shaped = await shape(result, transforms, { limits, signal })
    output = await sink.open({
      plan: shaped.plan,
      limits,
      signal,
      jobId: opened.jobId,
      querySha256: opened.querySha256,
      notice: (notice) => onProgress({ type: 'notice', ...notice }),
      limitReached: shaped.limitReached,
    })
    await transfer({
      source: opened,
      meter: result.meter,
      shaped,
      sink: output,
      verifyCount,
      signal,
      onProgress,
    })
    const rows = shaped.rowsRead() ?? output.rows
    if (!shaped.limited()) verifyComplete(opened, { bytes: result.meter.bytes, rows }, verifyCount)
    const written = await output.commit()
    await opened.close?.()
    const ended = performance.now()
    return {
      jobId: opened.jobId,
      format: sink.format,
      rows,
      rowsWritten: Math.min(output.rows, shaped.plan.limit ?? output.rows),
      bytesIn: result.meter.bytes,
      sha256: result.meter.digest(),
      schema: result.schema,
      limited: shaped.limited(),
      ...written,
      replacedTexts: written.replacedTexts + shaped.replacedTexts(),
      durations: {
        wait: Math.round(flowing - started),
        transfer: Math.round(ended - flowing),
        total: Math.round(ended - started),
      },
    }
  } catch (error) {
    const failure = asSluiceError(error, options.signal)
    failure.jobId ??= opened?.jobId
    ending.abort(failure)
    opened?.body.destroy()
    await output?.discard()
    await opened?.close?.(failure)
    throw failure
  }
}
