import { randomBytes } from 'node:crypto'
import type { ErrorCode } from '../errors.js'
import type { Report } from '../pipeline/report.js'
import type { WrittenFile, WrittenOutput } from '../sinks/contract.js'
import { targetOf } from '../sinks/targets/index.js'
import { type Attempt, domainKey } from './domain-key.js'
import type { PlannedExport } from './planned-export.js'
import type { CompleteOutput, StateEntry } from './state-entry.js'
import type { StateFile } from './state-file.js'
import { utcTime } from './time-text.js'

/** The part of the state that is about one export of one scheduled time. */
export class ExportRecord {
  readonly #state: StateFile
  readonly #planned: PlannedExport
  readonly #time: string
  /** Whether this start forgets what was done. */
  readonly isForced: boolean
  /** The state of its job as this run saw it last. */
  jobStatus: string | undefined
  readonly #begin = performance.now()
  #entry: StateEntry

  /** @param force whether to forget what was done and to begin with a new job */
  constructor(state: StateFile, planned: PlannedExport, force: boolean) {
    this.#state = state
    this.#planned = planned
    this.isForced = force
    this.#time = utcTime(planned.job.scheduledTime)
    const known = state.entry(planned.name, this.#time)
    const usable = known !== undefined && known.jobHash === planned.jobHash && !force
    this.#entry = usable
      ? known
      : {
          jobHash: planned.jobHash,
          series: force ? randomBytes(4).toString('hex') : '',
          attempt: 1,
          jobId: null,
          complete: null,
          ...(planned.window && { window: planned.window }),
        }
  }

  /** The job of the present attempt, where its id is known. */
  get jobId(): string | undefined {
    return this.#entry.jobId ?? undefined
  }

  get attempt(): Attempt {
    return { series: this.#entry.series, number: this.#entry.attempt }
  }

  /** The key of the present attempt's job. */
  get domainKey(): string {
    return domainKey(this.#planned.job, this.#planned.jobHash, this.attempt)
  }

  /** The output, when an earlier start has written it as it is wanted now and it still lies there in full size. */
  async complete(): Promise<CompleteOutput | undefined> {
    const { complete } = this.#entry
    if (complete === null || complete.writingHash !== this.#planned.writingHash) return undefined
    const sizes = await Promise.all(complete.files.map(({ path }) => targetOf(path).size?.()))
    return complete.files.every(({ bytes }, i) => sizes[i] === bytes) ? complete : undefined
  }

  /** Output of an earlier scheduled time, as far as the state has it. */
  get previous(): CompleteOutput | undefined {
    return this.#state.before(this.#planned.name, this.#time)
  }

  /** Makes the present attempt durable; to be awaited before its job is issued. */
  async begin(): Promise<void> {
    await this.#write({ failure: undefined })
  }

  async issued(jobId: string): Promise<void> {
    this.jobStatus ??= 'queued'
    if (jobId !== this.#entry.jobId) await this.#write({ jobId })
  }

  /** The job of the present attempt gives no result any more: the next attempt needs a job of its own. */
  async abandon(): Promise<void> {
    this.jobStatus = undefined
    await this.#write({ attempt: this.#entry.attempt + 1, jobId: null, complete: null })
  }

  async finish(report: Report): Promise<void> {
    const { rows, rowsWritten, bytesOut, sha256, resultSha256, path, outputs } = report
    // The hash of a single output stands by itself.
    const only = { ...report, sha256: undefined, bytes: bytesOut, path }
    const written: readonly FilesOfOutput[] = outputs ?? [only]
    await this.#write({
      ...this.#finalWindow(),
      complete: {
        writingHash: this.#planned.writingHash,
        files: written.flatMap(filesOf).map((file) => ({
          path: file.path,
          bytes: file.bytes,
          ...(file.sha256 !== undefined && { sha256: file.sha256 }),
        })),
        rows,
        rowsWritten,
        bytesOut,
        sha256,
        resultSha256,
        ...(this.#planned.expect?.schema && { columns: [...report.columns] }),
        durationMs: Math.round(performance.now() - this.#begin),
        at: new Date().toISOString(),
      },
    })
  }

  /** Remembers that this start failed, where that can be written. */
  async fail(code: ErrorCode): Promise<void> {
    const failure = { code, at: new Date().toISOString() }
    // The failure that is to be told is the other one.
    await this.#write({ failure }).catch(() => {})
  }

  /** The rows are in a table, of which only a receipt tells: the run that appended them was killed before it recorded that. */
  async finishAppended(rows: number): Promise<void> {
    const { writingHash } = this.#planned
    const at = new Date().toISOString()
    const complete = { writingHash, files: [], rows, rowsWritten: rows, bytesOut: 0, at }
    await this.#write({ ...this.#finalWindow(), complete, failure: undefined })
  }

  #finalWindow(): Partial<StateEntry> {
    const { window } = this.#entry
    return window === undefined ? {} : { window: { ...window, isFinal: true } }
  }

  #write(change: Partial<StateEntry>): Promise<void> {
    this.#entry = { ...this.#entry, ...change }
    return this.#state.write(this.#planned.name, this.#time, this.#entry)
  }
}

type FilesOfOutput = Omit<WrittenOutput, 'name' | 'format'>

/** The files of an output whose sizes tell that it is complete: a folder is not without its receipt. */
function filesOf({
  path,
  bytes,
  sha256,
  files,
  receipt,
}: FilesOfOutput): readonly Omit<WrittenFile, 'rows'>[] {
  const written = files ?? (path === undefined ? [] : [{ path, bytes, sha256 }])
  return receipt === undefined ? written : [...written, receipt]
}
