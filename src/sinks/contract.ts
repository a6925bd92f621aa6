import type { Writable } from 'node:stream'
import type { SluiceError } from '../errors.js'
import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { NoticeEvent } from '../model/progress.js'

/** Context that the pipeline gives a sink. */
export interface SinkContext {
  /** The columns that go out. */
  readonly plan: Plan
  /** The limits that rows are held to. */
  readonly limits: Limits
  /** Aborted when the run is over. */
  readonly signal: AbortSignal
  /** The job that made the rows, where there is one. */
  readonly jobId: string | undefined
  /** Of the text of the query that made the rows, in hexadecimal; absent where none is known, as for a file. */
  readonly querySha256?: string | undefined
  /** Whether to hash the bytes of outputs while writing, for `SinkResult.sha256`. */
  readonly hashOutput?: boolean | undefined
  /**
   * Sinks that are written side by side and share the memory of a run, as the open files of a folder do.
   *
   * @default 1
   */
  readonly openSinks?: number | undefined
  /** Tells the user something that is no failure. */
  notice(notice: Omit<NoticeEvent, 'type'>): void
  /** To be called once when the plan's limit is reached and no more input is wanted. */
  limitReached(): void
  /**
   * To be awaited in `commit`, when everything is durable and only the step is left that makes it visible: sinks that
   * belong together do that step together. When it rejects, the output is thrown away.
   */
  readonly beforePublish?: (() => Promise<void>) | undefined
}

/** Where rows go: an encoder, a compression where asked for, and an output. Nothing happens before `open`. */
export interface Sink {
  /** The name of the format, for the report. */
  readonly format: string
  /** Name of its destination in messages: the path as given, `stdout`, a table. Absent if it has none. */
  readonly place?: string
  /** Whether it encrypts what it writes, so that a copy of the rows in plain form is unwanted. */
  readonly isEncrypted?: boolean
  /** Checks what can be checked before any work: a folder that exists, an output that may be replaced. */
  prepare?(): Promise<void>
  /** Opens the output. Called once. */
  open(context: SinkContext): Promise<OpenSink>
  /**
   * Called when the run is over before `open` was called, or when `open` failed: destroys what the program handed over, such
   * as a stream. Never throws.
   */
  abandon?(reason: SluiceError): void
}

/** A sink that rows can be written to. Exactly one of `commit` and `discard` ends it. */
export interface OpenSink {
  /**
   * Takes the msgpack bytes of rows, in any chunking. Ended by the pipeline; destroyed when anything behind
   * it fails.
   */
  readonly input: Writable
  /**
   * Whether nothing of a chunk is used any more once its write to `input` has called back. Its memory is then given back
   * at once, and a holder of the chunk finds it empty.
   *
   * @default false: chunks are left to the garbage collector
   */
  readonly copiesInput?: boolean
  /** Rows read so far, those that the plan drops included. */
  readonly rows: number
  /**
   * Bytes that the output has about if it ends now; of a compressed one it is the most that they may be. Absent where they are
   * not known, as for a table.
   */
  readonly bytes?: number
  /**
   * Waits until everything written to `input` is in the output and makes that final. Called after `input` was ended and
   * everything was verified; what it returns is true of the output as it lies there.
   */
  commit(): Promise<SinkResult>
  /** Throws the output away and leaves no trace. Never rejects; may be called at any time before `commit`. */
  discard(): Promise<void>
}

/** Result of a sink. */
export interface SinkResult {
  /** The final path, for a file. */
  readonly path: string | undefined
  /** The table, for one that a URL names: without user and password. */
  readonly table?: string
  /** Bytes as written, after compression; for a table those that were sent, where they are counted. */
  readonly bytesOut: number
  /** SHA-256 of these bytes, in hexadecimal, where it was asked for and the sink writes one output of bytes. */
  readonly sha256?: string | undefined
  /** Texts that were not valid UTF-8 and were replaced. */
  readonly replacedTexts: number
  /** Characters that the encoding of the output lacks, and that were replaced; where it has another than UTF-8. */
  readonly replacedCharacters?: number
  /** All files, for a sink that writes several. */
  readonly files?: readonly WrittenFile[]
  /** The receipt of a folder, where one was asked for. */
  readonly receipt?: WrittenFile
  /** Result of each, for a sink that consists of several. */
  readonly outputs?: readonly WrittenOutput[]
}

/** Result of one of several sinks. */
export interface WrittenOutput {
  /** Name in messages: the path as given, `stdout`, a table; without a name its format. */
  readonly name: string
  /** The format that was written. */
  readonly format: string
  /** The final path, for a file. */
  readonly path: string | undefined
  /** As written, after compression. */
  readonly bytes: number
  /** SHA-256 of these bytes, in hexadecimal, where it was asked for. */
  readonly sha256?: string | undefined
  /** All files, where there are several. */
  readonly files?: readonly WrittenFile[]
  /** The receipt of a folder, where one was asked for. */
  readonly receipt?: WrittenFile
}

/** One of several files of a sink. */
export interface WrittenFile {
  /** The final path. */
  readonly path: string
  /** Rows in it. */
  readonly rows: number
  /** As written, after compression. */
  readonly bytes: number
  /** SHA-256 of the file, in hexadecimal, where it was asked for. */
  readonly sha256?: string | undefined
}
