import { Faults } from './faults/faults.js'
import type { LogEntry } from './http/log.js'
import { Throttle } from './http/pacer.js'
import { serve } from './http/server.js'
import { type AddedJob, addJob, bodyOf } from './jobs/added-job.js'
import type { Job } from './jobs/job.js'
import { JobStore } from './jobs/job-store.js'
import type { SandboxOptions } from './options.js'
import { Renditions } from './results/renditions.js'
import { Scratch } from './scratch.js'

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
  readonly port: number
  /** Every request so far, oldest first. */
  readonly log: readonly LogEntry[]
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
 * Starts a local Treasure Data v3 job API. Throws `E_IO` when the port cannot be had and `E_USAGE` for a fault that is
 * not valid.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, apiKey, latencyMs = 0, bytesPerSecond } = options
  const faults = new Faults()
  faults.add(...(options.faults ?? []))
  const jobs = new JobStore()
  const scratch = new Scratch()
  const log: LogEntry[] = []
  let url = ''
  const server = await serve(
    {
      context: { jobs, renditions: new Renditions(scratch), baseUrl: () => url },
      faults,
      throttle: bytesPerSecond === undefined ? undefined : new Throttle(bytesPerSecond),
      latencyMs,
      apiKey,
      log,
    },
    port,
  )
  url = `http://127.0.0.1:${server.port}`
  return {
    url,
    port: server.port,
    log,
    faults,
    jobs: () => jobs.all(),
    addJob: (job) => addJob(jobs, job).id,
    replaceResult(jobId, result) {
      jobs.get(jobId).body = bodyOf(result)
    },
    async close() {
      await server.close()
      await scratch.remove()
    },
  }
}
