import type { Value } from '../../rows/reader.js'
import { timestampUnits, type Units } from '../parquet-values.js'
import type { DataColumn } from './table.js'

/** Numbers with leading zeros are codes, which lose them as numbers. */
const INTEGER = /^-?(?:0|[1-9]\d*)$/
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const SPECIAL = /^(?:NaN|[+-]?Infinity)$/
const BOOLEAN = /^(?:true|false)$/i
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const TIMESTAMP =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.(\d{1,9}))?(?: ?(UTC|Z|[+-]\d\d(?::?\d\d)?))?$/

const MOST_INT64 = 2n ** 63n

/**
 * The moment that a date or a timestamp in a text is, in nanoseconds since 1970; without a zone by UTC. Undefined for anything
 * else.
 */
export function momentOf(text: string): bigint | undefined {
  if (DATE.test(text)) return millisecondsOf(`${text}T00:00:00Z`)
  const [, date, time, fraction = '', zone = 'Z'] = TIMESTAMP.exec(text) ?? []
  if (date === undefined) return undefined
  const seconds = millisecondsOf(`${date}T${time!.length === 5 ? `${time}:00` : time}Z`)
  if (seconds === undefined) return undefined
  return seconds + BigInt(fraction.padEnd(9, '0')) - offsetOf(zone)
}

function millisecondsOf(iso: string): bigint | undefined {
  const ms = Date.parse(iso)
  // The 30th of February would be the 2nd of March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== iso.slice(0, 10)
    ? undefined
    : BigInt(ms) * 1_000_000n
}

function offsetOf(zone: string): bigint {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(zone) ?? []
  if (sign === undefined) return 0n
  const seconds = BigInt(hours!) * 3600n + BigInt(minutes) * 60n
  return (sign === '-' ? -seconds : seconds) * 1_000_000_000n
}

/** The pattern of a type's cells, and the values for its profile. */
interface Look {
  readonly type: string
  readonly fits: (cell: Value) => boolean
  readonly measure?: (cell: Value) => Value
  readonly units?: Units
}

/** Of texts, as in CSV: the first that all cells fit. */
const LOOKS_OF_TEXTS: readonly Look[] = [
  { type: 'boolean', fits: isText(BOOLEAN), measure: (cell) => String(cell).toLowerCase() === 'true' },
  { type: 'bigint', fits: (cell) => isText(INTEGER)(cell) && isInt64(cell), measure: wholeNumber },
  {
    type: 'decimal(38,0)',
    fits: (cell) => isText(INTEGER)(cell) && String(cell).length <= 39,
    measure: wholeNumber,
  },
  { type: 'double', fits: (cell) => isText(NUMBER)(cell) || isText(SPECIAL)(cell), measure: Number },
]

/** Of JSON, where texts are no numbers, save those that no double holds. */
const LOOKS_OF_JSON: readonly Look[] = [
  { type: 'boolean', fits: (cell) => typeof cell === 'boolean' },
  { type: 'bigint', fits: (cell) => typeof cell === 'bigint' || Number.isInteger(cell) },
  {
    type: 'double',
    fits: (cell) => typeof cell === 'number' || typeof cell === 'bigint',
  },
  { type: 'json', fits: (cell) => typeof cell === 'object' },
]

/**
 * A column of a text format, with a type guessed from the cells of a sample. Where a later cell does not fit it, the type becomes
 * `varchar`.
 */
export class GuessedColumn implements DataColumn {
  readonly name: string
  readonly isGuessed = true
  readonly units: Units | undefined
  readonly measure: ((cell: Value) => Value) | undefined
  readonly #type: string
  #isWider = false

  /**
   * @param sample the first cells, NULLs included
   * @param isJson whether the format tells numbers from texts
   */
  constructor(name: string, sample: readonly Value[], isJson: boolean) {
    this.name = name
    const cells = sample.filter((cell) => cell !== null)
    const looks = [...(isJson ? LOOKS_OF_JSON : LOOKS_OF_TEXTS), ...timesLike(cells)]
    const look = cells.length === 0 ? undefined : looks.find(({ fits }) => cells.every(fits))
    this.#type = look?.type ?? (cells.length === 0 ? '' : 'varchar')
    this.units = look?.units
    if (look === undefined) return
    const { fits, measure = (cell) => cell } = look
    this.measure = (cell) => {
      if (cell === null) return null
      if (fits(cell)) return measure(cell)
      this.#isWider = true
      return cell
    }
  }

  get type(): string {
    return this.#isWider ? 'varchar' : this.#type
  }
}

/** A date or a timestamp, with as many decimals of a second as the cells have. */
function timesLike(cells: readonly Value[]): Look[] {
  const texts = cells.filter((cell) => typeof cell === 'string')
  const fraction = texts.reduce((most, text) => Math.max(most, TIMESTAMP.exec(text)?.[3]?.length ?? 0), 0)
  const digits = fraction <= 3 ? 3 : fraction <= 6 ? 6 : 9
  const isZoned = texts.some((text) => TIMESTAMP.exec(text)?.[4] !== undefined)
  const perUnit = 10n ** BigInt(9 - digits)
  const units = timestampUnits(digits, isZoned)
  const measure = (cell: Value) => momentOf(String(cell))! / perUnit
  const isMoment = (form: RegExp) => (cell: Value) =>
    isText(form)(cell) && (momentOf(String(cell)) ?? 1n) % perUnit === 0n
  return [
    {
      type: 'date',
      fits: isMoment(DATE),
      measure,
      units: { ...units, text: (value) => units.text(value).slice(0, 10) },
    },
    { type: isZoned ? 'timestamp with time zone' : 'timestamp', fits: isMoment(TIMESTAMP), measure, units },
  ]
}

function isText(form: RegExp): (cell: Value) => boolean {
  return (cell) => typeof cell === 'string' && form.test(cell)
}

function isInt64(cell: Value): boolean {
  const value = BigInt(String(cell))
  return value >= -MOST_INT64 && value < MOST_INT64
}

function wholeNumber(cell: Value): number | bigint {
  const value = Number(cell)
  return Number.isSafeInteger(value) ? value : BigInt(String(cell))
}
