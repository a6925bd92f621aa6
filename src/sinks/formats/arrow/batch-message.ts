import type { Buffer } from 'node:buffer'
import type { ColumnVectors, Misfit } from '../../../kernel/columns/vectors.js'
import type { FileColumn } from '../columns/file-plan.js'
import type { Turn } from '../columns/turn.js'
import { type BodyCodec, compressBody } from './body-codec.js'
import { HEADER, message, writeRecordBatch } from './messages.js'
import { writeSchemaTable } from './schema.js'

/** State shared by all batches of a file or stream. */
export interface ArrowLayout {
  readonly batchRows: number
  readonly codec: BodyCodec | undefined
  readonly columns: readonly FileColumn[]
  readonly metadata: Readonly<Record<string, string>>
  readonly turn: Turn
}

/** The message of the schema; `at` is where in the stream it begins. */
export function schemaMessage(at: number, { columns, metadata }: ArrowLayout): Buffer {
  return message(at, HEADER.schema, 0, (flat) => writeSchemaTable(flat, columns, metadata))
}

/** Makes the buffers of Arrow of the batch. Returns the first cell that does not fit its column, if that is a failure. */
export async function shredBatch(
  vectors: ColumnVectors,
  { columns, turn }: ArrowLayout,
): Promise<{ column: number; misfit: Misfit } | undefined> {
  vectors.clearArrow()
  for (let column = 0; column < columns.length; column++) {
    const misfit = vectors.shred(column)
    if (misfit !== undefined) return { column, misfit }
    vectors.addArrow(column)
    await turn.pause()
  }
  return undefined
}

/** The message of a batch. Its body is valid until the vectors are used again. */
interface BatchMessage {
  readonly metadata: Buffer
  readonly body: readonly Uint8Array[]
  readonly bodyBytes: number
}

/** The message of the batch that was shredded; `at` is where in the stream it begins. */
export async function batchMessage(
  at: number,
  vectors: ColumnVectors,
  { codec, turn }: ArrowLayout,
): Promise<BatchMessage> {
  const packed = codec && (await compressBody(vectors, codec, turn))
  const { nodes, buffers, ...plain } = vectors.arrow
  const body = packed?.pieces ?? [plain.body]
  const bodyBytes = body.reduce((sum, { length }) => sum + length, 0)
  const places = { nodes, buffers: packed?.buffers ?? buffers }
  const metadata = message(at, HEADER.recordBatch, bodyBytes, (flat) =>
    writeRecordBatch(flat, vectors.rows, places, codec?.number),
  )
  return { metadata, body, bodyBytes }
}
