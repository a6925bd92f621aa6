import type { EngineHost } from './engine-host.js'
import type { ExportFolder } from './exports/export-file.js'
import type { JobStore } from './jobs/job-store.js'
import type { Runner } from './jobs/runner.js'
import type { Renditions } from './results/renditions.js'
import type { Scratch } from './scratch.js'

/** State that the routes share. */
export interface Context {
  readonly jobs: JobStore
  readonly runner: Runner
  readonly engines: EngineHost
  readonly renditions: Renditions
  readonly scratch: Scratch
  /** Stands for all buckets. */
  readonly exportDir: ExportFolder | undefined
  /** The resource pools that exist. */
  readonly pools: readonly string[]
  /** The URL of the server, for the links in job objects. */
  readonly baseUrl: () => string
}
