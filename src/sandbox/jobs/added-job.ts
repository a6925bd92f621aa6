import { gzipSync } from 'node:zlib'
import { encode } from '@msgpack/msgpack'
import { requireShape } from '../../errors.js'
import type { OptionShapes } from '../../usage.js'
import { schemaText } from '../results/column-names.js'
import { memoryBody, type ResultBody } from '../results/result-body.js'
import type { Job } from './job.js'
import { advance, type JobStore } from './job-store.js'

/** A job that is there without having run: its result and its record are what the caller says. */
export interface AddedJob {
  /** @default the next free id */
  readonly id?: string
  /** @default `trino` */
  readonly type?: string
  /** @default `sample_datasets` */
  readonly database?: string
  /** The SQL text, or the configuration of a bulk load. */
  readonly query?: string | Readonly<Record<string, unknown>>
  /** @default `success` */
  readonly status?: string
  /**
   * The statuses that successive requests of show and status see; the last one stays. Until the first request the job
   * is `queued`. Replaces `status`.
   */
  readonly statuses?: readonly string[]
  /** Column names and types, or `hive_result_schema` as raw text. */
  readonly schema?: readonly (readonly [name: string | null, type: string | null])[] | string | null
  /** The result as rows of JavaScript values, to be encoded; bigints become 64-bit integers. */
  readonly rows?: readonly (readonly unknown[])[]
  /** The result as the bytes of its msgpack.gz form, valid or not. */
  readonly body?: Uint8Array | ResultBody
  /** @default the number of `rows`, else `null` */
  readonly numRecords?: number | null
  /** @default the bytes of the result, else `null` */
  readonly resultSize?: number | null
  /** Output of the engine. */
  readonly cmdout?: string | null
  /** Error output of the engine. */
  readonly stderr?: string | null
  /** The key it is found by. */
  readonly domainKey?: string
  /** Keys of the job object to replace or add in list, show and status; `undefined` removes a key. */
  readonly record?: Readonly<Record<string, unknown>>
}

/** The shape of each field of a job. */
export const ADDED_JOB_FIELDS: OptionShapes<AddedJob> = {
  id: 'text',
  type: 'text',
  database: 'text',
  query: 'text or object',
  status: 'text',
  statuses: 'texts',
  schema: 'schema pairs',
  rows: 'array',
  body: 'bytes',
  numRecords: 'number or null',
  resultSize: 'number or null',
  cmdout: 'text or null',
  stderr: 'text or null',
  domainKey: 'text',
  record: 'object',
}

/**
 * The msgpack.gz form of rows: concatenated arrays in one gzip member.
 *
 * @throws SluiceError `E_USAGE` for anything but an array of arrays.
 */
export function packRows(rows: readonly (readonly unknown[])[]): Buffer {
  const areRows = Array.isArray(rows) && rows.every(Array.isArray)
  requireShape(areRows, 'the argument of packRows', 'an array of arrays')
  return gzipSync(Buffer.concat(rows.map((row) => encode(row, { useBigInt64: true }))))
}

export function bodyOf({ rows, body }: Pick<AddedJob, 'rows' | 'body'>): ResultBody | null {
  if (body !== undefined) return body instanceof Uint8Array ? memoryBody(body) : body
  return rows === undefined ? null : memoryBody(packRows(rows))
}

function schemaOf(schema: AddedJob['schema']): string | null {
  return schema == null || typeof schema === 'string' ? (schema ?? null) : schemaText(schema)
}

/** Stores a job that is there without having run. */
export function addJob(store: JobStore, added: AddedJob): Job {
  const body = bodyOf(added)
  const statuses = added.statuses ?? []
  const job = store.create({
    ...(added.id !== undefined && { id: added.id }),
    type: added.type ?? 'trino',
    database: added.database ?? 'sample_datasets',
    query: added.query ?? '',
    domainKey: added.domainKey ?? null,
    schemaText: schemaOf(added.schema),
    numRecords: added.numRecords === undefined ? (added.rows?.length ?? null) : added.numRecords,
    resultSize: added.resultSize === undefined ? (body?.size ?? null) : added.resultSize,
    cmdout: added.cmdout ?? null,
    stderr: added.stderr ?? null,
    body,
    script: [...statuses],
    record: added.record ?? {},
  })
  if (added.statuses === undefined) advance(job, added.status ?? 'success')
  return job
}
