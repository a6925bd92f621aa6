import { Buffer } from 'node:buffer'
import { FlatBuffer, type FlatField, type FlatOffset } from './flatbuffer.js'

// Numbers of https://github.com/apache/arrow/blob/main/format/Message.fbs and File.fbs

/** The version of the metadata: 1.0 and newer. */
const V5 = 4

/** The union `MessageHeader`. */
export const HEADER = { schema: 1, recordBatch: 3 } as const

/** Begins and, without the zeros, ends every file. */
export const ARROW_MAGIC = Buffer.from('ARROW1\0\0', 'latin1')

/** Ends a stream: a message without metadata. */
export const END_OF_STREAM = Buffer.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

/** Bodies begin at a multiple of as many bytes, and so do their buffers. */
const ALIGNMENT = 64

/** How the buffers of a body are compressed, by the number of the codec. */
export const ARROW_CODEC = { lz4: 0, zstd: 1 } as const

/**
 * A message without its body, with what fills it up:
 * https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 *
 * @param at where in the stream it begins
 */
export function message(
  at: number,
  header: number,
  bodyBytes: number,
  write: (flat: FlatBuffer) => FlatOffset,
): Buffer {
  const flat = new FlatBuffer()
  const table = write(flat)
  const metadata = flat.finish(flat.table(['i16', V5], ['i8', header], ['offset', table], ['i64', bodyBytes]))
  const end = at + 8 + metadata.length
  const padding = Math.ceil(end / ALIGNMENT) * ALIGNMENT - end
  const prefix = Buffer.alloc(8, 0xff)
  prefix.writeInt32LE(metadata.length + padding, 4)
  return Buffer.concat([prefix, metadata, Buffer.alloc(padding)])
}

/** Writes the table `RecordBatch`. */
export function writeRecordBatch(
  flat: FlatBuffer,
  rows: number,
  { nodes, buffers }: { readonly nodes: Uint8Array; readonly buffers: Uint8Array },
  codec: number | undefined,
): FlatOffset {
  const compression: FlatField =
    codec === undefined ? undefined : ['offset', flat.table(['i8', codec], ['i8', 0])]
  const places = flat.structs(buffers, buffers.length / 16)
  const counts = flat.structs(nodes, nodes.length / 16)
  return flat.table(['i64', rows], ['offset', counts], ['offset', places], compression)
}

/** Where in a file the message of a batch lies. */
export interface BatchBlock {
  readonly offset: number
  /** With the prefix and what fills it up. */
  readonly metadataBytes: number
  readonly bodyBytes: number
}

/** The end of a file: the table `Footer`, its length and the magic. https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format */
export function fileEnd(
  blocks: readonly BatchBlock[],
  writeSchema: (flat: FlatBuffer) => FlatOffset,
): Buffer {
  const flat = new FlatBuffer()
  const schema = writeSchema(flat)
  const structs = Buffer.alloc(24 * blocks.length)
  blocks.forEach(({ offset, metadataBytes, bodyBytes }, i) => {
    structs.writeBigInt64LE(BigInt(offset), 24 * i)
    structs.writeInt32LE(metadataBytes, 24 * i + 8)
    structs.writeBigInt64LE(BigInt(bodyBytes), 24 * i + 16)
  })
  const batches = flat.structs(structs, blocks.length)
  const dictionaries = flat.structs(Buffer.alloc(0), 0)
  const footer = flat.finish(
    flat.table(['i16', V5], ['offset', schema], ['offset', dictionaries], ['offset', batches]),
  )
  const length = Buffer.alloc(4)
  length.writeInt32LE(footer.length)
  return Buffer.concat([footer, length, ARROW_MAGIC.subarray(0, 6)])
}
