import { checkJobId } from './arguments.js'
import { type ExportResultOptions, exportResult } from './exports.js'
import type { Transport } from './http/transport.js'
import { type IssuedJob, type IssueOptions, issue, statusByDomainKey } from './issue.js'
import { type Job, type JobPage, type JobStatus, parseJob, parseJobStatus } from './job-record.js'
import { field, type JsonObject, parseJobId, parseJsonObject, text } from './json.js'
import { type ListOptions, list, page } from './list.js'
import { type ResultOptions, type ResultReply, result } from './result.js'
import { type WaitOptions, wait } from './wait.js'

/** What every method takes beside its own options. */
export interface CallOptions {
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

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

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * All jobs from `from` to `to`, newest first, page by page; each job once. A page is asked for when the
   * loop gets there.
   *
   * ```ts
   * for await (const page of client.jobs.list({ status: 'running' })) for (const job of page) console.log(job.jobId)
   * ```
   */
  list(options: ListOptions = {}): AsyncGenerator<readonly Job[]> {
    return list(this.#transport, options)
  }

  /** One page of jobs, newest first: one request, with as many as the API gives at once. */
  page(options: ListOptions = {}): Promise<JobPage> {
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
    if (typeof job === 'object') return statusByDomainKey(this.#transport, job.domainKey, options.signal)
    const asked = checkJobId(job)
    return this.#read(`job/status/${asked}`, (json) => parseJobStatus(json, asked), options)
  }

  /** The counters of a job as the API has them; only `records_inserted` is documented. */
  async statistics(jobId: string | number, options: CallOptions = {}): Promise<JsonObject> {
    const asked = checkJobId(jobId)
    const about = (json: JsonObject) => {
      parseJobId(field(json, 'job_id'), asked)
      return json
    }
    return this.#read(`job/statistics/${asked}`, about, options)
  }

  /**
   * Issues a query. With a `domainKey` it is repeated after failures, and a 409 that names a job running the same query
   * on the same database is a success; a job that runs another query is `E_CONFLICT`.
   */
  issue(options: IssueOptions): Promise<IssuedJob> {
    return issue(this.#transport, options)
  }

  /** Kills a job; one that has finished stays as it is. `formerStatus` is null where the API does not say it. */
  async kill(jobId: string | number, options: CallOptions = {}): Promise<{ formerStatus: string | null }> {
    const asked = checkJobId(jobId)
    const request = { method: 'POST', path: `job/kill/${asked}`, signal: options.signal } as const
    return this.#transport.read(request, (reply) => {
      const json = parseJsonObject(reply.text)
      parseJobId(field(json, 'job_id'), asked)
      return { formerStatus: text(json, 'former_status') }
    })
  }

  /**
   * Waits until the job has succeeded.
   *
   * @throws SluiceError `E_JOB_FAILED` (its message is the engine's reason, its `cause` the whole text), `E_JOB_KILLED`,
   *   `E_DEADLINE` when `timeoutMs` has passed; and what the first poll failed with after its retries, or later polls for
   *   longer than the failure window.
   */
  async wait(jobId: string | number, options: WaitOptions = {}): Promise<JobStatus> {
    return wait(this.#transport, checkJobId(jobId), options)
  }

  /** The result of a job as the API sends it, unverified; sources read it with resume and checks. */
  async result(jobId: string | number, options: ResultOptions = {}): Promise<ResultReply> {
    return result(this.#transport, checkJobId(jobId), options)
  }

  /** Has TD write a job's result elsewhere; returns the id of the job that does it. Sent once, never repeated. */
  async exportResult(jobId: string | number, options: ExportResultOptions): Promise<string> {
    return exportResult(this.#transport, checkJobId(jobId), options)
  }

  #read<T>(path: string, parse: (json: JsonObject) => T, { signal }: CallOptions): Promise<T> {
    return this.#transport.read({ method: 'GET', path, signal }, (reply) =>
      parse(parseJsonObject(reply.text)),
    )
  }
}
