import type { SluiceError } from '../errors.js'
import type { ProgressEvent } from '../model/progress.js'
import type { PlannedExport } from './planned-export.js'
import type { ExportReport } from './report.js'

type Fields = Readonly<Record<string, unknown>>

/** Listener to one export. */
export interface ExportListener {
  /** Called when its turn has come. */
  started?(): void
  /** Called in the end, however it ends. */
  ended?(report: ExportReport): void
  progress(event: ProgressEvent): void
  info(message: string, fields: Fields): void
  failure(error: SluiceError): void
}

/** Listener to a run. */
export interface RunListener {
  progress(event: ProgressEvent): void
  info(message: string, fields: Fields): void
  forExport(planned: PlannedExport): ExportListener
}
