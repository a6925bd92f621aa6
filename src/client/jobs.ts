import { checkArgument, checkOptions, type OptionShapes } from '../usage.js'
import { checkJobId } from './arguments.js'
import { type ExportedResult, type ExportResultOptions, exportResult } from './exports.js'
import type { Transport } from './http/transport.js'
import { type IssuedJob, type IssueOptions, issue, statusByDomainKey } from './issue.js'
import {
  type Job,
  type JobPage,
  type JobStatistics,
  type JobStatus,
  type KilledJob,
  parseJob,
  parseJobStatus,
  parseKilledJob,
  parseStatistics,
} from './job-record.js'
import { type JsonObject, parseJsonObject } from './json.js'
import { checkListOptions, type ListOptions, page, pages } from './list.js'
import { type ResultOptions, type ResultReply, result } from './result.js'
import { type WaitOptions, wait } from './wait.js'

/** Options of every method. */
export interface CallOptions {
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

/** The shapes of {@link CallOptions}. */
export const CALL_OPTIONS: OptionShapes<CallOptions> = { signal: 'signal' }

/**
 * The operations on jobs. A reply about another job than the one asked about is never returned: it is asked for again,
 * three times at most.
 *
 * @throws SluiceError from every method: `E_AUTH`, `E_FORBIDDEN`, `E_NOT_FOUND`, `E_REJECTED` as the API answers; `E_NET`,
 *   `E_DNS`, `E_TIMEOUT`, `E_HTTP_5XX`, `E_RATE_LIMIT` after all retries; `E_TLS`, `E_REDIRECT`; `E_PROTOCOL` and
 *   `E_LIMIT_BODY` for replies that cannot be used; `E_USAGE` for arguments that cannot be sent.
 */
export class Jobs {
  readonly #transport: Transport
  readonly #database: string | undefined

  /** @param database of queries that name none */
  constructor(transport: Transport, database?: string) {
    this.#transport = transport
    this.#database = database
  }

  /**
   * All jobs from `from` to `to`, newest first; each job once. They are asked for a page at a time, when the loop gets
   * there. Wrong options are thrown at once.
   *
   * ```ts
   * for await (const job of connect().jobs.list({ status: 'running' })) console.log(job.jobId)
   * ```
   */
  list(options: ListOptions = {}): AsyncGenerator<Job> {
    return each(this.pages(options))
  }

  /** As {@link Jobs.list}, a page of up to 100 jobs at a time. */
  pages(options: ListOptions = {}): AsyncGenerator<readonly Job[]> {
    checkListOptions(options, 'list')
    return pages(this.#transport, options)
  }

  /** One page of jobs, newest first: one request, with as many as the API gives at once. */
  async page(options: ListOptions = {}): Promise<JobPage> {
    return page(this.#transport, options)
  }

  /** Everything known about a job, its schema and the engine's messages included. */
  async show(jobId: string | number, options: CallOptions = {}): Promise<Job> {
    const asked = checkJobId(jobId)
    return this.#read(`job/show/${asked}`, (json) => parseJob(json, asked), options)
  }

  /** The state of a job, by its id or by the domain key it was issued with; cheaper for the API than `show`. */
  async status(
    job: string | number | { readonly domainKey: string },
    options: CallOptions = {},
  ): Promise<JobStatus> {
    if (typeof job === 'object' && job !== null) {
      checkOptions(job, 'status', { domainKey: 'text' })
      checkArgument(job.domainKey, 'the domain key', 'text')
      checkOptions(options, 'status', CALL_OPTIONS)
      return statusByDomainKey(this.#transport, job.domainKey, options.signal)
    }
    const asked = checkJobId(job)
    return this.#read(`job/status/${asked}`, (json) => parseJobStatus(json, asked), options)
  }

  /** The counters of a job. */
  async statistics(jobId: string | number, options: CallOptions = {}): Promise<JobStatistics> {
    const asked = checkJobId(jobId)
    return this.#read(`job/statistics/${asked}`, (json) => parseStatistics(json, asked), options)
  }

  /**
   * Issues a query. With a `domainKey` it is repeated after failures, and a 409 that names a job running the same query
   * on the same database is a success; a job that runs another query is `E_CONFLICT`.
   *
   * The database is that of the connection where the options name none.
   */
  async issue(options: IssueOptions): Promise<IssuedJob> {
    return issue(this.#transport, options, this.#database)
  }

  /** Kills a job; one that has finished stays as it is. */
  async kill(jobId: string | number, options: CallOptions = {}): Promise<KilledJob> {
    const asked = checkJobId(jobId)
    checkOptions(options, 'kill', CALL_OPTIONS)
    const request = { method: 'POST', path: `job/kill/${asked}`, signal: options.signal } as const
    return this.#transport.read(request, ({ text }) => parseKilledJob(text, asked))
  }

  /**
   * Waits until the job has succeeded.
   *
   * @throws SluiceError `E_JOB_FAILED` (its message is the engine's reason, its `cause` the whole text), `E_JOB_KILLED`,
   *   `E_DEADLINE` when `timeout` has passed; and what the first poll failed with after its retries, or later polls for
   *   longer than the failure window.
   */
  async wait(jobId: string | number, options: WaitOptions = {}): Promise<JobStatus> {
    return wait(this.#transport, checkJobId(jobId), options)
  }

  /** The result of a job as the API sends it, unverified; sources read it with resume and checks. */
  async result(jobId: string | number, options: ResultOptions = {}): Promise<ResultReply> {
    return result(this.#transport, checkJobId(jobId), options)
  }

  /** Has TD write a job's result elsewhere; resolves with the job that does it. Sent once, never repeated. */
  async exportResult(jobId: string | number, options: ExportResultOptions): Promise<ExportedResult> {
    return exportResult(this.#transport, checkJobId(jobId), options)
  }

  #read<T>(path: string, parse: (json: JsonObject) => T, options: CallOptions): Promise<T> {
    checkOptions(options, 'this call', CALL_OPTIONS)
    return this.#transport.read({ method: 'GET', path, signal: options.signal }, (reply) =>
      parse(parseJsonObject(reply.text)),
    )
  }
}

async function* each<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const list of lists) yield* list
}
