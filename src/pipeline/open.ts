import { SluiceError } from '../errors.js'
import type { ResultSchema } from '../model/schema.js'
import type { Source } from '../sources/contract.js'
import type { OptionsFor } from '../transforms/options-for.js'
import type { OutputOf, StandardSchema } from '../transforms/validate.js'
import { checkOptions, type OptionShape } from '../usage.js'
import { abandonAll } from './abandon.js'
import { checkedBatches, type ReadTotals } from './read-batches.js'
import { BATCH_OPTIONS, encodedBatches, type RecordBatchesOptions } from './record-batches.js'
import { type Report, reportOf } from './report.js'
import { ROWS_OPTIONS, type RowOf, type RowsOptions } from './row-types.js'
import { type OpenedSource, type OpenRun, openSource, PIPELINE_OPTIONS, type PipelineOptions } from './run.js'
import { parseStages } from './stages.js'
import { writeRun } from './write-run.js'
import type { WriteThrough } from './write-through.js'

/**
 * A result that is open: its schema is known, its rows are not read yet. One of `rows`, `batches`, `recordBatches` and `to` reads it, once.
 * It holds a connection until its rows are read or it is closed.
 */
export interface OpenResult {
  /** `undefined` for files and streams. */
  readonly jobId: string | undefined
  /** The schema of the result. */
  readonly schema: ResultSchema
  /** How many rows the job record announces; `undefined` where there is none. */
  readonly expectedRows: number | undefined
  /**
   * The report of the run, once all rows were read, verified and, by `to`, written. Rejects with the failure that ended the run, and
   * with `E_INTERRUPTED` when the result was closed or the loop was left. Nobody has to wait for it.
   */
  readonly report: Promise<Report>
  /**
   * The rows, as those of the function `rows`. Leaving the loop closes the result.
   *
   * @throws SluiceError from the loop, `E_USAGE` when the result is read already.
   */
  rows<S extends StandardSchema>(
    options: Omit<RowsOptions, 'validate'> & { validate: S },
  ): AsyncGenerator<OutputOf<S>>
  /** The same; the types follow from the options. */
  rows<O extends RowsOptions = Record<never, never>>(options?: O): AsyncGenerator<RowOf<O>>
  /** The same, with types that are told. */
  rows<T extends object>(...options: OptionsFor<T, RowsOptions>): AsyncGenerator<T>
  /**
   * The rows, an array at a time, as those of the function `batches`. Leaving the loop closes the result.
   *
   * @throws SluiceError from the loop, `E_USAGE` when the result is read already.
   */
  batches<S extends StandardSchema>(
    options: Omit<RowsOptions, 'validate'> & { validate: S },
  ): AsyncGenerator<OutputOf<S>[]>
  /** The same; the types follow from the options. */
  batches<O extends RowsOptions = Record<never, never>>(options?: O): AsyncGenerator<RowOf<O>[]>
  /** The same, with types that are told. */
  batches<T extends object>(...options: OptionsFor<T, RowsOptions>): AsyncGenerator<T[]>
  /** The rows as record batches of Apache Arrow, as those of the function `recordBatches`. Leaving the loop closes the result. */
  recordBatches(options?: RecordBatchesOptions): AsyncGenerator<Uint8Array>
  /**
   * Writes the rows through transforms into a sink, as `pipeline` does, with the same report.
   *
   * @throws SluiceError for every failure; `E_USAGE` when the result is read already. The sink's stream is then destroyed.
   */
  readonly to: WriteThrough<[], []>
  /**
   * Ends whatever reads the result, with `E_INTERRUPTED`, and frees everything. Does nothing once all rows were read. Never
   * rejects.
   */
  close(): Promise<void>
  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a result: issues or finds its job, waits for it, connects, and tells what comes before the first row is read.
 *
 * @example
 * const result = await open(job('123456'))
 * const names = result.schema.columns.map((column) => column.name)
 * await result.to(select(names.filter((name) => name !== 'secret')), csv('result.csv'))
 * @throws SluiceError for every failure; see `ERROR_TABLE`.
 */
export async function open(source: Source, options: PipelineOptions = {}): Promise<OpenResult> {
  const started = performance.now()
  return new Result(await openSource(source, options, PIPELINE_OPTIONS), started)
}

class Result implements OpenResult {
  readonly jobId: string | undefined
  readonly schema: ResultSchema
  readonly expectedRows: number | undefined
  readonly report: Promise<Report>
  readonly #opened: OpenedSource
  readonly #started: number
  #resolve: (report: Report) => void = () => {}
  #reject: (failure: unknown) => void = () => {}
  #isRead = false
  #isOver = false
  #writing: Promise<unknown> | undefined

  constructor(opened: OpenedSource, started: number) {
    this.jobId = opened.source.jobId
    this.schema = opened.result.schema
    this.expectedRows = opened.source.expectedRows
    this.#opened = opened
    this.#started = started
    this.report = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // The reader of the rows gets the error too.
    this.report.catch(() => {})
  }

  rows(options: RowsOptions = {}): AsyncGenerator<never> {
    const rowsOf = async function* (batches: AsyncGenerator<unknown[]>) {
      for await (const batch of batches) yield* batch
    }
    return this.#read(rowsOf(this.#batches(options)))
  }

  batches(options: RowsOptions = {}): AsyncGenerator<never> {
    return this.#read(this.#batches(options))
  }

  recordBatches(options: RecordBatchesOptions = {}): AsyncGenerator<Uint8Array> {
    return this.#read(this.#items('arrows', options, BATCH_OPTIONS, (run) => encodedBatches(run, options)))
  }

  async to(...stages: readonly unknown[]): Promise<Report> {
    const second = this.#claim()
    if (second !== undefined) {
      abandonAll(stages, second)
      throw second
    }
    const writing = this.#write(stages)
    this.#writing = writing.catch(() => {})
    return writing
  }

  async close(): Promise<void> {
    if (this.#isOver) return
    const reason = new SluiceError('E_INTERRUPTED', 'the result was closed')
    this.#isRead = true
    this.#opened.abort(reason)
    // The writer discards the output first.
    if (this.#writing === undefined) this.#fail(await this.#opened.fail(reason))
    else await this.#writing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The error for a second reader of a result. */
  #claim(): SluiceError | undefined {
    if (this.#isRead)
      return new SluiceError('E_USAGE', 'the result is read already, or closed', {
        hint: 'open it once for each reader, or write it to several sinks with tee',
      })
    this.#isRead = true
    return undefined
  }

  #batches(options: RowsOptions): AsyncGenerator<unknown[]> {
    return this.#items('rows', options, ROWS_OPTIONS, (run) => checkedBatches(run, options))
  }

  async *#items<T>(
    format: string,
    options: RowsOptions | RecordBatchesOptions,
    shapes: Readonly<Record<string, OptionShape>>,
    itemsOf: (run: OpenRun) => AsyncGenerator<T, ReadTotals>,
  ): AsyncGenerator<T> {
    try {
      checkOptions(options, 'this result', shapes)
      const run = await this.#opened.shape(options.transforms ?? [])
      const { rows, replacedTexts } = yield* itemsOf(run)
      const written = { format, path: undefined, bytesOut: 0, rowsWritten: rows, replacedTexts }
      this.#succeed(reportOf(run, written, this.#started))
    } catch (error) {
      this.#fail(error)
      throw error
    } finally {
      // The loop was left.
      await this.close()
    }
  }

  async #write(stages: readonly unknown[]): Promise<Report> {
    try {
      const { run, sink } = await this.#prepare(stages)
      const report = await writeRun(run, sink, this.#started)
      this.#succeed(report)
      return report
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  async #prepare(stages: readonly unknown[]) {
    try {
      const { transforms, sink } = parseStages(stages, 'to')
      const run = await this.#opened.shape(transforms, sink.isEncrypted)
      await sink.prepare?.()
      return { run, sink }
    } catch (error) {
      const failure = await this.#opened.fail(error)
      abandonAll(stages, failure)
      throw failure
    }
  }

  #read(items: AsyncGenerator<unknown>): AsyncGenerator<never> {
    const second = this.#claim()
    if (second !== undefined) return failing(second)
    // A loop that is left before it has begun runs nothing of the generator.
    const leave = items.return.bind(items)
    items.return = async (value) => {
      const left = await leave(value)
      await this.close()
      return left
    }
    return items as AsyncGenerator<never>
  }

  #succeed(report: Report): void {
    this.#isOver = true
    this.#resolve(report)
  }

  #fail(failure: unknown): void {
    this.#isOver = true
    this.#reject(failure)
  }
}

/** An iterable of rows that fails at once. */
async function* failing(error: SluiceError): AsyncGenerator<never> {
  yield Promise.reject(error)
}
