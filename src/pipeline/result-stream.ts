import { createHash, type Hash } from 'node:crypto'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Limits } from '../model/limits.js'
import type { ProgressListener } from '../model/progress.js'
import type { ResultSchema } from '../model/schema.js'
import type { OpenSource } from '../sources/contract.js'
import type { Stage } from '../transforms/decode/detect.js'
import { decompress } from '../transforms/decode/gunzip.js'
import { inferredSchema, parseSchema } from '../transforms/decode/schema.js'
import { rowWidth } from './row-width.js'

/** The decoded bytes of a result with their schema, and what was counted on the way. */
export interface ResultStream {
  readonly schema: ResultSchema
  /** msgpack rows, in chunks that need not end with a row. */
  readonly rows: AsyncIterable<Uint8Array>
  /** Takes back a chunk of `rows` when nobody needs it or any chunk before it any more. */
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
export async function openResult(
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
  onProgress({
    type: 'notice',
    code: 'N_SCHEMA_MISSING',
    message: `the result has no schema: its columns are named _col0, _col1, …`,
  })
  return { schema: inferredSchema(width), rows, recycle, meter }
}

function decode(source: OpenSource, meter: Meter): Stage {
  // A job of no rows may have no body at all; then there is no gzip header to insist on.
  const empty = source.expectedRows === 0 && source.expectedBytes === 0
  const stage = decompress(empty ? 'none' : source.compression)
  // Its failure destroys `stage` with the error, which ends whoever reads it.
  pipeline(source.body, meter, stage).catch(() => {})
  return stage
}
