import { SluiceError } from '../errors.js'
import type { Duration } from '../model/duration.js'
import { checkOptions, type OptionShapes, toMilliseconds } from '../usage.js'
import { optionalInteger } from './arguments.js'
import type { Transport } from './http/transport.js'
import { type Job, type JobPage, parseJobList } from './job-record.js'
import { parseJsonObject } from './json.js'

/** Which jobs to list. */
export interface ListOptions {
  /**
   * The index of the first job, newest first.
   *
   * @default 0
   */
  readonly from?: number | undefined
  /**
   * The index of the last job, inclusive.
   *
   * @default the API's, 19 after `from`
   */
  readonly to?: number | undefined
  /** `queued`, `running`, `success` or `error`. */
  readonly status?: string | undefined
  /** Only jobs that ran longer than this; the API knows whole seconds. */
  readonly slowerThan?: Duration | undefined
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

const LIST_OPTIONS: OptionShapes<ListOptions> = {
  from: 'count',
  to: 'count',
  status: 'text',
  slowerThan: 'duration',
  signal: 'signal',
}

/** How many jobs `pages` asks for at a time. */
const PAGE_SIZE = 100

/** See {@link Jobs.page}. */
export async function page(transport: Transport, options: ListOptions): Promise<JobPage> {
  checkListOptions(options, 'page')
  const { from, to } = options
  const slowerThanMs = toMilliseconds('slowerThan', options.slowerThan, undefined)
  const query = {
    from: optionalInteger('from', from, 0),
    to: optionalInteger('to', to, 0),
    status: options.status,
    slower_than: optionalInteger('slowerThan', slowerThanMs && Math.ceil(slowerThanMs / 1000)),
  }
  const request = { method: 'GET', path: 'job/list', query, signal: options.signal } as const
  return transport.read(request, ({ text }) => parseJobList(parseJsonObject(text)))
}

/** See {@link Jobs.pages}. */
export async function* pages(transport: Transport, options: ListOptions): AsyncGenerator<readonly Job[]> {
  const seen = new Set<string>()
  const last = options.to ?? Number.POSITIVE_INFINITY
  for (let from = options.from ?? 0; from <= last; ) {
    const { jobs } = await page(transport, { ...options, from, to: Math.min(last, from + PAGE_SIZE - 1) })
    // Jobs issued meanwhile push others onto the next page; and a server that ignores `from` would never end.
    const fresh = jobs.filter((job) => !seen.has(job.jobId))
    if (fresh.length === 0) return
    for (const job of fresh) seen.add(job.jobId)
    yield fresh
    from += jobs.length
  }
}

/** Throws `E_USAGE`; `what` is the method they were given to. */
export function checkListOptions(options: ListOptions, what: string): void {
  checkOptions(options, what, LIST_OPTIONS)
  const { from = 0, to } = options
  if (to !== undefined && to < from) throw new SluiceError('E_USAGE', 'to must not be less than from')
}
