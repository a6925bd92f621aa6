import { crc32, inflateRawSync } from 'node:zlib'

/** What a result holds, when it is one. */
export interface Sound {
  /** The msgpack rows as bytes. */
  readonly decoded: Buffer
  /** Each row as bytes, with the bytes of its cells. */
  readonly rows: readonly { readonly bytes: Buffer; readonly cells: readonly Buffer[] }[]
}

export interface Announced {
  readonly columns: number
  /** Whether the rows are in gzip; default true. */
  readonly packed?: boolean
  readonly rows?: number | undefined
}

/** More than this is not inflated; no test has so much. */
const MOST_BYTES = 64 * 1024 * 1024
/** Levels of arrays and maps inside of a cell. */
const MOST_DEPTH = 64

/**
 * Judges the bytes of a `msgpack.gz` or `msgpack` result without the code under test: gzip members taken apart by RFC 1952, msgpack
 * by a walk over its tokens. Returns undefined for anything that is not a complete result of so many columns and rows.
 */
export function soundResult(bytes: Buffer, announced: Announced): Sound | undefined {
  try {
    const decoded = announced.packed === false ? bytes : unpackMembers(bytes)
    const rows = splitRows(decoded, announced.columns)
    return announced.rows === undefined || rows.length === announced.rows ? { decoded, rows } : undefined
  } catch (error) {
    if (error instanceof Unsound || isZlibError(error)) return undefined
    throw error
  }
}

class Unsound extends Error {}

function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE'
}

function unpackMembers(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let at = 0
  do {
    const begin = at + headerLength(bytes.subarray(at))
    const packed = bytes.subarray(begin)
    // Node tells with `info` how much of the input belongs to the deflate stream.
    const { buffer, engine } = inflateRawSync(packed, {
      info: true,
      maxOutputLength: MOST_BYTES,
    }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    at = begin + engine.bytesWritten
    if (at + 8 > bytes.length) throw new Unsound()
    if (bytes.readUInt32LE(at) !== crc32(buffer) || bytes.readUInt32LE(at + 4) !== buffer.length)
      throw new Unsound()
    at += 8
    parts.push(buffer)
  } while (at < bytes.length && bytes[at] !== 0)
  if (bytes.subarray(at).some((byte) => byte !== 0)) throw new Unsound()
  return Buffer.concat(parts)
}

/** RFC 1952, section 2.3. */
function headerLength(member: Buffer): number {
  const flags = member[3]!
  if (member.length < 10 || member.readUInt16BE(0) !== 0x1f8b || member[2] !== 8 || flags >= 0x20)
    throw new Unsound()
  let at = 10
  if (flags & 4) {
    if (member.length < at + 2) throw new Unsound()
    at += 2 + member.readUInt16LE(at)
  }
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const end = member.indexOf(0, at)
    if (end < 0) throw new Unsound()
    at = end + 1
  }
  if (flags & 2) {
    if (member.length < at + 2 || member.readUInt16LE(at) !== (crc32(member.subarray(0, at)) & 0xffff))
      throw new Unsound()
    at += 2
  }
  if (at > member.length) throw new Unsound()
  return at
}

function splitRows(bytes: Buffer, columns: number): Sound['rows'] {
  const rows: { bytes: Buffer; cells: Buffer[] }[] = []
  let at = 0
  while (at < bytes.length) {
    const start = at
    const [kind, count, head] = token(bytes, at)
    if (kind !== 'array' || count !== columns) throw new Unsound()
    at += head
    const cells: Buffer[] = []
    for (let i = 0; i < columns; i++) {
      const end = endOfValue(bytes, at, 1)
      cells.push(bytes.subarray(at, end))
      at = end
    }
    rows.push({ bytes: bytes.subarray(start, at), cells })
  }
  return rows
}

function endOfValue(bytes: Buffer, at: number, depth: number): number {
  const [kind, count, head] = token(bytes, at)
  let end = at + head
  if (kind === 'scalar') return end
  if (depth > MOST_DEPTH) throw new Unsound()
  const values = kind === 'map' ? 2 * count : count
  for (let i = 0; i < values; i++) end = endOfValue(bytes, end, depth + 1)
  return end
}

type Token = readonly [kind: 'scalar' | 'array' | 'map', count: number, bytes: number]

/** Bytes after the first one of 0xc0 to 0xdf: fixed, or a length of so many bytes and what else precedes the data. */
const FIXED: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  212: 2,
  213: 3,
  214: 5,
  215: 9,
  216: 17,
}
const LENGTHS: Readonly<Record<number, readonly [width: number, more: number]>> = {
  196: [1, 0],
  197: [2, 0],
  198: [4, 0],
  199: [1, 1],
  200: [2, 1],
  201: [4, 1],
  217: [1, 0],
  218: [2, 0],
  219: [4, 0],
}

/** The msgpack specification, "Formats". */
function token(bytes: Buffer, at: number): Token {
  const first = bytes[at]
  if (first === undefined) throw new Unsound()
  if (first <= 0x7f || first >= 0xe0) return ['scalar', 0, 1]
  if (first <= 0x8f) return ['map', first & 15, 1]
  if (first <= 0x9f) return ['array', first & 15, 1]
  if (first >= 0xdc) {
    const wide = first === 0xdd || first === 0xdf
    return [first <= 0xdd ? 'array' : 'map', number(bytes, at + 1, wide ? 4 : 2), wide ? 5 : 3]
  }
  const length = first <= 0xbf ? first & 31 : (FIXED[first] ?? variableLength(bytes, at, first))
  if (at + 1 + length > bytes.length) throw new Unsound()
  return ['scalar', 0, 1 + length]
}

function variableLength(bytes: Buffer, at: number, first: number): number {
  const form = LENGTHS[first]
  if (form === undefined) throw new Unsound()
  const [width, more] = form
  return width + more + number(bytes, at + 1, width)
}

function number(bytes: Buffer, at: number, width: number): number {
  if (at + width > bytes.length) throw new Unsound()
  return bytes.readUIntBE(at, width)
}
