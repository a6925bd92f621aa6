import { createHash, type Hash } from 'node:crypto'
import { Transform } from 'node:stream'
import { pipeline as connect } from 'node:stream/promises'
import { SluiceError } from '../errors.js'
import type { Limits } from '../model/limits.js'
import type { ProgressListener } from '../model/progress.js'
import type { ResultSchema } from '../model/schema.js'
import { headBytes, kindOf, tokenAt } from '../rows/tokens.js'
import { inferredSchema, parseSchema } from '../schema/schema-parser.js'
import type { OpenSource } from '../sources/contract.js'
import type { Stage } from '../transforms/decode/detect.js'
import { decompress } from '../transforms/decode/gunzip.js'
import { notAResult, TELLING_BYTES } from './foreign-data.js'

/** An array's header is at most this long: a type byte and a 32-bit count. */
const HEADER_BYTES = 5

/** The decoded bytes of a result with their schema, and what was counted on the way. */
export interface ResultStream {
  readonly schema: ResultSchema
  /** msgpack rows, in chunks that need not end with a row. */
  readonly rows: AsyncIterable<Uint8Array>
  /** Takes back a chunk of `rows` when it and all chunks before it are no longer needed. */
  recycle(chunk: Uint8Array): void
  readonly meter: Meter
}

/** Counts the bytes of the source as they pass, and hashes them where the source does not. */
export class Meter extends Transform {
  readonly #hash: Hash | undefined
  readonly #source: Pick<OpenSource, 'sha256'>
  bytes = 0

  constructor(source: Pick<OpenSource, 'sha256'>) {
    super({ highWaterMark: 256 * 1024 })
    this.#source = source
    this.#hash = source.sha256 === undefined ? createHash('sha256') : undefined
  }

  override _transform(
    chunk: Uint8Array,
    _encoding: string,
    callback: (error: null, chunk: Uint8Array) => void,
  ) {
    this.bytes += chunk.byteLength
    this.#hash?.update(chunk)
    callback(null, chunk)
  }

  /** SHA-256 of the bytes, in hexadecimal. To be asked once, at the end. */
  digest(): string {
    return this.#hash?.digest('hex') ?? this.#source.sha256!()
  }
}

/** Puts meter and decompression behind a source and finds the schema; without one, the first row tells the width. */
export async function decodeResult(
  source: OpenSource,
  limits: Limits,
  onProgress: ProgressListener,
): Promise<ResultStream> {
  const meter = new Meter(source)
  const decoded = decode(source, meter)
  const recycle = (chunk: Uint8Array) => decoded.recycle?.(chunk)
  if (source.schemaText !== null && source.schemaText.trim() !== '') {
    try {
      return { schema: parseSchema(source.schemaText, limits), rows: decoded, recycle, meter }
    } catch (error) {
      source.body.destroy()
      throw error
    }
  }
  const { width, rows } = await rowWidth(decoded, limits)
  const cure = source.jobId === undefined ? '; --schema or --schema-of (schema: …) names them' : ''
  onProgress({
    type: 'notice',
    code: 'N_SCHEMA_MISSING',
    message: `the result has no schema: its columns are named _col0, _col1, …${cure}`,
  })
  return { schema: inferredSchema(width), rows, recycle, meter }
}

function decode(source: OpenSource, meter: Meter): Stage {
  // A job of no rows may have no body at all; then there is no gzip header to insist on.
  const empty = source.expectedRows === 0 && source.expectedBytes === 0
  const { expectedBytes, disposesChunks: disposesInput } = source
  const stage = decompress(empty ? 'none' : source.compression, {
    expectedBytes,
    disposesInput,
  })
  // Its failure destroys `stage` with the error, which ends its reader.
  connect(source.body, meter, stage).catch(() => {})
  return stage
}

/**
 * How many cells the first row has, read from its header, for results without a schema. No data is lost: `rows`
 * yields everything, what was looked at included. The width of no rows is 0.
 */
async function rowWidth(
  chunks: AsyncIterable<Uint8Array>,
  limits: Limits,
): Promise<{ width: number; rows: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let head = Buffer.alloc(0)
  while (head.byteLength < HEADER_BYTES) {
    const next = await iterator.next()
    if (next.done === true) break
    seen.push(next.value)
    head = Buffer.concat([head, next.value.subarray(0, TELLING_BYTES)])
  }
  const width = head.byteLength === 0 ? 0 : arrayLength(head)
  if (width > limits.columns) {
    throw new SluiceError('E_LIMIT_COLUMNS', `row 1 claims ${width} columns, the limit is ${limits.columns}`)
  }
  return { width, rows: replay(seen, iterator) }
}

async function* replay(seen: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>) {
  try {
    yield* seen
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

function arrayLength(head: Buffer): number {
  const first = head[0]!
  if (kindOf(first) !== 'array') throw notAResult(head)
  if (head.byteLength < headBytes(first)) {
    throw new SluiceError('E_MSGPACK_TRUNCATED', 'the data ends inside row 1')
  }
  return tokenAt(head, 0).count
}
