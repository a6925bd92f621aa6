// Casts to decimals: numbers to the text that the API sends for a decimal, with as many decimals as the type has.

import { madeBody, madeText } from './cast-made'
import { anyColumn, putDouble } from './doubles'
import { putI64, putU64 } from './integers'
import { NumberText, readNumberText } from './number-text'
import { Token, isInteger, readFloat, readInteger } from './tokens'

/** The digits of a number that did not come as text: at most 25 of them. */
const digits = memory.data(64, 16)

/** A number that is no text, as a decimal; 0 where it has more digits than the type. */
export function decimalOfNumber(at: usize, t: i32, precision: i32, scale: i32): usize {
  let end: usize
  if (isInteger(t)) {
    const x = readInteger(at, t)
    end = t == Token.UInt64 ? putU64(digits, x) : putI64(digits, <i64>x)
  } else if (t == Token.Float64) {
    end = putDouble(digits, readFloat(at, t), anyColumn)
  } else if (t == Token.Float32) {
    end = putDouble(digits, shortDouble(<f32>readFloat(at, t)), anyColumn)
  } else if (t == Token.True || t == Token.False) {
    store<u8>(digits, t == Token.True ? 0x31 : 0x30)
    end = digits + 1
  } else {
    return 0
  }
  return decimalOfText(digits, end - digits, precision, scale)
}

/** The double with the fewest digits of those that are that single: the decimal that it was. */
function shortDouble(value: f32): f64 {
  let places: f64 = 1
  for (let i = 0; i <= 9; ++i, places *= 10) {
    const candidate = nearest<f64>(<f64>value * places) / places
    if (<f32>candidate == value) return candidate
  }
  return <f64>value
}

/** A number in a text, as a decimal; 0 where it is none, or has more digits than the type. */
export function decimalOfText(src: usize, bytes: usize, precision: i32, scale: i32): usize {
  if (!readNumberText(src, bytes)) return 0
  const significant = <i32>NumberText.significant
  // The point stands behind so many of them.
  const whole = significant == 0 ? 0 : significant + NumberText.exponent
  if (significant != 0 && (-NumberText.exponent > scale || whole > precision - scale)) return 0
  let op = madeBody
  if (NumberText.negative && significant != 0) store<u8>(op++, 0x2d) // -
  let left = significant
  let from = src
  for (let place = max(whole, 1) - 1; place >= -scale; --place) {
    if (place == -1) store<u8>(op++, 0x2e) // .
    let digit: u32 = 0
    if (place < whole && left > 0) {
      // The point, the sign, and zeros before the first other digit.
      do digit = <u32>load<u8>(from++) - 0x30
      while (digit > 9 || (digit == 0 && left == significant))
      left -= 1
    }
    store<u8>(op++, <u8>(0x30 + digit))
  }
  return madeText(op)
}
