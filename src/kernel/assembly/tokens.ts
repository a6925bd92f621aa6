// The first byte of every msgpack value, from the specification's "Formats" table
// (https://github.com/msgpack/msgpack/blob/master/spec.md). Lengths and numbers that follow are big-endian.

export const enum Token {
  /** 0x00-0x7f: the byte is the number, 0 to 127. */
  PositiveFixIntLast = 0x7f,
  /** 0x80-0x8f: a map of as many pairs as the low four bits say. */
  FixMap = 0x80,
  /** 0x90-0x9f: an array of as many elements as the low four bits say. */
  FixArray = 0x90,
  /** 0xa0-0xbf: a text of as many bytes as the low five bits say. */
  FixStr = 0xa0,
  Nil = 0xc0,
  /** The one byte the specification reserves: it begins nothing. */
  NeverUsed = 0xc1,
  False = 0xc2,
  True = 0xc3,
  /** A length of 1, 2 or 4 bytes, then as many bytes. */
  Bin8 = 0xc4,
  Bin16 = 0xc5,
  Bin32 = 0xc6,
  /** A length of 1, 2 or 4 bytes, one byte for the type, then as many bytes. */
  Ext8 = 0xc7,
  Ext16 = 0xc8,
  Ext32 = 0xc9,
  Float32 = 0xca,
  Float64 = 0xcb,
  UInt8 = 0xcc,
  UInt16 = 0xcd,
  UInt32 = 0xce,
  UInt64 = 0xcf,
  Int8 = 0xd0,
  Int16 = 0xd1,
  Int32 = 0xd2,
  Int64 = 0xd3,
  /** One byte for the type, then 1, 2, 4, 8 or 16 bytes. */
  FixExt1 = 0xd4,
  FixExt2 = 0xd5,
  FixExt4 = 0xd6,
  FixExt8 = 0xd7,
  FixExt16 = 0xd8,
  /** A length of 1, 2 or 4 bytes, then as many bytes of UTF-8. */
  Str8 = 0xd9,
  Str16 = 0xda,
  Str32 = 0xdb,
  /** A count of 2 or 4 bytes, then as many elements. */
  Array16 = 0xdc,
  Array32 = 0xdd,
  /** A count of 2 or 4 bytes, then as many pairs of key and value. */
  Map16 = 0xde,
  Map32 = 0xdf,
  /** 0xe0-0xff: the byte as a signed number, -32 to -1. */
  NegativeFixInt = 0xe0,
}

// @ts-ignore: decorator
@inline
export function big16(at: usize): u32 {
  return <u32>bswap<u16>(load<u16>(at))
}

// WebAssembly has no instruction that swaps bytes, but one that shuffles those of a vector.

// @ts-ignore: decorator
@inline
export function big32(at: usize): u32 {
  const v = v128.load_zero<u32>(at)
  return i32x4.extract_lane(v128.shuffle<u8>(v, v, 3, 2, 1, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4), 0)
}

// @ts-ignore: decorator
@inline
export function big64(at: usize): u64 {
  const v = v128.load_zero<u64>(at)
  return i64x2.extract_lane(v128.shuffle<u8>(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 8, 8, 8, 8, 8, 8, 8, 8), 0)
}

// @ts-ignore: decorator
@inline
export function bigDouble(at: usize): f64 {
  const v = v128.load_zero<u64>(at)
  return f64x2.extract_lane(v128.shuffle<u8>(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 8, 8, 8, 8, 8, 8, 8, 8), 0)
}

// @ts-ignore: decorator
@inline
export function isFixStr(t: i32): bool {
  return (t & 0xe0) == Token.FixStr
}

/** Whether the value is a number without a fraction; `readInteger` then reads it. */
export function isInteger(t: i32): bool {
  return t <= Token.PositiveFixIntLast || t >= Token.NegativeFixInt || (t >= Token.UInt8 && t <= Token.Int64)
}

/**
 * The 64 bits of an integer value. They mean a signed number, except for 0xcf (`UInt64`), whose upper half lies
 * beyond it: the caller looks at the token.
 */
export function readInteger(at: usize, t: i32): u64 {
  switch (t) {
    case Token.UInt8:
      return load<u8>(at, 1)
    case Token.UInt16:
      return big16(at + 1)
    case Token.UInt32:
      return big32(at + 1)
    case Token.UInt64:
    case Token.Int64:
      return big64(at + 1)
    case Token.Int8:
      return <u64>(<i64>load<i8>(at, 1))
    case Token.Int16:
      return <u64>(<i64>(<i16>big16(at + 1)))
    case Token.Int32:
      return <u64>(<i64>(<i32>big32(at + 1)))
    default:
      return <u64>(<i64>load<i8>(at)) // Both fixints are the byte itself, sign-extended.
  }
}

/** Of 0xca and 0xcb. A float32 has exactly one double that equals it. */
export function readFloat(at: usize, t: i32): f64 {
  return t == Token.Float32 ? <f64>reinterpret<f32>(big32(at + 1)) : bigDouble(at + 1)
}

/** How long an integer value is, its first byte included. */
// @ts-ignore: decorator
@inline
export function integerLength(t: i32): usize {
  // 0xcc-0xcf and 0xd0-0xd3 are followed by 1, 2, 4 and 8 bytes.
  return t >= Token.UInt8 && t <= Token.Int64 ? 1 + (1 << (t & 3)) : 1
}

/** Whether an integer is one that not every reader of JSON keeps: beyond 2^53 - 1 to either side. */
export function isBeyondDouble(x: u64, t: i32): bool {
  const most: u64 = 0x001fffffffffffff
  if (t == Token.UInt64 || <i64>x >= 0) return x > most
  return 0 - x > most
}
