const LITERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/**
 * One text for all ways to write a decimal number: `1.50`, `+1.5` and `15e-1` are `1.5`, all digits kept. Undefined for anything else,
 * and for numbers of more than some thousand digits.
 */
export function canonicalNumber(text: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = LITERAL.exec(text) ?? []
  if (sign === undefined || whole + fraction === '') return undefined
  const shift = Number(exponent)
  let digits = whole + fraction
  // Where the point stands among the digits.
  let point = whole.length + shift
  if (point < 0) {
    digits = '0'.repeat(-point) + digits
    point = 0
  }
  digits = digits.padEnd(point, '0')
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  const behind = digits.slice(point).replace(/0+$/, '')
  const number = behind === '' ? before : `${before}.${behind}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

/** The same of a number: of the shortest text that is read as it. NaN and the infinities by their names. */
export function canonicalOf(value: number | bigint): string {
  return typeof value === 'number' && Number.isFinite(value) && !Number.isSafeInteger(value)
    ? canonicalNumber(String(value))!
    : String(value === 0 ? 0 : value)
}
