import { asSluiceError } from '../abort.js'
import { requireObject, SluiceError } from '../errors.js'
import type { ResultSchema } from '../model/schema.js'
import type { OpenSink, Sink, WrittenFile } from '../sinks/contract.js'
import { openSink } from '../sinks/open-sink.js'
import type { Source } from '../sources/contract.js'
import { abandonAll } from './abandon.js'
import { type OpenRun, openRun, type PipelineOptions } from './run.js'
import type { Transform } from './shape.js'
import { transfer } from './transfer.js'

/** What a run did; true of the output as it lies there. */
export interface Report {
  /** `undefined` for files and streams. */
  readonly jobId: string | undefined
  /** The format that was written. */
  readonly format: string
  /** The final path, for a file. */
  readonly path: string | undefined
  /** All files, for a sink that writes several, in the order in which they were made final. */
  readonly files?: readonly WrittenFile[]
  /** Rows of the result. With a limit, rows read until it was reached. */
  readonly rows: number
  /** Rows that went into the output, after row functions and limit. */
  readonly rowsWritten: number
  /** Bytes of the result as read, compressed where it was. */
  readonly bytesIn: number
  /** Bytes of the output as written, compressed where it is. */
  readonly bytesOut: number
  /**
   * SHA-256 of the bytes of the result as read, in hexadecimal: two runs on one job agree, unless a limit ended them
   * before the result did.
   */
  readonly sha256: string
  /** The schema of the result. */
  readonly schema: ResultSchema
  /** Texts that were not valid UTF-8 and were replaced. */
  readonly replacedTexts: number
  /** Characters that the encoding of the output lacks, and that were replaced; where it has another than UTF-8. */
  readonly replacedCharacters?: number
  /** The plan's limit ended the run before the result did; counts were not compared. */
  readonly limited: boolean
  /** In whole milliseconds. */
  readonly durations: {
    /** Until bytes could flow: issuing and waiting for the job, connecting. */
    readonly wait: number
    /** From the first byte to the output being final. */
    readonly transfer: number
    readonly total: number
  }
}

/**
 * Streams a result from a source through transforms into a sink, with memory that does not depend on its size.
 *
 * Resolves only when every row is safely in the output: all bytes arrived, every checksum held, every row was whole and
 * as wide as the schema, the number of rows is that of the job record, and a file is synced and renamed. On any failure
 * the output is as it was before.
 *
 * @example
 * const report = await pipeline(job('123456'), select(['time', 'path']), csv('access.csv.gz'))
 * @throws SluiceError for every failure; see `ERROR_TABLE`.
 */
export async function pipeline(
  source: Source,
  ...rest: [...Transform[], Sink] | [...Transform[], Sink, PipelineOptions]
): Promise<Report> {
  const started = performance.now()
  let parsed: ReturnType<typeof parseArguments>
  let run: OpenRun
  try {
    parsed = parseArguments(rest)
    const { transforms, sink, options } = parsed
    run = await openRun(source, { ...options, transforms, prepare: sink.prepare?.bind(sink) })
  } catch (error) {
    const failure = asSluiceError(error)
    abandonAll([source, ...rest], failure)
    throw failure
  }
  const { sink } = parsed
  const { result, shaped } = run
  let output: OpenSink | undefined
  try {
    const opened = await openSink(sink, {
      plan: shaped.plan,
      limits: run.limits,
      signal: run.signal,
      jobId: run.source.jobId,
      querySha256: run.source.querySha256,
      notice: (notice) => run.onProgress({ type: 'notice', ...notice }),
      limitReached: shaped.limitReached,
    })
    output = opened
    await transfer(run, opened)
    const written = await run.complete(() => opened.commit())
    const ended = performance.now()
    return {
      jobId: run.source.jobId,
      format: sink.format,
      rows: run.rowsRead(),
      // The encoder counts rows that it has read, those past the limit included.
      rowsWritten: Math.min(opened.rows, shaped.plan.limit ?? opened.rows),
      bytesIn: result.meter.bytes,
      sha256: result.meter.digest(),
      schema: result.schema,
      limited: shaped.limited(),
      ...written,
      replacedTexts: written.replacedTexts + shaped.replacedTexts(),
      durations: {
        wait: Math.round(run.openedAt - started),
        transfer: Math.round(ended - run.openedAt),
        total: Math.round(ended - started),
      },
    }
  } catch (error) {
    throw await run.fail(error, () => output?.discard())
  }
}

/** Transforms, then one sink, then perhaps options; anything else is `E_USAGE`. */
function parseArguments(rest: readonly (Transform | Sink | PipelineOptions)[]) {
  const at = rest.findIndex(isSink)
  if (at < 0)
    throw new SluiceError('E_USAGE', 'pipeline needs a sink, such as csv(path), behind its transforms')
  const transforms = rest.slice(0, at)
  const wrong = transforms.findIndex((transform) => !isTransform(transform))
  if (wrong >= 0) throw new SluiceError('E_USAGE', `argument ${wrong + 2} of pipeline is not a transform`)
  const options = rest[at + 1] ?? {}
  requireObject(options, 'the options')
  if (rest.length > at + 2) throw new SluiceError('E_USAGE', 'only options may follow the sink of a pipeline')
  return {
    transforms: transforms as Transform[],
    sink: rest[at] as Sink,
    options: options as PipelineOptions,
  }
}

function isSink(value: unknown): value is Sink {
  return typeof (value as Sink | null)?.open === 'function' && 'format' in (value as Sink)
}

function isTransform(value: unknown): value is Transform {
  return typeof (value as Transform | null)?.apply === 'function'
}
