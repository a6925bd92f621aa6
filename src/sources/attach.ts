import { createHash } from 'node:crypto'
import { sleep } from '../abort.js'
import {
  Client,
  type ConfigOptions,
  checkConfigOptions,
  isConfigOption,
  isFinished,
  type Job,
  printable,
  resolveConfig,
} from '../client/index.js'
import { SluiceError } from '../errors.js'
import type { Duration } from '../model/duration.js'
import { checkOptions, type OptionShape, type OptionShapes, toMilliseconds } from '../usage.js'
import type { OpenSource, SourceContext } from './contract.js'
import { Download, type DownloadOptions } from './download/index.js'
import { prepareSpoolFolder } from './spool/folder.js'
import { openSpooled } from './spool/open.js'

/** Options of all sources that talk to the API. */
export interface JobSourceOptions {
  /**
   * A connection made by `connect`, which stays open; or its options, for a connection of this run alone.
   *
   * @default a connection of the environment and `~/.td/td.conf`
   */
  readonly connection?: Client | ConfigOptions | undefined
  /**
   * How long to wait for the job.
   *
   * @default as long as it takes
   */
  readonly waitTimeout?: Duration | undefined
  /**
   * The shortest pause between two polls.
   *
   * @default '500ms'
   */
  readonly minPoll?: Duration | undefined
  /**
   * The longest pause between two polls.
   *
   * @default '30s'
   */
  readonly maxPoll?: Duration | undefined
  /**
   * Tell the engine's own progress in each `JobEvent`, at the price of larger replies to the polls.
   *
   * @default false
   */
  readonly engineProgress?: boolean | undefined
  /**
   * Compare the number of bytes with `result_size` of the job record.
   *
   * @default true
   */
  readonly verifySize?: boolean | undefined
  /**
   * Connections to download with, 1 to 32.
   *
   * @default one for results up to 32 MiB, six for larger ones
   */
  readonly connections?: number | undefined
  /**
   * A folder that keeps the compressed bytes of a result until the run has succeeded, and, for a query, which job it
   * issued: the same run, started again after it was killed, goes on there. It is created if need be, and
   * only its owner can read what lies in it. With a spool the whole result is downloaded before its first row
   * is decoded.
   */
  readonly spool?: string | undefined
  /**
   * How long a result may keep away after its job has just succeeded.
   *
   * @default '60s'
   */
  readonly resultGrace?: Duration | undefined
}

export const JOB_SOURCE_OPTIONS: OptionShapes<JobSourceOptions> = {
  connection: 'object',
  waitTimeout: 'duration',
  minPoll: 'duration',
  maxPoll: 'duration',
  engineProgress: 'boolean',
  verifySize: 'boolean',
  connections: 'number',
  spool: 'text',
  resultGrace: 'duration',
}

/**
 * Checks the options of a source, those of its connection included.
 *
 * @param what the source: `query`
 * @throws SluiceError `E_USAGE` for an option that is unknown or has another shape.
 */
export function checkSourceOptions(
  options: JobSourceOptions,
  what: string,
  shapes: Readonly<Record<string, OptionShape>>,
): void {
  checkOptions(options, what, shapes, (name) =>
    isConfigOption(name)
      ? `it is one of the connection: connection: { ${name}: … }, or connect({ ${name}: … })`
      : undefined,
  )
  const { connection } = options
  if (connection !== undefined && !isClient(connection)) checkConfigOptions(connection, 'connection')
}

/** The database of queries that name none. */
export function databaseOf({ connection }: JobSourceOptions): string | undefined {
  return connection?.database ?? (isClient(connection) ? undefined : resolveConfig(connection).database)
}

/** The client to use, and how to let go of it. */
export function clientFor({ connection }: JobSourceOptions): {
  client: Client
  release: () => Promise<void>
} {
  if (isClient(connection)) return { client: connection, release: async () => {} }
  const client = new Client(resolveConfig(connection))
  return { client, release: () => client.close() }
}

/** By its shape, as it may come from another copy of this package. */
function isClient(connection: JobSourceOptions['connection']): connection is Client {
  return typeof (connection as Client | undefined)?.jobs?.issue === 'function'
}

export interface AttachOptions extends JobSourceOptions {
  /** Whether this run issued the job. */
  readonly issued: boolean
  /** The issued query; without it the query of the record is taken. */
  readonly query?: string
}

const RESULT_GRACE_MS = 60_000
/** How long the record may lag behind the status in any case, in milliseconds. */
const RECORD_GRACE_MS = 10_000
/** Between two looks for a result that is not there yet. */
const RESULT_POLL_MS = 2000

/** Waits for a job and opens its result. */
export async function openJob(
  client: Client,
  jobId: string,
  options: AttachOptions,
  context: SourceContext,
): Promise<OpenSource> {
  if (options.spool !== undefined) prepareSpoolFolder(options.spool)
  const sawItRun = await awaitJob(client, jobId, options, context)
  // A job that has only just finished may not have reached every server of the API yet.
  const resultGraceMs = toMilliseconds('resultGrace', options.resultGrace, RESULT_GRACE_MS)
  const graceMs = sawItRun || options.issued ? resultGraceMs : 0
  const pauseMs = toMilliseconds('minPoll', options.minPoll, RESULT_POLL_MS)
  const patience = { until: performance.now() + graceMs, pauseMs }
  const settled = Math.min(resultGraceMs, RECORD_GRACE_MS)
  const lag = { ...patience, until: Math.max(patience.until, performance.now() + settled) }
  const record = await recordOfSuccess(client, jobId, lag, context.signal)
  const result = await startDownload(client, jobId, record, options, patience, context)
  return {
    ...result,
    compression: 'gzip',
    schemaText: record.hiveResultSchema,
    jobId,
    querySha256: sha256Of(options.query ?? record.query),
    expectedRows: record.numRecords ?? undefined,
  }
}

/** Nothing for a job without a query, such as a bulk load, which has an object there. */
function sha256Of(query: Job['query']): string | undefined {
  return typeof query === 'string' && query !== ''
    ? createHash('sha256').update(query).digest('hex')
    : undefined
}

type StartedDownload = Pick<OpenSource, 'body' | 'expectedBytes' | 'sha256' | 'close'>

/** Until when, and how often, something is looked for that should be there. */
interface Patience {
  readonly until: number
  readonly pauseMs: number
}

/** How a job is waited for; `issued` is whether this run has issued it. */
export type AwaitOptions = Pick<
  AttachOptions,
  'issued' | 'waitTimeout' | 'minPoll' | 'maxPoll' | 'engineProgress'
>

/**
 * Waits for a job, and tells its states, and once a row of polls that fail. Resolves when the job has succeeded, with
 * whether it was seen in another state before.
 *
 * @throws SluiceError what `client.jobs.wait` throws.
 */
export async function awaitJob(
  client: Client,
  jobId: string,
  options: AwaitOptions,
  { signal, onProgress }: SourceContext,
): Promise<boolean> {
  const begin = performance.now()
  let sawItRun = false
  let failing = false
  await client.jobs.wait(jobId, {
    signal,
    timeout: options.waitTimeout,
    minPoll: options.minPoll,
    maxPoll: options.maxPoll,
    engineProgress: options.engineProgress,
    onStatus: ({ status }, progress) => {
      sawItRun ||= !isFinished(status)
      failing = false
      const elapsedMs = performance.now() - begin
      onProgress({ type: 'job', jobId, status, elapsedMs, issued: options.issued, progress })
    },
    onPollFailed: ({ message }) => {
      // The first of a row says it; the others would only repeat it.
      if (!failing)
        onProgress({ type: 'notice', code: 'N_POLL_FAILED', message: `polling goes on after: ${message}` })
      failing = true
    },
  })
  return sawItRun
}

/**
 * The record of a job whose status is `success`, with the schema and the counts, which appear in it only then. One that
 * says otherwise may come from a server that has not heard of it yet, and is asked for again.
 *
 * Throws `E_JOB_FAILED`, `E_JOB_KILLED` or `E_PROTOCOL` where it stays so: nothing is downloaded on one of two words.
 */
async function recordOfSuccess(
  client: Client,
  jobId: string,
  patience: Patience,
  signal: AbortSignal,
): Promise<Job> {
  for (;;) {
    const record = await client.jobs.show(jobId, { signal })
    if (record.status === 'success') return record
    if (performance.now() >= patience.until) throw contradiction(record)
    await sleep(patience.pauseMs, signal)
  }
}

/** The failure of a job whose status is `success` while its record says something else. */
function contradiction({ jobId, status }: Job): SluiceError {
  const code = status === 'error' ? 'E_JOB_FAILED' : status === 'killed' ? 'E_JOB_KILLED' : 'E_PROTOCOL'
  const message = `the status of the job is success, but its record says ${printable(status, 40)}`
  return new SluiceError(code, message, { jobId })
}

async function startDownload(
  client: Client,
  jobId: string,
  { resultSize, hiveResultSchema }: Job,
  options: AttachOptions,
  patience: Patience,
  context: SourceContext,
): Promise<StartedDownload> {
  const download: DownloadOptions = {
    client,
    jobId,
    expectedBytes: options.verifySize === false ? undefined : (resultSize ?? undefined),
    connections: options.connections,
    signal: context.signal,
    onBroken: (offset, { message }) => {
      const text = `the download broke after ${offset} bytes and goes on: ${message}`
      context.onProgress({ type: 'notice', code: 'N_RESUMED', message: text })
    },
  }
  for (;;) {
    try {
      return options.spool === undefined
        ? await openDownload(download)
        : await openSpooled(options.spool, download, context.onProgress)
    } catch (error) {
      // INSERT, CREATE and their like have neither schema nor result.
      if (!isMissing(error)) throw error
      if (hiveResultSchema === null || performance.now() >= patience.until) throw noResult(jobId, error)
    }
    await sleep(patience.pauseMs, context.signal)
  }
}

async function openDownload(options: DownloadOptions): Promise<StartedDownload> {
  const body = new Download(options)
  try {
    await body.connect()
    return { body, expectedBytes: body.totalBytes, sha256: () => body.sha256 }
  } catch (error) {
    body.destroy()
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SluiceError && (error.code === 'E_NOT_FOUND' || error.code === 'E_CONFLICT')
}

function noResult(jobId: string, cause: unknown): SluiceError {
  return new SluiceError(
    'E_NO_RESULT',
    'the job has no result, as after INSERT or CREATE, or it has expired',
    {
      jobId,
      cause,
    },
  )
}
