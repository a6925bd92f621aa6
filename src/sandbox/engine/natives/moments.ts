import { instantAt, offsetAt } from './zones.js'

export const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
export const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** A time to be written: its local fields, and what zone they are in. */
export interface Moment {
  readonly date: Date
  /** Microseconds behind the second. */
  readonly micros: number
  readonly zone: string
  readonly offset: number
}

/** The moment of local microseconds; its offset tells an hour that a zone has twice from the other. */
export function momentOf(local: number, zone: string, offset?: number): Moment {
  const seconds = Math.floor(local / 1e6)
  return {
    date: new Date(seconds * 1000),
    micros: local - seconds * 1e6,
    zone,
    offset: offset ?? offsetAt(zone, instantAt(zone, seconds)),
  }
}

export type Writer = (moment: Moment) => string

export const pad = (value: number, width: number): string =>
  value < 0 ? `-${pad(-value, width)}` : String(value).padStart(width, '0')
export const hour12 = (date: Date) => date.getUTCHours() % 12 || 12
export const dayOfYear = (date: Date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1

/** ISO 8601: the week of a day is that of its Thursday. */
export function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000)
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 }
}

export function offsetText(seconds: number, colon: string): string {
  const all = Math.abs(seconds)
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(all / 3600), 2)}${colon}${pad(Math.floor(all / 60) % 60, 2)}`
}

export const refuse = (what: string, format: string): never => {
  throw new Error(`the sandbox does not know ${what} in the date format ${format}`)
}

const DAY_MS = 86_400_000

/** The week of a day is that of its Saturday: how SimpleDateFormat counts weeks in English. */
export function saturdayWeek(date: Date): { year: number; week: number } {
  const saturday = new Date(date.getTime() + (6 - date.getUTCDay()) * DAY_MS)
  return { year: saturday.getUTCFullYear(), week: Math.floor((dayOfYear(saturday) - 1) / 7) + 1 }
}
