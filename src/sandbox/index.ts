import { requireShape } from '../errors.js'
import { checkOptions, toMilliseconds } from '../usage.js'
import { EngineHost } from './engine-host.js'
import { ExportFolder } from './exports/export-file.js'
import { Faults } from './faults/faults.js'
import type { LogEntry } from './http/log.js'
import { Throttle } from './http/pacer.js'
import { RequestLog } from './http/request-log.js'
import { type RunningServer, serve } from './http/server.js'
import { ADDED_JOB_FIELDS, type AddedJob, addJob, bodyOf } from './jobs/added-job.js'
import type { Job } from './jobs/job.js'
import { JobStore } from './jobs/job-store.js'
import { Runner } from './jobs/runner.js'
import { SANDBOX_OPTIONS, type SandboxOptions } from './options.js'
import { Renditions } from './results/renditions.js'
import { Scratch } from './scratch.js'

export type { FileTable } from './engine/tables.js'
export type { Endpoint, Fault } from './faults/fault.js'
export { ENDPOINTS } from './faults/fault.js'
export { Faults } from './faults/faults.js'
export { parseFault } from './faults/parse.js'
export type { LogEntry } from './http/log.js'
export type { AddedJob } from './jobs/added-job.js'
export { packRows } from './jobs/added-job.js'
export type { Job } from './jobs/job.js'
export type { SandboxOptions } from './options.js'

/** A key of the form real ones have, for demos; the sandbox accepts it unless told to want another. */
export const SANDBOX_API_KEY = `1/${'0'.repeat(40)}`

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The port it listens on, at 127.0.0.1. */
  readonly port: number
  /** The requests so far, oldest first; of many, the latest 10,000. */
  readonly log: readonly LogEntry[]
  /** The faults to come; more may be added at any time. */
  readonly faults: Faults
  /** All jobs, oldest first. */
  jobs(): readonly Job[]
  /** Stores a job that is there without having run, and returns its id. */
  addJob(job: AddedJob): string
  /** Gives a job another result, as if it had changed on the server. */
  replaceResult(jobId: string, result: Pick<AddedJob, 'rows' | 'body'>): void
  /** Stops everything and removes the results. */
  close(): Promise<void>
}

/**
 * Starts a local Treasure Data v3 job API. Throws `E_IO` when the port cannot be had, `E_USAGE` for a fault or an option that
 * is not valid, and with `preload` also `E_USAGE` for a table that cannot be made and `E_UNSUPPORTED` without DuckDB.
 *
 * @example
 * const sandbox = await startSandbox({ runTime: '200ms' })
 * await pipeline(
 *   query('select 1 as n', { database: 'sample_datasets', connection: { endpoint: sandbox.url, apiKey: 'any' } }),
 *   csv('n.csv'),
 * )
 * await sandbox.close()
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options, 'startSandbox', SANDBOX_OPTIONS)
  const faults = new Faults()
  faults.add(...(options.faults ?? []))
  const jobs = new JobStore()
  const scratch = new Scratch()
  const { rows = 5000, nasdaqRows = 10_000, tables = [] } = options
  const engines = new EngineHost({ rows, nasdaqRows, tables, scratch })
  const runner = new Runner({
    queueMs: toMilliseconds('queueTime', options.queueTime, 0),
    runMs: toMilliseconds('runTime', options.runTime, 0),
  })
  const log = new RequestLog()
  let url = ''
  const context = {
    jobs,
    runner,
    engines,
    renditions: new Renditions(scratch),
    scratch,
    exportDir:
      options.exportDir === undefined
        ? undefined
        : new ExportFolder(
            options.exportDir,
            tables.map(({ file }) => file),
          ),
    pools: options.pools ?? ['default'],
    baseUrl: () => url,
  }
  const { apiKey, bytesPerSecond } = options
  const latencyMs = toMilliseconds('latency', options.latency, 0)
  const throttle = bytesPerSecond === undefined ? undefined : new Throttle(bytesPerSecond)
  let server: RunningServer | undefined
  const closeAll = async () => {
    await server?.close()
    await runner.close()
    await engines.close()
    await scratch.remove()
  }
  let closing: Promise<void> | undefined
  try {
    if (options.preload) await engines.get()
    server = await serve({ context, faults, throttle, latencyMs, apiKey, log }, options.port ?? 0)
    url = `http://127.0.0.1:${server.port}`
    return {
      url,
      port: server.port,
      log: log.entries,
      faults,
      jobs: () => jobs.all(),
      addJob(job) {
        checkOptions(job, 'addJob', ADDED_JOB_FIELDS)
        return addJob(jobs, job).id
      },
      replaceResult(jobId, result) {
        requireShape(jobs.has(jobId), 'the job id of replaceResult', 'that of a job of this sandbox')
        checkOptions(result, 'replaceResult', { rows: 'array', body: 'bytes' })
        jobs.get(jobId).body = bodyOf(result)
      },
      close() {
        closing ??= closeAll()
        return closing
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}
