import type { Readable, Writable } from 'node:stream'

/**
 * Everything of the process that a command may use. Only `main.ts` touches `process`; the rest of the command gets
 * this, so that it can be driven from a test.
 */
export interface Context {
  /** Opened when it is first asked for. */
  readonly stdin: () => Readable
  readonly stdinIsTerminal: boolean
  /** Whether somebody gives the command something to read: stdin is a pipe, a socket or a file. */
  readonly stdinIsGiven: () => boolean
  readonly stdout: Writable
  readonly stderr: Writable
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  /** Columns of the terminal as it is now; it may be resized at any time. */
  readonly columns: () => number
  /** Lines of the terminal. */
  readonly rows: () => number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** The clock on the wall, in milliseconds since 1970. */
  readonly clock: () => number
  /** Aborted by the first signal; its reason is the `SluiceError` to end with. */
  readonly signal: AbortSignal
  /** Has `act` done when a second signal ends the process at once; it can only print. */
  readonly atAbruptEnd: (act: () => void) => void
  /** Resolves when stdout has taken everything; rejects with the `SluiceError` when it could not. */
  readonly flushed: () => Promise<void>
}
