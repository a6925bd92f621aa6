import { SluiceError } from '../errors.js'
import { checkArgument, checkOptions, type OptionShapes } from '../usage.js'
import { checkJobId, optionalInteger, type Priority, parsePriority, segment } from './arguments.js'
import type { ApiRequest, Transport } from './http/transport.js'
import { checkTarget, type IssueOptions, requestSecrets, resultTarget } from './issue.js'
import { type Job, parseJob } from './job-record.js'
import { field, type JsonObject, parseJobId, parseJsonObject, text } from './json.js'

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
  /** Passed through to the API, which documents no more than its name; so are the next three. */
  readonly query?: string | undefined
  /** The job whose result is exported, where the API wants it told twice. */
  readonly targetJobId?: string | number | undefined
  /** A database. */
  readonly database?: string | undefined
  /** A table. */
  readonly table?: string | undefined
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined
}

/** The job that exports a result. */
export interface ExportedResult {
  /** The id of the job that does the export. */
  readonly jobId: string
  /** Its record as it was made; null where the API answers no more than the id. */
  readonly job: Job | null
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
  query: 'text',
  targetJobId: 'number or text',
  database: 'text',
  table: 'text',
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
  /** Prefix of the files' names. */
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
): Promise<ExportedResult> {
  checkOptions(options, 'exportResult', EXPORT_RESULT_OPTIONS)
  checkTarget(options)
  const target = resultTarget(options)
  if (target.result === undefined && target.result_connection_id === undefined) {
    throw new SluiceError('E_USAGE', 'an export needs a result URL or a connection')
  }
  const { priority, scheduledTime, targetJobId } = options
  const form = {
    ...target,
    priority: priority === undefined ? undefined : String(parsePriority(priority)),
    retry_limit: optionalInteger('retryLimit', options.retryLimit, 0, 32),
    pool_name: options.poolName,
    domain_key: options.domainKey,
    scheduled_time: scheduledTime === undefined ? undefined : String(scheduledTime),
    query: options.query,
    target_job_id: targetJobId === undefined ? undefined : checkJobId(targetJobId),
    database: options.database,
    table: options.table,
  }
  const request = { path: `job/result_export/${jobId}`, form, signal: options.signal }
  return post(transport, { ...request, secrets: requestSecrets(options) }, exportedResult)
}

/** The job exists, whatever else the reply lacks: it must not fail for that. */
function exportedResult(json: JsonObject): ExportedResult {
  const jobId = parseJobId(field(json, 'job_id'))
  return { jobId, job: text(json, 'status') === null ? null : parseJob(json) }
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
  requirePlace(options)
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
  const request = { path, form, secrets, signal: options.signal }
  return post(transport, request, (json) => parseJobId(field(json, 'job_id')))
}

/** Checks that the API would make only in a job, or not at all. */
function requirePlace({ bucket, filePrefix = '', from, to }: ExportTableOptions): void {
  if (!/^[\w.-]+$/.test(bucket)) {
    const [, name] = /^s3:\/\/([\w.-]+)\//.exec(`${bucket}/`) ?? []
    throw new SluiceError('E_USAGE', 'a bucket is a name alone, of letters, digits, dots and hyphens', {
      hint: name && `the bucket is ${name}, and what comes behind it belongs to the prefix of the files`,
    })
  }
  if (/[\u0000-\u001f\u007f]/.test(filePrefix))
    throw new SluiceError('E_USAGE', 'the prefix of the files has a control character')
  if (from !== undefined && to !== undefined && from >= to)
    throw new SluiceError(
      'E_USAGE',
      `there are no rows from ${from} up to ${to}: the end is not behind the start`,
    )
}

/** Sent once: nothing says that a repeated export is not done twice. */
async function post<T>(
  transport: Transport,
  request: Omit<ApiRequest, 'method'>,
  parse: (json: JsonObject) => T,
): Promise<T> {
  return transport.read({ method: 'POST', ...request }, (reply) => parse(parseJsonObject(reply.text)), {
    ...transport.retryPolicy,
    retries: 0,
  })
}
