import { Buffer } from 'node:buffer'
import { BlockEncoder } from '../../kernel/block-encoder.js'
import { CELL_KINDS } from '../../kernel/numbers.js'
import type { Limits } from '../../model/limits.js'
import type { Plan } from '../../model/plan.js'
import type { RowBlock } from '../../model/row-block.js'
import type { SqlType } from '../../model/schema.js'
import type { SqlColumn } from '../tables/column.js'
import { type ExactText, exactTexts } from './exact-text.js'

/**
 * The text of COPY of a block of rows, and how many of its texts were replaced as they were not UTF-8; `undefined` where a
 * value has to be looked at, as `cellsFor` does.
 */
export type BlockText = (
  block: RowBlock,
  kinds: readonly number[],
  plan: Plan,
) => { readonly bytes: Uint8Array; readonly replacedTexts: number } | undefined

/** A column of a table, and the type of the values that come. */
export interface TextColumn {
  readonly column: SqlColumn
  readonly type: SqlType
}

/** How many blocks in a row go by value when their texts were of no use. */
const MOST_SKIPPED = 64

/**
 * Blocks in which the columns hold all values of the kinds that came, or all texts of a column that were looked at: the TSV encoder
 * writes such values as `CopyRows` does, in a fifth of the time. `undefined` where no text of a column is looked at.
 *
 * @param isNumbered whether a last column takes the number of each row
 */
export function blockText(
  columns: readonly TextColumn[],
  isNumbered: boolean,
  limits: Limits,
): BlockText | undefined {
  const held = columns.map(({ column }) => heldKinds(column))
  const looked = columns.map(({ column, type }) => exactTexts(column.holds, type))
  if (looked.some((ways) => ways.length === 0)) return undefined
  let encoder: BlockEncoder | undefined
  // Where texts of one block are of no use, those of the next ones are likely not.
  let [misses, toSkip] = [0, 0]
  return (block, kinds, plan) => {
    const checks: (ExactText | undefined)[] = []
    for (const [i, each] of held.entries()) {
      const strange = kinds[plan.columns[i]!.source]! & ~each
      const way = strange === 0 ? undefined : looked[i]!.find((one) => (strange & ~one.kinds) === 0)
      if (strange !== 0 && way === undefined) return undefined
      checks.push(way)
    }
    const isLooked = checks.some((check) => check !== undefined)
    if (isLooked && toSkip-- > 0) return undefined
    encoder ??= new BlockEncoder({ format: 'tsv', header: false, limits }, plan)
    const before = encoder.replacedTexts
    const text = Buffer.concat([...encoder.encode(block.bytes)])
    // An option decides about NUL characters, and the message names the row.
    if (text.includes(0)) return undefined
    if (isLooked && !areExact(text, checks)) {
      misses = Math.min(misses * 2 + 1, MOST_SKIPPED)
      toSkip = misses
      return undefined
    }
    misses = 0
    const replacedTexts = encoder.replacedTexts - before
    return { bytes: isNumbered ? numbered(text, block) : text, replacedTexts }
  }
}

const [TAB, LINE_END, BACKSLASH, CAPITAL_N] = [9, 10, 92, 78]

/** Looks at all cells of some columns in the text of COPY, which may be changed in place; NULL has been judged by its kind. */
function areExact(bytes: Buffer, checks: readonly (ExactText | undefined)[]): boolean {
  let from = 0
  for (let column = 0, at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte !== TAB && byte !== LINE_END) continue
    const check = checks[column]
    const isNull = at - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === CAPITAL_N
    if (check !== undefined && !isNull && !check.isExact(bytes, from, at)) return false
    column = byte === LINE_END ? 0 : column + 1
    from = at + 1
  }
  return true
}

/** The rows with their numbers, counted from 1, as a last column. */
function numbered(bytes: Buffer, { firstRow, rows }: RowBlock): Buffer {
  const digits = String(firstRow + rows).length
  const out = Buffer.allocUnsafe(bytes.length + rows * (1 + digits))
  let [from, length] = [0, 0]
  for (let number = firstRow + 1; from < bytes.length; number++) {
    const end = bytes.indexOf(LINE_END, from)
    length += bytes.copy(out, length, from, end)
    length += out.write(`\t${number}\n`, length, 'latin1')
    from = end + 1
  }
  return out.subarray(0, length)
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
    case 'json':
      return nil | CELL_KINDS.boolean | INTEGERS
    case 'real':
      return nil | CELL_KINDS.int16
    case 'text': {
      const isLimited = holds.characters !== undefined || holds.bytes !== undefined || holds.padded
      return isLimited ? nil : nil | CELL_KINDS.text | CELL_KINDS.boolean | INTEGERS
    }
    default:
      return nil
  }
}
