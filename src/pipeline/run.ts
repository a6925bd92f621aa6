import { asSluiceError, interruption } from '../abort.js'
import { requireShape, SluiceError } from '../errors.js'
import { reserveKernel } from '../kernel/module.js'
import { DEFAULT_LIMITS, type Limits } from '../model/limits.js'
import type { ProgressListener } from '../model/progress.js'
import type { OpenSource, Source } from '../sources/contract.js'
import { checkLimits, checkOptions, type OptionShape, type OptionShapes } from '../usage.js'
import { abandonAll } from './abandon.js'
import { checkExpectations, type Expectations, type GateResult } from './gates/expectations.js'
import type { Gates } from './gates/gates.js'
import { killOnAbort, type OnAbort } from './kill-on-abort.js'
import { decodeResult, type ResultStream } from './result-stream.js'
import { runTeller } from './run-teller.js'
import { type ShapedResult, shape, type Transform } from './shape.js'
import { Ticker } from './ticker.js'

/** How a run goes. */
export interface PipelineOptions {
  /** Aborts the run; it then rejects with the signal's reason if that is a `SluiceError`, else with `E_INTERRUPTED`. */
  signal?: AbortSignal
  /** Called with each event of the run: states of the job, bytes and rows moved, notices. */
  onProgress?: ProgressListener
  /** @default DEFAULT_LIMITS */
  limits?: Partial<Limits>
  /**
   * Compare the number of rows with the job record; false for the day the API miscounts.
   *
   * @default true
   */
  verifyCount?: boolean
  /**
   * Hash the output as it is written, for `Report.sha256`. That takes about a second for each GiB, on the thread
   * that encodes.
   *
   * @default true
   */
  hashOutput?: boolean
  /**
   * Expectations of the rows. If one fails, the run fails with `E_EXPECTATION` and nothing is published: files, tables
   * and stores stay as they were. Of a stream, or stdout, the bytes have gone out by then; a loop over rows ends with the error.
   *
   * @default nothing
   */
  expect?: Expectations | undefined
  /**
   * Whether an abort also kills the job, if this run issued it and it still runs. `kill` tries for at most 5 s before
   * the run rejects. A notice says what became of the job: `N_KILLED`, `N_NOT_KILLED` or `N_JOB_LEFT`.
   *
   * @default 'leave'
   */
  onAbort?: OnAbort | undefined
}

export const PIPELINE_OPTIONS: OptionShapes<PipelineOptions> = {
  signal: 'signal',
  onProgress: 'function',
  limits: 'object',
  verifyCount: 'boolean',
  hashOutput: 'boolean',
  expect: 'object',
  onAbort: ['leave', 'kill'],
}

export interface OpenRunOptions extends PipelineOptions {
  /** Applied in order. */
  readonly transforms?: readonly Transform[]
  /** Whether the sink encrypts. */
  readonly isEncrypted?: boolean | undefined
  /** Checks before the source opens: if one fails, nothing is issued. */
  readonly prepare?: (() => Promise<void>) | undefined
}

const OPEN_RUN_OPTIONS: OptionShapes<OpenRunOptions> = {
  ...PIPELINE_OPTIONS,
  transforms: 'transforms',
  isEncrypted: 'boolean',
  prepare: 'function',
}

/**
 * A result whose rows can be read. It ends once, by `complete` or by `fail`: the first of them counts, and what is
 * called after it does nothing.
 */
export interface OpenRun {
  readonly source: OpenSource
  readonly result: ResultStream
  readonly shaped: ShapedResult
  readonly limits: Limits
  /** Aborted by the caller's signal, and by `fail`. */
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
  /** Whether the bytes of the output are to be hashed. */
  readonly hashOutput: boolean
  /** Results of the run's expectations; `undefined` without any, and until all have passed. */
  gates(): readonly GateResult[] | undefined
  /** When bytes could flow, on the clock of `performance.now()`. */
  readonly openedAt: number
  /** Rows of the result that were read so far. */
  rowsRead(): number
  /** Begins to report progress; `rows` counts what the consumer has read. */
  begin(rows: () => number): void
  /** Throws `E_ROW_COUNT` as soon as there are too many rows: what expands without end must not fill a disk first. */
  checkRows(): void
  /**
   * Compares bytes and rows with the job record, unless a limit ended the run before the result, then the rows with what was
   * expected of them, then does `publish`, then closes the source. Throws `E_SIZE_MISMATCH`, `E_ROW_COUNT` or `E_EXPECTATION`;
   * nothing was published then.
   */
  complete<T>(publish: () => T | Promise<T>): Promise<T>
  /**
   * Aborts all that belongs to the run and gives up what was not opened, then does `discard`, then closes the source. Resolves with the error to throw.
   */
  fail(error: unknown, discard?: (reason: SluiceError) => Promise<void> | void): Promise<SluiceError>
}

/** A run whose source is open, and whose transforms are not known yet. */
export interface OpenedSource extends Pick<OpenRun, 'source' | 'result' | 'fail'> {
  /** Applies transforms, in order. To be called once. `isEncrypted` says whether the sink encrypts. */
  shape(transforms: readonly Transform[], isEncrypted?: boolean): Promise<OpenRun>
  /** Aborts whatever uses the run, which then fails with `reason`. */
  abort(reason: SluiceError): void
}

/** Opens a source and puts everything behind it that each run needs, up to the shaped rows. Throws `SluiceError`. */
export async function openRun(
  source: Source,
  options: OpenRunOptions,
  shapes?: RunOptionShapes,
): Promise<OpenRun> {
  const opened = await openSource(source, options, shapes)
  return opened.shape(options.transforms ?? [], options.isEncrypted)
}

/** As {@link openRun}, up to the schema of the result: transforms may depend on it. */
export async function openSource(
  source: Source,
  options: OpenRunOptions,
  shapes: RunOptionShapes = OPEN_RUN_OPTIONS,
): Promise<OpenedSource> {
  try {
    checkRun(source, options, shapes)
    refuseKeptDownload(source, options.transforms, options.isEncrypted)
  } catch (error) {
    abandonAll([source], asSluiceError(error))
    throw error
  }
  const { verifyCount = true, onAbort, hashOutput = true, expect } = options
  const tell = runTeller(source.kind)
  const onProgress = tell.progress(options.onProgress ?? (() => {}))
  let { transforms = [] } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  let opened: OpenSource | undefined
  let ticker: Ticker | undefined
  let gates: Gates | undefined
  let over = false
  let told = () => ({ jobId: opened?.jobId, rows: 0, bytesIn: 0 })
  // A stream of the program does not know the signal, and a reader of its next bytes would wait for ever.
  const stop = () => opened?.body.destroy(interruption(signal))
  signal.addEventListener('abort', stop)

  const fail: OpenRun['fail'] = async (error, discard) => {
    const failure = asSluiceError(error, signal)
    failure.jobId ??= opened?.jobId
    if (over) return failure
    over = true
    ticker?.stop()
    tell.end(told(), failure)
    ending.abort(failure)
    signal.removeEventListener('abort', stop)
    opened?.body.destroy()
    abandonAll(opened === undefined ? [source, ...transforms] : transforms, failure)
    await discard?.(failure)
    await gates?.close()
    await opened?.close?.(failure)
    return failure
  }

  try {
    signal.throwIfAborted()
    reserveKernel()
    await options.prepare?.()
    const kill = source.kill?.bind(source)
    const from = await killOnAbort({ signal, onProgress, onAbort, kill }, (listener) =>
      source.open({ signal, onProgress: listener }),
    )
    opened = from
    const openedAt = performance.now()
    const result = await decodeResult(from, limits, onProgress)
    const { expectedBytes, expectedRows } = from
    const runOf = (shaped: ShapedResult): OpenRun => {
      let counted = () => 0
      const rowsRead = () => shaped.rowsRead() ?? counted()
      told = () => ({ jobId: from.jobId, rows: rowsRead(), bytesIn: result.meter.bytes })
      return {
        source: from,
        result,
        shaped,
        limits,
        signal,
        onProgress,
        hashOutput,
        gates: () => gates?.results,
        openedAt,
        rowsRead,
        begin(rows) {
          counted = rows
          ticker = new Ticker(
            () => ({ bytesIn: result.meter.bytes, rows: rowsRead() }),
            { bytes: expectedBytes, rows: expectedRows },
            onProgress,
          )
        },
        checkRows() {
          const rows = rowsRead()
          if (verifyCount && expectedRows !== undefined && rows > expectedRows) {
            throw countMismatch(rows, expectedRows)
          }
        },
        async complete(publish) {
          ticker?.stop()
          if (!shaped.limited())
            verifyComplete(from, result.meter.bytes, verifyCount ? rowsRead() : undefined)
          await gates?.evaluate(Math.min(counted(), shaped.plan.limit ?? counted()))
          tellFirst(gates?.results, onProgress)
          const published = await publish()
          over = true
          tell.end(told())
          signal.removeEventListener('abort', stop)
          from.body.destroy()
          await gates?.close()
          await from.close?.()
          return published
        },
        fail,
      }
    }
    return {
      source: from,
      result,
      fail,
      abort: (reason) => ending.abort(reason),
      async shape(given, isEncrypted) {
        transforms = given
        try {
          refuseKeptDownload(source, given, isEncrypted)
          const shaped = await shape(result, given, { limits, signal })
          if (expect === undefined) return runOf(shaped)
          const module = await import('./gates/gates.js')
          gates = new module.Gates(expect, shaped.plan, limits)
          return runOf({ ...shaped, chunks: gates.watch(shaped.chunks) })
        } catch (error) {
          throw await fail(error)
        }
      },
    }
  } catch (error) {
    throw await fail(error)
  }
}

/** The options that a caller of a run may give. */
type RunOptionShapes = Readonly<Record<string, OptionShape>>

/** @throws SluiceError `E_USAGE` for what no source and no options of a run look like. */
export function checkRun(source: Source, options: OpenRunOptions, shapes: RunOptionShapes): void {
  const { open, kind } = (source ?? {}) as Partial<Source>
  const isSource = typeof open === 'function' && typeof kind === 'string'
  requireShape(isSource, 'the source', 'one that query, job, file, stdin or stream has made')
  checkOptions(options, 'this run', shapes)
  if (options.limits !== undefined) checkLimits(options.limits)
  if (options.expect !== undefined) checkExpectations(options.expect)
}

/** @throws SluiceError `E_USAGE` where masks or encryption would hide what a copy of the download shows. */
function refuseKeptDownload(
  { keepsDownload = false }: Source,
  transforms: readonly Transform[] = [],
  isEncrypted = false,
): void {
  if (keepsDownload && isEncrypted) {
    throw new SluiceError('E_USAGE', 'a spool keeps the download as it came, not encrypted', {
      hint: 'leave the spool out where the output is encrypted',
    })
  }
  if (!keepsDownload || transforms.every(({ kind }) => kind !== 'mask')) return
  throw new SluiceError('E_USAGE', 'a spool keeps the download as it came, unmasked', {
    hint: 'leave the spool out where columns are masked',
  })
}

/** A check that passes without a comparison is not passed over in silence. */
function tellFirst(gates: readonly GateResult[] = [], onProgress: ProgressListener): void {
  for (const { gate, outcome } of gates) {
    if (outcome !== 'first') continue
    const message = `${gate} passed: there is no earlier output to compare with`
    onProgress({ type: 'notice', code: 'N_NOT_COMPARED', message })
  }
}

/** Compares bytes and rows with what the job record announced; the row count last, as the strictest. */
function verifyComplete(source: OpenSource, bytes: number, rows: number | undefined): void {
  const { expectedBytes, expectedRows } = source
  if (expectedBytes !== undefined && bytes !== expectedBytes) {
    const message = `the result has ${bytes} bytes, announced were ${expectedBytes}`
    throw new SluiceError('E_SIZE_MISMATCH', message)
  }
  if (rows !== undefined && expectedRows !== undefined && rows !== expectedRows) {
    throw countMismatch(rows, expectedRows)
  }
}

function countMismatch(rows: number, expected: number): SluiceError {
  const seen = rows > expected ? 'more' : `${rows}`
  return new SluiceError('E_ROW_COUNT', `the job record says ${expected} rows, the result has ${seen}`, {
    hint: 'if the job record is wrong, --no-verify-count (verifyCount: false) accepts the result as it is',
  })
}
