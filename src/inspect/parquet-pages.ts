import * as zlib from 'node:zlib'
import { SluiceError } from '../errors.js'
import { unpackPage } from './parquet-codecs.js'
import { integerField, readStruct, type Struct, structField } from './parquet-thrift.js'

/** One column of a row group, as the footer tells it. */
export interface StoredColumn {
  readonly name: string
  readonly codec: string
  readonly type: string
  /** Values, NULLs and empty lists included, in all pages. */
  readonly values: number
  /** Bytes of all pages together before they were packed. */
  readonly unpackedBytes: number
  /** How deep a value may be defined, and repeated. */
  readonly maxDefinition: number
  readonly maxRepetition: number
}

/** One page: its header, and its bytes as stored. */
interface Page {
  readonly header: Struct
  readonly body: Uint8Array
  readonly unpackedBytes: number
}

/** Writers make pages of 1 MiB or, some of them, of a row group. Compressed zeros of a few KiB may become one of any length. */
const LARGEST_PAGE = 512 * 1024 * 1024

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3
/** https://github.com/apache/parquet-format/blob/master/Encodings.md */
const ENCODING = {
  dictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinary: 5,
  deltaLengths: 6,
  deltaTexts: 7,
  rleDictionary: 8,
} as const

/**
 * Checks the pages of a column before they are decoded: their checksums where they have some, and everything by which a
 * decoder reserves memory or counts its turns. A damaged count would have it work for hours, or take all memory.
 *
 * @param bytes all pages of the column
 * @returns how many pages there are, and how many bytes they take
 * @throws SluiceError `E_PARQUET` for damage, `E_UNSUPPORTED` for an encoding that is not known here.
 */
export function checkPages(
  bytes: Uint8Array,
  chunk: StoredColumn,
): { readonly pages: number; readonly bytes: number } {
  let values = 0
  let pages = 0
  let at = 0
  while (at < bytes.length && values < chunk.values) {
    const { page, end } = readPage(bytes, at, chunk)
    values += checkPage(page, chunk.values - values, chunk)
    at = end
    pages++
  }
  if (values !== chunk.values)
    throw damagedColumn(chunk.name, `its pages have ${values} of ${chunk.values} values`)
  return { pages, bytes: at }
}

/** The failure of a column that is damaged. */
export function damagedColumn(name: string, what: string): SluiceError {
  return new SluiceError(
    'E_PARQUET',
    `the Parquet file cannot be read: column ${JSON.stringify(name)}: ${what}`,
  )
}

function oversized(name: string, bytes: number): SluiceError {
  const size = `a page of ${Math.ceil(bytes / (1024 * 1024))} MiB`
  return new SluiceError(
    'E_UNSUPPORTED',
    `the Parquet file cannot be read: column ${JSON.stringify(name)} has ${size}; at most 512 MiB are read`,
  )
}

function readPage(bytes: Uint8Array, at: number, chunk: StoredColumn): { page: Page; end: number } {
  const { struct: header, end: from } = readStruct(bytes, at)
  const [unpackedBytes, length] = [integerField(header, 2), integerField(header, 3)]
  if (unpackedBytes === undefined || unpackedBytes < 0 || unpackedBytes > chunk.unpackedBytes)
    throw damagedColumn(chunk.name, 'a page is longer than the column')
  if (unpackedBytes > LARGEST_PAGE) throw oversized(chunk.name, unpackedBytes)
  if (length === undefined || length < 0 || length > bytes.length - from)
    throw damagedColumn(chunk.name, 'a page ends behind the column')
  const body = bytes.subarray(from, from + length)
  const crc = integerField(header, 4)
  if (crc !== undefined && zlib.crc32(body) !== crc >>> 0)
    throw damagedColumn(chunk.name, 'the checksum of a page is wrong')
  return { page: { header, body, unpackedBytes }, end: from + length }
}

/** Returns the number of its values; those of a dictionary do not count. `most` is what the column still lacks. */
function checkPage({ header, body, unpackedBytes }: Page, most: number, chunk: StoredColumn): number {
  const type = integerField(header, 1)
  if (type === DICTIONARY_PAGE) {
    // Each value takes a byte at least.
    const count = integerField(structField(header, 7), 1) ?? -1
    if (count < 0 || count > unpackedBytes)
      throw damagedColumn(chunk.name, 'a dictionary has more values than bytes')
    return 0
  }
  if (type !== DATA_PAGE && type !== DATA_PAGE_V2)
    throw damagedColumn(chunk.name, `there is no kind of page ${type}`)
  const data = structField(header, type === DATA_PAGE ? 5 : 8)
  const count = integerField(data, 1) ?? -1
  if (count < 0 || count > most) throw damagedColumn(chunk.name, 'its pages have more values than it')
  if (type === DATA_PAGE) checkVersion1(data!, unpackPage(chunk.codec, body, unpackedBytes), count, chunk)
  else checkVersion2(data!, body, unpackedBytes, count, chunk)
  return count
}

function checkVersion1(data: Struct, page: Uint8Array, count: number, chunk: StoredColumn): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  let at = 0
  const levels = [
    { max: chunk.maxRepetition, encoding: integerField(data, 4) },
    { max: chunk.maxDefinition, encoding: integerField(data, 3) },
  ]
  for (const { max, encoding } of levels) {
    if (max === 0) continue
    if (encoding === ENCODING.bitPacked) {
      const message = `column ${JSON.stringify(chunk.name)} has levels of an encoding that is no longer used`
      throw new SluiceError('E_UNSUPPORTED', message)
    }
    if (encoding !== ENCODING.rle) throw damagedColumn(chunk.name, 'the encoding of its levels is none')
    const length = page.length < at + 4 ? page.length : view.getUint32(at, true)
    if (length > page.length - at - 4) throw damagedColumn(chunk.name, 'levels are longer than their page')
    checkLevels(page.subarray(at + 4, at + 4 + length), max, count, chunk)
    at += 4 + length
  }
  checkValues(page.subarray(at), integerField(data, 2), count, chunk)
}

function checkVersion2(
  data: Struct,
  body: Uint8Array,
  unpackedBytes: number,
  count: number,
  chunk: StoredColumn,
): void {
  const [nulls = -1, rows = -1] = [integerField(data, 2), integerField(data, 3)]
  if (nulls < 0 || nulls > count || rows < 0 || rows > count)
    throw damagedColumn(chunk.name, 'a page has more NULLs than values')
  const [definitions = -1, repetitions = -1] = [integerField(data, 5), integerField(data, 6)]
  const levels = definitions + repetitions
  if (definitions < 0 || repetitions < 0 || levels > body.length || levels > unpackedBytes)
    throw damagedColumn(chunk.name, 'levels are longer than their page')
  if (chunk.maxRepetition > 0) checkLevels(body.subarray(0, repetitions), chunk.maxRepetition, count, chunk)
  if (chunk.maxDefinition > 0)
    checkLevels(body.subarray(repetitions, levels), chunk.maxDefinition, count, chunk)
  const packed = body.subarray(levels)
  const page = data.get(7) === false ? packed : unpackPage(chunk.codec, packed, unpackedBytes - levels)
  checkValues(page, integerField(data, 4), count, chunk)
}

function checkValues(
  page: Uint8Array,
  encoding: number | undefined,
  count: number,
  chunk: StoredColumn,
): void {
  if (page.length === 0) return
  if (encoding === ENCODING.dictionary || encoding === ENCODING.rleDictionary) {
    if (page[0]! > 32) throw damagedColumn(chunk.name, 'the places in a dictionary are too wide')
    checkRuns(page.subarray(1), page[0]!, count, chunk)
  }
  // Of booleans, behind their length.
  if (encoding === ENCODING.rle) checkRuns(page.subarray(4), 1, count, chunk)
  const isDelta = [ENCODING.deltaBinary, ENCODING.deltaLengths, ENCODING.deltaTexts].some(
    (one) => one === encoding,
  )
  if (isDelta) checkDeltas(page, count, chunk)
}

/** Each value has a level. The decoder takes what is missing from the values behind them, as runs of any length. */
function checkLevels(bytes: Uint8Array, max: number, count: number, chunk: StoredColumn): void {
  if (checkRuns(bytes, bitsOf(max), count, chunk) < count)
    throw damagedColumn(chunk.name, 'a page has fewer levels than values')
}

/**
 * Returns how many values the runs have, at least `count` where there are as many.
 * https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 */
function checkRuns(bytes: Uint8Array, bits: number, count: number, chunk: StoredColumn): number {
  const reader = new Varints(bytes)
  let seen = 0
  while (seen < count && reader.at < bytes.length) {
    const header = reader.next()
    const isPacked = header % 2 === 1
    const values = isPacked ? ((header - 1) / 2) * 8 : header / 2
    if (!isPacked && values > count - seen) throw damagedColumn(chunk.name, 'a run is longer than its page')
    // Packed values end with the bytes, and writers fill them up to groups of 8 or of 32.
    const left = bytes.length - reader.at
    const width = Math.ceil(bits / 8)
    seen += isPacked ? Math.min(values, Math.floor((left * 8) / bits)) : left < width ? 0 : values
    reader.at += isPacked ? (values / 8) * bits : width
  }
  return seen
}

/** The header of https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5 */
function checkDeltas(bytes: Uint8Array, count: number, chunk: StoredColumn): void {
  const reader = new Varints(bytes)
  const [block, parts, total] = [reader.next(), reader.next(), reader.next()]
  const isWhole =
    block > 0 && parts > 0 && block % 128 === 0 && block % parts === 0 && (block / parts) % 32 === 0
  if (!isWhole || total > count) throw damagedColumn(chunk.name, 'the header of deltas is wrong')
}

function bitsOf(level: number): number {
  return 32 - Math.clz32(level)
}

class Varints {
  readonly #view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** @throws RangeError behind the last byte. */
  next(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 42; scale *= 128) {
      const byte = this.#view.getUint8(this.at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw new RangeError('a number has too many bytes')
  }
}
