import type { Readable, Writable } from 'node:stream'
import type { SluiceError } from '../../errors.js'
import type { NoticeEvent } from '../../model/progress.js'

/** Where encoded bytes go. Exactly one of `commit` and `discard` ends it. */
export interface Output {
  /** Encoded (and compressed) bytes; `finish` means that all of them were written. Its errors are `SluiceError`s. */
  readonly writable: Writable
  /** The path that `commit` makes final, for a file; a URL for an object of a store. */
  readonly path: string | undefined
  /** Bytes written so far. */
  readonly bytesWritten: number
  /** Where the bytes are encrypted on their way from `writable`. */
  readonly encryption?: OutputEncryption
  /**
   * Makes it durable and visible, once `writable` has finished: fsync and rename for a file; a stream of the program
   * is ended, stdout is left open. Throws `SluiceError`, after which nothing is left behind unless the message says
   * so: the failure of `writable` where that failed, and `E_INTERNAL` where it was not ended.
   */
  commit(): Promise<void>
  /** Leaves nothing behind. Never rejects; does nothing after `commit`. */
  discard(): Promise<void>
}

/** Extension of encrypted output. */
export interface OutputEncryption {
  /** Takes the encrypted bytes, as they are stored. */
  readonly stored: Writable
  /** Bytes that `writable` has taken so far. */
  readonly taken: number
  /** How many bytes are stored for so many. */
  sizeOf(bytes: number): number
}

/**
 * A place that bytes can be written to: a file, stdout, a stream. `targetOf` makes one of what the user gave, and nothing
 * else reads that. Nothing happens before `prepare`.
 */
export interface Target {
  /** Name in messages: the path as given, `stdout`, `the output stream`. Its end may name a format. */
  readonly name: string
  /**
   * The same place, written so that it means the same in every folder: an absolute path for a file, a URL for an object of a
   * store. Absent for a stream.
   */
  readonly location?: string
  /** Whether it is stdout, which may be a terminal and which nothing else may be written to meanwhile. */
  readonly isStdout?: boolean
  /**
   * Finds out what would make `open` fail, before anything is done that takes time or money. Leaves no trace.
   *
   * @throws SluiceError `E_USAGE` for a place that is never written to: a folder, a stream that has ended; `E_IO` for a
   * missing folder and for a file or folder that may not be written; `E_EXISTS` for a file that is not to be replaced;
   * `E_LOCKED` when another run is writing it.
   */
  prepare(checks?: OutputChecks): Promise<void>
  /** Opens it for writing. @throws SluiceError as `prepare` does. */
  open(options?: OpenOutputOptions): Promise<Output>
  /**
   * Called instead of `open` when the run is over before that, or when `open` failed: destroys what the program handed over.
   * Absent where it handed over nothing, as for a path. Never throws.
   */
  abandon?(reason: SluiceError): void
  /** A place below this one. Absent where there is only one, as for a stream. */
  join?(path: string): Target
  /** The place whose name is this one's and `ending`. Absent where there is only one, as for a stream. */
  beside?(ending: string): Target
  /**
   * Makes the folders above it that are missing, and returns the way to remove those that stayed empty, which never
   * rejects. Absent where there are no folders.
   *
   * @throws SluiceError `E_IO` when a folder cannot be made.
   */
  makeFolder?(): Promise<() => Promise<void>>
  /** Bytes of the complete output that is there now; `undefined` without one. Absent where nothing stays. */
  size?(): Promise<number | undefined>
  /** The text of the complete output that is there now, which td-sluice has written itself; `undefined` without one. */
  read?(): Promise<string | undefined>
  /** Removes the complete output that is there now, if any. */
  remove?(): Promise<void>
  /**
   * Changes the text that `read` reads: `change` gets it and returns the new one, `undefined` for none. Where another process changes it
   * meanwhile, `change` is called again with what that made. Absent where nothing keeps two of them apart.
   *
   * @throws SluiceError `E_LOCKED` when others keep changing it; and as the store fails.
   */
  edit?(
    change: (text: string | undefined) => Promise<string | undefined>,
    options?: Pick<OpenOutputOptions, 'signal'>,
  ): Promise<void>
  /** Removes the folder that it names, if it is empty. Never rejects. Absent where there are no folders, and for local ones. */
  removeFolder?(): Promise<void>
  /**
   * The files below it where it is a folder, as paths from there with slashes; of folders in it those that `isWanted` says by their
   * names. Absent where nothing can be listed, and for local folders.
   *
   * @throws SluiceError as the store fails.
   */
  list?(isWanted: (folder: string) => boolean): AsyncIterable<string>
  /**
   * The complete output that is there now, to be read; `undefined` without one. Absent where it is read in another way, as a file.
   *
   * @throws SluiceError as the store fails.
   */
  stored?(): Promise<StoredObject | undefined>
}

/** An object of a store. All reads are of one version: `E_SIZE_MISMATCH` when it changes meanwhile. */
export interface StoredObject {
  /** Its bytes. */
  readonly size: number
  /** The bytes from `from` up to `to`, which is not fetched. @throws SluiceError as the store fails. */
  slice(from: number, to: number): Promise<Uint8Array>
  /** All of it, from the beginning. Its errors are `SluiceError`s. */
  stream(): Readable
}

/** Context to read a destination in: the command has both values. */
export interface Surroundings {
  /** The folder that relative paths start from. */
  readonly cwd: string
  /** The stream that `-` stands for. */
  readonly stdout: Writable
}

/** Reads a destination; `undefined` when that is for another kind of target. Throws `E_USAGE` for a wrong one. */
export type TargetKind = (destination: unknown, around: Surroundings) => Target | undefined

/** Checks of an output before a run. */
export interface OutputChecks {
  /**
   * Whether an existing file may be replaced; only a complete one ever replaces it.
   *
   * @default true
   */
  clobber?: boolean
  /**
   * Whether missing folders are no failure, because `makeFolder` comes before `open`.
   *
   * @default false
   */
  missingFolder?: boolean
}

/** Context of an output that opens; mostly fields of `SinkContext`, by the same names. */
export interface OpenOutputOptions extends Pick<OutputChecks, 'clobber'> {
  /** The job the bytes come from, for the name of the unfinished file. */
  jobId?: string | undefined
  /** Ends the wait for the reader of a FIFO, and keeps `commit` from publishing, with its reason. */
  signal?: AbortSignal | undefined
  /** Awaited by `commit` when only the step is left that makes the output visible; see `SinkContext`. */
  beforePublish?: (() => Promise<void>) | undefined
  /** Called with what the user should know, such as an unfinished file of an earlier run that was removed. */
  notice?: (notice: Omit<NoticeEvent, 'type'>) => void
  /** Called with each chunk that will not be read again, by outputs that know: files, devices and stdout. */
  onTaken?: ((chunk: Uint8Array) => void) | undefined
}
