import type { Readable } from 'node:stream'
import type { SluiceError } from '../errors.js'
import type { ProgressListener } from '../model/progress.js'

/** Context that the pipeline gives a source. */
export interface SourceContext {
  /** Aborted when the run is over for whatever reason; the reason is the error to end with. */
  readonly signal: AbortSignal
  /** Told of each event. */
  readonly onProgress: ProgressListener
}

/** Where the bytes of a result and its schema come from. Nothing happens before `open`. */
export interface Source {
  /** The name of the kind of source, such as `query`. */
  readonly kind: 'query' | 'job' | 'file' | 'stdin' | 'stream'
  /**
   * Whether a run that fails leaves a copy of what was downloaded, which no transform has changed.
   *
   * @default false
   */
  readonly keepsDownload?: boolean
  /** Issues, waits, connects: whatever it takes until bytes can flow. Throws `SluiceError`. */
  open(context: SourceContext): Promise<OpenSource>
  /** Kills a job that this source issued; `signal` ends the try. Only sources that issue jobs have it. */
  kill?(jobId: string, signal: AbortSignal): Promise<void>
  /**
   * Called when the run is over before `open` was called, or when `open` failed: destroys what the program handed over, such
   * as a stream. Never throws.
   */
  abandon?(reason: SluiceError): void
}

/** A source whose bytes can be read. */
export interface OpenSource {
  /**
   * The bytes as stored: gzip'd or plain msgpack rows. A byte stream (not object mode) that ends only when all bytes
   * were delivered and their number is the announced one; otherwise it is destroyed with a `SluiceError`.
   */
  readonly body: Readable
  /** How `body` is packed; `detect` means that the first two bytes tell. */
  readonly compression: 'gzip' | 'none' | 'detect'
  /** `hive_result_schema` as the job record has it; null or empty where there is none. */
  readonly schemaText: string | null
  /** The job the result belongs to. */
  readonly jobId: string | undefined
  /**
   * Of the text of the query, in hexadecimal: that issued, else that of the job record. Absent where no query
   * is known.
   */
  readonly querySha256?: string | undefined
  /** How many rows the job record announces. */
  readonly expectedRows: number | undefined
  /** How many bytes `body` will deliver, where known beforehand. */
  readonly expectedBytes: number | undefined
  /** SHA-256 of the bytes that `body` has delivered, in hexadecimal, from a source that hashes them anyway. */
  readonly sha256?: (() => string) | undefined
  /**
   * Whether the memory of a chunk of `body` is used here only: it may be given back at once when it was decoded, and whoever
   * still holds the chunk finds it empty.
   *
   * @default false: chunks are left to the garbage collector
   */
  readonly disposesChunks?: boolean | undefined
  /**
   * Lets go of what outlives the bytes, such as a spool: removes it after a success, keeps what helps the
   * next run after a `failure`. To be called once, when the output is final or the run has failed. Never
   * rejects.
   */
  close?(failure?: SluiceError): Promise<void>
}
