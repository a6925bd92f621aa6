import { jodaLetter, simpleLetter } from './java-letters.js'
import { DAYS, dayOfYear, hour12, isoWeek, MONTHS, momentOf, pad, refuse, type Writer } from './moments.js'
import { native } from './native.js'
import { dayOf } from './times.js'
import { canonicalZone, instantAt, offsetOf } from './zones.js'

type Piece = { readonly text: string } | { readonly letter: string; readonly count: number }

/** Letters, and what stands between them: in quotes, or no letter at all. */
function javaPieces(format: string): Piece[] {
  const pieces: Piece[] = []
  for (const [all, quoted, run] of format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (run !== undefined) pieces.push({ letter: run, count: all.length })
    else if (quoted !== undefined) pieces.push({ text: all === "''" ? "'" : quoted.replaceAll("''", "'") })
    else pieces.push({ text: all })
  }
  return pieces
}

function mysqlLetter(letter: string, format: string): Writer {
  switch (letter) {
    case 'a':
      return ({ date }) => DAYS[date.getUTCDay()]!.slice(0, 3)
    case 'b':
      return ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3)
    case 'c':
      return ({ date }) => String(date.getUTCMonth() + 1)
    case 'd':
      return ({ date }) => pad(date.getUTCDate(), 2)
    case 'e':
      return ({ date }) => String(date.getUTCDate())
    case 'f':
      return ({ micros }) => pad(Math.floor(micros), 6)
    case 'H':
      return ({ date }) => pad(date.getUTCHours(), 2)
    case 'h':
    case 'I':
      return ({ date }) => pad(hour12(date), 2)
    case 'i':
      return ({ date }) => pad(date.getUTCMinutes(), 2)
    case 'j':
      return ({ date }) => pad(dayOfYear(date), 3)
    case 'k':
      return ({ date }) => String(date.getUTCHours())
    case 'l':
      return ({ date }) => String(hour12(date))
    case 'M':
      return ({ date }) => MONTHS[date.getUTCMonth()]!
    case 'm':
      return ({ date }) => pad(date.getUTCMonth() + 1, 2)
    case 'p':
      return ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM')
    case 'r':
      return ({ date }) =>
        `${pad(hour12(date), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`
    case 'S':
    case 's':
      return ({ date }) => pad(date.getUTCSeconds(), 2)
    case 'T':
      return ({ date }) => date.toISOString().slice(11, 19)
    case 'v':
      return ({ date }) => pad(isoWeek(date).week, 2)
    case 'W':
      return ({ date }) => DAYS[date.getUTCDay()]!
    case 'x':
      return ({ date }) => pad(isoWeek(date).year, 4)
    case 'Y':
      return ({ date }) => pad(date.getUTCFullYear(), 4)
    case 'y':
      return ({ date }) => pad(date.getUTCFullYear() % 100, 2)
    case 'D':
    case 'U':
    case 'u':
    case 'V':
    case 'w':
    case 'X':
      throw new Error(`INVALID_FUNCTION_ARGUMENT: %${letter} not supported in date format string`)
    case '%':
      return () => '%'
    default:
      void format
      return () => letter
  }
}

type Compiled = readonly Writer[]
const compiled = new Map<string, Compiled>()

/** Patterns of Joda, of SimpleDateFormat, and of MySQL. */
type Style = 'joda' | 'simple' | 'mysql'

function compile(style: Style, format: string): Compiled {
  const key = `${style}${format}`
  let writers = compiled.get(key)
  if (writers === undefined) {
    writers =
      style !== 'mysql'
        ? javaPieces(format).map((piece) => {
            if ('text' in piece) return () => piece.text
            return (style === 'joda' ? jodaLetter : simpleLetter)(piece.letter, piece.count, format)
          })
        : [...format.matchAll(/%([\s\S])|[^%]+|%$/g)].map(([text, letter]) =>
            letter === undefined ? () => text : mysqlLetter(letter, format),
          )
    if (compiled.size > 1000) compiled.clear()
    compiled.set(key, writers)
  }
  return writers
}

/** Writes local microseconds of a zone as a pattern says. */
export function formatWith(
  style: Style,
  local: number,
  format: string,
  zone: string,
  offset?: number,
): string {
  const moment = momentOf(local, zone, offset)
  let text = ''
  for (const write of compile(style, format)) text += write(moment)
  return text
}

/** The fields read from a time, and the result. */
interface Read {
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  hour?: number
  hour12?: number
  isAfternoon?: boolean
  minute?: number
  second?: number
  micros?: number
  zone?: string
}

type Reader = readonly [pattern: string, put: ((read: Read, text: string) => void) | undefined]

const digits = (most: number, put: (read: Read, value: number) => void): Reader => [
  `(\\d{1,${most}})`,
  (read, text) => put(read, Number(text)),
]
const oneOf = (words: readonly string[], put: (read: Read, index: number) => void): Reader => [
  `(${words.join('|')})`,
  (read, text) =>
    put(
      read,
      words.findIndex((word) => word.toLowerCase() === text.toLowerCase()),
    ),
]
const short = (words: readonly string[]) => words.map((word) => word.slice(0, 3))
const year2 = (value: number) => value + (value < 70 ? 2000 : 1900)

const readYear: Reader = ['([+-]?\\d{1,9})', (read, text) => (read.year = Number(text))]
const readZone: Reader = ['(Z|[+-]\\d{2}:?\\d{2}|[A-Za-z][\\w/+-]*)', (read, text) => (read.zone = text)]
const readFraction: Reader = [
  '(\\d{1,9})',
  (read, text) => (read.micros = Math.floor(Number(`0.${text}`) * 1e6 + 1e-6)),
]

function javaReader(letter: string, count: number, format: string): Reader {
  switch (letter) {
    case 'y':
    case 'Y':
      return count === 2 ? digits(2, (read, value) => (read.year = year2(value))) : readYear
    case 'M':
      if (count >= 4) return oneOf(MONTHS, (read, index) => (read.month = index + 1))
      if (count === 3) return oneOf(short(MONTHS), (read, index) => (read.month = index + 1))
      return digits(2, (read, value) => (read.month = value))
    case 'd':
      return digits(2, (read, value) => (read.day = value))
    case 'D':
      return digits(3, (read, value) => (read.dayOfYear = value))
    case 'H':
      return digits(2, (read, value) => (read.hour = value))
    case 'k':
      return digits(2, (read, value) => (read.hour = value % 24))
    case 'h':
    case 'K':
      return digits(2, (read, value) => (read.hour12 = value % 12))
    case 'm':
      return digits(2, (read, value) => (read.minute = value))
    case 's':
      return digits(2, (read, value) => (read.second = value))
    case 'S':
      return readFraction
    case 'a':
      return oneOf(['AM', 'PM'], (read, index) => (read.isAfternoon = index === 1))
    case 'E':
      return [`(?:${[...DAYS, ...short(DAYS)].join('|')})`, undefined]
    case 'Z':
    case 'z':
    case 'X':
      return readZone
    default:
      return refuse(`the letter ${letter}`, format)
  }
}

function mysqlReader(letter: string, format: string): Reader[] {
  switch (letter) {
    case 'a':
      return [[`(?:${short(DAYS).join('|')})`, undefined]]
    case 'W':
      return [[`(?:${DAYS.join('|')})`, undefined]]
    case 'b':
      return [javaReader('M', 3, format)]
    case 'M':
      return [javaReader('M', 4, format)]
    case 'c':
    case 'm':
      return [javaReader('M', 2, format)]
    case 'd':
    case 'e':
      return [javaReader('d', 2, format)]
    case 'f':
      return [readFraction]
    case 'H':
    case 'k':
      return [javaReader('H', 2, format)]
    case 'h':
    case 'I':
    case 'l':
      return [javaReader('h', 2, format)]
    case 'i':
      return [javaReader('m', 2, format)]
    case 'j':
      return [javaReader('D', 3, format)]
    case 'p':
      return [javaReader('a', 1, format)]
    case 'S':
    case 's':
      return [javaReader('s', 2, format)]
    case 'T':
      return [
        javaReader('H', 2, format),
        [':', undefined],
        javaReader('m', 2, format),
        [':', undefined],
        javaReader('s', 2, format),
      ]
    case 'r':
      return [
        javaReader('h', 2, format),
        [':', undefined],
        javaReader('m', 2, format),
        [':', undefined],
        javaReader('s', 2, format),
        [' ', undefined],
        javaReader('a', 1, format),
      ]
    case 'Y':
      return [['(\\d{4})', (read, text) => (read.year = Number(text))]]
    case 'y':
      return [javaReader('y', 2, format)]
    case '%':
      return [['%', undefined]]
    default:
      return refuse(`%${letter}`, format)
  }
}

const literally = (text: string): Reader => [text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), undefined]

interface Parser {
  readonly pattern: RegExp
  readonly puts: readonly ((read: Read, text: string) => void)[]
}

const parsers = new Map<string, Parser>()

function parserOf(style: Style, format: string): Parser {
  const key = `${style}${format}`
  let parser = parsers.get(key)
  if (parser === undefined) {
    const readers =
      style !== 'mysql'
        ? javaPieces(format).map((piece) =>
            'text' in piece ? literally(piece.text) : javaReader(piece.letter, piece.count, format),
          )
        : [...format.matchAll(/%([\s\S])|[^%]+/g)].flatMap(([text, letter]) =>
            letter === undefined ? [literally(text)] : mysqlReader(letter, format),
          )
    // SimpleDateFormat does not look at what stands behind the time.
    const end = style === 'simple' ? '' : '$'
    const pattern = new RegExp(`^${readers.map(([source]) => source).join('')}${end}`, 'i')
    parser = { pattern, puts: readers.flatMap(([, put]) => put ?? []) }
    if (parsers.size > 1000) parsers.clear()
    parsers.set(key, parser)
  }
  return parser
}

/** Microseconds of the local time, and the zone if the text has one; `undefined` for a text of another form. */
export function parseWith(
  style: Style,
  text: string,
  format: string,
): { micros: number; zone: string | undefined } | undefined {
  const { pattern, puts } = parserOf(style, format)
  const match = pattern.exec(text)
  if (match === null) return undefined
  const read: Read = {}
  puts.forEach((put, i) => {
    put(read, match[i + 1]!)
  })
  const { year = 1970, month = 1, day = 1, minute = 0, second = 0, micros = 0, zone } = read
  const hour = read.hour ?? (read.hour12 ?? 0) + (read.isAfternoon ? 12 : 0)
  const [m, d] = read.dayOfYear === undefined ? [month, day] : [1, 1]
  // SimpleDateFormat takes the 30th of February for the 2nd of March.
  const start =
    style === 'simple' ? new Date(0).setUTCFullYear(year, m - 1, d) / 86_400_000 : dayOf(year, m, d)
  if (start === undefined || (style !== 'simple' && (hour > 23 || minute > 59 || second > 59)))
    return undefined
  if (zone !== undefined && offsetOf(zone) === undefined && canonicalZone(zone) === undefined)
    return undefined
  const days = start + (read.dayOfYear ?? 1) - 1
  return { micros: (days * 86_400 + hour * 3600 + minute * 60 + second) * 1e6 + micros, zone }
}

const malformed = (text: string) => new Error(`INVALID_FUNCTION_ARGUMENT: Invalid format: "${text}"`)

/** https://trino.io/docs/current/functions/datetime.html, MySQL date functions and Java date functions. */
export const DATE_FORMATS = [
  native('_date_format', ['number', 'text'], 'text', (local, format) =>
    formatWith('mysql', local, format, 'UTC'),
  ),
  native('_date_parse', ['text', 'text'], 'long', (text, format) => {
    const parsed = parseWith('mysql', text, format)
    if (parsed === undefined) throw malformed(text)
    return BigInt(Math.floor(parsed.micros / 1000) * 1000)
  }),
  native('_format_datetime', ['number', 'text', 'text'], 'text', (local, format, zone) =>
    formatWith('joda', local, format, zone),
  ),
  native('_simple_date', ['number', 'text'], 'text', (local, format) =>
    formatWith('simple', local, format, 'UTC'),
  ),
  native('_parse_datetime', ['text', 'text'], 'long', (text, format) => {
    const parsed = parseWith('joda', text, format)
    if (parsed === undefined) throw malformed(text)
    const seconds = Math.floor(parsed.micros / 1e6)
    return BigInt(instantAt(parsed.zone ?? 'UTC', seconds) * 1e6 + (parsed.micros - seconds * 1e6))
  }),
]
