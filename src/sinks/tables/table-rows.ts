import type { Writable } from 'node:stream'
import { reworded, SluiceError } from '../../errors.js'
import type { Value } from '../../rows/values.js'
import type { SinkContext } from '../contract.js'
import { type InputBatch, RowInput, type TakeBlock } from '../row-input.js'
import { shownValue } from '../shown-value.js'
import type { TableCell, ToCell } from './cell.js'
import type { SqlColumn } from './column.js'

/** Rows on their way into a table. */
export interface TableRows {
  readonly input: Writable & { readonly rows: number; readonly replacedTexts: number }
  /** Bytes sent to the database; 0 where rows are not sent as bytes. */
  readonly bytes: number
  /** Resolves when the open transaction has all rows. */
  finish(): Promise<void>
  /** Stops writing. Never rejects. */
  abandon(): Promise<void>
}

/** A column that is written, and how. */
export interface CellColumn {
  readonly column: SqlColumn
  readonly toCell: ToCell
}

/** Takes the rows of one batch, as cells in the order of the columns; `firstRow` counts from 0. */
type TakeCells = (rows: readonly (TableCell | null)[][], firstRow: number) => void | Promise<void>

/**
 * Reads rows as cells of a table, save for the blocks that `takeBlock` takes.
 *
 * @throws SluiceError as the failure of the stream: `E_TYPE` for a value that its column cannot hold exactly, with row and
 * column.
 */
export function cellInput(
  context: SinkContext,
  columns: readonly CellColumn[],
  take: TakeCells,
  takeBlock?: TakeBlock,
): RowInput<Value[]> {
  // As they came: what a type would make of them is for programs.
  const raw = context.plan.columns.map((column) => ({ ...column, type: { kind: 'null' } as const }))
  const plan = { ...context.plan, columns: raw }
  const options = { shape: 'array', int64: 'bigint', keepTimes: true } as const
  const takeValues = ({ rows, firstRow }: InputBatch<Value[]>) =>
    take(
      rows.map((values, i) => cellsOf(values, columns, firstRow + i)),
      firstRow,
    )
  return new RowInput<Value[]>({ ...context, plan }, options, takeValues, takeBlock)
}

/** The array of the row's values becomes that of its cells: rows are many, and each has an array of its own. */
function cellsOf(values: Value[], columns: readonly CellColumn[], row: number): (TableCell | null)[] {
  const cells = values as (TableCell | null)[]
  let i = 0
  try {
    for (; i < columns.length; i++) {
      const { column, toCell } = columns[i]!
      const value = values[i]!
      const cell = value === null ? null : toCell(value)
      if (cell === undefined || (cell === null && !column.nullable)) throw misfit(value, column)
      cells[i] = cell
    }
  } catch (error) {
    throw inTableCell(error, row, columns[i]!.column.name)
  }
  return cells
}

/** The problem with the cell of a row, counted from 0. */
export function inTableCell(error: unknown, row: number, column: string): unknown {
  if (!(error instanceof SluiceError)) return error
  return reworded(error, { message: `row ${row + 1}, column ${JSON.stringify(column)}: ${error.message}` })
}

function misfit(value: Value, { typeText, nullable }: SqlColumn): SluiceError {
  const type = nullable ? typeText : `${typeText} not null`
  const message = `${shownValue(value)} does not fit the type ${type} of the table exactly`
  return new SluiceError('E_TYPE', message, {
    hint: 'round or convert it in the query, or give the table a column that holds it',
  })
}
