import { randomUUID } from 'node:crypto'
import { deadline, throwIfAborted } from '../abort.js'
import type { Client, IssuedJob, IssueOptions } from '../client/index.js'
import { SluiceError } from '../errors.js'
import { openJob } from './attach.js'
import type { Source, SourceContext } from './contract.js'
import { clientFor, type JobSourceOptions } from './job-options.js'

export interface QueryOptions extends JobSourceOptions, Omit<IssueOptions, 'query' | 'signal'> {
  /** Called with the id as soon as the API has told it. */
  readonly onIssued?: ((jobId: string) => void) | undefined
}

/** How long a run that is over still listens for the id of the job it has issued, or tries to kill it, in milliseconds. */
const LAST_WORDS_MS = 5000

/**
 * The result of a query: issues it, waits for the job, then downloads. Without a `domainKey` a random one is used, so
 * that a reply lost on the way never makes a second job. The `JobEvent` with the id comes before the wait.
 *
 * `open` rejects with `E_REJECTED` or `E_CONFLICT` from issuing, and as the job source does.
 */
export function query(sql: string, options: QueryOptions): Source {
  return {
    kind: 'query',
    async open(context) {
      const { client, release } = clientFor(options)
      try {
        const { jobId, issued } = await issue(client, sql, options, context)
        const opened = await openJob(client, jobId, { ...options, issued }, context)
        opened.body.once('close', release)
        return opened
      } catch (error) {
        await release()
        throw error
      }
    },
    async kill(jobId) {
      const { client, release } = clientFor(options)
      try {
        await client.jobs.kill(jobId, { signal: AbortSignal.timeout(LAST_WORDS_MS) })
      } finally {
        await release()
      }
    },
  }
}

async function issue(client: Client, sql: string, options: QueryOptions, context: SourceContext) {
  const domainKey = options.domainKey ?? `td-sluice-${randomUUID()}`
  const { jobId, adopted } = await issueAndHear(client, { ...options, query: sql, domainKey }, context.signal)
  // Who holds a random key is this run's own job, the reply to whose first request was lost.
  const issued = !adopted || options.domainKey === undefined
  options.onIssued?.(jobId)
  context.onProgress({ type: 'job', jobId, status: 'queued', elapsedMs: 0, issued })
  return { jobId, issued }
}

/**
 * Issues a query; an abort in the meantime waits a little for the reply. A job whose id nobody has heard could not be
 * killed by anyone.
 */
async function issueAndHear(client: Client, options: IssueOptions, signal: AbortSignal): Promise<IssuedJob> {
  const ending = new AbortController()
  let limit: ReturnType<typeof deadline> | undefined
  const onAbort = () => {
    limit = deadline(
      LAST_WORDS_MS,
      undefined,
      () => new SluiceError('E_INTERRUPTED', 'stopped while issuing'),
    )
    limit.signal.addEventListener('abort', () => ending.abort(signal.reason), { once: true })
  }
  throwIfAborted(signal)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await client.jobs.issue({ ...options, signal: ending.signal })
  } finally {
    signal.removeEventListener('abort', onAbort)
    limit?.clear()
  }
}
