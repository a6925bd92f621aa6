import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { destroyQuietly } from '../../abort.js'
import { SluiceError } from '../../errors.js'
import type { Value } from '../../rows/values.js'
import type { SinkContext } from '../contract.js'
import type { RowInput, TakeBlock } from '../row-input.js'
import type { TableCell } from '../tables/cell.js'
import { type CellColumn, cellInput, type TableRows } from '../tables/table-rows.js'
import { type BlockText, blockText } from './block-text.js'
import { rowText } from './row-text.js'

/** The stream of `pg-copy-streams`, with the number of rows the server took. */
export type CopyStream = Writable & { readonly rowCount: number }

/**
 * Rows as a `COPY` takes them: whole blocks where their values are of kinds that the columns hold anyway (`blockText`), others
 * value by value.
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
    const take = (rows: readonly (TableCell | null)[][], firstRow: number) =>
      this.#send(rowText(rows, isNumbered ? firstRow : undefined), rows.length)
    const typed = columns.map(({ column }, i) => ({ column, type: context.plan.columns[i]!.type }))
    const encode = blockText(typed, isNumbered, context.limits)
    this.input = cellInput(context, columns, take, encode && this.#blockTaker(encode))
    // `stream.pipeline` would end the input with the driver's own error, before that is converted.
    this.#copied = finished(copy).catch((error) => {
      const reason = failure(error)
      // The caller may not listen yet.
      destroyQuietly(this.input, reason)
      throw reason
    })
    this.#copied.catch(() => {})
  }

  #blockTaker(encode: BlockText): TakeBlock {
    return (block, kinds, plan) => {
      const text = encode(block, kinds, plan)
      return text && this.#send(text.bytes, block.rows).then(() => text.replacedTexts)
    }
  }

  async #send(chunk: Uint8Array, rows: number): Promise<void> {
    this.bytes += chunk.byteLength
    this.#sent += rows
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
