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
  s: 'sdfbt',
  S: 'sdfbt',
  b: 'b',
  t: 't',
  T: 't',
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

interface Moment {
  readonly date: string
  readonly time: string
  readonly at: Date
}

/** A date, a time or both, as DuckDB writes them. */
function momentOf(text: string): Moment {
  const [, date = '', time = ''] = /^([-\d]*\d-\d\d-\d\d)?\s*([\d:.]*)$/.exec(text) ?? []
  return { date, time, at: new Date(`${date || '1970-01-01'}T${time.slice(0, 12) || '00:00:00'}Z`) }
}

/** As Java's own text of a time: without seconds if they are 0, with digits in groups of three. */
function javaTime({ date, time }: Moment): string {
  if (time === '') return date
  const [clock = '', digits = ''] = time.split('.')
  const fraction = digits.replace(/0+$/, '')
  const grouped = fraction === '' ? '' : `.${fraction.padEnd(Math.ceil(fraction.length / 3) * 3, '0')}`
  const short = grouped === '' && clock.endsWith(':00') ? clock.slice(0, -3) : clock
  return [date, short + grouped].filter((part) => part !== '').join('T')
}

const two = (value: number) => String(value).padStart(2, '0')
const hour12 = (at: Date) => at.getUTCHours() % 12 || 12

/** The letters after `%t`. */
const TIME_PARTS: Readonly<Record<string, (moment: Moment) => string>> = {
  Y: ({ at }) => String(at.getUTCFullYear()).padStart(4, '0'),
  y: ({ at }) => two(at.getUTCFullYear() % 100),
  m: ({ at }) => two(at.getUTCMonth() + 1),
  d: ({ at }) => two(at.getUTCDate()),
  e: ({ at }) => String(at.getUTCDate()),
  B: ({ at }) => MONTHS[at.getUTCMonth()]!,
  b: ({ at }) => MONTHS[at.getUTCMonth()]!.slice(0, 3),
  h: ({ at }) => MONTHS[at.getUTCMonth()]!.slice(0, 3),
  A: ({ at }) => WEEKDAYS[at.getUTCDay()]!,
  a: ({ at }) => WEEKDAYS[at.getUTCDay()]!.slice(0, 3),
  F: ({ date }) => date,
  H: ({ at }) => two(at.getUTCHours()),
  k: ({ at }) => String(at.getUTCHours()),
  I: ({ at }) => two(hour12(at)),
  l: ({ at }) => String(hour12(at)),
  M: ({ at }) => two(at.getUTCMinutes()),
  S: ({ at }) => two(at.getUTCSeconds()),
  L: ({ at }) => String(at.getUTCMilliseconds()).padStart(3, '0'),
  p: ({ at }) => (at.getUTCHours() < 12 ? 'am' : 'pm'),
  R: ({ time }) => time.slice(0, 5),
  T: ({ time }) => time.slice(0, 8),
}

/** Parts of a date want a date, parts of the clock a time. */
function timePart(letter: string, value: string, all: string): string {
  const moment = momentOf(value)
  const isKnown = letter in TIME_PARTS
  const hasPart = 'YymdeBbhAaF'.includes(letter) ? moment.date !== '' : moment.time !== ''
  if (!isKnown || !hasPart)
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: Invalid format string (or one that the sandbox does not know): '${all}' for this type`,
    )
  return TIME_PARTS[letter]!(moment)
}

/** As Java's String.format; `kinds` has a letter for each value: d whole number, f other number, b boolean, t time, s text. */
function format(pattern: string, values: readonly (string | null)[], kinds: string): string {
  let next = 0
  return pattern.replace(
    /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?(?:([tT])([a-zA-Z])|([a-zA-Z%]))|%/g,
    (all, index, flags: string, width, precision, timed?: string, letter?: string, plain?: string) => {
      const conversion = plain ?? timed
      if (conversion === undefined)
        throw new Error(
          `INVALID_FUNCTION_ARGUMENT: Invalid format string (or one that the sandbox does not know): '${pattern}'`,
        )
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
      if (timed !== undefined) {
        const part = value === null ? 'null' : timePart(letter!, value, all)
        return padded(timed === 'T' ? part.toUpperCase() : part, Number(width ?? 0), flags.replace('0', ''))
      }
      const isNumber = 'dxXofe'.includes(conversion)
      let text =
        value === null
          ? conversion === 'b'
            ? 'false'
            : 'null'
          : isNumber
            ? number(value, conversion, flags, precision === undefined ? undefined : Number(precision))
            : kind === 't'
              ? javaTime(momentOf(value))
              : value
      if (conversion === 'S') text = text.toUpperCase()
      if (!isNumber && precision !== undefined) text = text.slice(0, Number(precision))
      return padded(text, Number(width ?? 0), value === null ? flags.replace('0', '') : flags)
    },
  )
}

/** https://trino.io/docs/current/functions/conversion.html#format */
export const FORMATS = [native('_format', ['text', 'texts', 'text'], 'text', format)]
