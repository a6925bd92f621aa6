import type { Job } from '../jobs/job.js'
import type { Work } from '../jobs/runner.js'
import { columnNames } from '../results/column-names.js'
import { type TextFormat, textLines, unzipped } from '../results/formats.js'
import { ExportError, type ExportFolder, NO_FOLDER } from './export-file.js'

/** Where a result goes: a URL of any scheme, a connection by its id, or JSON that says what a URL would. */
export interface ExportTarget {
  /** As given: a URL such as `s3://key:secret@/bucket/path.csv?format=csv`, or JSON. */
  readonly result: string
  readonly connectionId: string | undefined
  /** JSON, with `path`, `bucket`, `file_name`, `format`, `compression` or `header`. */
  readonly connectionSettings: string | undefined
}

const FORMATS: Readonly<Record<string, TextFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json-array',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
}

function parseSettings(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below, without the text: it may hold credentials.
  }
  throw new ExportError('the settings of the result connection are not a JSON object')
}

function parseUrl(text: string): Record<string, unknown> {
  const match = /^([a-z][\w+.-]*):\/\/(?:[^@/]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(text)
  if (match === null) throw new ExportError('the result target is not a URL')
  const [, , host = '', path = '', query = ''] = match
  return {
    bucket: host.replace(/:\d+$/, ''),
    path: decodeURIComponent(path),
    ...Object.fromEntries(new URLSearchParams(query)),
  }
}

function settingsOf({ result, connectionId, connectionSettings }: ExportTarget): Record<string, unknown> {
  if (result.startsWith('{')) return parseSettings(result)
  if (result !== '') return parseUrl(result)
  return { bucket: `connection-${connectionId}`, ...parseSettings(connectionSettings ?? '{}') }
}

function text(settings: Record<string, unknown>, ...names: string[]): string {
  for (const name of names)
    if (settings[name] !== undefined && settings[name] !== '') return String(settings[name])
  return ''
}

/** Writes the result of a job as a file below the folder that stands for all buckets. */
export function resultExportWork(target: Job, to: ExportTarget, folder: ExportFolder | undefined): Work {
  return async () => {
    if (folder === undefined) throw new ExportError(NO_FOLDER)
    if (target.body === null) throw new ExportError(`the job ${target.id} has no result`)
    const settings = settingsOf(to)
    const named = text(settings, 'path', 'file_name') || `result-${target.id}`
    const extension = /\.(\w+)(?:\.gz)?$/.exec(named)?.[1] ?? ''
    const format = text(settings, 'format') || (Object.hasOwn(FORMATS, extension) ? extension : 'csv')
    const textFormat = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
    if (textFormat === undefined) throw new ExportError(`results cannot be exported as ${format}`)
    const gzip = /^g/.test(text(settings, 'compression')) && !named.endsWith('.gz')
    const name = `${extension === '' ? `${named}.${format}` : named}${gzip ? '.gz' : ''}`
    const options = {
      format: textFormat,
      columns: columnNames(target.schemaText),
      header: text(settings, 'header') !== 'false',
    }
    await folder.write(`${text(settings, 'bucket')}/${name}`, textLines(unzipped(target.body), options))
    return { numRecords: target.numRecords, resultSize: 0 }
  }
}
