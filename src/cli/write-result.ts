import { asSluiceError } from '../abort.js'
import type { Client } from '../client/index.js'
import { isFinished } from '../client/job-record.js'
import { reportedError, SluiceError } from '../errors.js'
import { type Place, refuseSharedPlaces } from '../files/places.js'
import type { AnySinkOptions } from '../model/option-types.js'
import { listed } from '../model/option-values.js'
import type { ProgressEvent } from '../model/progress.js'
import { checkExpectations, gatesOf } from '../pipeline/gates/expectations.js'
import type { OnAbort } from '../pipeline/kill-on-abort.js'
import { pipeline } from '../pipeline/pipeline.js'
import type { Report } from '../pipeline/report.js'
import type { Sink } from '../sinks/contract.js'
import { createSink } from '../sinks/formats/index.js'
import { schemaFileOf, withSchemaFile } from '../sinks/formats/schema-file.js'
import { folderSink } from '../sinks/partition/folder-sink.js'
import { PART_FILES } from '../sinks/partition/partition-files.js'
import { namedTable } from '../sinks/tables/named-table.js'
import { checksumFileOf } from '../sinks/targets/checksum.js'
import { tee } from '../sinks/tee.js'
import type { Source } from '../sources/contract.js'
import { planEdits } from '../transforms/plan-edits.js'
import { collectingDeadChunks } from './collector.js'
import {
  type BytesDestination,
  byteOutputs,
  chooseDestination,
  type OutputDestination,
  type RowsDestination,
  tableOutputs,
} from './destination.js'
import { maskKeyFor } from './mask-key.js'
import { type JobEnd, jobEndAfter, withNextCommand } from './next-command.js'
import { type FolderFlags, type OutputFlags, type ShapeOptions, sinkOptions } from './options/output.js'
import { placesOf, placesOfTable, placesOfTarget } from './places.js'
import { prepareReport, reportOnStdout } from './report-file.js'
import type { Session } from './session.js'
import { allowingStatements, isWithoutRows } from './statement.js'
import { tableOptionsOf, warnOfPasswords } from './table-outputs.js'
import { escapeControls } from './terminal/escape.js'
import { bytes, duration, plural } from './terminal/units.js'

/** What runs of the command are called in the lists of their folders: each replaces what the one before has written. */
const RUN_NAME = 'command'

export interface WriteOptions extends OutputFlags, FolderFlags, ShapeOptions {
  /** @default true */
  verifyCount?: boolean
  /** For a source that issues a job. @default 'leave' */
  onInterrupt?: OnAbort
}

/**
 * Moves a source into what the options name, tells the user and writes the report. Shared by all that write rows.
 *
 * @param known what the arguments of the command name, and the client of a job
 */
export async function writeResult(
  given: Source,
  asked: WriteOptions,
  session: Session,
  { inputs = [], client }: { inputs?: readonly Place[]; client?: Client } = {},
): Promise<void> {
  const { context, reporter } = session
  const { logFormat, verbose } = session.general
  const destination = chooseDestination(asked, context)
  const options = asked.json ? { ...asked, report: reportBesideRows(asked, destination) } : asked
  if (options.expect !== undefined) {
    checkExpectations(options.expect)
    if (destination.kind === 'preview')
      throw new SluiceError(
        'E_USAGE',
        '--expect is for what is written, and nothing is: -o FILE writes the rows',
      )
  }
  const edits = planEdits({ ...options, maskKey: maskKeyFor(options, session) })
  if (destination.kind === 'outputs') warnOfPasswords(tableOutputs(destination.outputs), session)
  refuseSharedPlaces([...inputs, ...placesOfOutputs(destination, options), ...placesOf(options, context)])
  const save = await prepareReport(options.report, context)
  const saveReport = (report: object) => {
    // It may go to the terminal that has the live line.
    reporter.stop()
    return save(report)
  }
  // Without an output the user expects no rows, and a failure would make schedulers run the statement again.
  const { expect } = options
  const mayLackRows = client !== undefined && options.output === undefined && expect === undefined
  const source = mayLackRows ? allowingStatements(given, client) : given
  let totalRows: number | undefined
  let jobId: string | undefined
  let end: JobEnd | undefined
  const onScreen =
    destination.kind === 'outputs' &&
    byteOutputs(destination.outputs).some(({ target }) => target.isStdout) &&
    context.stdoutIsTerminal
  let isNew = false
  const onProgress = (event: ProgressEvent) => {
    if (event.type === 'transfer') totalRows = event.totalRows
    else end = jobEndAfter(event) ?? end
    if (event.type === 'job') {
      jobId = event.jobId
      isNew ||= event.issued
      if (event.issued) session.unfinishedJob = isFinished(event.status) ? undefined : event.jobId
    }
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
    expect,
    // Nobody else sees it, and it takes about a second for each GiB.
    hashOutput: options.report !== undefined || logFormat === 'json' || verbose === true,
  }
  try {
    if (destination.kind === 'preview') {
      const { showPreview } = await import('./text/preview.js')
      const report = await showPreview(
        { source, edits, run, totalRows: () => totalRows },
        destination,
        options,
        session,
      )
      await saveReport({ complete: !report.limited, ...report })
    } else {
      const sink = sinkOf(destination.outputs, options)
      const report = await collectingDeadChunks(() => pipeline(source, ...edits, sink, run))
      await saveReport({ complete: true, ...report })
      summary(report, destination.outputs, session)
    }
  } catch (error) {
    const failure = asSluiceError(error, context.signal)
    failure.jobId ??= jobId
    if (!isWithoutRows(failure)) {
      const gates = gatesOf(failure)
      await saveReport({ complete: false, error: reportedError(failure), ...(gates && { gates }) })
      throw withNextCommand(failure, end, session, isNew)
    }
    await saveReport({ complete: true, jobId, rows: 0, rowsWritten: 0, bytesIn: 0, bytesOut: 0 })
    reporter.stop()
    reporter.info(`job ${jobId} succeeded; its statement has no rows`, { event: 'complete', jobId, rows: 0 })
  }
}

/** @throws SluiceError `E_USAGE` when rows go to stdout, where the report would be between them. */
function reportBesideRows(options: WriteOptions, destination: RowsDestination): string {
  const report = reportOnStdout(options)
  if (
    destination.kind === 'outputs' &&
    !byteOutputs(destination.outputs).some(({ target }) => target.isStdout)
  )
    return report
  throw new SluiceError('E_USAGE', '--json prints the report on stdout, and the rows go there', {
    hint: '-o FILE writes the rows into a file; -f json or -f ndjson prints them as JSON; a statement without rows: td-sluice issue -w --json',
  })
}

function sinkOf(outputs: readonly OutputDestination[], options: WriteOptions): Sink {
  const files = byteOutputs(outputs)
  const settings = sinkOptions(files, options)
  const sinks = outputs.map((output) =>
    'table' in output
      ? namedTable(output.table, tableOptionsOf(output.table, options))
      : sinkTo(output, settings[files.indexOf(output)]!, options),
  )
  return sinks.length === 1 ? sinks[0]! : tee(...sinks)
}

function sinkTo(output: BytesDestination, settings: AnySinkOptions, options: WriteOptions): Sink {
  const { target, format, extension } = output
  if (extension === undefined) {
    const sink = createSink(format, target, settings)
    return format === 'msgpack' ? withSchemaFile(sink, target, settings) : sink
  }
  const { partitionBy: columns = [], maxRowsPerFile, maxBytesPerFile, receipt, earlierFiles } = options
  const { clobber } = settings
  return folderSink(
    { ...output, extension, options: settings, columns },
    {
      folder: target.location ?? target,
      runName: RUN_NAME,
      ...(clobber !== undefined && { clobber }),
      ...(maxRowsPerFile !== undefined && { maxRowsPerFile }),
      ...(maxBytesPerFile !== undefined && { maxBytesPerFile }),
      ...(receipt && { receipt }),
      ...(earlierFiles !== undefined && { earlierFiles }),
    },
  )
}

/** The outputs, and the files that keep the schemas of msgpack. */
function placesOfOutputs(destination: RowsDestination, { checksum, encryptTo }: OutputFlags): Place[] {
  if (destination.kind === 'preview') return placesOfTarget('the output', destination.target)
  return destination.outputs.flatMap((output): Place[] => {
    if ('table' in output) return placesOfTable(output.table)
    const { target, format, extension } = output
    const places = placesOfTarget('the output', target)
    if (checksum !== undefined) {
      const at = checksumFileOf(target.location!)
      places.push({ what: `the checksum ${at}`, at, use: 'write' })
    }
    if (extension !== undefined) return places.map((place) => ({ ...place, own: PART_FILES }))
    if (format !== 'msgpack' || target.location === undefined) return places
    const at = schemaFileOf(target.location, encryptTo !== undefined)
    return [...places, { what: `the schema file ${at}`, at, use: 'write' }]
  })
}

/** What a summary calls an output: a folder with the number of its files. */
function shown(output: OutputDestination, { files = [] }: Pick<Report, 'files'>): string {
  if ('table' in output) return escapeControls(output.table.name)
  const { target, extension } = output
  const name = escapeControls(target.name)
  return extension === undefined ? name : `${plural(files.length, 'file')} in ${name}`
}

function summary(report: Report, outputs: readonly OutputDestination[], session: Session): void {
  const names = outputs.map((output, i) => shown(output, report.outputs?.[i] ?? report))
  const isOnlyStdout = outputs.length === 1 && byteOutputs(outputs)[0]?.target.isStdout
  const where = isOnlyStdout ? '' : ` to ${listed(names, 'and')}`
  const {
    jobId,
    path,
    format,
    rowsWritten: rows,
    bytesIn,
    bytesOut,
    sha256,
    resultSha256,
    replacedTexts,
    replacedCharacters = 0,
    outputs: written,
  } = report
  // DuckDB takes values, not bytes.
  const size = bytesOut === 0 && byteOutputs(outputs).length === 0 ? '' : `, ${bytes(bytesOut)}`
  session.reporter.stop()
  if (replacedTexts > 0) {
    session.reporter.info(
      `${plural(replacedTexts, 'text')} held bytes that are not UTF-8; they became U+FFFD`,
    )
  }
  if (replacedCharacters > 0) {
    session.reporter.info(`${plural(replacedCharacters, 'character')} that the encoding lacks became ?`)
  }
  session.reporter.info(
    `wrote ${plural(rows, 'row')}${where}${size} in ${duration(report.durations.total)}`,
    {
      event: 'complete',
      jobId,
      path,
      format,
      rows,
      bytesIn,
      bytesOut,
      sha256,
      resultSha256,
      replacedTexts,
      ...(written && { outputs: written }),
    },
  )
  for (const { gate, outcome, value } of report.gates ?? [])
    session.reporter.detail(`${escapeControls(gate)} ${outcome}: ${escapeControls(String(value))}`)
  session.reporter.detail(`read ${bytes(bytesIn)}, SHA-256 ${resultSha256}`)
  if (sha256 !== undefined) session.reporter.detail(`wrote ${bytes(bytesOut)}, SHA-256 ${sha256}`)
  for (const each of written ?? [])
    session.reporter.detail(
      `wrote ${bytes(each.bytes)} to ${escapeControls(each.name)}, SHA-256 ${each.sha256}`,
    )
}
