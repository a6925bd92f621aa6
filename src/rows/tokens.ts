import { Buffer } from 'node:buffer'

/** Kind of a value by its first byte, and by the type of an extension. `unsigned` are integers beyond int64. */
export type TokenKind =
  | 'nil'
  | 'never used'
  | 'boolean'
  | 'integer'
  | 'unsigned'
  | 'double'
  | 'text'
  | 'binary'
  | 'timestamp'
  | 'extension'
  | 'array'
  | 'map'

export interface Token {
  readonly kind: TokenKind
  /** Elements of an array, pairs of a map. */
  readonly count: number
  /** Where the value ends, or where the first element of an array or map begins. */
  readonly next: number
}

/** Facts about a value from its first byte. */
interface Format {
  readonly kind: TokenKind
  /** Bytes before the body or the first element: the first byte, those of the length, the type of an extension. */
  readonly head: number
  /** How many of them are the length, or the count: 0 where the first byte says it. */
  readonly lengthBytes: 0 | 1 | 2 | 4
  /** Bytes of the body, elements, or pairs, where the first byte says it. */
  readonly length: number
  /** Values that follow for each element or pair; 0 for a value with a body of bytes. */
  readonly values: 0 | 1 | 2
}

/** The formats by first byte: https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
const FORMATS: readonly Format[] = Array.from({ length: 0x100 }, (_, first) => formatOf(first))

function formatOf(first: number): Format {
  if (first < 0x80 || first >= 0xe0) return fixed('integer', 0)
  if (first < 0x90) return { ...fixed('map', first & 0x0f), values: 2 }
  if (first < 0xa0) return { ...fixed('array', first & 0x0f), values: 1 }
  if (first < 0xc0) return fixed('text', first & 0x1f)
  if (first === 0xc0) return fixed('nil', 0)
  if (first === 0xc1) return fixed('never used', 0)
  if (first < 0xc4) return fixed('boolean', 0)
  if (first < 0xc7) return sized('binary', first - 0xc4)
  if (first < 0xca) return { ...sized('extension', first - 0xc7), head: 2 + (1 << (first - 0xc7)) }
  if (first < 0xcc) return fixed('double', first === 0xca ? 4 : 8)
  if (first < 0xd4) return fixed(first === 0xcf ? 'unsigned' : 'integer', 1 << (first & 0x03))
  if (first < 0xd9) return { ...fixed('extension', 1 << (first - 0xd4)), head: 2 }
  if (first < 0xdc) return sized('text', first - 0xd9)
  if (first < 0xde) return { ...sized('array', first - 0xdb), values: 1 }
  return { ...sized('map', first - 0xdd), values: 2 }
}

/** A value whose first byte says how long it is. */
function fixed(kind: TokenKind, length: number): Format {
  return { kind, head: 1, lengthBytes: 0, length, values: 0 }
}

/** A value whose length, or count, follows in 2 to the power of `size` bytes. */
function sized(kind: TokenKind, size: number): Format {
  const lengthBytes = (1 << size) as 1 | 2 | 4
  return { kind, head: 1 + lengthBytes, lengthBytes, length: 0, values: 0 }
}

/** The kind of value a byte begins. */
export function kindOf(first: number): TokenKind {
  return FORMATS[first]!.kind
}

/** How many bytes the header of a value has, by its first byte: before the body or the first element. */
export function headBytes(first: number): number {
  return FORMATS[first]!.head
}

/** The value at `at` of validated msgpack. Of an array or map only the header has to be there. */
export function tokenAt(bytes: Uint8Array, at: number): Token {
  const format = FORMATS[bytes[at]!]!
  const length = lengthAt(bytes, at, format)
  const next = at + format.head
  if (format.values > 0) return { kind: format.kind, count: length, next }
  return { kind: precise(format, bytes, at, length), count: 0, next: next + length }
}

/** Where the value at `at` of validated msgpack ends. */
export function skipValue(bytes: Uint8Array, at: number): number {
  let next = at
  for (let left = 1; left > 0; left--) {
    const format = FORMATS[bytes[next]!]!
    const length = lengthAt(bytes, next, format)
    next += format.head
    if (format.values === 0) next += length
    else left += format.values * length
  }
  return next
}

function lengthAt(bytes: Uint8Array, at: number, { lengthBytes, length }: Format): number {
  if (lengthBytes === 0) return length
  let value = 0
  for (let i = at + 1; i <= at + lengthBytes; i++) value = value * 0x100 + bytes[i]!
  return value
}

/** Refines the kind by the bytes behind the first one. */
function precise({ kind, head }: Format, bytes: Uint8Array, at: number, length: number): TokenKind {
  if (kind === 'unsigned') return bytes[at + 1]! >= 0x80 ? 'unsigned' : 'integer'
  // Type -1 is a timestamp, in one of three lengths.
  const isTimestamp = bytes[at + head - 1] === 0xff && (length === 4 || length === 8 || length === 12)
  return kind === 'extension' && isTimestamp ? 'timestamp' : kind
}

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

/** Writes msgpack values one after another: integers keep all their digits, maps their order. */
export class TokenWriter {
  readonly #parts: Buffer[] = []

  nil(): void {
    this.#byte(0xc0)
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2)
  }

  double(value: number): void {
    const part = Buffer.alloc(9)
    part[0] = 0xcb
    part.writeDoubleBE(value, 1)
    this.#parts.push(part)
  }

  /** False, and nothing written, for one beyond 64 bits. */
  integer(value: bigint): boolean {
    if (value < INT64_MIN || value > UINT64_MAX) return false
    const part = Buffer.alloc(9)
    part[0] = value < 0n ? 0xd3 : 0xcf
    part.writeBigUInt64BE(BigInt.asUintN(64, value), 1)
    this.#parts.push(part)
    return true
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    this.#header(0xdb, bytes.length)
    this.#parts.push(bytes)
  }

  array(elements: number): void {
    this.#header(0xdd, elements)
  }

  map(pairs: number): void {
    this.#header(0xdf, pairs)
  }

  take(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #byte(byte: number): void {
    this.#parts.push(Buffer.of(byte))
  }

  #header(type: number, count: number): void {
    const part = Buffer.alloc(5)
    part[0] = type
    part.writeUInt32BE(count, 1)
    this.#parts.push(part)
  }
}
