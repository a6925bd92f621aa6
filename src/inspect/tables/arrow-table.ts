import { asSluiceError } from '../../abort.js'
import { messageOf, SluiceError } from '../../errors.js'
import type { Value } from '../../rows/reader.js'
import { lz4Frame } from '../lz4.js'
import { COMPRESSORS } from '../parquet-codecs.js'
import { type ArrowField, arrowField } from './arrow-types.js'
import { BatchReader, Dictionary, MOST_ROWS, type ReadCell } from './arrow-vectors.js'
import type { ByteStream } from './byte-stream.js'
import { FlatTable } from './flat-reader.js'
import type { RandomFile } from './random-file.js'
import type { OpenTable } from './table.js'

/** Begins and ends a file; a stream begins with its first message. */
export const ARROW_FILE_MAGIC = 'ARROW1'

/** The union `MessageHeader`: https://github.com/apache/arrow/blob/main/format/Message.fbs */
const HEADER = { schema: 1, dictionary: 2, batch: 3 } as const

/** More than the metadata of any schema. */
const MOST_METADATA = 256 * 1024 * 1024
/** Of one buffer, unpacked. */
const MOST_BUFFER = 2 ** 31

/** Rows that are made at once. */
const SLICE = 1024

interface Message {
  readonly header: number
  readonly table: FlatTable
  readonly body: Uint8Array
}

/**
 * The table of an Arrow file or stream. Both are read from the beginning to the end, one batch at a time, which bounds the memory by the
 * largest of them; dictionaries stay.
 *
 * @param file the same bytes, where any part of them can be read: the writer of Apache Arrow for JavaScript has the schema only in the
 *   footer of a file
 * @throws SluiceError `E_ARROW` for damage, `E_UNSUPPORTED` for types that are not known here.
 */
export async function openArrowTable(
  bytes: ByteStream,
  isFile: boolean,
  file?: Pick<RandomFile, 'byteLength' | 'slice'>,
): Promise<OpenTable> {
  const reader = new Messages(bytes, isFile)
  let first: Message | undefined
  const fields = await guarded(async () => {
    first = await reader.next()
    const isSchema = first?.header === HEADER.schema
    const schema = isSchema ? first?.table : file && (await footerOf(file))?.table(1)
    if (isSchema) first = undefined
    if (schema === undefined) throw new RangeError('it does not begin with a schema')
    if (schema.int16(0) !== 0)
      throw new SluiceError('E_UNSUPPORTED', 'the Arrow file is of a machine with another order of bytes')
    return schema.tables(1).map((field) => arrowField(field))
  })
  const dictionaries = new Map<number, Dictionary>()
  const encoded = dictionaryFields(fields)

  async function* batches() {
    const next = () => guarded(() => reader.next())
    for (let message = first ?? (await next()); message !== undefined; message = await next()) {
      const { header, table } = message
      if (header === HEADER.dictionary) guardedNow(() => addDictionary(message))
      if (header !== HEADER.batch) continue
      const { rows, cells } = guardedNow(() => {
        const parts = batchReader(table, message.body, dictionaries)
        const rows = table.int64(0)
        // Without columns nothing else bounds it.
        if (rows < 0 || rows > MOST_ROWS) throw new RangeError(`a batch has ${rows} rows`)
        return { rows, cells: fields.map((field) => parts.column(field, rows).read) }
      })
      for (let from = 0; from < rows; from += SLICE)
        yield guardedNow(() => slice(cells, from, Math.min(rows, from + SLICE)))
    }
  }

  function addDictionary({ table, body }: Message): void {
    const id = table.int64(0)
    const field = encoded.get(id)
    const data = table.table(1)
    if (field === undefined || data === undefined) throw new RangeError(`no column has the dictionary ${id}`)
    const { read, length } = batchReader(data, body, dictionaries).column({ ...field, dictionary: undefined })
    const dictionary = dictionaries.get(id) ?? new Dictionary()
    dictionaries.set(id, dictionary)
    dictionary.add(read, length, table.int8(2) === 1)
  }

  return {
    format: isFile ? 'arrow' : 'arrows',
    compression: () => (bytes.compression === 'none' ? reader.codec : bytes.compression),
    bytes: bytes.size,
    rows: undefined,
    columns: fields.map(({ name, type, units }) => ({ name, type, isGuessed: false, units })),
    bytesRead: () => bytes.packedBytes,
    decodedBytes: () => bytes.bytes,
    batches,
    close: () => bytes.close(),
  }

  function batchReader(table: FlatTable, body: Uint8Array, dictionaries: ReadonlyMap<number, Dictionary>) {
    const compression = table.table(3)
    const codec = compression && (compression.int8(0) === 1 ? 'zstd' : 'lz4')
    reader.codec = codec ?? reader.codec
    const places = table.int64s(2, 2)
    const buffers = Array.from({ length: places.length / 2 }, (_, i) => {
      const [start, length] = [places[2 * i]!, places[2 * i + 1]!]
      if (start < 0 || length < 0 || start + length > body.length)
        throw new RangeError('a buffer lies outside of its batch')
      const packed = body.subarray(start, start + length)
      return codec === undefined ? packed : unpacked(packed, codec)
    })
    return new BatchReader({ nodes: table.int64s(1, 2), buffers, variadic: table.int64s(4, 1) }, dictionaries)
  }
}

/** The table `Footer` at the end of a file. */
async function footerOf({
  byteLength,
  slice,
}: Pick<RandomFile, 'byteLength' | 'slice'>): Promise<FlatTable | undefined> {
  const end = Buffer.from(await slice(Math.max(0, byteLength - 10)))
  if (end.length < 10 || end.subarray(4).toString('latin1') !== ARROW_FILE_MAGIC) return undefined
  const length = end.readUInt32LE()
  if (length > byteLength - 10) throw new RangeError('the footer is longer than the file')
  return FlatTable.root(new Uint8Array(await slice(byteLength - 10 - length, byteLength - 10)))
}

function slice(cells: readonly ReadCell[], from: number, to: number): Value[][] {
  return Array.from({ length: to - from }, (_, i) => cells.map((read) => read(from + i)))
}

/** https://arrow.apache.org/docs/format/Columnar.html#compression: before each buffer stands its length, or -1 for one as it is. */
function unpacked(packed: Uint8Array, codec: 'lz4' | 'zstd'): Uint8Array {
  if (packed.length === 0) return packed
  const length = Number(
    new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getBigInt64(0, true),
  )
  const bytes = packed.subarray(8)
  if (length === -1) return bytes
  // No block of zstd makes more than 128 KiB of four bytes.
  if (length < 0 || length > MOST_BUFFER || length > bytes.length * 2 ** 15)
    throw new RangeError(`a buffer has ${length} bytes`)
  return codec === 'zstd' ? COMPRESSORS.ZSTD!(bytes, length) : lz4Frame(bytes, length)
}

function dictionaryFields(fields: readonly ArrowField[]): Map<number, ArrowField> {
  const found = new Map<number, ArrowField>()
  const look = (field: ArrowField) => {
    if (field.dictionary !== undefined) found.set(field.dictionary.id, field)
    field.children.forEach(look)
  }
  fields.forEach(look)
  return found
}

/** The messages of a stream: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format */
class Messages {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #isFile: boolean
  #held: Uint8Array = new Uint8Array()
  #isBegun = false
  /** How the buffers of the batches so far are packed. */
  codec: 'lz4' | 'zstd' | 'none' = 'none'

  constructor(bytes: ByteStream, isFile: boolean) {
    this.#chunks = bytes.chunks()
    this.#isFile = isFile
  }

  /** Undefined behind the last one. */
  async next(): Promise<Message | undefined> {
    if (!this.#isBegun && this.#isFile) await this.#take(8)
    this.#isBegun = true
    let prefix = await this.#take(4, !this.#isFile)
    // Before version 0.15 messages began with their length.
    if (prefix !== undefined && uint32(prefix) === 0xffffffff) prefix = await this.#take(4)
    const length = prefix === undefined ? 0 : uint32(prefix)
    if (length === 0) {
      if (this.#isFile) await this.#checkEnd()
      return undefined
    }
    if (length > MOST_METADATA) throw new RangeError(`a message has ${length} bytes of metadata`)
    const message = FlatTable.root((await this.#take(length))!)
    const bodyBytes = message.int64(3)
    if (bodyBytes < 0) throw new RangeError('the length of a message is negative')
    const body = (await this.#take(bodyBytes))!
    const table = message.table(2)
    if (table === undefined) throw new RangeError('a message has no header')
    return { header: message.int8(1), table, body }
  }

  /** A file that was cut has lost its footer. */
  async #checkEnd(): Promise<void> {
    let end = Buffer.from(this.#held)
    for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next())
      end = Buffer.concat([end, next.value]).subarray(-16)
    if (end.subarray(-6).toString('latin1') !== ARROW_FILE_MAGIC)
      throw new RangeError('the end of the file is missing')
  }

  /** Memory grows with what comes, not with what a damaged length says. */
  async #take(count: number, mayEnd = false): Promise<Uint8Array | undefined> {
    const pieces = [this.#held]
    let length = this.#held.length
    while (length < count) {
      const { done, value } = await this.#chunks.next()
      if (done) {
        if (mayEnd && length === 0) return undefined
        throw new RangeError('it ends inside of a message')
      }
      pieces.push(value)
      length += value.length
    }
    const all = pieces.length === 1 ? this.#held : Buffer.concat(pieces)
    this.#held = all.subarray(count)
    // Of its own, at a place where numbers may be read from.
    return all.subarray(0, count)
  }
}

function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}

async function guarded<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw asSluiceError(error, undefined, damaged)
  }
}

function guardedNow<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw asSluiceError(error, undefined, damaged)
  }
}

function damaged(cause: unknown): SluiceError {
  return new SluiceError('E_ARROW', `the Arrow file cannot be read: ${messageOf(cause)}`, { cause })
}
