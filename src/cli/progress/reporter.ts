import type { SluiceError } from '../../errors.js'
import type { ProgressEvent } from '../../model/progress.js'
import type { ColorChoice } from '../terminal/style.js'
import type { LiveExports } from './live-exports.js'

/** How a run talks to its user, on stderr. One of them lives for the whole command. */
export interface Reporter {
  /** Whether there is a live line: then it is worth asking the API for more. */
  readonly live: boolean
  /** Work begins that may take a while before its first event. */
  start(): void
  /** Events of a pipeline or of a wait. */
  progress(event: ProgressEvent): void
  /** Prints once what was done or is being done. `fields` are for logs. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Only with `-v`. */
  detail(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** A live line for each of several exports, from now on; undefined where there are none. */
  liveExports(labels: readonly string[]): LiveExports | undefined
  /** The one error that the command ends with. */
  failure(error: SluiceError): void
  /** In a log, as cron keeps it, each message begins with the time from now on; a terminal and logs in JSON stay as they are. */
  dateLines(timeText: () => string): void
  /** Leaves the terminal as it was; called before the command ends and before data goes to the same terminal. */
  stop(): void
}

/** Notices that only confirm what the user asked for, and the log events that they are. */
export const CONFIRMATIONS: Readonly<Record<string, string>> = { N_KILLED: 'killed', N_JOB_LEFT: 'info' }

/** The log event of a command line that is shown before it runs. */
export const COMMAND = 'command'

/** The options every command takes. */
export interface GeneralOptions {
  quiet?: boolean
  verbose?: boolean
  logFormat?: 'text' | 'json'
  color?: ColorChoice
}

/** Reports nothing; used until the options are known. */
export const SILENT: Reporter = {
  live: false,
  start() {},
  progress() {},
  info() {},
  detail() {},
  liveExports: () => undefined,
  failure() {},
  dateLines() {},
  stop() {},
}
