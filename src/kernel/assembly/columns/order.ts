// Whether the values of a column rise: a file that says so has to be sorted.

import { Buffer, newBuffer, reserve } from './buffer'
import { compareValues } from './statistics'
import { isBytes, Leaf } from './tree'

/** The last value of the batches before, and whether a NULL came, after which there may be no value. */
let last: Buffer = changetype<Buffer>(0)
let hasLast: bool = false
let isOver: bool = false

export function beginOrder(): void {
  if (changetype<usize>(last) == 0) last = newBuffer(64)
  hasLast = false
  isOver = false
}

/** The first row of the batch that comes too late in the column, a flat one; -1 where none does. */
export function firstUnsorted(leaf: Leaf): i32 {
  const rows = <u32>leaf.definitions.used
  const isText = isBytes(leaf.kind)
  const width = <usize>leaf.width
  let before = last.at
  let beforeLength = last.used
  let value = leaf.values.at
  for (let row: u32 = 0; row < rows; ++row) {
    if (load<u8>(leaf.definitions.at + row) == 0) {
      isOver = true
      continue
    }
    const at = isText ? <usize>load<u32>(value) : value
    const length = isText ? <usize>load<u32>(value, 4) : width
    // A NaN is neither before nor behind anything.
    if (isOver || compareValues(leaf, at, length, at, length) != 0) return row
    if (hasLast && compareValues(leaf, at, length, before, beforeLength) < 0) return row
    hasLast = true
    before = at
    beforeLength = length
    value += width
  }
  if (hasLast && before != last.at) {
    last.used = 0
    reserve(last, beforeLength)
    memory.copy(last.at, before, beforeLength)
    last.used = beforeLength
  }
  return -1
}
