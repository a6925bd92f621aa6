import { reworded, SluiceError } from '../errors.js'
import { QUERY_TYPES, type QueryType } from '../model/query-type.js'
import { targetProblem, targetSecrets } from '../secrets/export-target.js'
import { type SqlTemplate, sqlText } from '../sql/template.js'
import { isEmptySql } from '../sql/tokens.js'
import { checkOptions, type OptionShapes } from '../usage.js'
import { optionalInteger, type Priority, parsePriority, segment } from './arguments.js'
import { conflictsWith } from './http/http-error.js'
import type { TextReply, Transport } from './http/transport.js'
import { type JobStatus, parseJob, parseJobStatus } from './job-record.js'
import { field, parseJobId, parseJsonObject, text, UnusableReply } from './json.js'

/** A query, and how TD is to run it. */
export interface IssueOptions {
  /** The SQL: a text, or one with values from the tag `sql`. */
  readonly query: string | SqlTemplate
  /**
   * The database that the query runs in.
   *
   * @default that of the connection, or `TD_DATABASE`
   */
  readonly database?: string | undefined
  /** @default `trino` */
  readonly type?: QueryType | undefined
  /**
   * A name for this intent, unique in the account. With one, `issue` is safe to repeat, and is repeated when a reply
   * is lost; without one it is sent once.
   */
  readonly domainKey?: string | undefined
  /** The resource pool. */
  readonly poolName?: string | undefined
  /** The priority of the job. */
  readonly priority?: Priority | undefined
  /** How often TD itself runs the query again, 0 to 32. */
  readonly retryLimit?: number | undefined
  /** The version of the engine, as TD names it. */
  readonly engineVersion?: string | undefined
  /** Value of `TD_SCHEDULED_TIME()`, in seconds since 1970. */
  readonly scheduledTime?: number | undefined
  /** A table, passed through to the API, which documents no more than its name. */
  readonly table?: string | undefined
  /** Where TD exports the result to as well. */
  readonly resultUrl?: string | undefined
  /** The id of a connection that TD knows, to export the result through. */
  readonly resultConnectionId?: string | number | undefined
  /** An object, or its JSON text. */
  readonly resultConnectionSettings?: string | object | undefined
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

/** The options that do not describe the query. */
export const ISSUE_OPTIONS: OptionShapes<Omit<IssueOptions, 'query'>> = {
  database: 'text',
  type: QUERY_TYPES,
  domainKey: 'text',
  poolName: 'text',
  priority: 'number or text',
  retryLimit: 'number',
  engineVersion: 'text',
  scheduledTime: 'number',
  table: 'text',
  resultUrl: 'text',
  resultConnectionId: 'number or text',
  resultConnectionSettings: 'text or object',
  signal: 'signal',
}

/** The job that answers an intent. */
export interface IssuedJob {
  /** The id of the job. */
  readonly jobId: string
  /**
   * Whether the API answered that the domain key already has this job: one issued earlier, or by this very call when a
   * reply was lost.
   */
  readonly adopted: boolean
}

/** See {@link Jobs.issue}. */
export async function issue(
  transport: Transport,
  given: IssueOptions,
  usualDatabase: string | undefined,
): Promise<IssuedJob> {
  checkOptions(given, 'issue', { query: 'query', ...ISSUE_OPTIONS })
  const query = sqlText(given.query, undefined, given.type)
  const options = { ...given, query, database: requireDatabase(given.database ?? usualDatabase) }
  const { type = 'trino', domainKey, signal } = options
  const form = issueForm(options)
  const path = `job/issue/${segment(type, 'the query type')}/${segment(options.database, 'the database')}`
  const policy = domainKey ? transport.retryPolicy : { ...transport.retryPolicy, retries: 0 }
  const request = { method: 'POST', path, form, signal, secrets: requestSecrets(options) } as const
  const accept = domainKey ? [409] : []
  const issued = await transport.read({ ...request, accept }, issuedJob, policy).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== 'E_NOT_FOUND') throw error
    // The request names nothing else that may be missing.
    const name = JSON.stringify(options.database)
    throw reworded(error, {
      hint: `look at the name of the database, ${name}; td-sluice config shows which site was asked`,
    })
  })
  if (issued.jobId !== undefined) return { jobId: issued.jobId, adopted: false }
  const jobId = await holderOf(transport, domainKey!, issued.conflict, signal)
  await requireSameQuery(transport, jobId, options)
  return { jobId, adopted: true }
}

/** Throws `E_USAGE` where no database is given. */
export function requireDatabase(database: string | undefined): string {
  if (database !== undefined) return database
  throw new SluiceError('E_USAGE', 'no database given', {
    hint: "give { database: 'NAME' } to query or connect, or set TD_DATABASE",
  })
}

/** The new job, or the body of a conflict. */
function issuedJob(reply: TextReply): { jobId: string } | { jobId?: undefined; conflict: string } {
  if (reply.status === 409) return { conflict: reply.text }
  return { jobId: parseJobId(field(parseJsonObject(reply.text), 'job_id')) }
}

function issueForm(options: IssueOptions & { query: string }): Record<string, string | undefined> {
  if (isEmptySql(options.query)) throw new SluiceError('E_USAGE', 'the query is empty')
  const { priority, domainKey } = options
  if (domainKey === '') throw new SluiceError('E_USAGE', 'the domain key is empty')
  checkTarget(options)
  return {
    query: options.query,
    domain_key: domainKey,
    pool_name: options.poolName,
    priority: priority === undefined ? undefined : String(parsePriority(priority)),
    retry_limit: optionalInteger('retryLimit', options.retryLimit, 0, 32),
    engine_version: options.engineVersion,
    scheduled_time: optionalInteger('scheduledTime', options.scheduledTime),
    table: options.table,
    ...resultTarget(options),
  }
}

/** @throws SluiceError `E_USAGE` for a text that is no target, before anything is sent. */
export function checkTarget({ resultUrl }: Pick<IssueOptions, 'resultUrl'>): void {
  const problem = resultUrl === undefined ? undefined : targetProblem(resultUrl)
  if (problem !== undefined) throw new SluiceError('E_USAGE', problem)
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

/** The part of a result target that an error message must not repeat. */
export function requestSecrets(
  options: Pick<IssueOptions, 'resultUrl' | 'resultConnectionSettings'>,
): string[] {
  const { result, result_connection_settings: settings } = resultTarget(options)
  return [result, settings].flatMap((value) => (value === undefined ? [] : targetSecrets(value)))
}

/** The job that has the domain key: the conflict names it, or else the API is asked. Throws `E_CONFLICT`. */
async function holderOf(transport: Transport, domainKey: string, conflict: string, signal?: AbortSignal) {
  const named = conflictsWith(conflict)
  if (named !== undefined && named !== null) return parseJobId(named)
  try {
    return (await statusByDomainKey(transport, domainKey, signal)).jobId
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'E_NOT_FOUND') throw error
    throw new SluiceError('E_CONFLICT', 'the domain key is taken by a job that cannot be found')
  }
}

/** See {@link Jobs.status}. */
export function statusByDomainKey(
  transport: Transport,
  domainKey: string,
  signal: AbortSignal | undefined,
): Promise<JobStatus> {
  const path = `job/status_by_domain_key/${segment(domainKey, 'the domain key')}`
  return transport.read({ method: 'GET', path, signal }, (reply) => {
    const json = parseJsonObject(reply.text)
    if ((text(json, 'domain_key') ?? domainKey) !== domainKey) {
      throw new UnusableReply('the API answered about a domain key that it was not asked about')
    }
    return parseJobStatus(json, parseJobId(field(json, 'job_id')))
  })
}

/** A key that someone used for another query must not hand over that query's result. Throws `E_CONFLICT`. */
async function requireSameQuery(
  transport: Transport,
  jobId: string,
  options: IssueOptions & { query: string },
): Promise<void> {
  const job = await transport.read(
    { method: 'GET', path: `job/show/${jobId}`, signal: options.signal, accept: [403, 404] },
    (reply) => (reply.status < 400 ? parseJob(parseJsonObject(reply.text), jobId) : undefined),
  )
  const sameQuery = typeof job?.query !== 'string' || canonical(job.query) === canonical(options.query)
  const sameDatabase = job?.database == null || job.database === options.database
  if (job !== undefined && sameQuery && sameDatabase) return
  throw new SluiceError('E_CONFLICT', `the domain key belongs to job ${jobId}, which runs another query`, {
    jobId,
    hint: 'choose another domain key, or attach to that job by its id',
  })
}

/**
 * A query without what the API may change about it: its line ends, and white space and semicolons around it. White space
 * inside stays: in a quoted text, or after `--`, it makes another query.
 */
function canonical(query: string): string {
  const text = query.replaceAll('\r\n', '\n').trim()
  let end = text.length
  while (end > 0 && (text[end - 1] === ';' || text[end - 1]!.trim() === '')) end--
  return text.slice(0, end)
}
