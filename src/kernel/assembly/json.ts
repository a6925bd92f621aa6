// Arrays and maps as JSON straight from the input: what they mostly consist of, in a row that is all there. It calls itself
// for each level and cannot stop inside a value. Anything else (a row cut off by the end of the input, an output that is
// nearly full, a text that is not UTF-8, NaN, bytes, extensions, keys that are no texts or integers) is left to text.ts,
// which begins the value again and knows what to do.

import { Input, Output } from './buffers'
import { putDouble } from './doubles'
import { Quote } from './escape'
import { putI64, putU16, putU32, putU64, putU8 } from './integers'
import { Limit, Plan } from './plan'
import { putJsonText } from './text'
import { Text, putBoolean } from './text-state'
import { Token, big16, big32, big64, bigDouble, integerLength, isBeyondDouble, isFixStr, isInteger, readFloat, readInteger } from './tokens'

/** Levels of calls: few values are deeper, and the stack of the host is not ours. */
const DEEPEST: u32 = 24

/** The most bytes that a byte of text becomes: `\u001f`. Quotes of a quoted csv cell take three. */
const MOST_PER_BYTE: usize = 6

/** Shared by all doubles of the value, see `putDouble`. */
let doubleHint: usize = 0

/**
 * A value as JSON with `Quote.times`, where `op` is at most `Output.safe`; `Text.at` is then its end. Returns 0, and `Text.at` is
 * anything, when the value has to be written by text.ts.
 */
export function putJson(op: usize, at: usize, hint: usize): usize {
  doubleHint = hint
  return putValues(op, at, 1, false, min<u32>(DEEPEST, Limit.depth))
}

/** `left` values of an array, or keys and values of a map, and what stands between them. `depth` more levels may open. */
function putValues(op: usize, at: usize, left: u32, isMap: bool, depth: u32): usize {
  const end = Input.end
  const safe = Output.safe
  const quotes = Quote.times
  while (left) {
    if (at >= end || op > safe) return 0
    const t: i32 = load<u8>(at)
    const isKey = isMap && (left & 1) == 0
    if (isFixStr(t)) {
      const bytes: usize = t & 0x1f
      if (at + 1 + bytes > end) return 0
      store<u16>(op, 0x2222)
      op = putJsonText(op + quotes, at + 1, bytes)
      if (op == 0) return 0
      store<u16>(op, 0x2222)
      op += quotes
      at += 1 + bytes
    } else if (t >= Token.Str8 && t <= Token.Str16) {
      const header: usize = t == Token.Str8 ? 2 : 3
      const bytes: usize = t == Token.Str8 ? load<u8>(at, 1) : big16(at + 1)
      if (at + header + bytes > end || bytes > Limit.cellBytes || op + bytes * MOST_PER_BYTE > safe) return 0
      store<u16>(op, 0x2222)
      op = putJsonText(op + quotes, at + header, bytes)
      if (op == 0) return 0
      store<u16>(op, 0x2222)
      op += quotes
      at += header + bytes
    } else if (isKey) {
      if (!isInteger(t)) return 0
      store<u16>(op, 0x2222)
      op = putInteger(op + quotes, at, t)
      store<u16>(op, 0x2222)
      op += quotes
      at += integerLength(t)
    } else if (t <= Token.PositiveFixIntLast) {
      op = putU8(op, t)
      at += 1
    } else {
      switch (t) {
        case Token.Nil:
          store<u32>(op, 0x6c6c756e) // null
          op += 4
          at += 1
          break
        case Token.False:
        case Token.True:
          op = putBoolean(op, t)
          at += 1
          break
        case Token.Float32:
        case Token.Float64: {
          const value = t == Token.Float64 ? bigDouble(at + 1) : readFloat(at, t)
          if (value - value != 0) return 0 // NaN and the infinities.
          op = putDouble(op, value, doubleHint)
          at += t == Token.Float64 ? 9 : 5
          break
        }
        case Token.UInt8:
          op = putU8(op, load<u8>(at, 1))
          at += 2
          break
        case Token.UInt16:
          op = putU16(op, big16(at + 1))
          at += 3
          break
        case Token.UInt32:
          op = putU32(op, big32(at + 1))
          at += 5
          break
        case Token.Array16:
        case Token.Map16:
          op = putNested(op, at + 3, big16(at + 1), t == Token.Map16, depth)
          if (op == 0) return 0
          at = Text.at
          break
        default:
          if (t < Token.FixStr) {
            op = putNested(op, at + 1, t & 0x0f, t < Token.FixArray, depth)
            if (op == 0) return 0
            at = Text.at
            break
          }
          if (!isInteger(t)) return 0
          if (Plan.quoteIntegers && isBeyondDouble(readInteger(at, t), t)) return 0
          op = putInteger(op, at, t)
          at += integerLength(t)
      }
    }
    left -= 1
    // In a map keys and values take turns, and an even number of them is left before a key.
    if (left) store<u8>(op++, isMap && left & 1 ? 0x3a : 0x2c) // : or ,
  }
  Text.at = at
  return op
}

// @ts-ignore: decorator
@inline
function putNested(op: usize, first: usize, items: u32, isMap: bool, depth: u32): usize {
  if (depth == 0) return 0
  store<u8>(op, isMap ? 0x7b : 0x5b) // { or [
  op = putValues(op + 1, first, isMap ? items * 2 : items, isMap, depth - 1)
  if (op == 0) return 0
  store<u8>(op, isMap ? 0x7d : 0x5d) // } or ]
  return op + 1
}

function putInteger(op: usize, at: usize, t: i32): usize {
  return t == Token.UInt64 ? putU64(op, big64(at + 1)) : putI64(op, <i64>readInteger(at, t))
}
