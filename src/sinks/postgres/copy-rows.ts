import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { SluiceError } from '../../errors.js'
import { createEncoder } from '../../kernel/encoder.js'
import type { SinkContext } from '../contract.js'
import { EncodeStream } from '../formats/rows/encode-stream.js'
import type { TableRows } from '../sql-table.js'

/** The stream of `pg-copy-streams`, with the number of rows the server took. */
export type CopyStream = Writable & { readonly rowCount: number }

/**
 * Rows in the text format of COPY, which the TSV encoder writes: tab, newline and backslash escaped, NULL as `\N`. See
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS.
 */
export class CopyRows implements TableRows {
  readonly input: EncodeStream
  bytes = 0
  readonly #copy: CopyStream
  readonly #failure: (error: unknown) => SluiceError
  readonly #written: Promise<void>

  /** @param failure puts what the driver reports into the words of this package */
  constructor(
    copy: CopyStream,
    { plan, limits, limitReached }: SinkContext,
    failure: (error: unknown) => SluiceError,
  ) {
    this.#copy = copy
    this.#failure = failure
    this.input = new EncodeStream(createEncoder({ format: 'tsv', header: false, limits }, plan), limitReached)
    this.#written = this.#copyRows()
    this.#written.catch(() => {})
  }

  /** `stream.pipeline` would end the input with the driver's own error, before that is converted. */
  async #copyRows(): Promise<void> {
    const copy = this.#copy
    const copied = finished(copy).catch((error) => {
      const failure = this.#failure(error)
      this.input.destroy(failure)
      throw failure
    })
    copied.catch(() => {})
    for await (const chunk of this.input) {
      this.bytes += chunk.byteLength
      if (!copy.write(chunk)) await Promise.race([once(copy, 'drain').catch(() => copied), copied])
    }
    copy.end()
    await copied
  }

  async finish(): Promise<void> {
    await this.#written
    const { rowCount } = this.#copy
    if (rowCount !== this.input.rows) {
      throw new SluiceError('E_DATABASE', `PostgreSQL took ${rowCount} rows, ${this.input.rows} were sent`)
    }
  }

  async abandon(): Promise<void> {
    this.#copy.destroy()
    await this.#written.catch(() => {})
  }
}
