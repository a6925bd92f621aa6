import { SluiceError } from '../errors.js'
import { optionalInteger, type Priority, parsePriority, segment } from './arguments.js'
import { conflictsWith } from './http/http-error.js'
import type { Transport } from './http/transport.js'
import { parseJob, parseJobStatus } from './job-record.js'
import { field, parseJobId, parseJsonObject } from './json.js'

export type QueryType = 'trino' | 'presto' | 'hive'

export interface IssueOptions {
  readonly query: string
  readonly database: string
  /** Default `trino`. */
  readonly type?: QueryType | undefined
  /**
   * A name for this intent, unique in the account. With one, `issue` is safe to repeat, and is repeated when a reply
   * is lost; without one it is sent once.
   */
  readonly domainKey?: string | undefined
  readonly poolName?: string | undefined
  readonly priority?: Priority | undefined
  /** How often TD itself runs the query again, 0 to 32. */
  readonly retryLimit?: number | undefined
  readonly engineVersion?: string | undefined
  /** What `TD_SCHEDULED_TIME()` returns, in seconds since 1970. */
  readonly scheduledTime?: number | undefined
  /** Where TD exports the result to as well. */
  readonly resultUrl?: string | undefined
  readonly resultConnectionId?: string | number | undefined
  /** An object, or its JSON text. */
  readonly resultConnectionSettings?: string | object | undefined
  readonly signal?: AbortSignal | undefined
}

export interface IssuedJob {
  readonly jobId: string
  /**
   * Whether the API answered that the domain key already has this job: one issued earlier, or by this very call when a
   * reply was lost.
   */
  readonly adopted: boolean
}

/** See {@link Jobs.issue}. */
export async function issue(transport: Transport, options: IssueOptions): Promise<IssuedJob> {
  const { type = 'trino', domainKey, signal } = options
  const form = issueForm(options)
  const path = `job/issue/${segment(type, 'the query type')}/${segment(options.database, 'the database')}`
  const { status, text } = await transport.exchange(
    { method: 'POST', path, form, signal, accept: domainKey ? [409] : [], secrets: secretsOf(options) },
    domainKey ? transport.retryPolicy : { ...transport.retryPolicy, retries: 0 },
  )
  if (status !== 409) return { jobId: parseJobId(field(parseJsonObject(text), 'job_id')), adopted: false }
  const jobId = await holderOf(transport, domainKey!, text, signal)
  await requireSameQuery(transport, jobId, options)
  return { jobId, adopted: true }
}

function issueForm(options: IssueOptions): Record<string, string | undefined> {
  if (options.query.trim() === '') throw new SluiceError('E_USAGE', 'the query is empty')
  const { priority, domainKey } = options
  if (domainKey === '') throw new SluiceError('E_USAGE', 'the domain key is empty')
  return {
    query: options.query,
    domain_key: domainKey,
    pool_name: options.poolName,
    priority: priority === undefined ? undefined : String(parsePriority(priority)),
    retry_limit: optionalInteger('retryLimit', options.retryLimit, 0, 32),
    engine_version: options.engineVersion,
    scheduled_time: optionalInteger('scheduledTime', options.scheduledTime),
    ...resultTarget(options),
  }
}

/** Where a result goes, for `job/issue` and `job/result_export` alike. */
export function resultTarget(
  options: Pick<IssueOptions, 'resultUrl' | 'resultConnectionId' | 'resultConnectionSettings'>,
): Record<string, string | undefined> {
  const { resultConnectionId: connection, resultConnectionSettings: settings } = options
  return {
    result: options.resultUrl,
    result_connection_id: connection === undefined ? undefined : String(connection),
    result_connection_settings: typeof settings === 'object' ? JSON.stringify(settings) : settings,
  }
}

/** What of a result target an error message must not repeat. */
export function secretsOf(options: Pick<IssueOptions, 'resultUrl' | 'resultConnectionSettings'>): string[] {
  const { result, result_connection_settings: settings } = resultTarget(options)
  return [result, settings].filter((value) => value !== undefined)
}

/** The job that has the domain key: the conflict names it, or else the API is asked. Throws `E_CONFLICT`. */
async function holderOf(transport: Transport, domainKey: string, conflict: string, signal?: AbortSignal) {
  const named = conflictsWith(conflict)
  if (named !== undefined && named !== null) return parseJobId(named)
  const path = `job/status_by_domain_key/${segment(domainKey, 'the domain key')}`
  const { status, text } = await transport.exchange({ method: 'GET', path, signal, accept: [404] })
  if (status === 404)
    throw new SluiceError('E_CONFLICT', 'the domain key is taken by a job that cannot be found')
  return parseJobStatus(parseJsonObject(text)).jobId
}

/** A key that someone used for another query must not hand over that query's result. Throws `E_CONFLICT`. */
async function requireSameQuery(transport: Transport, jobId: string, options: IssueOptions): Promise<void> {
  const { status, text } = await transport.exchange({
    method: 'GET',
    path: `job/show/${jobId}`,
    signal: options.signal,
    accept: [403, 404],
  })
  const job = status < 400 ? parseJob(parseJsonObject(text)) : undefined
  const sameQuery = typeof job?.query !== 'string' || normalised(job.query) === normalised(options.query)
  const sameDatabase = job?.database == null || job.database === options.database
  if (job !== undefined && sameQuery && sameDatabase) return
  throw new SluiceError('E_CONFLICT', `the domain key belongs to job ${jobId}, which runs another query`, {
    jobId,
    hint: 'choose another domain key, or attach to that job by its id',
  })
}

/** The API may trim a query or change its line ends; that makes no other query of it. */
function normalised(query: string): string {
  return query
    .replace(/\s+/g, ' ')
    .replace(/[\s;]+$/, '')
    .trim()
}
