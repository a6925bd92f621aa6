// A number in a text: its digits and its power of ten, exactly as written.

/** The number that was read last. */
export class NumberText {
  static negative: bool = false
  /** The first 19 of its digits, without zeros on either side. */
  static digits: u64 = 0
  /** How many digits there are, without zeros on either side; 0 for zero. */
  static significant: u32 = 0
  /** The number is `digits` * 10^exponent, if `significant` is at most 19. */
  static exponent: i32 = 0
  /** It is written with an `e`, as programs print doubles. */
  static isScientific: bool = false
}

/** All digits that a u64 holds for sure. */
const MOST_DIGITS: u32 = 19

/** Zeros after the last other digit: they only count once another digit follows. */
let zeros: u32 = 0

// @ts-ignore: decorator
@inline
function isDigit(at: usize, end: usize): bool {
  return at < end && <u32>load<u8>(at) - 0x30 <= 9
}

/**
 * Reads a number as the grammar of JSON has it (RFC 8259, section 6), except that zeros may come first. False for any
 * other text.
 */
export function readNumberText(src: usize, bytes: usize): bool {
  const end = src + bytes
  NumberText.negative = bytes > 0 && load<u8>(src) == 0x2d
  NumberText.digits = 0
  NumberText.significant = 0
  NumberText.isScientific = false
  zeros = 0
  let at = NumberText.negative ? src + 1 : src
  if (!isDigit(at, end)) return false
  for (; isDigit(at, end); ++at) take(load<u8>(at) - 0x30)
  let exponent: i32 = 0
  if (at < end && load<u8>(at) == 0x2e) {
    if (!isDigit(++at, end)) return false
    for (; isDigit(at, end); ++at) {
      take(load<u8>(at) - 0x30)
      exponent -= 1
    }
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    NumberText.isScientific = true
    at += 1
    const down = at < end && load<u8>(at) == 0x2d
    if (down || (at < end && load<u8>(at) == 0x2b)) ++at
    if (!isDigit(at, end)) return false
    let written = 0
    for (; isDigit(at, end); ++at) if (written < 100_000_000) written = written * 10 + (load<u8>(at) - 0x30)
    exponent += down ? -written : written
  }
  NumberText.exponent = exponent + zeros
  return at == end
}

// @ts-ignore: decorator
@inline
function take(digit: u32): void {
  if (digit == 0) {
    if (NumberText.significant != 0) zeros += 1
    return
  }
  if (zeros != 0) takeZeros()
  if (NumberText.significant < MOST_DIGITS) NumberText.digits = NumberText.digits * 10 + digit
  NumberText.significant += 1
}

function takeZeros(): void {
  for (let i = NumberText.significant; i < MOST_DIGITS && zeros != 0; ++i) {
    NumberText.digits *= 10
    NumberText.significant += 1
    zeros -= 1
  }
  NumberText.significant += zeros
  zeros = 0
}
