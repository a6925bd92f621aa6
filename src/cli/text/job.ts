import { priorityName } from '../../client/arguments.js'
import type { Job, JobStatus } from '../../client/job-record.js'
import { printable, printableLines } from '../../client/printable.js'
import { escapeControls } from '../terminal/escape.js'
import { highlightSql } from '../terminal/highlight-sql.js'
import { type Entry, entries } from '../terminal/page.js'
import type { Style } from '../terminal/style.js'
import { table } from '../terminal/table.js'
import { bytes, duration, grouped, plural, wholeSeconds } from '../terminal/units.js'
import { isoJobTime } from './job-json.js'

/** Characters of a query in a list. */
const QUERY_IN_LIST = 60

/** A job's state in the colour of what it means. */
function paintedStatus(status: string, style: Style): string {
  const text = printable(status)
  if (status === 'success') return style.green(text)
  if (status === 'error' || status === 'killed') return style.red(text)
  return style.yellow(text)
}

/** Output of `status`, and the head of the output of `show`. */
export function statusText(job: JobStatus, style: Style): string[] {
  return [
    `${style.bold(`job ${job.jobId}`)}  ${paintedStatus(job.status, style)}`,
    '',
    ...entries(statusEntries(job), style),
  ]
}

function statusEntries(job: JobStatus): Entry[] {
  return [
    ['created', job.createdAt],
    ['started', withTime(job.startAt, ' in the queue', secondsBetween(job.createdAt, job.startAt))],
    ['ended', withTime(job.endAt, '', job.duration ?? secondsBetween(job.startAt, job.endAt))],
    ['updated', job.endAt ? null : job.updatedAt],
    ['CPU time', job.cpuTime === null ? null : duration(job.cpuTime)],
    ['rows', job.numRecords === null ? null : grouped(job.numRecords)],
    ['size', job.resultSize === null ? null : `${bytes(job.resultSize)} as msgpack.gz`],
  ]
}

/** `2026-01-31 12:00:05 UTC, after 5 s in the queue` */
function withTime(time: string | null, where: string, seconds: number | undefined): string | null {
  if (!time) return null
  return seconds === undefined ? time : `${time}, after ${wholeSeconds(seconds)}${where}`
}

/** Times come as `2020-12-31 11:22:33 UTC`, or with another zone as a number. */
function secondsBetween(from: string | null, to: string | null): number | undefined {
  const seconds = Math.round((Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000)
  return seconds >= 0 ? seconds : undefined
}

/** Output of `show`: all fields of a job, its schema as a table, its query and its error. */
export function jobText(job: Job, style: Style, columns: number): string[] {
  const about: Entry[] = [
    ['type', job.type],
    ['database', job.database],
    ['user', job.userName],
    ['priority', job.priority === null ? null : (priorityName(job.priority) ?? String(job.priority))],
    ['retry limit', job.retryLimit === null ? null : String(job.retryLimit)],
    ['engine version', job.engineVersion],
    ['domain key', job.domainKey],
    ['written to', job.result || null],
    ['console', job.url],
    ...statusEntries(job),
  ]
  return [
    `${style.bold(`job ${job.jobId}`)}  ${paintedStatus(job.status, style)}`,
    '',
    ...entries(about, style),
    ...section('Schema', schemaLines(job, style, columns), style),
    ...section(
      'Query',
      job.query === null
        ? []
        : typeof job.query === 'object'
          ? textLines(JSON.stringify(job.query, null, 2))
          : highlightSql(textLines(job.query).join('\n'), style),
      style,
    ),
    ...section('Error', job.status === 'error' ? textLines(job.debug?.stderr ?? null) : [], style),
  ]
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines.map((line) => `  ${line}`)]
}

function textLines(text: string | null): string[] {
  return text === null || text.trim() === '' ? [] : printableLines(text).trimEnd().split('\n')
}

/** Shows a schema that cannot be parsed as raw text: users look here for the reason. */
function schemaLines({ hiveResultSchema, schema }: Job, style: Style, columns: number): string[] {
  if (schema === null) return hiveResultSchema === null ? [] : [printable(hiveResultSchema)]
  const rows = schema.columns.map(({ name, typeText }) => [name, typeText])
  return table([{ name: 'column' }, { name: 'type' }], rows, columns - 2, style).lines
}

/** Output of `list` for programs: nothing cut, no header, tabs and line breaks escaped as in the format tsv. */
export function listTsv(jobs: readonly Job[]): string[] {
  return jobs.map((job) => {
    const { jobId, status, type, database, createdAt, times, duration, numRecords, query } = job
    const shown = typeof query === 'object' && query !== null ? JSON.stringify(query) : query
    return [jobId, status, type, database, isoJobTime(times.created, createdAt), duration, numRecords, shown]
      .map((cell) => escapeControls(String(cell ?? '').replaceAll('\\', '\\\\')))
      .join('\t')
  })
}

/** Output of `list` for people. */
export function listText(jobs: readonly Job[], style: Style, columns: number): string[] {
  const right = 'right' as const
  const header = [
    { name: 'job', align: right, whole: true },
    { name: 'status', whole: true },
    { name: 'type', whole: true },
    { name: 'database' },
    { name: 'created (UTC)', whole: true },
    { name: 'took', align: right, whole: true },
    { name: 'rows', align: right, whole: true },
    { name: 'query' },
  ]
  const rows = jobs.map((job) => [
    job.jobId,
    job.status,
    job.type ?? '',
    job.database ?? '',
    (job.createdAt ?? '').replace(/(?<=\d\d:\d\d):\d\d UTC$/, ''),
    job.duration === null ? '' : wholeSeconds(job.duration),
    job.numRecords === null ? '' : grouped(job.numRecords),
    typeof job.query === 'string' ? printable(job.query, QUERY_IN_LIST) : '',
  ])
  return [...table(header, rows, columns, style).lines, style.dim(plural(jobs.length, 'job'))]
}
