import type { Limits } from '../model/limits.js'
import type { RowBlock } from '../model/row-block.js'
import { kernelFailure, truncated } from './failure.js'
import { KernelInstance } from './instance.js'
import { rowSettings } from './settings.js'

/** Cuts the bytes of a result into {@link RowBlock}s, validating each row. */
export interface RowFramer {
  /** Takes a chunk; the work is done while the result is iterated, which has to be to its end before the next call. */
  push(chunk: Uint8Array): Iterable<RowBlock>
  /** Gives back the bytes of a block that will not be read again, to be written over. Optional. */
  recycle(bytes: Uint8Array): void
  /** Yields what remains. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Iterable<RowBlock>
  /** Gives the memory back for another framer, after `end`. Nothing may be called afterwards but `rows`. Nobody has to. */
  release(): void
  readonly rows: number
  /** The kinds of cells in each column of the block that came last, as `CELL_KINDS`; none unless they are noted. */
  readonly kinds: readonly number[]
}

export interface FramerOptions {
  /** Cells of each row: the columns of the schema. */
  width: number
  limits?: Partial<Limits>
  /**
   * Notes the kinds of cells.
   *
   * @default false
   */
  notesKinds?: boolean
}

/**
 * A framer for one result. Blocks have 256 KiB and the rest of a row, or what is left at the end. What `push` returns
 * does its work while it is iterated. Rows before a failure are yielded before it is thrown.
 *
 * Throws `E_USAGE` for limits that make no sense, and while it works `E_NOT_MSGPACK`, `E_MSGPACK`,
 * `E_MSGPACK_TRUNCATED`, `E_ROW_SHAPE`, `E_SCHEMA` and the `E_LIMIT_` codes.
 */
export function createFramer(options: FramerOptions): RowFramer {
  return new KernelFramer(options)
}

class KernelFramer implements RowFramer {
  readonly #instance: KernelInstance
  readonly #width: number
  kinds: readonly number[] = []
  #taken = 0
  #releasedRows: number | undefined

  constructor({ width, limits, notesKinds = false }: FramerOptions) {
    this.#width = notesKinds ? width : 0
    const settings = rowSettings(width, limits, notesKinds)
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, { limits: settings.limits, width, name: () => undefined }),
    )
    this.#instance.configure(settings)
  }

  get rows(): number {
    return this.#releasedRows ?? this.#instance.rows
  }

  release(): void {
    this.#releasedRows = this.#instance.rows
    this.#instance.release()
  }

  *push(chunk: Uint8Array): Iterable<RowBlock> {
    for (const _ of this.#instance.feed(chunk)) yield this.#block()
  }

  recycle(bytes: Uint8Array): void {
    this.#instance.recycle(bytes)
  }

  *end(): Iterable<RowBlock> {
    const { pendingBytes, rows } = this.#instance
    if (rows > this.#taken) yield this.#block()
    if (pendingBytes > 0) throw truncated(rows, pendingBytes)
  }

  #block(): RowBlock {
    const firstRow = this.#taken
    this.#taken = this.rows
    this.kinds = this.#instance.takeCellKinds(this.#width)
    return { bytes: this.#instance.take(), rows: this.#taken - firstRow, firstRow }
  }
}
