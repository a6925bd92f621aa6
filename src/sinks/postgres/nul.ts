import { SluiceError } from '../../errors.js'
import type { ToCell } from '../tables/cell.js'
import type { Holds } from '../tables/column.js'
import type { NulRule } from '../tables/options.js'

/** NUL in a JSON text, after any number of escaped backslashes. */
const ESCAPED = /((?<!\\)(?:\\\\)*)\\u0000/g

/** Cells without a NUL character, in texts and in values of `jsonb`; `json` keeps the text that stands for it. */
export function withoutNul(toCell: ToCell, holds: Holds, rule: NulRule): ToCell {
  const strips = rule === 'strip'
  if (holds.kind === 'text') {
    return (value) => {
      const cell = toCell(strips && typeof value === 'string' ? value.replaceAll('\0', '') : value)
      if (typeof cell === 'string' && cell.includes('\0')) throw nulError()
      return cell
    }
  }
  if (holds.kind !== 'json' || !holds.parsed) return toCell
  return (value) => {
    const cell = toCell(strips && typeof value === 'string' ? value.replace(ESCAPED, '$1') : value)
    if (typeof cell !== 'string' || !cell.includes('\\u0000') || cell.search(ESCAPED) === -1) return cell
    if (strips) return cell.replace(ESCAPED, '$1')
    throw nulError()
  }
}

function nulError(): SluiceError {
  return new SluiceError('E_TYPE', 'the text holds a NUL character, which PostgreSQL cannot hold', {
    hint: "leave such characters out with nul: 'strip' (--nul strip), or in the query: replace(x, chr(0))",
  })
}
