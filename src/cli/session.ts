import type { Context } from './context.js'
import type { GeneralOptions, Reporter } from './progress/reporter.js'

/** One run of the command: the world around it, and the voice it speaks with, known once the options are. */
export interface Session {
  readonly context: Context
  readonly general: GeneralOptions
  readonly reporter: Reporter
  /** Set by a command that is there until it is stopped: a signal is then its good end. */
  untilStopped: boolean
}
