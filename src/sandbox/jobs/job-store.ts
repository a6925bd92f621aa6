import { ApiError } from '../http/api-error.js'
import { durationOf, isFinished, type Job } from './job.js'

export interface ListFilter {
  /** Inclusive indexes into the jobs, newest first. */
  readonly from: number
  readonly to: number
  readonly status: string | undefined
  /** Only jobs that took, or take, longer than this many seconds. */
  readonly slowerThan: number | undefined
}

/** Optional fields of {@link JobStore.create}. */
export type NewJob = Pick<Job, 'type' | 'database' | 'query'> & Partial<Omit<Job, 'createdAt'>>

/** Real job ids have about ten digits; a start this high shows who treats them as small numbers. */
const FIRST_ID = 2_000_000_001

export class JobStore {
  readonly #jobs = new Map<string, Job>()
  readonly #domainKeys = new Map<string, string>()
  #nextId = FIRST_ID

  /** Throws 409 with `details.conflicts_with` when the domain key is taken. */
  create(fields: NewJob): Job {
    const domainKey = fields.domainKey ?? null
    const holder = domainKey === null ? undefined : this.#domainKeys.get(domainKey)
    if (holder !== undefined)
      throw new ApiError(409, '"domain_key" has already been taken', { conflicts_with: holder })
    const id = fields.id ?? String(this.#nextId++)
    const now = new Date()
    const job: Job = {
      priority: 0,
      retryLimit: 0,
      result: '',
      scheduledTime: null,
      updatedAt: now,
      startAt: null,
      endAt: null,
      status: 'queued',
      schemaText: null,
      numRecords: null,
      resultSize: null,
      cpuTime: null,
      recordsInserted: 0,
      cmdout: null,
      stderr: null,
      body: null,
      resultExportTargetJobId: null,
      linkedResultExportJobId: null,
      script: [],
      record: {},
      ...fields,
      id,
      domainKey,
      createdAt: now,
    }
    this.#jobs.set(id, job)
    if (domainKey !== null) this.#domainKeys.set(domainKey, id)
    return job
  }

  has(id: string): boolean {
    return this.#jobs.has(id)
  }

  /** Throws 404. */
  get(id: string): Job {
    const job = this.#jobs.get(id)
    if (job === undefined) throw new ApiError(404, `Couldn't find Job with account_id = 1, id = ${id}`)
    return job
  }

  /** Throws 404. */
  byDomainKey(key: string): Job {
    const id = this.#domainKeys.get(key)
    if (id === undefined)
      throw new ApiError(404, `Couldn't find Job with account_id = 1, domain_key = ${key}`)
    return this.get(id)
  }

  /** All jobs, oldest first. */
  all(): Job[] {
    return [...this.#jobs.values()]
  }

  list({ from, to, status, slowerThan }: ListFilter): Job[] {
    return this.all()
      .reverse()
      .filter((job) => status === undefined || job.status === status)
      .filter((job) => slowerThan === undefined || (durationOf(job) ?? -1) > slowerThan)
      .slice(from, to + 1)
  }
}

/** Moves a job on: sets the status and the times that go with it. */
export function advance(job: Job, status: string): void {
  const now = new Date()
  job.status = status
  job.updatedAt = now
  if (status !== 'queued') job.startAt ??= now
  if (isFinished(job)) job.endAt ??= now
}

/** Shows the next status of a job that follows a script. */
export function followScript(job: Job): void {
  const next = job.script.shift()
  if (next !== undefined) advance(job, next)
}
