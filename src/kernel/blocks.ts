import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import type { Column } from '../model/schema.js'
import { createEncoder, type RowEncoder } from './encoder.js'
import { createFramer, type RowFramer } from './framer.js'

/**
 * Cuts msgpack rows into blocks that a row reader can follow by `plan`. Where the plan given has casts, the encoder
 * does them first, so that a program sees what a file would hold; rows are then those of the plan's columns.
 */
export class RowBlocks {
  /** The plan to read the blocks by: the plan given, or the rest of it when its casts are done. */
  readonly plan: Plan
  readonly #framer: RowFramer
  readonly #caster: RowEncoder | undefined

  /** @param notesKinds whether `kinds` are to be known; they are not unless said */
  constructor(plan: Plan, limits: Limits, notesKinds = false) {
    const hasCasts = plan.columns.some(({ cast }) => cast !== undefined)
    this.plan = hasCasts ? castDone(plan) : plan
    if (hasCasts) this.#caster = createEncoder({ format: 'msgpack', limits }, withoutLimit(plan))
    this.#framer = createFramer({ width: this.plan.schema.columns.length, limits, notesKinds })
  }

  /** The kinds of cells in each column of the rows of the block that came last, as `CELL_KINDS`. */
  get kinds(): readonly number[] {
    return this.#framer.kinds
  }

  *push(chunk: Uint8Array): Iterable<RowBlock> {
    if (this.#caster === undefined) return yield* this.#framer.push(chunk)
    for (const piece of this.#caster.push(chunk)) yield* this.#framer.push(piece)
  }

  *end(): Iterable<RowBlock> {
    if (this.#caster !== undefined) yield* this.#framer.push(this.#caster.end())
    yield* this.#framer.end()
  }
}

/** The plan without its limit. */
export function withoutLimit({ limit: _, ...plan }: Plan): Plan {
  return plan
}

function castDone({ columns, ...plan }: Plan): Plan {
  const made = columns.map(({ name, type }): Column => ({ name, type, typeText: '' }))
  return {
    ...plan,
    schema: { columns: made, inferred: plan.schema.inferred },
    columns: made.map(({ name, type }, source) => ({ source, name, type })),
  }
}
