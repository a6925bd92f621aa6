import type { DuckDBAppender } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import type { OwnCell, TableCell } from '../tables/cell.js'
import type { SqlColumn } from '../tables/column.js'
import { inTableCell } from '../tables/table-rows.js'
import type { NestedPart } from './nested.js'
import { nestedType } from './nested-types.js'
import { typeOfTexts, valueOfTexts } from './nested-values.js'

/** The driver, which is loaded when it is needed. */
type Driver = typeof import('@duckdb/node-api')

type Append = (appender: DuckDBAppender, cell: TableCell) => void

/**
 * How cells are appended to a column. DuckDB casts to the type of the column, from texts as well; cells are such that it
 * need not round. It refuses what is outside of the range of a type, such as the year 3000 in nanoseconds.
 */
function appendTo({ holds, typeText }: SqlColumn, driver: Driver): Append {
  if (holds.kind === 'own') {
    const nested = nestedType(typeText)
    const type = typeOfTexts(driver, nested)
    return (appender, cell) =>
      appender.appendValue(valueOfTexts(driver, nested, (cell as OwnCell).own as NestedPart), type)
  }
  // It casts texts to all types but this one.
  if (holds.kind === 'interval') {
    return (appender, cell) =>
      appender.appendInterval(new driver.DuckDBIntervalValue(...intervalParts(cell as string)))
  }
  if (holds.kind === 'double' || holds.kind === 'real')
    return (appender, cell) => appender.appendDouble(cell as number)
  if (holds.kind === 'integer') return appendInteger
  return (appender, cell) => {
    if (typeof cell === 'boolean') appender.appendBoolean(cell)
    else if (cell instanceof Uint8Array) appender.appendBlob(cell)
    else appender.appendVarchar(cell as string)
  }
}

/** Of the text of an `intervalCell`: `-2 days -03:04:05.321`, `1 years 2 months`. */
function intervalParts(text: string): [months: number, days: number, micros: bigint] {
  const [, years, months] = /^(-?\d+) years (-?\d+) months$/.exec(text) ?? []
  if (months !== undefined) return [Number(years) * 12 + Number(months), 0, 0n]
  const [, days, sign, hours, minutes, seconds, fraction = ''] =
    /^(-?\d+) days (-?)(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text)!
  const whole = (BigInt(hours!) * 60n + BigInt(minutes!)) * 60n + BigInt(seconds!)
  const micros = whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return [0, Number(days), sign === '-' ? -micros : micros]
}

const LEAST_INT32 = -(2 ** 31)
const MOST_INT32 = 2 ** 31 - 1

const appendInteger: Append = (appender, cell) => {
  if (typeof cell === 'number' && cell >= LEAST_INT32 && cell <= MOST_INT32)
    return appender.appendInteger(cell)
  const integer = BigInt(cell as number | bigint)
  if (BigInt.asIntN(64, integer) === integer) appender.appendBigInt(integer)
  else appender.appendVarchar(String(integer))
}

/** A function that appends rows; what DuckDB refuses is `E_TYPE`, with row and column. */
export function rowAppender(
  appender: DuckDBAppender,
  columns: readonly SqlColumn[],
  isNumbered: boolean,
  driver: Driver,
): (rows: readonly (TableCell | null)[][], firstRow: number) => void {
  const appends = columns.map((column) => appendTo(column, driver))
  return (rows, firstRow) => {
    let column = 0
    for (const [i, cells] of rows.entries()) {
      try {
        for (column = 0; column < appends.length; column++) {
          const cell = cells[column]!
          if (cell === null) appender.appendNull()
          else appends[column]!(appender, cell)
        }
        if (isNumbered) appender.appendBigInt(BigInt(firstRow + i + 1))
        appender.endRow()
      } catch (cause) {
        const refused = new SluiceError('E_TYPE', `DuckDB: ${messageOf(cause)}`, { cause })
        throw inTableCell(refused, firstRow + i, columns[column]?.name ?? '')
      }
    }
  }
}
