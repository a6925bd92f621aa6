import type { Priority } from '../client/index.js'
import type { Expectations } from '../pipeline/gates/expectations.js'
import type { JobIdentity } from './domain-key.js'
import type { Window } from './state-entry.js'
import type { Writing } from './writing.js'

/** How far an export has come through a column of times: what its manifest says of it, filled in. */
export interface Watermark {
  readonly column: string
  /** Where the first window begins, as `2026-01-31T00:00:00Z`. */
  readonly initial: string
  /** Where the window of this scheduled time ends: that time, less the lag. */
  readonly to: string
  /** The query for a window. */
  readonly sqlFor: (window: Window) => string
}

/** One export with everything filled in. */
export interface PlannedExport {
  readonly name: string
  readonly job: JobIdentity & {
    readonly priority: Priority | undefined
    readonly retryLimit: number | undefined
    readonly poolName: string | undefined
  }
  /** Distinguishes its job from all others. */
  readonly jobHash: string
  readonly writing: Writing
  /** How far it goes through a column of times. */
  readonly watermark: Watermark | undefined
  /** The rows that it is for, where it has a watermark; known when the state is. */
  readonly window?: Window
  /** Distinguishes its output from others of the same job. */
  readonly writingHash: string
  readonly waitTimeoutMs: number
  readonly retries: number
  readonly retryDelayMs: number
  readonly connections: number | undefined
  /** Absolute paths of the files that it was filled in from. */
  readonly files: readonly string[]
  /** Those of them that hold a key, and their names in the manifest. */
  readonly keyFiles: ReadonlyMap<string, string>
  /** An absolute path. */
  readonly spool: string | undefined
  readonly verifyCount: boolean
  /** Expectations of its rows, without the earlier output that they are compared with. */
  readonly expect: Expectations | undefined
}
