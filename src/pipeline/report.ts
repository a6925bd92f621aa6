import type { ResultSchema } from '../model/schema.js'
import type { SinkResult, WrittenFile, WrittenOutput } from '../sinks/contract.js'
import { writtenColumns } from '../sinks/formats/schema-file.js'
import type { GateResult, WrittenColumn } from './gates/expectations.js'
import type { OpenRun } from './run.js'

/** Report of a run; true of the published output. */
export interface Report {
  /** `undefined` for files and streams. */
  readonly jobId: string | undefined
  /** The format that was written. */
  readonly format: string
  /** The final path, for a file. */
  readonly path: string | undefined
  /** The table, for one that a URL names: without user and password. */
  readonly table?: string
  /** All files, for a sink that writes several, in the order in which they were made final. */
  readonly files?: readonly WrittenFile[]
  /** The receipt of a folder of files, where one was asked for. */
  readonly receipt?: WrittenFile
  /** Result of each sink of a `tee`, in their order. */
  readonly outputs?: readonly WrittenOutput[]
  /** Rows of the result. With a limit, rows read until it was reached. */
  readonly rows: number
  /** Rows that went into the output, after row functions and limit. */
  readonly rowsWritten: number
  /** Bytes of the result as read, compressed where it was. */
  readonly bytesIn: number
  /** Bytes of the output as written, compressed where it is. */
  readonly bytesOut: number
  /**
   * SHA-256 of the output as written, in hexadecimal: of the file, or of what a stream was given. `undefined` for several outputs,
   * whose `files` have it, for rows and tables, and with `hashOutput: false`.
   */
  readonly sha256: string | undefined
  /**
   * SHA-256 of the bytes of the result as read, in hexadecimal: two runs on one job agree, unless a limit ended them
   * before the result did.
   */
  readonly resultSha256: string
  /** The schema of the result. */
  readonly schema: ResultSchema
  /** The columns that were written, as names and types. */
  readonly columns: readonly WrittenColumn[]
  /** Texts that were not valid UTF-8 and were replaced. */
  readonly replacedTexts: number
  /** Characters that the encoding of the output lacks, and that were replaced; where it has another than UTF-8. */
  readonly replacedCharacters?: number
  /** The plan's limit ended the run before the result did; counts were not compared. */
  readonly limited: boolean
  /** Result of each of the run's expectations, if it has any. */
  readonly gates?: readonly GateResult[]
  /** In whole milliseconds. */
  readonly durations: {
    /** Until bytes could flow: issuing and waiting for the job, connecting. */
    readonly wait: number
    /** From the first byte to the output being final. */
    readonly transfer: number
    readonly total: number
  }
}

/** The report of a run that is complete: what its consumer has written, and how many rows that took. */
export function reportOf(
  run: OpenRun,
  written: SinkResult & { readonly format: string; readonly rowsWritten: number },
  started: number,
): Report {
  const { source, result, shaped, openedAt } = run
  const ended = performance.now()
  const { format, rowsWritten, ...rest } = written
  const gates = run.gates()
  return {
    jobId: source.jobId,
    format,
    rows: run.rowsRead(),
    // The counting stage has counted the rows past the limit too.
    rowsWritten: Math.min(rowsWritten, shaped.plan.limit ?? rowsWritten),
    bytesIn: result.meter.bytes,
    sha256: undefined,
    resultSha256: result.meter.digest(),
    schema: result.schema,
    columns: writtenColumns(shaped.plan),
    limited: shaped.limited(),
    ...(gates && { gates }),
    ...rest,
    replacedTexts: written.replacedTexts + shaped.replacedTexts(),
    durations: {
      wait: Math.round(openedAt - started),
      transfer: Math.round(ended - openedAt),
      total: Math.round(ended - started),
    },
  }
}
