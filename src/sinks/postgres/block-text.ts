import { Buffer } from 'node:buffer'
import { BlockEncoder } from '../../kernel/block-encoder.js'
import { CELL_KINDS } from '../../kernel/numbers.js'
import type { Limits } from '../../model/limits.js'
import type { Plan } from '../../model/plan.js'
import type { RowBlock } from '../../model/row-block.js'
import type { SqlColumn } from '../tables/column.js'
import { exactText, type IsExact } from './exact-text.js'

/**
 * The text of COPY of a block of rows, and how many of its texts were replaced as they were not UTF-8; `undefined` where a
 * value has to be looked at, as `cellsFor` does.
 */
export type BlockText = (
  block: RowBlock,
  kinds: readonly number[],
  plan: Plan,
) => { readonly bytes: Uint8Array; readonly replacedTexts: number } | undefined

/** How many blocks in a row go by value when their texts were of no use. */
const MOST_SKIPPED = 64

/**
 * Blocks in which the columns hold all values of the kinds that came, or all texts of a column that were looked at: the TSV encoder
 * writes such values as `CopyRows` does, in a fifth of the time. `undefined` where a column holds no kind as it is.
 */
export function blockText(columns: readonly SqlColumn[], limits: Limits): BlockText | undefined {
  const held = columns.map(heldKinds)
  const looked = columns.map(({ holds }) => exactText(holds))
  const allowed = held.map((kinds, i) => kinds | (looked[i]?.kinds ?? 0))
  if (allowed.some((kinds) => (kinds & ~CELL_KINDS.nil) === 0)) return undefined
  let encoder: BlockEncoder | undefined
  // Where texts of one block are of no use, those of the next ones are likely not.
  let [misses, toSkip] = [0, 0]
  return (block, kinds, plan) => {
    const kindsOf = (i: number) => kinds[plan.columns[i]!.source]!
    if (allowed.some((each, i) => (kindsOf(i) & ~each) !== 0)) return undefined
    const checks = held.map((each, i) => ((kindsOf(i) & ~each) === 0 ? undefined : looked[i]!.isExact))
    const isLooked = checks.some((check) => check !== undefined)
    if (isLooked && toSkip-- > 0) return undefined
    encoder ??= new BlockEncoder({ format: 'tsv', header: false, limits }, plan)
    const before = encoder.replacedTexts
    const bytes = Buffer.concat([...encoder.encode(block.bytes)])
    // An option decides about NUL characters, and the message names the row.
    if (bytes.includes(0)) return undefined
    if (isLooked && !areExact(bytes, checks)) {
      misses = Math.min(misses * 2 + 1, MOST_SKIPPED)
      toSkip = misses
      return undefined
    }
    misses = 0
    return { bytes, replacedTexts: encoder.replacedTexts - before }
  }
}

const [TAB, LINE_END, BACKSLASH, CAPITAL_N] = [9, 10, 92, 78]

/** Looks at all cells of some columns in the text of COPY; NULL has been judged by its kind. */
function areExact(bytes: Uint8Array, checks: readonly (IsExact | undefined)[]): boolean {
  let from = 0
  for (let column = 0, at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte !== TAB && byte !== LINE_END) continue
    const check = checks[column]
    const isNull = at - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === CAPITAL_N
    if (check !== undefined && !isNull && !check(bytes, from, at)) return false
    column = byte === LINE_END ? 0 : column + 1
    from = at + 1
  }
  return true
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
