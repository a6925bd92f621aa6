import { Buffer } from 'node:buffer'
import { reworded, SluiceError } from '../errors.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import { uniqueNames } from '../model/unique-names.js'
import type { OptionShapes } from '../usage.js'
import { rowShape } from './row-shape.js'
import { Repetition, TextReader } from './texts.js'
import { headBytes, skipValue } from './tokens.js'
import { type Convert, converterOf, readsBigint, type ValueOptions } from './types.js'
import { type Int64, type Row, toObjectOf, type Value, ValueReader } from './values.js'

export type { ValueOptions } from './types.js'
export type { Int64, Row, Value } from './values.js'

/** How rows are read: their shape, and what becomes of their values. */
export interface RowReadOptions extends ValueOptions {
  /**
   * Arrays have the cells in the order of the plan.
   *
   * @default 'object'
   */
  shape?: 'object' | 'array'
}

/** How the sinks of this package read rows. */
export interface CellReadOptions extends RowReadOptions {
  /**
   * Timestamps stay extensions, with all their digits, which a `Date` has not.
   *
   * @default false
   */
  keepTimes?: boolean
  /**
   * Texts that are not UTF-8 stay apart from each other (see `losslessText`).
   *
   * @default false
   */
  keepInvalidUtf8?: boolean
}

/** Of {@link RowReadOptions}, save `shape`, which row functions do not have. */
export const VALUE_OPTIONS: OptionShapes<ValueOptions> = {
  int64: ['number', 'bigint', 'string'],
  timestamps: ['string', 'date', 'epoch'],
  decimals: ['string', 'number'],
  nullifySpecial: 'boolean',
  prototype: ['null', 'object'],
}

export const ROW_READ_OPTIONS: OptionShapes<RowReadOptions> = { ...VALUE_OPTIONS, shape: ['object', 'array'] }

/** The rows of one block, and where each begins in its bytes. */
export interface RowBatch<T> {
  readonly rows: T[]
  /** One offset a row and one more: row i is `bytes.subarray(offsets[i], offsets[i + 1])`. */
  readonly offsets: Uint32Array
  /** Texts in them that were not UTF-8 and have U+FFFD now. */
  readonly replacedTexts: number
}

/** How to read one column of the result. */
interface Cell {
  readonly name: string
  /** Its place in the row. */
  readonly target: number
  /** More places, where the plan has the column again. */
  readonly again: number[]
  readonly int64: Int64
  readonly convert: Convert | undefined
  readonly repetition: Repetition
}

/**
 * Reads validated blocks as JavaScript values in the order of the plan's columns. It steps over columns that the plan
 * drops, and ignores casts.
 *
 * @throws SluiceError `E_TYPE`, naming row and column, for a value that the options do not allow.
 */
export function createRowReader(
  plan: Plan,
  options: CellReadOptions & { shape: 'array' },
): (block: RowBlock) => RowBatch<Value[]>
export function createRowReader(plan: Plan, options?: CellReadOptions): (block: RowBlock) => RowBatch<Row>
export function createRowReader(
  plan: Plan,
  options: CellReadOptions = {},
): (block: RowBlock) => RowBatch<Row | Value[]> {
  const names = uniqueNames(plan.columns.map(({ name }) => name))
  const make =
    options.shape === 'array' ? (cells: readonly Value[]) => cells.slice() : rowShape(names, options)
  const columns = cellsBySource(plan, options)
  const cells: Value[] = new Array(names.length).fill(null)
  const texts = new TextReader(options.keepInvalidUtf8)
  const toObject = toObjectOf(options.prototype)
  const values = new ValueReader(options.int64 ?? 'number', texts, toObject, options.keepTimes)
  return (block: RowBlock) => {
    const { buffer, byteOffset, byteLength } = block.bytes
    const bytes = Buffer.from(buffer, byteOffset, byteLength)
    const view = new DataView(buffer, byteOffset, byteLength)
    texts.open(bytes, view)
    values.open(bytes, view)
    const rows: (Row | Value[])[] = new Array(block.rows)
    const offsets = new Uint32Array(block.rows + 1)
    const { replaced } = texts
    let i = 0
    let source = 0
    try {
      for (let at = 0; i < block.rows; i++) {
        at += headBytes(bytes[at]!)
        for (source = 0; source < columns.length; source++) {
          const column = columns[source]
          if (column === undefined) {
            at = skipValue(bytes, at)
            continue
          }
          // The commonest forms are read here, where the offset is a local variable; `ValueReader` reads the others.
          const type = bytes[at]!
          let value: Value
          if (type < 0x80) {
            value = type
            at += 1
          } else if (type >= 0xa0 && type < 0xc0) {
            value = texts.read(at + 1, type & 0x1f, column.repetition)
            at += 1 + (type & 0x1f)
          } else if (type === 0xc0) {
            value = null
            at += 1
          } else if (type === 0xd9) {
            const length = bytes[at + 1]!
            value = texts.read(at + 2, length, column.repetition)
            at += 2 + length
          } else if (type === 0xcb) {
            value = view.getFloat64(at + 1)
            at += 9
          } else if (type === 0xce) {
            value = view.getUint32(at + 1)
            at += 5
          } else if (type === 0xcd) {
            value = view.getUint16(at + 1)
            at += 3
          } else {
            values.at = at
            values.int64 = column.int64
            value = values.value(column.repetition)
            at = values.at
          }
          if (column.convert !== undefined && value !== null) value = column.convert(value)
          cells[column.target] = value
          if (column.again.length > 0) for (const target of column.again) cells[target] = value
        }
        rows[i] = make(cells)
        offsets[i + 1] = at
      }
    } catch (error) {
      throw inCell(error, block.firstRow + i + 1, columns[source]?.name ?? '')
    }
    return { rows, offsets, replacedTexts: texts.replaced - replaced }
  }
}

/** Reader of each cell of a row in order; `undefined` for cells that the plan drops. */
function cellsBySource(plan: Plan, options: RowReadOptions): (Cell | undefined)[] {
  const last = plan.columns.reduce((most, { source }) => Math.max(most, source), -1)
  const width = Math.max(plan.schema.columns.length, last + 1)
  const cells: Cell[] = new Array(width).fill(undefined)
  plan.columns.forEach(({ source, name, type }, target) => {
    cells[source]?.again.push(target)
    cells[source] ??= {
      name,
      target,
      again: [],
      int64: readsBigint(type) ? 'bigint' : (options.int64 ?? 'number'),
      convert: converterOf(type, options),
      repetition: new Repetition(),
    }
  })
  return cells
}

function inCell(error: unknown, row: number, column: string): unknown {
  if (!(error instanceof SluiceError)) return error
  return reworded(error, { message: `row ${row}, column ${JSON.stringify(column)}: ${error.message}` })
}
