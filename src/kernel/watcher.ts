import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import { kernelFailure, truncated } from './failure.js'
import { type HashRuns, KernelInstance } from './instance.js'
import { type WatchedColumn, watchSettings } from './settings.js'

export type { HashRuns } from './instance.js'
export type { WatchedColumn } from './settings.js'

/** What a watcher has counted. */
export interface WatchedCounts {
  /** Rows that were read, up to the plan's limit. */
  readonly rows: number
  /** The watched columns, in their order. */
  readonly columns: readonly {
    readonly nulls: number
    /** Cells of a key that have no hash: arrays and maps. */
    readonly unhashed: number
  }[]
}

/** Looks at rows that go elsewhere: counts NULLs, and hashes keys. */
export interface RowWatcher {
  /**
   * Takes a chunk. Yields hashes of keys, which are in no order; a key with a NULL in it, and one that has no hash, is left out.
   * What is yielded is valid until the next step, and has to be iterated to its end.
   */
  push(chunk: Uint8Array): Iterable<HashRuns>
  /** Yields the remaining hashes. Throws `E_MSGPACK_TRUNCATED` when the data ended inside a row. */
  end(): Iterable<HashRuns>
  /** What was counted. To be called after `end`. */
  readonly counts: WatchedCounts
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
  readonly #columns: readonly WatchedColumn[]
  readonly #keys: number
  #counts: WatchedCounts | undefined

  constructor(plan: Plan, columns: readonly WatchedColumn[], limits: Partial<Limits>) {
    this.#columns = columns
    this.#keys = columns.filter(({ keyPart }) => keyPart === 'last').length
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

  get counts(): WatchedCounts {
    return this.#counts!
  }

  *push(chunk: Uint8Array): Iterable<HashRuns> {
    for (const _ of this.#instance.feed(chunk)) yield this.#instance.takeHashes(this.#keys)
  }

  *end(): Iterable<HashRuns> {
    if (this.#keys > 0) yield this.#instance.takeHashes(this.#keys)
    const { pendingBytes, rows } = this.#instance
    if (pendingBytes > 0) throw truncated(rows, pendingBytes)
    this.#counts = { rows, columns: this.#columns.map((_, i) => this.#instance.watched(i)) }
    // The next one may compare the hashes: another would take some GiB of address space.
    this.#instance.release()
  }
}
