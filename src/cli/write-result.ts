import { asSluiceError } from '../abort.js'
import { isFinished } from '../client/job-record.js'
import { reportedError } from '../errors.js'
import type { ProgressEvent } from '../model/progress.js'
import type { OnAbort } from '../pipeline/kill-on-abort.js'
import { pipeline, type Report } from '../pipeline/pipeline.js'
import { createSink } from '../sinks/formats/index.js'
import { compressionOf } from '../sinks/formats/registry.js'
import type { Source } from '../sources/contract.js'
import { planEdits } from '../transforms/columns.js'
import { collectingDeadChunks } from './collector.js'
import { chooseTarget, type Target } from './destination.js'
import { type OutputFlags, type ShapeOptions, sinkOptions } from './options/output.js'
import { saveReport } from './save-report.js'
import type { Session } from './session.js'
import { bytes, duration, plural } from './terminal/units.js'

export interface WriteOptions extends OutputFlags, ShapeOptions {
  /** @default true */
  verifyCount?: boolean
  /** For a source that issues a job. @default 'leave' */
  onInterrupt?: OnAbort
}

/** Moves a source into what the options name, tells the user and writes the report. Shared by all that write rows. */
export async function writeResult(source: Source, options: WriteOptions, session: Session): Promise<void> {
  const { context, reporter } = session
  const target = chooseTarget(options, context)
  const edits = planEdits(options)
  let totalRows: number | undefined
  const onScreen = target.kind === 'stdout' && context.stdoutIsTerminal
  const onProgress = (event: ProgressEvent) => {
    if (event.type === 'transfer') totalRows = event.totalRows
    // The live line must not come between rows on the same terminal.
    if (onScreen && event.type === 'transfer') return
    reporter.progress(event)
    if (onScreen && event.type === 'job' && isFinished(event.status)) reporter.stop()
  }
  const run = {
    signal: context.signal,
    onProgress,
    verifyCount: options.verifyCount ?? true,
    onAbort: options.onInterrupt,
  }
  try {
    if (target.kind === 'preview') {
      const { showPreview } = await import('./text/preview.js')
      const report = await showPreview(
        { source, edits, run, totalRows: () => totalRows },
        target,
        options,
        session,
      )
      await saveReport(options.report, { complete: !report.limited, ...report }, context)
    } else {
      const sink = sinkFor(target, options, session)
      const report = await collectingDeadChunks(() => pipeline(source, ...edits, sink, run))
      await saveReport(options.report, { complete: true, ...report }, context)
      summary(report, target, options, session)
    }
  } catch (error) {
    const failure = reportedError(asSluiceError(error, context.signal))
    await saveReport(options.report, { complete: false, error: failure }, context)
    throw error
  }
}

function sinkFor(target: Exclude<Target, { kind: 'preview' }>, options: WriteOptions, session: Session) {
  const destination = target.kind === 'file' ? target.path : session.context.stdout
  const compression = target.kind === 'file' ? compressionOf(target.path) : 'none'
  return createSink(target.format, destination, sinkOptions(target.format, compression, options))
}

function summary(report: Report, target: Target, options: WriteOptions, session: Session): void {
  const where = target.kind === 'file' ? ` to ${options.output}` : ''
  const { jobId, path, format, rowsWritten: rows, bytesIn, bytesOut, sha256, replacedTexts } = report
  session.reporter.stop()
  if (replacedTexts > 0) {
    session.reporter.info(
      `${plural(replacedTexts, 'text')} held bytes that are not UTF-8; they became U+FFFD`,
    )
  }
  session.reporter.info(
    `wrote ${plural(rows, 'row')}${where}, ${bytes(bytesOut)} in ${duration(report.durations.total)}`,
    { event: 'complete', jobId, path, format, rows, bytesIn, bytesOut, sha256, replacedTexts },
  )
  session.reporter.detail(`read ${bytes(bytesIn)}, SHA-256 ${sha256}`)
}
