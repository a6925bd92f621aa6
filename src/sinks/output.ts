import type { Writable } from 'node:stream'

/** Where encoded bytes go. Exactly one of `commit` and `discard` ends it. */
export interface Output {
  /** Encoded (and compressed) bytes; `finish` means that all of them were written. */
  readonly writable: Writable
  /** The path that `commit` makes final, for a file. */
  readonly path: string | undefined
  /** Bytes written so far. */
  readonly bytesWritten: number
  /** Makes it durable and visible: fsync and rename for a file. Throws `SluiceError`. */
  commit(): Promise<void>
  /** Leaves nothing behind. Never rejects. */
  discard(): Promise<void>
}

/** A path, `-` or a stream: anything a sink can write to. `-` is stdout. */
export type Destination = string | Writable
