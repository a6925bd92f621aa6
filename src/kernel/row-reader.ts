import { SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import { uniqueNames } from '../model/unique-names.js'
import { rowShape } from './row-shape.js'
import { Repetition } from './row-texts.js'
import { type Convert, converterOf, readsBigint, type ValueOptions } from './row-types.js'
import { type Int64, type Row, type Value, ValueReader } from './row-values.js'

export type { ValueOptions } from './row-types.js'
export type { Row, Value } from './row-values.js'

export interface RowReadOptions extends ValueOptions {
  /** Default `object`. Arrays have the cells in the order of the plan. */
  shape?: 'object' | 'array'
}

/** The rows of one block, and where each begins in its bytes. */
export interface RowBatch<T> {
  readonly rows: T[]
  /** One offset a row and one more: row i is `bytes.subarray(offsets[i], offsets[i + 1])`. */
  readonly offsets: number[]
}

/** One column of the result, as it is to be read. */
interface Cell {
  readonly name: string
  /** Its places in the row; more than one where the plan has the column again. */
  readonly targets: readonly number[]
  readonly int64: Int64
  readonly convert: Convert | undefined
  readonly repetition: Repetition
}

/**
 * Reads blocks, which are validated already, as JavaScript values that follow the plan's columns; casts are not its
 * business. Columns that the plan drops are stepped over. Throws `E_TYPE`, naming row and column, as the options say.
 */
export function createRowReader(
  plan: Plan,
  options: RowReadOptions & { shape: 'array' },
): (block: RowBlock) => RowBatch<Value[]>
export function createRowReader(plan: Plan, options?: RowReadOptions): (block: RowBlock) => RowBatch<Row>
export function createRowReader(plan: Plan, options: RowReadOptions = {}) {
  const names = uniqueNames(plan.columns.map(({ name }) => name))
  const make = options.shape === 'array' ? (cells: readonly Value[]) => cells.slice() : rowShape(names)
  const columns = cellsBySource(plan, options)
  const reader = new ValueReader(options.int64 ?? 'number')
  const cells: Value[] = new Array(names.length).fill(null)
  return (block: RowBlock) => {
    const rows: (Row | Value[])[] = []
    const offsets = [0]
    let source = 0
    reader.open(block.bytes)
    try {
      for (let i = 0; i < block.rows; i++) {
        reader.enterRow()
        for (source = 0; source < columns.length; source++) {
          const column = columns[source]
          if (column === undefined) reader.skip()
          else readCell(reader, column, cells)
        }
        rows.push(make(cells))
        offsets.push(reader.at)
      }
    } catch (error) {
      throw inCell(error, block.firstRow + rows.length + 1, columns[source]?.name ?? '')
    }
    return { rows, offsets }
  }
}

function readCell(reader: ValueReader, column: Cell, cells: Value[]): void {
  reader.int64 = column.int64
  let value = reader.value(column.repetition)
  if (column.convert !== undefined && value !== null) value = column.convert(value)
  const { targets } = column
  for (let i = 0; i < targets.length; i++) cells[targets[i]!] = value
}

/** What to do with each cell of a row as it comes; `undefined` for those that the plan drops. */
function cellsBySource(plan: Plan, options: RowReadOptions): (Cell | undefined)[] {
  const last = plan.columns.reduce((most, { source }) => Math.max(most, source), -1)
  const width = Math.max(plan.schema.columns.length, last + 1)
  const cells: (Cell & { targets: number[] })[] = new Array(width).fill(undefined)
  plan.columns.forEach(({ source, name, type }, target) => {
    cells[source] ??= {
      name,
      targets: [],
      int64: readsBigint(type) ? 'bigint' : (options.int64 ?? 'number'),
      convert: converterOf(type, options),
      repetition: new Repetition(),
    }
    cells[source].targets.push(target)
  })
  return cells
}

function inCell(error: unknown, row: number, column: string): unknown {
  if (!(error instanceof SluiceError)) return error
  const { code, message, hint } = error
  return new SluiceError(code, `row ${row}, column ${JSON.stringify(column)}: ${message}`, {
    hint,
    cause: error,
  })
}
