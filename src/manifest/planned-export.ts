import type { Priority } from '../client/index.js'
import type { Expectations } from '../pipeline/gates/expectations.js'
import type { JobIdentity } from './domain-key.js'
import type { Writing } from './writing.js'

/** One export with everything filled in. */
export interface PlannedExport {
  readonly name: string
  readonly job: JobIdentity & {
    readonly priority: Priority | undefined
    readonly retryLimit: number | undefined
    readonly poolName: string | undefined
  }
  /** What tells its job from all others. */
  readonly jobHash: string
  readonly writing: Writing
  /** What tells its output from others of the same job. */
  readonly writingHash: string
  readonly waitTimeoutMs: number
  readonly retries: number
  readonly retryDelayMs: number
  readonly connections: number | undefined
  /** Absolute paths of the files that it was filled in from. */
  readonly files: readonly string[]
  /** An absolute path. */
  readonly spool: string | undefined
  readonly verifyCount: boolean
  /** What its rows have to be like, without what they are compared with. */
  readonly expect: Expectations | undefined
}
