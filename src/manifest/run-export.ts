import { asSluiceError, sleep, throwIfAborted } from '../abort.js'
import { type Client, isFinished } from '../client/index.js'
import { ERROR_TABLE, reportedError, reworded, type SluiceError } from '../errors.js'
import type { ProgressEvent } from '../model/progress.js'
import { gatesOf } from '../pipeline/gates/expectations.js'
import type { OnAbort } from '../pipeline/kill-on-abort.js'
import { pipeline } from '../pipeline/pipeline.js'
import type { Report } from '../pipeline/report.js'
import type { Sink } from '../sinks/contract.js'
import { targetOf } from '../sinks/targets/index.js'
import { job } from '../sources/job.js'
import { query } from '../sources/query.js'
import { planEdits } from '../transforms/plan-edits.js'
import { comparedWith } from './expect.js'
import type { ExportRecord } from './export-record.js'
import type { ExportListener } from './listener.js'
import type { PlannedExport } from './planned-export.js'
import type { ExportReport } from './report.js'
import { appendedRows, receiptOf } from './table-receipt.js'
import { isoTime, utcTime } from './time-text.js'
import { fileWritings, sinkOf } from './writing.js'
import type { Zone } from './zone.js'

export interface ExportContext {
  readonly client: Client
  readonly record: ExportRecord
  readonly listener: ExportListener
  readonly signal: AbortSignal
  readonly onAbort: OnAbort
  /** The clock that its scheduled time is shown by. */
  readonly zone: Zone
  /** Why it cannot even begin. */
  readonly refusal?: unknown
}

/** No pause between two tries is longer, in milliseconds. */
const LONGEST_PAUSE_MS = 600_000

/** Brings one export to its end, whatever that is: what fails is in the report. Never rejects. */
export async function runExport(planned: PlannedExport, context: ExportContext): Promise<ExportReport> {
  const { record, listener, signal } = context
  const begin = performance.now()
  const { path } = planned.writing
  let tries = 0
  const common = () => ({
    name: planned.name,
    scheduledTime: isoTime(planned.job.scheduledTime, context.zone),
    ...(planned.window && { window: { from: planned.window.from, to: planned.window.to } }),
    jobId: record.jobId,
    jobStatus: record.jobStatus,
    tries,
    path,
    durationMs: Math.round(performance.now() - begin),
  })
  try {
    throwIfAborted(signal)
    if (context.refusal !== undefined) throw context.refusal
    const done = await record.complete()
    if (done !== undefined) {
      const { rows, rowsWritten, bytesOut, resultSha256 } = done
      // Without the second, the first is that of the result.
      const digests =
        resultSha256 === undefined ? { resultSha256: done.sha256 } : { sha256: done.sha256, resultSha256 }
      listener.info('complete already', { event: 'skipped', jobId: record.jobId, path, rows, bytesOut })
      return { ...common(), outcome: 'skipped', rows, rowsWritten, bytesOut, ...digests }
    }
    const outcome = await withRetries(planned, context, () => {
      tries++
    })
    if (typeof outcome === 'number') {
      await record.finishAppended(outcome)
      listener.info('complete already', { event: 'skipped', jobId: record.jobId, path, rows: outcome })
      return { ...common(), outcome: 'skipped', rows: outcome, rowsWritten: outcome }
    }
    const report = outcome
    const { files, receipt, outputs, gates, rows, rowsWritten, bytesIn, bytesOut, sha256, resultSha256 } =
      report
    const shown = { jobId: record.jobId, path, rows: rowsWritten, bytesIn, bytesOut, sha256, resultSha256 }
    listener.info(`wrote ${rowsWritten} ${rowsWritten === 1 ? 'row' : 'rows'} to ${path}`, {
      event: 'complete',
      ...shown,
      ...(outputs && { outputs }),
    })
    const written = { rows, rowsWritten, bytesOut, sha256, resultSha256 }
    return {
      ...common(),
      outcome: 'written',
      ...(files && { files }),
      ...(receipt && { receipt }),
      ...(outputs && { outputs }),
      ...(gates && { gates }),
      waitMs: report.durations.wait,
      transferMs: report.durations.transfer,
      ...written,
    }
  } catch (error) {
    const failure = withHint(asSluiceError(error, signal), planned.name)
    const outcome = signal.aborted ? 'stopped' : 'failed'
    if (outcome === 'failed') {
      listener.failure(failure)
      // The record of its time is about another query.
      if (context.refusal === undefined) await record.fail(failure.code)
    }
    const jobId = record.jobId ?? failure.jobId
    const gates = gatesOf(failure)
    return { ...common(), jobId, outcome, error: reportedError(failure), ...(gates && { gates }) }
  }
}

/**
 * The next step after the last try of this run. The next start goes on by itself, but it attaches to the same job, and a
 * spent job gives the same failure again.
 */
function withHint(failure: SluiceError, name: string): SluiceError {
  if (failure.retryable) return reworded(failure, { hint: 'the next start goes on where this one ended' })
  if (failure.code === 'E_EXPECTATION')
    return reworded(failure, {
      hint: `the next start reads the same job; --only ${name} --force issues a new one, once the rows are corrected`,
    })
  if (ERROR_TABLE[failure.code].job !== 'spent' || failure.hint !== undefined) return failure
  return reworded(failure, { hint: `start it again with --only ${name} --force, which issues a new job` })
}

/**
 * Tries until the output is complete or there is no point in trying further. Resolves with the number of rows where an earlier
 * start, or a try whose end was in doubt, has appended them to a table.
 */
async function withRetries(
  planned: PlannedExport,
  context: ExportContext,
  onTry: () => void,
): Promise<Report | number> {
  const { record, listener, signal } = context
  const notice = (code: string, message: string) => listener.progress({ type: 'notice', code, message })
  for (let failures = 0; ; ) {
    const attempt = new JobAttempt(planned, context)
    try {
      const appended = await appendedRows(planned, record.isForced).catch((error) => {
        onTry()
        throw error
      })
      if (appended !== undefined) return appended
      onTry()
      return await attempt.run()
    } catch (error) {
      const failure = asSluiceError(error, signal)
      if (signal.aborted) throw failure
      const dead = attempt.isDead(failure)
      const jobId = failure.jobId ?? record.jobId
      if (dead) await record.abandon()
      // A job that had failed before anybody looked was the failure of an earlier start.
      if (dead && attempt.foundDead) {
        notice('N_ISSUED_ANEW', `job ${jobId} of an earlier start gives no result; issuing another`)
        continue
      }
      if (failures >= planned.retries || !mayPass(failure, dead)) throw failure
      const pauseMs = Math.min(planned.retryDelayMs * 2 ** failures, LONGEST_PAUSE_MS)
      failures++
      notice('N_TRIED_AGAIN', `${failure.code}: ${failure.message}; trying again in ${pauseMs / 1000} s`)
      await sleep(pauseMs, signal)
    }
  }
}

/** Do not retry a killed job: a person killed it. A job past its deadline still runs, and the next start attaches to it. */
function mayPass({ code, retryable }: SluiceError, dead: boolean): boolean {
  if (code === 'E_JOB_KILLED' || code === 'E_DEADLINE') return false
  return dead || retryable
}

/** One job, issued or found again, and the download of its result. */
class JobAttempt {
  readonly #planned: PlannedExport
  readonly #context: ExportContext
  /** The id of the job is known from the state. */
  readonly #known: boolean
  /** The job was there before this attempt. */
  #found: boolean
  #announced: boolean
  #seenAlive = false
  #recorded: Promise<void> = Promise.resolve()
  /** Until then failures are about the output. */
  #isPrepared = false

  constructor(planned: PlannedExport, context: ExportContext) {
    this.#planned = planned
    this.#context = context
    this.#known = context.record.jobId !== undefined
    this.#found = this.#known
    this.#announced = this.#known
  }

  async run(): Promise<Report> {
    const { record, signal, onAbort, listener } = this.#context
    const { writing, verifyCount, name, job: wanted } = this.#planned
    const expect = comparedWith(this.#planned.expect, record.previous)
    const runName = `${name} ${utcTime(wanted.scheduledTime)}`
    await record.begin()
    await this.#makeFolder()
    if (this.#known)
      listener.info(`attaching to job ${record.jobId}`, { event: 'attached', jobId: record.jobId })
    try {
      const onProgress = (event: ProgressEvent) => this.#observe(event)
      const options = { signal, onAbort, verifyCount, onProgress, expect }
      const report = await pipeline(this.#source(), ...planEdits(writing.edits), this.#sink(runName), options)
      await this.#recorded
      await record.finish(report)
      return report
    } finally {
      await this.#recorded
    }
  }

  /** Whether nothing comes of the job any more. When a query is issued, `E_NOT_FOUND` is about its database. */
  isDead({ code }: SluiceError): boolean {
    if (!this.#isPrepared) return false
    return ERROR_TABLE[code].job === 'dead' && (this.#known || code !== 'E_NOT_FOUND')
  }

  /** Whether the job had ended before this run looked at it. */
  get foundDead(): boolean {
    return this.#found && !this.#seenAlive
  }

  #sink(runName: string): Sink {
    const sink = sinkOf(this.#planned.writing, runName, receiptOf(this.#planned))
    const prepare = async () => {
      await sink.prepare?.()
      this.#isPrepared = true
    }
    return { ...sink, prepare }
  }

  #source() {
    const { client, record } = this.#context
    const { waitTimeoutMs, connections, spool, verifyCount, job: wanted } = this.#planned
    const options = {
      connection: client,
      waitTimeout: waitTimeoutMs,
      connections,
      spool,
      verifySize: verifyCount,
    }
    if (record.jobId !== undefined) return job(record.jobId, options)
    const { sql, database, type, engineVersion, resultUrl, priority, retryLimit, poolName } = wanted
    return query(sql, {
      ...options,
      database,
      type,
      engineVersion,
      resultUrl,
      priority,
      retryLimit,
      poolName,
      scheduledTime: Math.floor(wanted.scheduledTime / 1000),
      domainKey: record.domainKey,
      onIssued: (jobId) => {
        this.#recorded = record.issued(jobId)
        // Awaited after the run, which must not fail in the middle for it.
        this.#recorded.catch(() => {})
      },
    })
  }

  #observe(event: ProgressEvent): void {
    const { record } = this.#context
    if (event.type === 'notice' && event.code === 'N_KILLED') record.jobStatus = 'killed'
    if (event.type === 'job') {
      record.jobStatus = event.status
      // The first word of a query only tells the id; what follows are states that the API has told.
      if (this.#announced) this.#seenAlive ||= !isFinished(event.status)
      else this.#found = !event.issued
      this.#announced = true
    }
    this.#context.listener.progress(event)
  }

  async #makeFolder(): Promise<void> {
    const { writing } = this.#planned
    if ('table' in writing) {
      if (writing.table.file !== undefined) await targetOf(writing.table.file).makeFolder?.()
      return
    }
    for (const { path, isFolder } of fileWritings(writing)) {
      const target = targetOf(path)
      await (isFolder ? target.join?.('part-0') : target)?.makeFolder?.()
    }
  }
}
