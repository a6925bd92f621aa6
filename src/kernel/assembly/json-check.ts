// Whether a text is JSON: https://www.rfc-editor.org/rfc/rfc8259

/** Deeper than any value of a result may be. */
const MOST_DEPTH: i32 = 64

let at: usize = 0
let end: usize = 0

export function isJson(src: usize, bytes: usize): bool {
  at = src
  end = src + bytes
  skipSpace()
  if (!value(0)) return false
  skipSpace()
  return at == end
}

function skipSpace(): void {
  for (; at < end; ++at) {
    const c = <u32>load<u8>(at)
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) return
  }
}

// @ts-ignore: decorator
@inline
function take(c: u32): bool {
  if (at >= end || <u32>load<u8>(at) != c) return false
  at += 1
  return true
}

function value(depth: i32): bool {
  if (at >= end || depth > MOST_DEPTH) return false
  switch (<i32>load<u8>(at)) {
    case 0x22:
      return string()
    case 0x5b:
      return array(depth)
    case 0x7b:
      return object(depth)
    case 0x74:
      return word(0x65757274, 4) // true
    case 0x66:
      return word(0x736c6166, 4) && take(0x65) // false
    case 0x6e:
      return word(0x6c6c756e, 4) // null
    default:
      return number()
  }
}

function word(expected: u32, bytes: usize): bool {
  if (at + bytes > end || load<u32>(at) != expected) return false
  at += bytes
  return true
}

function array(depth: i32): bool {
  at += 1
  skipSpace()
  if (take(0x5d)) return true
  while (true) {
    if (!value(depth + 1)) return false
    skipSpace()
    if (take(0x5d)) return true
    if (!take(0x2c)) return false
    skipSpace()
  }
}

function object(depth: i32): bool {
  at += 1
  skipSpace()
  if (take(0x7d)) return true
  while (true) {
    if (at >= end || load<u8>(at) != 0x22 || !string()) return false
    skipSpace()
    if (!take(0x3a)) return false
    skipSpace()
    if (!value(depth + 1)) return false
    skipSpace()
    if (take(0x7d)) return true
    if (!take(0x2c)) return false
    skipSpace()
  }
}

function string(): bool {
  at += 1
  while (at < end) {
    const c = <u32>load<u8>(at++)
    if (c == 0x22) return true
    if (c < 0x20) return false
    if (c == 0x5c && !escape()) return false
  }
  return false
}

function escape(): bool {
  if (at >= end) return false
  switch (<i32>load<u8>(at++)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true
    case 0x75:
      for (let i = 0; i < 4; ++i, ++at) {
        if (at >= end || !isHex(<u32>load<u8>(at))) return false
      }
      return true
    default:
      return false
  }
}

function isHex(c: u32): bool {
  return c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 5
}

function digits(): bool {
  const start = at
  while (at < end && <u32>load<u8>(at) - 0x30 <= 9) ++at
  return at > start
}

function number(): bool {
  take(0x2d)
  if (!take(0x30) && !digits()) return false
  if (take(0x2e) && !digits()) return false
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at += 1
    if (!take(0x2b)) take(0x2d)
    return digits()
  }
  return true
}
