import type { SqlType } from '../../model/schema.js'
import type { ToCell } from './cell.js'
import type { Holds } from './column.js'
import { dateCell, intervalCell, timeCell, timestampCell } from './moments.js'
import { decimalCell, doubleCell, integerCell, realCell } from './numbers.js'
import { bytesCell, jsonCell, textCell, uuidCell } from './texts.js'

/**
 * How values of a result column become cells of a table column, exactly or not at all: databases round, cut and guess where
 * they convert. Values may be of another kind than `type` says.
 */
export function cellsFor(holds: Holds, type: SqlType): ToCell {
  switch (holds.kind) {
    case 'boolean':
      return booleanCell
    case 'integer':
      return integerCell(holds, type)
    case 'decimal':
      return decimalCell(holds)
    case 'double':
      return doubleCell
    case 'real':
      return realCell(type)
    case 'text':
      return textCell(holds, type)
    case 'bytes':
      return bytesCell
    case 'date':
      return dateCell
    case 'time':
      return timeCell(holds)
    case 'timestamp':
      return timestampCell(holds)
    case 'interval':
      return intervalCell(type)
    case 'uuid':
      return uuidCell
    case 'json':
      return jsonCell(holds)
    case 'form':
      return (value) => (typeof value === 'string' && holds.accepts(value) ? value : undefined)
    case 'own':
      return holds.cells(type)
    case 'nothing':
      return () => undefined
    default:
      return holds satisfies never
  }
}

const booleanCell: ToCell = (value) => {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}
