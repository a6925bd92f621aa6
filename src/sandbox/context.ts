import type { JobStore } from './jobs/job-store.js'
import type { Renditions } from './results/renditions.js'

/** What the routes work with. */
export interface Context {
  readonly jobs: JobStore
  readonly renditions: Renditions
  /** The URL of the server, for the links in job objects. */
  readonly baseUrl: () => string
}
