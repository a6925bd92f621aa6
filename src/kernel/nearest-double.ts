/** From here on doubles are integers, and not every integer is one. */
const INTEGERS_ONLY = 2 ** 53

/**
 * The double nearest to a number in a text, which is neither zero nor a special value. NaN when a double would not hold
 * it: beyond the largest or below the smallest one, and integers that lose digits.
 *
 * An integer is to be that double exactly. Written with an exponent, as programs print doubles, its digits are to be
 * those of the double: `1e23` is, though the double is 99999999999999991611392; `9.007199254740993e15` is not.
 */
export function nearestDouble(text: string): number {
  const value = Number(text)
  if (value === 0 || !Number.isFinite(value)) return Number.NaN
  const size = Math.abs(value)
  if (size < INTEGERS_ONLY) return value
  const { digits, exponent, isScientific } = partsOf(text)
  if (exponent < 0) return value
  // The double is finite, so this has at most 309 digits.
  if (BigInt(digits) * 10n ** BigInt(exponent) === BigInt(size)) return value
  return isScientific && hasDigits(size, digits) ? value : Number.NaN
}

/** As many digits as `toExponential` prints. */
const MOST_PRINTED = 101

/** Whether a double is printed with these digits: when as many are asked for, or the fewest that tell it from others. */
function hasDigits(size: number, digits: string): boolean {
  if (digits.length > MOST_PRINTED) return false
  return [size.toExponential(digits.length - 1), size.toExponential()].some(
    (printed) => printed.slice(0, printed.indexOf('e')).replace('.', '') === digits,
  )
}

/** The number is `digits` * 10^exponent; neither its first nor its last digit is a zero. */
function partsOf(text: string): { digits: string; exponent: number; isScientific: boolean } {
  const [, whole = '', decimals = '', power] = /^-?(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? []
  const all = whole + decimals
  let first = 0
  while (all[first] === '0') first++
  let end = all.length
  while (all[end - 1] === '0') end--
  return {
    digits: all.slice(first, end),
    exponent: Number(power ?? 0) - decimals.length + (all.length - end),
    isScientific: power !== undefined,
  }
}
