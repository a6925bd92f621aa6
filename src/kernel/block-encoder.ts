import type { EncodeSpec } from '../model/option-types.js'
import type { Plan } from '../model/plan.js'
import { withoutLimit } from './blocks.js'
import { kernelFailure } from './failure.js'
import { KernelInstance } from './instance.js'
import { encodeSettings } from './settings.js'

/** Encodes blocks of rows that were framed, each for itself: no header, no limit, and nothing is kept for the next block. */
export class BlockEncoder {
  readonly #instance: KernelInstance

  constructor(spec: EncodeSpec, plan: Plan) {
    const settings = encodeSettings(spec, withoutLimit(plan))
    const { limits, width } = settings
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, { limits, width, name: (column) => plan.schema.columns[column]?.name }),
    )
    this.#instance.configure(settings)
  }

  /** Texts in all blocks that were not valid UTF-8 and were replaced. */
  get replacedTexts(): number {
    return this.#instance.replacedTexts
  }

  /** The bytes of a block, in pieces that belong to the caller. */
  *encode(block: Uint8Array): Iterable<Uint8Array> {
    for (const _ of this.#instance.feed(block)) yield this.#instance.take()
    if (this.#instance.heldBytes > 0) yield this.#instance.take()
  }
}
