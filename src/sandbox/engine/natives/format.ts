import { native } from './native.js'

/** Digits in groups of three. */
const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

function number(text: string, conversion: string, flags: string, precision: number | undefined): string {
  const isNegative = text.startsWith('-')
  let size = text.replace(/^[+-]/, '')
  if (conversion === 'x' || conversion === 'X' || conversion === 'o') {
    const radix = conversion === 'o' ? 8 : 16
    const value = BigInt.asUintN(64, BigInt(text)).toString(radix)
    return conversion === 'X' ? value.toUpperCase() : value
  }
  if (conversion === 'f') size = Math.abs(Number(text)).toFixed(precision ?? 6)
  if (conversion === 'e')
    size = Math.abs(Number(text))
      .toExponential(precision ?? 6)
      .replace(/e([+-])(\d)$/, 'e$10$2')
  if (flags.includes(',')) size = size.replace(/^\d+/, grouped)
  return (isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + size
}

function padded(text: string, width: number, flags: string): string {
  if (text.length >= width) return text
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0')) return text.padStart(width)
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

const WANTED: Readonly<Record<string, string>> = {
  d: 'd',
  x: 'd',
  X: 'd',
  o: 'd',
  f: 'f',
  e: 'f',
  s: 'sdfb',
  S: 'sdfb',
  b: 'sdfb',
}

/** As Java's String.format; `kinds` has a letter for each value: d whole number, f other number, b boolean, s text. */
function format(pattern: string, values: readonly (string | null)[], kinds: string): string {
  let next = 0
  return pattern.replace(
    /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (all, index, flags: string, width, precision, conversion: string) => {
      if (conversion === '%') return '%'
      if (conversion === 'n') return '\n'
      const i = index === undefined ? next++ : Number(index) - 1
      const value = values[i]
      const kind = kinds[i]
      if (value === undefined || kind === undefined)
        throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid format string: Format specifier '${all}'`)
      if (!WANTED[conversion]?.includes(kind) || /[#(]/.test(flags))
        throw new Error(
          `INVALID_FUNCTION_ARGUMENT: Invalid format string (or one that the sandbox does not know): '${all}' for this type`,
        )
      const isNumber = 'dxXofe'.includes(conversion)
      let text =
        value === null
          ? 'null'
          : isNumber
            ? number(value, conversion, flags, precision === undefined ? undefined : Number(precision))
            : value
      if (conversion === 'S') text = text.toUpperCase()
      if (!isNumber && precision !== undefined) text = text.slice(0, Number(precision))
      return padded(text, Number(width ?? 0), value === null ? flags.replace('0', '') : flags)
    },
  )
}

/** https://trino.io/docs/current/functions/conversion.html#format */
export const FORMATS = [native('_format', ['text', 'texts', 'text'], 'text', format)]
