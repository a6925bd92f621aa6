import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import { kernelFailure, truncated } from './failure.js'
import { KernelInstance } from './instance.js'
import { type WatchedColumn, watchSettings } from './settings.js'

export type { WatchedColumn } from './settings.js'

/** Numbers of 32 bits that make a hash. They have signs: the engine keeps those apart from its numbers on the heap. */
export const HASH_WORDS = 4

/** Looks at rows that go elsewhere: counts NULLs, and hashes keys. */
export interface RowWatcher {
  /**
   * Takes a chunk. Yields the hashes of keys as {@link HASH_WORDS} numbers each: those of a row stand together, in the order of
   * the keys. Zeros stand for a key with a NULL in it, and for one that has no hash. What is yielded is valid until the next
   * step, and has to be iterated to its end.
   */
  push(chunk: Uint8Array): Iterable<Int32Array>
  /** Yields the remaining hashes. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Iterable<Int32Array>
  /** Rows that were read, up to the plan's limit. */
  readonly rows: number
  /** NULLs of a watched column, by its place among them. */
  nulls(column: number): number
  /** Cells of a watched column that have no hash: arrays and maps. */
  unhashed(column: number): number
}

/**
 * A watcher of the columns given, in which those of a key stand together and the last of them is `last`. It follows the plan's
 * casts and limit.
 *
 * Throws while it works what an encoder of the same rows throws.
 */
export function createWatcher(
  plan: Plan,
  columns: readonly WatchedColumn[],
  limits: Partial<Limits>,
): RowWatcher {
  return new KernelWatcher(plan, columns, limits)
}

class KernelWatcher implements RowWatcher {
  readonly #instance: KernelInstance

  constructor(plan: Plan, columns: readonly WatchedColumn[], limits: Partial<Limits>) {
    const settings = watchSettings(plan, columns, limits)
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, {
        limits: settings.limits,
        width: settings.width,
        name: (column) => plan.schema.columns[column]?.name,
      }),
    )
    this.#instance.configure(settings)
  }

  get rows(): number {
    return this.#instance.rows
  }

  *push(chunk: Uint8Array): Iterable<Int32Array> {
    for (const _ of this.#instance.feed(chunk)) yield* this.#hashes()
  }

  *end(): Iterable<Int32Array> {
    yield* this.#hashes()
    const { pendingBytes, rows } = this.#instance
    if (pendingBytes > 0) throw truncated(rows, pendingBytes)
  }

  nulls(column: number): number {
    return this.#instance.watched(column).nulls
  }

  unhashed(column: number): number {
    return this.#instance.watched(column).unhashed
  }

  *#hashes(): Iterable<Int32Array> {
    const piece = this.#instance.take()
    yield new Int32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4)
    this.#instance.recycle(piece)
  }
}
