import { Buffer } from 'node:buffer'
import type { DuckDBAppender, DuckDBTimestampTZValue } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import type { SqlType } from '../../model/schema.js'
import { toJson } from '../../rows/json.js'
import type { Value } from '../../rows/reader.js'
import { parseInstant } from '../../rows/time.js'

type Append = (appender: DuckDBAppender, value: Value) => void

/** The type of a column for values of `type`; see https://duckdb.org/docs/stable/sql/data_types/overview. */
export function duckDbType(type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double':
    case 'date':
    case 'uuid':
    case 'json':
      return type.kind.toUpperCase()
    case 'real':
      return 'FLOAT'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'varbinary':
      return 'BLOB'
    case 'time':
      return type.withTimeZone ? 'TIMETZ' : 'TIME'
    case 'timestamp':
      return type.withTimeZone ? 'TIMESTAMPTZ' : 'TIMESTAMP'
    case 'array':
    case 'map':
    case 'row':
      return 'JSON'
    case 'varchar':
    case 'char':
    case 'interval':
    case 'ipaddress':
    case 'unknown':
    case 'null':
      return 'VARCHAR'
    default:
      return type satisfies never
  }
}

/** DuckDB casts appended values to the type of the column, texts too, and refuses those it cannot cast exactly. */
export function appendersFor(
  types: readonly SqlType[],
  TimestampTz: typeof DuckDBTimestampTZValue,
): readonly Append[] {
  const zoned: Append = (appender, value) => {
    if (typeof value !== 'string') return appendAny(appender, value)
    // DuckDB on its own knows no names of time zones.
    const { seconds, fraction } = parseInstant(value)
    const micros = BigInt(seconds) * 1_000_000n + BigInt(Math.round(fraction * 1e6))
    appender.appendTimestampTZ(new TimestampTz(micros))
  }
  return types.map((type) => {
    if (type.kind === 'timestamp' && type.withTimeZone) return zoned
    if (type.kind === 'varbinary') return appendBytes
    return type.kind === 'real' || type.kind === 'double' ? appendDouble : appendAny
  })
}

const appendAny: Append = (appender, value) => {
  if (typeof value === 'string') appender.appendVarchar(value)
  else if (typeof value === 'bigint') appendInteger(appender, value)
  else if (typeof value === 'boolean') appender.appendBoolean(value)
  else if (typeof value !== 'number') appendObject(appender, value)
  else if (Number.isInteger(value)) appender.appendBigInt(BigInt(value))
  else appender.appendDouble(value)
}

const appendDouble: Append = (appender, value) => {
  if (typeof value === 'number') appender.appendDouble(value)
  else appendAny(appender, value)
}

/** Binary data may come as a text too. */
const appendBytes: Append = (appender, value) => {
  if (typeof value === 'string') appender.appendBlob(Buffer.from(value))
  else appendAny(appender, value)
}

function appendInteger(appender: DuckDBAppender, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) appender.appendBigInt(value)
  else appender.appendUBigInt(value)
}

function appendObject(appender: DuckDBAppender, value: Value): void {
  if (value === null) appender.appendNull()
  else if (value instanceof Uint8Array) appender.appendBlob(value)
  else if (value instanceof Date) appender.appendVarchar(value.toISOString())
  else appender.appendVarchar(toJson(value))
}

/** Appends rows; what DuckDB refuses is `E_TYPE`, with row and column. */
export function appendRows(
  appender: DuckDBAppender,
  appends: readonly Append[],
  names: readonly string[],
  { rows, firstRow }: { rows: readonly Value[][]; firstRow: number },
): void {
  let column = 0
  for (const [i, cells] of rows.entries()) {
    try {
      for (column = 0; column < appends.length; column++) {
        const value = cells[column]!
        if (value === null) appender.appendNull()
        else appends[column]!(appender, value)
      }
      appender.endRow()
    } catch (cause) {
      const cell = `row ${firstRow + i + 1}, column ${JSON.stringify(names[column] ?? '')}`
      throw new SluiceError('E_TYPE', `${cell}: ${messageOf(cause)}`, { cause })
    }
  }
}
