import type { ReportedError } from '../errors.js'
import type { GateResult } from '../pipeline/gates/expectations.js'
import type { WrittenFile, WrittenOutput } from '../sinks/contract.js'
import type { Problem } from './problems.js'
import type { Blocked } from './run-lock.js'

/** Result of one export. */
export interface ExportReport {
  /** The export's name in the manifest. */
  readonly name: string
  /** The time it was run for, by the clock of the manifest's zone, as `2026-01-31T00:00:00+09:00`. */
  readonly scheduledTime: string
  /**
   * `written`; `skipped`, because an earlier start had written it; `failed`; or `stopped`, because the run was stopped
   * before it was through.
   */
  readonly outcome: 'written' | 'skipped' | 'failed' | 'stopped'
  /** The rows that it is about, where it has a watermark: from when to when, the end not included. */
  readonly window?: {
    /** The first moment: a time in ISO 8601. */
    readonly from: string
    /** The first moment after it. */
    readonly to: string
  }
  /** The job that was read last, where one was issued or found. */
  readonly jobId: string | undefined
  /** The state of that job as this run saw it last, such as `running` or `success`; absent where it was not asked for. */
  readonly jobStatus?: string | undefined
  /** Jobs and downloads that this run has tried. */
  readonly tries: number
  /** The file, or the folder of the partitions; the paths of all, with commas, where there are several outputs. */
  readonly path: string
  /** All files, where there are partitions. */
  readonly files?: readonly WrittenFile[]
  /** The receipt of a folder, where one was asked for. */
  readonly receipt?: WrittenFile
  /** What each output holds, where there are several. */
  readonly outputs?: readonly WrittenOutput[]
  /** Rows of the result. */
  readonly rows?: number
  /** Rows that were written: fewer where a filter or a limit leaves some out. */
  readonly rowsWritten?: number
  /** Bytes of the output. */
  readonly bytesOut?: number
  /** SHA-256 of the file; those of partitions stand in `files`, those of several outputs in `outputs`. */
  readonly sha256?: string | undefined
  /** SHA-256 of the bytes of the result as read. */
  readonly resultSha256?: string | undefined
  /** Result of each of its expectations, if it has any and its rows were checked. */
  readonly gates?: readonly GateResult[]
  /** Milliseconds of the try that has written it, until its bytes could flow: for the job, and to connect. */
  readonly waitMs?: number
  /** Milliseconds of that try from the first byte to the output being final. */
  readonly transferMs?: number
  /** Milliseconds from its start to its end, pauses between tries included. */
  readonly durationMs: number
  /** Why it failed or was stopped. */
  readonly error?: ReportedError
}

/** Result of a hook. */
export interface HookReport {
  /** Its key in the manifest. */
  readonly hook: 'on_success' | 'on_failure' | 'on_blocked'
  /** Null when a signal ended it, or when it could not be started. */
  readonly exitCode: number | null
  /** The signal that ended it, such as `SIGKILL`. */
  readonly signal: string | null
  /** Whether it was ended because it took too long. */
  readonly timedOut: boolean
  /** Milliseconds that it took. */
  readonly durationMs: number
}

/** Report of a run. */
export interface RunReport {
  /** The name of the manifest's file; null for an object, and when the command line did not tell it. */
  readonly manifest: string | null
  /**
   * By the clock of the manifest's zone, as `2026-01-31T00:00:00+09:00`, the latest of several; null when the start failed
   * before it was known.
   */
  readonly scheduledTime: string | null
  /** All of them, in order, where the run was for several: a backfill, or missed times. */
  readonly scheduledTimes?: readonly string[]
  /** When the run began, in ISO 8601. */
  readonly startedAt: string
  /** When the run ended, in ISO 8601. */
  readonly endedAt: string
  /** Whether every export is written or was before. */
  readonly complete: boolean
  /** Exit code of the command. */
  readonly exitCode: number
  /** Result and remaining work in one line: `stopped by SIGTERM; 1 of 4 written; job 12 goes on`. */
  readonly summary: string
  /** Why the start came to no export. */
  readonly error?: ReportedError
  /** All that is wrong with the manifest, when that is why. */
  readonly problems?: readonly Problem[]
  /** How long and how often another run has been in the way, when that is why. */
  readonly blocked?: Blocked
  /** Scheduled times of starts that found this run at work, for which nothing was made: the first hundred. */
  readonly missed?: readonly string[]
  /** By scheduled time, then in the order of the manifest; empty when the start came to none. */
  readonly exports: readonly ExportReport[]
  /** Hooks that were run; empty in the report that a hook gets. */
  readonly hooks: readonly HookReport[]
}
