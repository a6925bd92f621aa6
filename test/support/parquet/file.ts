import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Encoder } from '@msgpack/msgpack'
import { DEFAULT_LIMITS, type Limits } from '../../../src/model/limits.js'
import type { ParquetOptions } from '../../../src/model/option-types.js'
import type { Plan } from '../../../src/model/plan.js'
import { inferredSchema, parseSchema } from '../../../src/schema/schema-parser.js'
import type { Sink, SinkResult } from '../../../src/sinks/contract.js'
import { parquet } from '../../../src/sinks/formats/parquet/index.js'
import { identityPlan } from '../../../src/transforms/columns.js'

/** A cell given as the bytes of its msgpack, in hexadecimal. */
export class Raw {
  readonly bytes: Buffer
  constructor(hex: string) {
    this.bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  }
}

export type Schema = readonly (readonly [name: string, type: string])[]

export interface WrittenFile {
  readonly bytes: Buffer
  readonly plan: Plan
  readonly notices: readonly { code: string; message: string }[]
  readonly result: SinkResult
}

/** How a sink is fed, besides the options of its format. */
export interface FeedOptions {
  /** Edits the plan, as transforms do. */
  edit?: (plan: Plan) => Plan
  /** Bytes a chunk of the input has. Default: all in one. */
  chunkBytes?: number
  jobId?: string
  limits?: Partial<Limits>
}

export interface WriteOptions extends ParquetOptions, FeedOptions {}

/** msgpack of rows: `bigint` cells become 64-bit integers, `Raw` ones what they are; a `Map` keeps its order. */
export function packCells(rows: readonly (readonly unknown[])[]): Buffer {
  const encoder = new Encoder({ useBigInt64: true })
  const parts: Uint8Array[] = []
  const header = (type: number, count: number) => {
    const bytes = Buffer.of(type, 0, 0, 0, 0)
    bytes.writeUInt32BE(count, 1)
    parts.push(bytes)
  }
  const pack = (value: unknown): void => {
    if (value instanceof Raw) parts.push(value.bytes)
    else if (Array.isArray(value)) {
      header(0xdd, value.length)
      value.forEach(pack)
    } else if (value instanceof Map) {
      header(0xdf, value.size)
      for (const pair of value) pair.forEach(pack)
    } else parts.push(encoder.encode(value))
  }
  rows.forEach(pack)
  return Buffer.concat(parts)
}

/** Writes rows as Parquet into memory. A schema given as a number has no names or types. */
export function writeParquet(
  schema: Schema | number,
  rows: readonly (readonly unknown[])[],
  options: WriteOptions = {},
): Promise<WrittenFile> {
  const { edit, chunkBytes, jobId, limits, ...parquetOptions } = options
  return writeThrough((target) => parquet(target, parquetOptions), schema, rows, options)
}

/** Writes rows through a sink into memory. */
export async function writeThrough(
  make: (target: Writable) => Sink,
  schema: Schema | number,
  rows: readonly (readonly unknown[])[],
  { edit = (plan: Plan) => plan, chunkBytes, jobId, limits }: FeedOptions,
): Promise<WrittenFile> {
  const parsed = typeof schema === 'number' ? inferredSchema(schema) : parseSchema(JSON.stringify(schema))
  const plan = edit(identityPlan(parsed))
  const pieces: Buffer[] = []
  const notices: { code: string; message: string }[] = []
  const target = new Writable({
    write(chunk, _encoding, callback) {
      pieces.push(Buffer.from(chunk))
      callback()
    },
  })
  const sink = await make(target).open({
    plan,
    limits: { ...DEFAULT_LIMITS, ...limits },
    signal: new AbortController().signal,
    jobId,
    notice: (notice) => notices.push(notice),
    limitReached: () => {},
  })
  const input = packCells(rows)
  const step = chunkBytes ?? Math.max(1, input.length)
  for (let at = 0; at < input.length; at += step) sink.input.write(input.subarray(at, at + step))
  sink.input.end()
  try {
    await finished(sink.input)
    const result = await sink.commit()
    return { bytes: Buffer.concat(pieces), plan, notices, result }
  } catch (error) {
    target.on('error', () => {})
    await sink.discard()
    throw error
  }
}
