import { Buffer } from 'node:buffer'
import { SluiceError } from '../../../errors.js'
import type { Misfit } from '../../../kernel/columns/vectors.js'
import { createRowReader } from '../../../rows/reader.js'
import { shownValue } from '../../shown-value.js'

/** Where and what, for a cell that does not fit its column. `row` counts from 0. */
export function typeError(column: string, typeText: string, row: number, misfit: Misfit): SluiceError {
  const where = `row ${row + 1}, column ${JSON.stringify(column)}`
  if (misfit.invalidUtf8) return new SluiceError('E_UTF8', `${where}: the text is not valid UTF-8`)
  return new SluiceError('E_TYPE', `${where}: ${show(misfit.value)} does not fit the type ${typeText}`, {
    hint: "cast the column to varchar, or write NULL instead with --on-type-error null (onTypeError: 'null')",
  })
}

const readCell = createRowReader(
  {
    schema: { columns: [], inferred: false },
    columns: [{ source: 0, name: '', type: { kind: 'unknown', text: '' } }],
  },
  { shape: 'array', int64: 'bigint' },
)

/** The beginning of a value, as JSON where it can be. */
function show(cell: Buffer): string {
  const [value] = readCell({ bytes: Buffer.concat([Buffer.of(0x91), cell]), rows: 1, firstRow: 0 }).rows[0]!
  return shownValue(value!)
}
