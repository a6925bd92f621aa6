import type { ResultBody } from '../results/result-body.js'
import { USER } from '../user.js'

export const FINISHED = new Set(['success', 'error', 'killed'])

/** A job as the sandbox keeps it. Texts that the API would show as `null` are `null` here. */
export interface Job {
  /** The id of the job. */
  readonly id: string
  /** The engine, or another kind of job. */
  readonly type: string
  /** The database that the query runs in. */
  readonly database: string
  /** An object for bulk loads. */
  readonly query: string | Readonly<Record<string, unknown>>
  /** -2 (very low) to 2 (very high). */
  readonly priority: number
  /** As it was issued; the sandbox runs no query again. */
  readonly retryLimit: number
  /** The result export target, as given; may hold credentials. */
  readonly result: string
  /** The key it was issued under. */
  readonly domainKey: string | null
  /** Seconds since 1970. */
  readonly scheduledTime: number | null
  /** When it was issued. */
  readonly createdAt: Date
  /** When its record last changed. */
  updatedAt: Date
  /** When it began to run. */
  startAt: Date | null
  /** When it ended. */
  endAt: Date | null
  /** `queued`, `running`, `success`, `error`, `killed`; a test may set any other. */
  status: string
  /** `hive_result_schema`. */
  schemaText: string | null
  /** Rows of the result. */
  numRecords: number | null
  /** Bytes of the msgpack.gz result. */
  resultSize: number | null
  /** Milliseconds. */
  cpuTime: number | null
  /** Rows that the query wrote into a table. */
  recordsInserted: number
  /** Output of the engine. */
  cmdout: string | null
  /** Error output of the engine. */
  stderr: string | null
  /** The msgpack.gz result, once there is one. */
  body: ResultBody | null
  /** The job whose result this one exports. */
  resultExportTargetJobId: number | null
  /** The job that exports the result of this one. */
  linkedResultExportJobId: number | null
  /** Statuses still to be shown, one a request; see `addJob`. */
  script: string[]
  /** Keys of the job object to replace, for tests; `undefined` removes a key. */
  record: Readonly<Record<string, unknown>>
}

export function isFinished(job: Job): boolean {
  return FINISHED.has(job.status)
}

/** `2020-12-31 11:22:33 UTC`. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Whole seconds the job has run for; `null` before it started. */
export function durationOf(job: Job): number | null {
  if (job.startAt === null) return null
  return Math.floor(((job.endAt ?? new Date()).getTime() - job.startAt.getTime()) / 1000)
}

/** The keys of `job/status`. */
function statusFields(job: Job) {
  const finished = isFinished(job)
  return {
    job_id: job.id,
    status: job.status,
    created_at: formatTime(job.createdAt),
    updated_at: formatTime(job.updatedAt),
    start_at: job.startAt && formatTime(job.startAt),
    end_at: job.endAt && formatTime(job.endAt),
    duration: durationOf(job),
    cpu_time: finished ? job.cpuTime : null,
    result_size: finished ? job.resultSize : null,
    num_records: finished ? job.numRecords : null,
  }
}

/** The keys of one job of `job/list`: td-client-go refuses any it does not know, so there are no others. */
function listFields(job: Job, baseUrl: string) {
  return {
    ...statusFields(job),
    type: job.type,
    database: job.database,
    query: job.query,
    priority: job.priority,
    retry_limit: job.retryLimit,
    result: job.result,
    url: `${baseUrl}/jobs/${job.id}`,
    user_name: USER.name,
    organization: null,
    hive_result_schema: isFinished(job) ? job.schemaText : null,
    result_export_target_job_id: job.resultExportTargetJobId,
    linked_result_export_job_id: job.linkedResultExportJobId,
  }
}

/** Applies the overrides a test asked for, to the keys the endpoint has or the test added. */
function overridden(fields: Record<string, unknown>, record: Readonly<Record<string, unknown>>) {
  return { ...fields, ...record }
}

export function statusObject(job: Job): Record<string, unknown> {
  return overridden(statusFields(job), job.record)
}

export function listObject(job: Job, baseUrl: string): Record<string, unknown> {
  return overridden(listFields(job, baseUrl), job.record)
}

export function showObject(job: Job, baseUrl: string): Record<string, unknown> {
  const debug = { cmdout: job.cmdout, stderr: job.stderr }
  return overridden({ ...listFields(job, baseUrl), debug }, job.record)
}
