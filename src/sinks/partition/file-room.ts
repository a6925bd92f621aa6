/** Bytes of output for a byte of msgpack, before anything is known: keys of objects and NULLs make more of a row. */
const FIRST_GROWTH = 4

/** Rows differ: the last one of a file is to fit although it grows by a quarter more than those before. */
const MARGIN = 1.25

/** How rows are divided among files of a bounded size. One for all files of a run. */
export class FileRoom {
  readonly #maxBytes: number
  #growth = FIRST_GROWTH

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * How many of the rows from `from` to `to` go into a file before it is looked at again: about half of what there is room
   * for, so that an estimate that is wrong by half does no harm. 0 when not even one fits; a file without rows takes one.
   *
   * @param given bytes of rows that the file was given
   * @param bytes what it has now
   */
  rowsFor(rows: readonly Uint8Array[], from: number, to: number, given: number, bytes: number): number {
    if (given > 0) this.#growth = Math.max(bytes / given, 1e-3)
    const room = this.#maxBytes - bytes
    let taken = 0
    let wanted = 0
    for (let at = from; at < to; at++) {
      wanted += rows[at]!.length * this.#growth
      if (wanted > room / 2) break
      taken++
    }
    if (taken > 0 || from === to) return taken
    const fits = rows[from]!.length * this.#growth * MARGIN <= room
    return fits || given === 0 ? 1 : 0
  }
}
