import type { Context } from './context.js'
import { type GeneralOptions, type Reporter, SILENT } from './progress/reporter.js'

/** One run of the command: the world around it, and the voice it speaks with, known once the options are. */
export interface Session {
  readonly context: Context
  general: GeneralOptions
  reporter: Reporter
  /** Set by a command that is there until it is stopped: a signal is then its good end. */
  untilStopped: boolean
}

export function newSession(context: Context): Session {
  return { context, general: {}, reporter: SILENT, untilStopped: false }
}
