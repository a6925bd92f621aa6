import type { Limits } from '../model/limits.js'
import type { ProgressListener } from '../model/progress.js'
import type { PlanEdit } from '../transforms/columns.js'
import type { RowFunction } from '../transforms/row-flow.js'
import type { OnAbort } from './open-source.js'

/** What may stand between source and sink. */
export type Transform = PlanEdit | RowFunction

export interface PipelineOptions {
  /** Aborts the run; it then rejects with the signal's reason if that is a `SluiceError`, else with `E_INTERRUPTED`. */
  signal?: AbortSignal
  onProgress?: ProgressListener
  limits?: Partial<Limits>
  /** Compare the number of rows with the job record. Default true; false for the day the API miscounts. */
  verifyCount?: boolean
  /**
   * Whether an abort also kills the job, if this run issued it and it still runs: `kill` tries for at most
   * 5 s before the run rejects, and a failure to do so is a notice, `N_NOT_KILLED`. Default `leave`.
   */
  onAbort?: OnAbort | undefined
}
