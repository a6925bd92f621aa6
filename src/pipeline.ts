import { DEFAULT_LIMITS, type Limits } from './model/limits.js'
import type { ProgressListener } from './model/progress.js'
import { parseArguments } from './pipeline/arguments.js'
import { asSluiceError } from './pipeline/failure.js'
import { type OnAbort, openSource } from './pipeline/open-source.js'
import type { Report } from './pipeline/report.js'
import { openResult } from './pipeline/result-stream.js'
import { shape } from './pipeline/shape.js'
import { transfer } from './pipeline/transfer.js'
import { verifyComplete } from './pipeline/verify.js'
import type { OpenSink, Sink } from './sinks/contract.js'
import type { OpenSource, Source } from './sources/contract.js'
import type { PlanEdit } from './transforms/plan.js'
import type { RowFunction } from './transforms/row-flow.js'

export type { Report } from './pipeline/report.js'

/** What may stand between source and sink. */
export type Transform = PlanEdit | RowFunction

export interface PipelineOptions {
  /** Aborts the run; it then rejects with the signal's reason if that is a `SluiceError`, else with `E_INTERRUPTED`. */
  signal?: AbortSignal
  onProgress?: ProgressListener
  limits?: Partial<Limits>
  /** Compare the number of rows with the job record. Default true; false for the day the API miscounts. */
  verifyCount?: boolean
  /**
   * Whether an abort also kills the job, if this run issued it and it still runs: `kill` tries for at most 5 s before the
   * run rejects, and a failure to do so is a notice, `N_NOT_KILLED`. Default `leave`.
   */
  onAbort?: OnAbort | undefined
}

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
    throw failure
  }
}
