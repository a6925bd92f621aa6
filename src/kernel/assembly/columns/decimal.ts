// Decimals, exactly: 128-bit integers that count units of the last decimal place. See
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#decimal

import { Token, isInteger, readFloat, readInteger } from '../tokens'
import { Body, readBody } from './body'
import { plainDigits } from './host'

/** The result: two's complement. */
export class Decimal {
  static high: u64 = 0
  static low: u64 = 0
}

const digitsScratch = memory.data(512, 16)

// The magnitude being made.
let high: u64 = 0
let low: u64 = 0

/** Times ten, plus a digit. The caller keeps it below 10^38, so nothing overflows. */
// @ts-ignore: decorator
@inline
function append(digit: u64): void {
  const lowest = (low & 0xffffffff) * 10 + digit
  const upper = (low >> 32) * 10 + (lowest >> 32)
  high = high * 10 + (upper >> 32)
  low = (upper << 32) | (lowest & 0xffffffff)
}

function finish(negative: bool): void {
  Decimal.low = negative ? 0 - low : low
  Decimal.high = negative ? ~high + <u64>(low == 0) : high
}

/** `[+-]digits[.digits]`. Decimals beyond the scale must be zeros. */
function parse(p: usize, end: usize, precision: i32, scale: i32): bool {
  high = 0
  low = 0
  let negative = false
  if (p < end && (load<u8>(p) == 0x2d || load<u8>(p) == 0x2b)) negative = load<u8>(p++) == 0x2d
  const start = p
  let significant = 0
  let decimals = -1
  for (; p < end; ++p) {
    const digit = <u32>load<u8>(p) - 0x30
    if (digit > 9) {
      if (load<u8>(p) != 0x2e || decimals >= 0 || p == start || p + 1 == end) return false
      decimals = 0
      continue
    }
    if (decimals >= scale) {
      if (digit != 0) return false
      continue
    }
    if (decimals >= 0) ++decimals
    if (digit != 0 || significant > 0) {
      if (++significant > precision) return false
      append(digit)
    }
  }
  if (p == start) return false
  if (!pad(significant, precision, decimals < 0 ? scale : scale - decimals)) return false
  finish(negative)
  return true
}

/** Appends zeros for decimals that the text leaves out. */
function pad(significant: i32, precision: i32, zeros: i32): bool {
  if (significant > 0 && significant + zeros > precision) return false
  if (significant > 0) for (; zeros > 0; --zeros) append(0)
  return true
}

function fromInteger(at: usize, t: i32, precision: i32, scale: i32): bool {
  const bits = readInteger(at, t)
  const negative = t != Token.UInt64 && <i64>bits < 0
  high = 0
  low = negative ? 0 - bits : bits
  let significant = 0
  for (let rest = low; rest != 0; rest /= 10) ++significant
  if (!pad(significant, precision, scale)) return false
  finish(negative)
  return significant <= precision
}

/**
 * A decimal that came as a float is the shortest one that reads as that float: what the number was before it became
 * binary, as long as it had at most 15 digits.
 */
function fromFloat(value: f64, precision: i32, scale: i32): bool {
  if (!isFinite(value)) return false
  const length = plainDigits(value, digitsScratch)
  return parse(digitsScratch, digitsScratch + length, precision, scale)
}

export function readDecimal(at: usize, t: i32, precision: i32, scale: i32): bool {
  if (readBody(at, t)) return parse(Body.at, Body.at + Body.length, precision, scale)
  if (isInteger(t)) return fromInteger(at, t, precision, scale)
  if (t == Token.Float64) return fromFloat(readFloat(at, t), precision, scale)
  // The shortest digits of a float32 are not those of the double that equals it.
  return t == Token.Float32 && fromFloat32(<f32>readFloat(at, t), precision, scale)
}

/** Up to 9 digits say which float32 it is: the fewest that do are the decimal that was meant. */
function fromFloat32(value: f32, precision: i32, scale: i32): bool {
  if (!isFinite(value)) return false
  let places: f64 = 1
  for (let i = 0; i <= 9; ++i, places *= 10) {
    const scaled = nearest<f64>(<f64>value * places)
    if (<f32>(scaled / places) == value) return fromFloat(scaled / places, precision, scale)
  }
  return fromFloat(<f64>value, precision, scale)
}
