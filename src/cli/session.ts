import type { Context } from './context.js'
import type { GivenOption } from './options/given.js'
import { type GeneralOptions, type Reporter, SILENT } from './progress/reporter.js'

/** One run of the command: its context, and its reporter, which is known once the options are. */
export interface Session {
  readonly context: Context
  general: GeneralOptions
  reporter: Reporter
  /** The options of the command line, in its order. */
  readonly given: GivenOption[]
  /** A job that this run has issued and that has not finished, as far as is known. */
  unfinishedJob: string | undefined
  /** Set by a command whose work has begun and that tells of its failures itself, beside the message. */
  tellsFailures: boolean
  /** Set by a command that serves until it is stopped: a signal then ends it with success. */
  untilStopped: boolean
}

export function newSession(context: Context): Session {
  return {
    context,
    general: {},
    reporter: SILENT,
    given: [],
    unfinishedJob: undefined,
    tellsFailures: false,
    untilStopped: false,
  }
}
