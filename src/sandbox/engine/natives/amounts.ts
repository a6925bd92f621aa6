import { native } from './native.js'

const MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `3.81 d`: a number and its unit. */
function amount(text: string, what: string): readonly [value: string, unit: string] {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*$/.exec(text)
  if (match === null) throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid ${what}: '${text}'`)
  return [match[1]!, match[2]!]
}

function durationMs(text: string): number {
  const [value, unit] = amount(text, 'duration')
  const size = MS[unit]
  if (size === undefined) throw new Error(`INVALID_FUNCTION_ARGUMENT: Unknown time unit: ${unit}`)
  return Math.round(Number(value) * size)
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']

/** Whole bytes: of a fraction, what is below the point is left out. */
function dataSize(text: string): string {
  const [value, unit] = amount(text, 'data size')
  const power = SIZES.indexOf(unit)
  if (power === -1) throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid data size: '${text}'`)
  const [whole = '', part = ''] = value.split('.')
  return String((BigInt(whole + part) * 1024n ** BigInt(power)) / 10n ** BigInt(part.length))
}

const PERIODS: readonly (readonly [name: string, seconds: number])[] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

function readableSeconds(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`INVALID_FUNCTION_ARGUMENT: Invalid argument found: ${value}`)
  let rest = Math.round(Math.abs(value))
  const parts = PERIODS.flatMap(([name, seconds]) => {
    const count = Math.floor(rest / seconds)
    rest -= count * seconds
    return count === 0 ? [] : [`${count} ${name}${count === 1 ? '' : 's'}`]
  })
  return parts.length === 0 ? '0 seconds' : parts.join(', ')
}

/** `123K`: three digits and a unit. */
function unitNumber(value: number): string {
  const units = ['', 'K', 'M', 'B', 'T', 'Q']
  let size = Math.abs(value)
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  const digits = size < 10 ? 2 : size < 100 ? 1 : 0
  return `${value < 0 ? '-' : ''}${Number(size.toFixed(digits))}${units[unit]}`
}

/** Indexes from 1 of each choice of so many out of so many, as JSON. */
function combinations(length: number, size: number): string {
  if (size < 0 || size > 5)
    throw new Error('INVALID_FUNCTION_ARGUMENT: combination size must be between 0 and 5')
  // Trino's order: those without the last item come first.
  const choices = (among: number, count: number): number[][] => {
    if (count === 0) return [[]]
    const found: number[][] = []
    for (let last = count; last <= among; last++)
      for (const rest of choices(last - 1, count - 1)) found.push([...rest, last])
    return found
  }
  const all = choices(length, size)
  if (all.length * size > 100_000)
    throw new Error('INVALID_FUNCTION_ARGUMENT: combinations exceed max size of 100000 elements')
  return JSON.stringify(all)
}

/** https://trino.io/docs/current/functions/datetime.html#duration-function and conversion.html#data-size */
export const AMOUNTS = [
  native('_parse_duration', ['text'], 'long', (text) => BigInt(durationMs(text))),
  native('_data_size', ['text'], 'text', dataSize),
  native('_readable_seconds', ['number'], 'text', readableSeconds),
  native('_unit_number', ['number'], 'text', unitNumber),
  native('_combinations', ['number', 'number'], 'text', combinations),
]
