import { Buffer } from 'node:buffer'
import type { TableCell } from '../tables/cell.js'

/**
 * Rows in the text format of COPY: tab, line ends and backslash escaped, NULL as `\N`. See
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS.
 *
 * @param firstNumber that of the first row, where their numbers go into a last column
 */
export function rowText(rows: readonly (TableCell | null)[][], firstNumber?: number): Uint8Array {
  let text = ''
  let number = firstNumber
  for (const cells of rows) {
    for (let i = 0; i < cells.length; i++) text += i === 0 ? copyText(cells[i]!) : `\t${copyText(cells[i]!)}`
    text += number === undefined ? '\n' : `\t${++number}\n`
  }
  return Buffer.from(text)
}

const SPECIAL = /[\t\n\r\\]/
const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

function copyText(cell: TableCell | null): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'string') {
    return SPECIAL.test(cell) ? cell.replace(/[\t\n\r\\]/g, (character) => ESCAPES[character]!) : cell
  }
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : String(cell)
  // The backslash of https://www.postgresql.org/docs/current/datatype-binary.html is escaped as any other.
  if (cell instanceof Uint8Array) return `\\\\x${Buffer.from(cell).toString('hex')}`
  return String(cell)
}
