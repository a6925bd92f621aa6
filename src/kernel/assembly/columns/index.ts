// The functions that the loader (src/kernel/columns/vectors.ts) calls. One instance serves one file.

import { openTables } from '../tables'
import { addArrow, arrowBodyAt, arrowBodyBytes, arrowBuffersAt, arrowBuffersBytes, arrowNodesAt, arrowNodesBytes, clearArrow } from './arrow'
import { Batch, clearBatch, openBatch, roomFor, skip, takeRows } from './batch'
import { borrow, returnBorrowed } from './borrowed'
import { shrink, SLACK } from './buffer'
import { closeDictionary, countSeen, indexValues, openDictionary, Seen, setDictionaryBudget } from './dictionary'
import { encodeAs, encodeIndices, encodePlain, openPages, pack, packLz4, packLz4Block, Page } from './pages'
import { hashesAt, hashValues } from './bloom'
import { beginOrder, firstUnsorted } from './order'
import { setLenient, Misfit, shredColumn, takeNulled } from './shred'
import { Texts } from './scalars'
import { addStatistics, clearStatistics, openStatistics, PageRange } from './statistics'
import { addGroup, addLeaf, Leaf, Node, setChild } from './tree'

export { addGroup, addLeaf, borrow, clearStatistics, closeDictionary, countSeen, openDictionary, roomFor, setChild, takeNulled, takeRows }
export { addArrow, arrowBodyAt, arrowBodyBytes, arrowBuffersAt, arrowBuffersBytes, arrowNodesAt, arrowNodesBytes, clearArrow }
export { beginOrder, firstUnsorted, hashesAt, hashValues }
export { addStatistics, encodeAs, encodeIndices, encodePlain, indexValues, pack, packLz4, packLz4Block, shredColumn }

/**
 * Returns where the loader writes the slot of each cell; see `Batch.slots`. A batch takes `batchBytes` of rows, or up to twice as many. All dictionaries together take
 * `dictionaryBytes` at the most, and what one batch adds to one of them.
 */
export function open(
  width: u32,
  slots: u32,
  maxRows: u32,
  batchBytes: usize,
  lenient: bool,
  strictUtf8: bool,
  dictionaryBytes: usize,
): usize {
  openTables()
  openPages()
  openStatistics()
  setLenient(lenient)
  setDictionaryBudget(dictionaryBytes)
  Texts.strict = strictUtf8
  return openBatch(width, slots, maxRows, batchBytes)
}

export function batchRows(): u32 {
  return Batch.rows
}

/** Memory of one batch that was much larger than usual goes back. */
export function finishBatch(): void {
  clearBatch()
  returnBorrowed()
  shrink(Page.body, 1 << 20)
  shrink(Page.packed, 1 << 20)
}

/** Memory for the names of fields, which stays. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes + SLACK)
}

export function leafOf(node: Node): Leaf {
  return node.leaf
}

/** Entries of levels in the batch. */
export function levelCount(leaf: Leaf): u32 {
  return <u32>leaf.definitions.used
}

export function valueCount(leaf: Leaf): u32 {
  return <u32>(leaf.values.used / leaf.width)
}

export function storedWidth(leaf: Leaf): u32 {
  return leaf.storedWidth
}

export function bodyAt(): usize {
  return Page.body.at
}

export function bodyBytes(): usize {
  return Page.body.used
}

export function repetitionBytes(): usize {
  return Page.repetitionBytes
}

export function definitionBytes(): usize {
  return Page.definitionBytes
}

export function packedAt(): usize {
  return Page.packed.at
}

export function dictionaryAt(leaf: Leaf): usize {
  return leaf.dictionary.values.at
}

export function dictionaryBytes(leaf: Leaf): usize {
  return leaf.dictionary.values.used
}

export function dictionaryCount(leaf: Leaf): u32 {
  return leaf.dictionary.count
}

export function seenOnce(): u32 {
  return Seen.once
}

export function seenTwice(): u32 {
  return Seen.twice
}

export function hasMinMax(leaf: Leaf): bool {
  return leaf.hasMinMax && !leaf.hasNaN
}

export function minimumAt(leaf: Leaf): usize {
  return leaf.minimum.at
}

export function minimumBytes(leaf: Leaf): usize {
  return leaf.minimum.used
}

export function maximumAt(leaf: Leaf): usize {
  return leaf.maximum.at
}

export function maximumBytes(leaf: Leaf): usize {
  return leaf.maximum.used
}

export function pageHasMinMax(): bool {
  return PageRange.hasMinMax && !PageRange.hasNaN
}

export function pageMinimumAt(): usize {
  return PageRange.minimum.at
}

export function pageMinimumBytes(): usize {
  return PageRange.minimum.used
}

export function pageMaximumAt(): usize {
  return PageRange.maximum.at
}

export function pageMaximumBytes(): usize {
  return PageRange.maximum.used
}

export function misfitRow(): u32 {
  return Misfit.row
}

export function misfitAt(): usize {
  return Misfit.at
}

/** Where the msgpack value at `at` ends. */
export function valueEnd(at: usize): usize {
  return skip(at)
}

export function misfitIsUtf8(): bool {
  return Texts.broken
}

export function replacedTexts(): u32 {
  return Texts.replaced
}
