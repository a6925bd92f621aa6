import { SluiceError } from '../errors.js'
import { checkArgument, checkOptions, type OptionShapes } from '../usage.js'
import { optionalInteger, type Priority, parsePriority, segment } from './arguments.js'
import type { Transport } from './http/transport.js'
import { type IssueOptions, requestSecrets, resultTarget } from './issue.js'
import { field, parseJobId, parseJsonObject } from './json.js'

/** Writes the result of a finished job to `resultUrl`, or through a connection that TD knows. */
export interface ExportResultOptions
  extends Pick<IssueOptions, 'resultUrl' | 'resultConnectionId' | 'resultConnectionSettings'> {
  /** The priority of the export. */
  readonly priority?: Priority | undefined
  /** How often TD itself runs the export again, 0 to 32. */
  readonly retryLimit?: number | undefined
  /** The resource pool. */
  readonly poolName?: string | undefined
  /** A name for this intent, unique in the account. */
  readonly domainKey?: string | undefined
  /** Seconds since 1970, or a date as text. */
  readonly scheduledTime?: number | string | undefined
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

const EXPORT_RESULT_OPTIONS: OptionShapes<ExportResultOptions> = {
  resultUrl: 'text',
  resultConnectionId: 'number or text',
  resultConnectionSettings: 'text or object',
  priority: 'number or text',
  retryLimit: 'number',
  poolName: 'text',
  domainKey: 'text',
  scheduledTime: 'number or text',
  signal: 'signal',
}

const EXPORT_FILE_FORMATS = ['jsonl.gz', 'tsv.gz', 'json.gz', 'line-json.gz'] as const

/** The formats in which TD writes a table. */
export type ExportFileFormat = (typeof EXPORT_FILE_FORMATS)[number]

/** Writes a table to S3 from TD's own servers. */
export interface ExportTableOptions {
  /** The S3 bucket. */
  readonly bucket: string
  /** @default `jsonl.gz` */
  readonly fileFormat?: ExportFileFormat | undefined
  /** What the names of the files begin with. */
  readonly filePrefix?: string | undefined
  /** The access key for the bucket. */
  readonly accessKeyId?: string | undefined
  /** The secret key for the bucket. */
  readonly secretAccessKey?: string | undefined
  /** An IAM role to assume in place of keys. */
  readonly assumeRole?: string | undefined
  /** Rows from this time on, in seconds since 1970. */
  readonly from?: number | undefined
  /** Rows up to this time, in seconds since 1970. */
  readonly to?: number | undefined
  /** `s3` for server-side encryption. */
  readonly encryption?: 's3' | undefined
  /** @default `s3` */
  readonly storageType?: 's3' | undefined
  /** The resource pool. */
  readonly poolName?: string | undefined
  /** A name for this intent, unique in the account. */
  readonly domainKey?: string | undefined
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

const EXPORT_TABLE_OPTIONS: OptionShapes<ExportTableOptions> = {
  bucket: 'text',
  fileFormat: EXPORT_FILE_FORMATS,
  filePrefix: 'text',
  accessKeyId: 'text',
  secretAccessKey: 'text',
  assumeRole: 'text',
  from: 'number',
  to: 'number',
  encryption: ['s3'],
  storageType: ['s3'],
  poolName: 'text',
  domainKey: 'text',
  signal: 'signal',
}

/** See {@link Jobs.exportResult}. */
export async function exportResult(
  transport: Transport,
  jobId: string,
  options: ExportResultOptions,
): Promise<string> {
  checkOptions(options, 'exportResult', EXPORT_RESULT_OPTIONS)
  const target = resultTarget(options)
  if (target.result === undefined && target.result_connection_id === undefined) {
    throw new SluiceError('E_USAGE', 'an export needs a result URL or a connection')
  }
  const { priority, scheduledTime } = options
  const form = {
    ...target,
    priority: priority === undefined ? undefined : String(parsePriority(priority)),
    retry_limit: optionalInteger('retryLimit', options.retryLimit, 0, 32),
    pool_name: options.poolName,
    domain_key: options.domainKey,
    scheduled_time: scheduledTime === undefined ? undefined : String(scheduledTime),
  }
  return post(transport, `job/result_export/${jobId}`, form, requestSecrets(options), options.signal)
}

/** See {@link Client.exportTable}. */
export async function exportTable(
  transport: Transport,
  database: string,
  table: string,
  options: ExportTableOptions,
): Promise<string> {
  checkOptions(options, 'exportTable', EXPORT_TABLE_OPTIONS)
  checkArgument(options.bucket, 'the bucket', 'text')
  const path = `export/run/${segment(database, 'the database')}/${segment(table, 'the table')}`
  const form = {
    storage_type: options.storageType ?? 's3',
    bucket: options.bucket,
    file_format: options.fileFormat ?? 'jsonl.gz',
    file_prefix: options.filePrefix,
    access_key_id: options.accessKeyId,
    secret_access_key: options.secretAccessKey,
    assume_role: options.assumeRole,
    from: optionalInteger('from', options.from),
    to: optionalInteger('to', options.to),
    encryption: options.encryption,
    pool_name: options.poolName,
    domain_key: options.domainKey,
  }
  const secrets = [options.secretAccessKey, options.accessKeyId].filter((value) => value !== undefined)
  return post(transport, path, form, secrets, options.signal)
}

/** Sent once: nothing says that a repeated export is not done twice. Returns the id of the export's own job. */
async function post(
  transport: Transport,
  path: string,
  form: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  return transport.read(
    { method: 'POST', path, form, secrets, signal },
    ({ text }) => parseJobId(field(parseJsonObject(text), 'job_id')),
    { ...transport.retryPolicy, retries: 0 },
  )
}
