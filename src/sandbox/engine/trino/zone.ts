import { canonicalZone, offsetOf } from '../natives/zones.js'
import { SqlError } from '../sql/sql-error.js'
import type { Type } from './type.js'
import { sqlText } from './typed.js'

type Zoned = Type & { kind: 'timestamp with time zone' }

/** @throws SqlError for a name that is no zone. */
export function atZone(zone: string, at: number): string {
  if (offsetOf(zone) === undefined && canonicalZone(zone) === undefined)
    throw new SqlError(`'${zone}' is not a valid time zone`, at)
  return zone
}

/** The zone as Trino writes it behind the time. */
export function zoneText({ zone }: Zoned): string {
  return known(zone)
}

function known(zone: string | undefined): string {
  if (zone !== undefined) return zone
  throw new SqlError(
    "the sandbox does not know the time zone of this value before the query runs; write AT TIME ZONE 'UTC', or another, behind it",
  )
}

const shifted = (sql: string, seconds: number, sign: '+' | '-') =>
  seconds === 0 ? sql : `(${sql} ${sign} to_seconds(${seconds}))`

/** The local time of an instant, as a timestamp without zone. */
export function localOf(sql: string, { zone }: Zoned): string {
  const name = known(zone)
  const offset = offsetOf(name)
  if (offset !== undefined) return shifted(`timezone('UTC', ${sql})`, offset, '+')
  return `timezone(${sqlText(canonicalZone(name)!)}, ${sql})`
}

/** The instant of a local time. */
export function instantOf(sql: string, zone: string): string {
  const offset = offsetOf(zone)
  if (offset !== undefined) return `timezone('UTC', ${shifted(sql, offset, '-')})`
  return `timezone(${sqlText(canonicalZone(zone)!)}, ${sql})`
}
