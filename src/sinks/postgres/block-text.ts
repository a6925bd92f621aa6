import { Buffer } from 'node:buffer'
import { BlockEncoder } from '../../kernel/block-encoder.js'
import { CELL_KINDS } from '../../kernel/numbers.js'
import type { Limits } from '../../model/limits.js'
import type { Plan } from '../../model/plan.js'
import type { RowBlock } from '../../model/row-block.js'
import type { SqlColumn } from '../tables/column.js'

/**
 * The text of COPY of a block of rows, and how many of its texts were replaced as they were not UTF-8; `undefined` where a
 * value has to be looked at, as `cellsFor` does.
 */
export type BlockText = (
  block: RowBlock,
  kinds: readonly number[],
  plan: Plan,
) => { readonly bytes: Uint8Array; readonly replacedTexts: number } | undefined

/**
 * Blocks in which the columns hold all values of the kinds that came: the TSV encoder writes such values as `CopyRows` does,
 * in a fifth of the time. `undefined` where a column holds no kind as it is.
 */
export function blockText(columns: readonly SqlColumn[], limits: Limits): BlockText | undefined {
  const held = columns.map(heldKinds)
  if (held.some((kinds) => (kinds & ~CELL_KINDS.nil) === 0)) return undefined
  let encoder: BlockEncoder | undefined
  return (block, kinds, plan) => {
    if (plan.columns.some(({ source }, i) => (kinds[source]! & ~held[i]!) !== 0)) return undefined
    encoder ??= new BlockEncoder({ format: 'tsv', header: false, limits }, plan)
    const before = encoder.replacedTexts
    const bytes = Buffer.concat([...encoder.encode(block.bytes)])
    // An option decides about NUL characters, and the message names the row.
    return bytes.includes(0) ? undefined : { bytes, replacedTexts: encoder.replacedTexts - before }
  }
}

const SMALL = { int16: 2n ** 15n, int32: 2n ** 31n, int64: 2n ** 63n }
const INTEGERS = CELL_KINDS.int16 | CELL_KINDS.int32 | CELL_KINDS.int64 | CELL_KINDS.uint64

/** The kinds of which a column holds each value, by the text that TSV has of it. */
function heldKinds({ holds, nullable }: SqlColumn): number {
  const nil = nullable ? CELL_KINDS.nil : 0
  switch (holds.kind) {
    case 'boolean':
      return nil | CELL_KINDS.boolean
    case 'integer': {
      const fits = (kind: keyof typeof SMALL) =>
        holds.least <= -SMALL[kind] && holds.most >= SMALL[kind] - 1n ? CELL_KINDS[kind] : 0
      return nil | fits('int16') | fits('int32') | fits('int64')
    }
    case 'decimal':
      return holds.precision === undefined ? nil | INTEGERS : nil
    case 'double':
      return nil | CELL_KINDS.double | CELL_KINDS.int16 | CELL_KINDS.int32
    case 'text': {
      const isLimited = holds.characters !== undefined || holds.bytes !== undefined || holds.padded
      return isLimited ? nil : nil | CELL_KINDS.text | CELL_KINDS.boolean | INTEGERS
    }
    default:
      return nil
  }
}
