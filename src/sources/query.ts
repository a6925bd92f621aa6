import { deadline, throwIfAborted } from '../abort.js'
import { wasNeverSent } from '../client/http/retry.js'
import {
  type Client,
  ISSUE_OPTIONS,
  type IssuedJob,
  type IssueOptions,
  requireDatabase,
} from '../client/index.js'
import { messageOf, reworded, SluiceError } from '../errors.js'
import type { SqlParams } from '../sql/params.js'
import { type SqlTemplate, sqlText } from '../sql/template.js'
import type { OptionShapes } from '../usage.js'
import {
  checkSourceOptions,
  clientFor,
  databaseOf,
  JOB_SOURCE_OPTIONS,
  type JobSourceOptions,
  openJob,
} from './attach.js'
import type { OpenSource, Source, SourceContext } from './contract.js'
import { Intent, leavesJobAlive, newDomainKey } from './spool/intent.js'

/** How a query is issued, waited for and downloaded. */
export interface QueryOptions extends JobSourceOptions, Omit<IssueOptions, 'query' | 'signal'> {
  /**
   * Values for `:name` in the SQL text, each quoted as the engine wants it: `{ code: 200 }` for `where code = :code`. Colons within
   * quotes, comments, casts and times are none of these.
   */
  readonly params?: SqlParams | undefined
  /** Called with the domain key before the first request that could make a job. */
  readonly onIssuing?: ((domainKey: string) => void) | undefined
  /** Called with the id as soon as the API has told it. */
  readonly onIssued?: ((jobId: string) => void) | undefined
}

const { signal: _, ...ISSUE } = ISSUE_OPTIONS
const QUERY_OPTIONS: OptionShapes<QueryOptions> = {
  ...JOB_SOURCE_OPTIONS,
  ...ISSUE,
  params: 'object',
  onIssuing: 'function',
  onIssued: 'function',
}

/** How long a run that is over still listens for the id of the job it has issued, in milliseconds. */
const LAST_WORDS_MS = 5000

/**
 * The result of a query: issues it, waits for the job, then downloads. Without a `domainKey` a random one is used, so
 * that a reply lost on the way never makes a second job. The `JobEvent` with the id comes before the wait.
 *
 * @example
 * ```ts
 * await pipeline(query('select * from www_access', { database: 'sample_datasets' }), parquet('access.parquet'))
 * ```
 *
 * @param sql the SQL text, or a query with values: `` sql`select * from t where code = ${code}` ``
 * @throws SluiceError `E_USAGE` without a database, for an option that is unknown or has another shape, and for a parameter that is
 *   unknown, unused or cannot stand in a query. `open` rejects with `E_REJECTED` or `E_CONFLICT` from issuing, and what the source
 *   `job` throws.
 */
export function query(sql: string | SqlTemplate, options: QueryOptions = {}): Source {
  checkSourceOptions(options, 'query', QUERY_OPTIONS)
  const { params, ...others } = options
  const text = sqlText(sql, params, options.type)
  return querySource(text, { ...others, database: requireDatabase(options.database ?? databaseOf(options)) })
}

function querySource(sql: string, options: QueryOptions): Source {
  return {
    kind: 'query',
    keepsDownload: options.spool !== undefined,
    async open(context) {
      const { client, release } = clientFor(options)
      let intent: Intent | undefined
      try {
        intent = await openIntent(client, sql, options)
        const opened = await issueAndOpen(client, sql, options, context, intent)
        opened.body.once('close', release)
        return intent === undefined ? opened : withIntent(opened, intent)
      } catch (error) {
        await intent?.close(leavesJobAlive(error) ? 'keep' : 'remove')
        await release()
        throw error
      }
    },
    async kill(jobId, signal) {
      const { client, release } = clientFor(options)
      try {
        await client.jobs.kill(jobId, { signal })
      } finally {
        await release()
      }
    },
  }
}

/** With a spool, and without a key of the program's, the key is kept there. */
async function openIntent(client: Client, sql: string, options: QueryOptions): Promise<Intent | undefined> {
  const { spool, domainKey } = options
  if (spool === undefined || domainKey !== undefined) return undefined
  return Intent.open(spool, { ...options, query: sql, endpoint: client.endpoint })
}

async function issueAndOpen(
  client: Client,
  sql: string,
  options: QueryOptions,
  context: SourceContext,
  intent: Intent | undefined,
): Promise<OpenSource> {
  for (;;) {
    const { jobId, issued, takenUp } = await issue(client, sql, options, context, intent)
    try {
      return await openJob(client, jobId, { ...options, issued, query: sql }, context)
    } catch (error) {
      if (!takenUp || leavesJobAlive(error)) throw error
      const message = `job ${jobId} of an earlier run is of no use, so another is issued: ${messageOf(error)}`
      context.onProgress({ type: 'notice', code: 'N_ISSUED_ANEW', message })
      await intent!.renew()
    }
  }
}

function withIntent(opened: OpenSource, intent: Intent): OpenSource {
  return {
    ...opened,
    async close(failure) {
      await opened.close?.(failure)
      await intent.close(failure !== undefined && leavesJobAlive(failure) ? 'keep' : 'remove')
    },
  }
}

async function issue(
  client: Client,
  sql: string,
  options: QueryOptions,
  context: SourceContext,
  intent: Intent | undefined,
) {
  const domainKey = options.domainKey ?? intent?.domainKey ?? newDomainKey()
  options.onIssuing?.(domainKey)
  const settings = { ...issueOptionsOf(options), query: sql, domainKey }
  const { jobId, adopted } = await issueAndHear(client, settings, context.signal).catch((error): never => {
    throw intent === undefined ? withKey(error, domainKey) : error
  })
  const takenUp = adopted && intent?.found === true
  if (takenUp) {
    const message = `an earlier run of this query issued job ${jobId}: this one takes it up`
    context.onProgress({ type: 'notice', code: 'N_TAKEN_UP', message })
  }
  // A key that is not the program's own belongs to this intent's job, issued just now or by a run that died.
  const issued = !adopted || options.domainKey === undefined
  options.onIssued?.(jobId)
  context.onProgress({ type: 'job', jobId, status: 'queued', elapsedMs: 0, issued })
  return { jobId, issued, takenUp }
}

/** The options that tell TD how to run the query. */
function issueOptionsOf(options: QueryOptions): Omit<IssueOptions, 'query' | 'signal'> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(ISSUE, name)))
}

/** A failure after which the job may exist all the same says how to find it. */
function withKey(error: unknown, domainKey: string): unknown {
  if (!(error instanceof SluiceError) || !error.retryable || error.hint !== undefined) return error
  if (wasNeverSent(error)) return error
  const hint = `the API may have issued the job all the same: --domain-key ${domainKey} takes it up`
  return reworded(error, { hint })
}

/**
 * Issues a query; an abort in the meantime waits a little for the reply. A job whose id never arrived could not be
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
