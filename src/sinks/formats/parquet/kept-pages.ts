import type { PageStore } from './page-store.js'

/** Entry of the page index, besides the page's place. */
export interface PageNote {
  /** The row of the row group with which it begins. */
  readonly firstRow: number
  readonly nulls: number
  /** `undefined` where nothing can be said of the values, and for a page of NULLs alone. */
  readonly bounds: { readonly minimum: Uint8Array; readonly maximum: Uint8Array } | undefined
  readonly isNull: boolean
}

export interface KeptPage extends PageNote {
  /** With its header, as it is in the file. */
  readonly bytes: number
}

/** Numbers kept of a page. Numbers rather than objects, because wide tables have very many pages. */
const NUMBERS = 6

/** In place of the length of a bound: there is none. */
const NO_BOUNDS = -1
const NULL_PAGE = -2

/** The pages of a column chunk, which wait in the store for their row group to close. */
export class KeptPages {
  readonly #store: PageStore
  /** Start and end in the store, first row, NULLs, lengths of minimum and maximum, which lie behind the page. */
  readonly #numbers: number[] = []

  constructor(store: PageStore) {
    this.#store = store
  }

  keep(parts: readonly Uint8Array[], { firstRow, nulls, bounds, isNull }: PageNote): void {
    const store = this.#store
    const start = store.bytes
    for (const part of parts) store.keep(part)
    const end = store.bytes
    if (bounds === undefined) {
      this.#numbers.push(start, end, firstRow, nulls, isNull ? NULL_PAGE : NO_BOUNDS, 0)
      return
    }
    const { minimum, maximum } = bounds
    store.keep(minimum)
    store.keep(maximum)
    this.#numbers.push(start, end, firstRow, nulls, minimum.length, maximum.length)
  }

  /** The bytes of each page, in pieces. */
  *read(): Iterable<Iterable<Uint8Array>> {
    for (let i = 0; i < this.#numbers.length; i += NUMBERS) {
      yield this.#store.read(this.#numbers[i]!, this.#numbers[i + 1]!)
    }
  }

  notes(): KeptPage[] {
    const notes: KeptPage[] = []
    for (let i = 0; i < this.#numbers.length; i += NUMBERS) {
      const [start, end, firstRow, nulls, least, greatest] = this.#numbers.slice(i, i + NUMBERS) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const bounds =
        least < 0
          ? undefined
          : {
              minimum: this.#store.copy(end, end + least),
              maximum: this.#store.copy(end + least, end + least + greatest),
            }
      notes.push({ bytes: end - start, firstRow, nulls, bounds, isNull: least === NULL_PAGE })
    }
    return notes
  }
}
