import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { destroyQuietly } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import type { Value } from '../../rows/values.js'
import type { SinkContext } from '../contract.js'
import type { RowInput } from '../row-input.js'
import type { TableCell } from '../tables/cell.js'
import { type CellColumn, cellInput, type TableRows } from '../tables/table-rows.js'

/** The stream of `pg-copy-streams`, with the number of rows the server took. */
export type CopyStream = Writable & { readonly rowCount: number }

/**
 * Rows in the text format of COPY: tab, line ends and backslash escaped, NULL as `\N`. See
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS.
 */
export class CopyRows implements TableRows {
  readonly input: RowInput<Value[]>
  bytes = 0
  #sent = 0
  readonly #copy: CopyStream
  readonly #copied: Promise<void>

  /**
   * @param isNumbered whether a last column takes the number of each row
   * @param failure puts what the driver reports into the words of this package
   */
  constructor(
    copy: CopyStream,
    columns: readonly CellColumn[],
    isNumbered: boolean,
    context: SinkContext,
    failure: (error: unknown) => SluiceError,
  ) {
    this.#copy = copy
    this.input = cellInput(context, columns, (rows, firstRow) =>
      this.#send(rows, isNumbered ? firstRow : undefined),
    )
    // `stream.pipeline` would end the input with the driver's own error, before that is converted.
    this.#copied = finished(copy).catch((error) => {
      const reason = failure(error)
      // Whoever opened it may not listen yet.
      destroyQuietly(this.input, reason)
      throw reason
    })
    this.#copied.catch(() => {})
  }

  async #send(rows: readonly (TableCell | null)[][], firstNumber: number | undefined): Promise<void> {
    let text = ''
    let number = firstNumber
    for (const cells of rows) {
      for (let i = 0; i < cells.length; i++)
        text += i === 0 ? copyText(cells[i]!) : `\t${copyText(cells[i]!)}`
      text += number === undefined ? '\n' : `\t${++number}\n`
    }
    const chunk = Buffer.from(text)
    this.bytes += chunk.byteLength
    this.#sent += rows.length
    const copy = this.#copy
    if (!copy.write(chunk)) await Promise.race([once(copy, 'drain').catch(() => this.#copied), this.#copied])
  }

  async finish(): Promise<void> {
    this.#copy.end()
    await this.#copied
    const { rowCount } = this.#copy
    if (rowCount !== this.#sent) {
      throw new SluiceError('E_DATABASE', `PostgreSQL took ${rowCount} rows, ${this.#sent} were sent`)
    }
  }

  async abandon(): Promise<void> {
    this.#copy.destroy()
    await this.#copied.catch(() => {})
  }
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
