/** What the inference of types tells apart. `unsigned` are integers beyond int64. */
export type TokenKind =
  | 'nil'
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

/** The value at `at` of validated msgpack; see the "Formats" part of the msgpack specification. */
export function tokenAt(bytes: Uint8Array, at: number): Token {
  const t = bytes[at]!
  if (t < 0x80 || t >= 0xe0) return scalar('integer', at + 1)
  if (t < 0x90) return { kind: 'map', count: t & 0x0f, next: at + 1 }
  if (t < 0xa0) return { kind: 'array', count: t & 0x0f, next: at + 1 }
  if (t < 0xc0) return scalar('text', at + 1 + (t & 0x1f))
  if (t === 0xc0) return scalar('nil', at + 1)
  if (t <= 0xc3) return scalar('boolean', at + 1)
  if (t <= 0xc6) return body('binary', bytes, at, 1 << (t - 0xc4))
  if (t <= 0xc9) {
    const width = 1 << (t - 0xc7)
    const length = uint(bytes, at + 1, width)
    return scalar(extension(bytes[at + 1 + width]!, length), at + 2 + width + length)
  }
  if (t <= 0xcb) return scalar('double', at + (t === 0xca ? 5 : 9))
  if (t === 0xcf) return scalar(bytes[at + 1]! >= 0x80 ? 'unsigned' : 'integer', at + 9)
  if (t <= 0xd3) return scalar('integer', at + 1 + (1 << ((t - 0xcc) & 3)))
  if (t <= 0xd8) {
    const length = 1 << (t - 0xd4)
    return scalar(extension(bytes[at + 1]!, length), at + 2 + length)
  }
  if (t <= 0xdb) return body('text', bytes, at, 1 << (t - 0xd9))
  const width = t % 2 === 0 ? 2 : 4
  const count = uint(bytes, at + 1, width)
  return { kind: t <= 0xdd ? 'array' : 'map', count, next: at + 1 + width }
}

/** Where the value at `at` ends. */
export function skipValue(bytes: Uint8Array, at: number): number {
  let next = at
  for (let left = 1; left > 0; left--) {
    const token = tokenAt(bytes, next)
    next = token.next
    left += token.kind === 'map' ? token.count * 2 : token.count
  }
  return next
}

function scalar(kind: TokenKind, next: number): Token {
  return { kind, count: 0, next }
}

function body(kind: TokenKind, bytes: Uint8Array, at: number, width: number): Token {
  return scalar(kind, at + 1 + width + uint(bytes, at + 1, width))
}

/** Type -1 is a timestamp, in one of three lengths. */
function extension(type: number, length: number): TokenKind {
  return type === 0xff && (length === 4 || length === 8 || length === 12) ? 'timestamp' : 'extension'
}

function uint(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 0x100 + bytes[at + i]!
  return value
}
