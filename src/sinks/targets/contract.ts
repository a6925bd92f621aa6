import type { Writable } from 'node:stream'
import type { NoticeEvent } from '../../model/progress.js'

/** Where encoded bytes go. Exactly one of `commit` and `discard` ends it. */
export interface Output {
  /** Encoded (and compressed) bytes; `finish` means that all of them were written. Its errors are `SluiceError`s. */
  readonly writable: Writable
  /** The path that `commit` makes final, for a file. */
  readonly path: string | undefined
  /** Bytes written so far. */
  readonly bytesWritten: number
  /**
   * Makes it durable and visible, once `writable` has finished: fsync and rename for a file; a stream of the program
   * is ended, stdout is left open. Throws `SluiceError`, after which nothing is left behind unless the message says
   * so: the failure of `writable` where that failed, and `E_INTERNAL` where it was not ended.
   */
  commit(): Promise<void>
  /** Leaves nothing behind. Never rejects; does nothing after `commit`. */
  discard(): Promise<void>
}

/** A path, `-` or a stream: anything a sink can write to. `-` is stdout. */
export type Destination = string | Writable

export interface OutputChecks {
  /** Whether an existing file may be replaced. Default true; it is only ever replaced by a complete one. */
  clobber?: boolean
}

/** What an output is told when it opens; most of it is what a `SinkContext` has, by the same names. */
export interface OpenOutputOptions extends OutputChecks {
  /** The job the bytes come from, for the name of the unfinished file. */
  jobId?: string | undefined
  /** Ends the wait for the reader of a FIFO, and keeps `commit` from publishing, with its reason. */
  signal?: AbortSignal | undefined
  /** Awaited by `commit` when only the step is left that makes the output visible; see `SinkContext`. */
  beforePublish?: (() => Promise<void>) | undefined
  notice?: (notice: Omit<NoticeEvent, 'type'>) => void
  /** Called with each chunk that will not be read again, by outputs that know: files, devices and stdout. */
  onTaken?: ((chunk: Uint8Array) => void) | undefined
}
