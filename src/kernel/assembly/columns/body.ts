// Where the bytes of a text or binary value lie.

import { Token, big16, big32, isFixStr } from '../tokens'

export class Body {
  static at: usize = 0
  static length: usize = 0
}

/** Whether the value is text or binary; `Body` then says where its bytes are. */
// @ts-ignore: decorator
@inline
export function readBody(at: usize, t: i32): bool {
  if (isFixStr(t)) {
    Body.at = at + 1
    Body.length = t & 0x1f
    return true
  }
  return readLongBody(at, t)
}

function readLongBody(at: usize, t: i32): bool {
  switch (t) {
    case Token.Str8:
    case Token.Bin8:
      Body.at = at + 2
      Body.length = load<u8>(at, 1)
      return true
    case Token.Str16:
    case Token.Bin16:
      Body.at = at + 3
      Body.length = big16(at + 1)
      return true
    case Token.Str32:
    case Token.Bin32:
      Body.at = at + 5
      Body.length = big32(at + 1)
      return true
    default:
      return false
  }
}

export function isText(t: i32): bool {
  return isFixStr(t) || (t >= Token.Str8 && t <= Token.Str32)
}
