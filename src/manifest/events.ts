import type { ProgressEvent } from '../model/progress.js'
import type { ExportReport, RunReport } from './report.js'

/** Which export an event is about. */
interface OfExport {
  /** The name of the export. */
  readonly export: string
  /** By the clock of the manifest's zone, as `2026-01-31T00:00:00+09:00`. */
  readonly scheduledTime: string
}

/** All is checked and filled in; nothing was sent or written yet. */
export interface PlannedEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'planned'
  /** In the order they are begun in. */
  readonly exports: readonly OfExport[]
}

/** The turn of an export has come. */
export interface ExportStartedEvent extends OfExport {
  /** Tells the kinds of events apart. */
  readonly type: 'started'
}

/** The job of an export is known. */
export interface JobIssuedEvent extends OfExport {
  /** Tells the kinds of events apart. */
  readonly type: 'issued'
  /** The id of the job. */
  readonly jobId: string
  /** False for the job of an earlier start. */
  readonly isNew: boolean
}

/** How a job or a download goes, or something the user should know. */
export interface RunProgressEvent extends Partial<OfExport> {
  /** Tells the kinds of events apart. */
  readonly type: 'progress'
  /** Current activity. */
  readonly event: ProgressEvent
}

/** An export has come to its end: the type is the outcome in its report. */
export interface ExportEndedEvent extends OfExport {
  /** Tells the kinds of events apart. */
  readonly type: ExportReport['outcome']
  /** Its result. */
  readonly report: ExportReport
}

/** All have come to their end, hooks included. */
export interface RunFinishedEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'finished'
  /** The report that `runManifest` resolves with. */
  readonly report: RunReport
}

/** Events of `runManifest`. */
export type ManifestEvent =
  | PlannedEvent
  | ExportStartedEvent
  | JobIssuedEvent
  | RunProgressEvent
  | ExportEndedEvent
  | RunFinishedEvent
