import type { Buffer } from 'node:buffer'
import type { LeafNode } from '../../../kernel/columns/tree.js'
import { boundOrder } from './bounds.js'
import { BOUNDARY_ORDER } from './format.js'
import type { KeptPage } from './kept-pages.js'
import type { ThriftWriter } from './thrift.js'

// The index of pages: https://github.com/apache/parquet-format/blob/master/PageIndex.md

/** The struct `OffsetIndex`: where the pages of a chunk are, of which the first data page begins at `dataStart`. */
export function offsetIndex(thrift: ThriftWriter, pages: readonly KeptPage[], dataStart: number): Buffer {
  let offset = dataStart
  return thrift
    .clear()
    .body(() => {
      thrift.structs(1, pages, ({ bytes, firstRow }) => {
        thrift.i64(1, offset).i32(2, bytes).i64(3, firstRow)
        offset += bytes
      })
    })
    .take()
}

/**
 * The struct `ColumnIndex`: between which values those of each page lie. `undefined` where that cannot be said of one of
 * them, as with a NaN: the format wants bounds for all.
 */
export function columnIndex(
  thrift: ThriftWriter,
  pages: readonly KeptPage[],
  leaf: LeafNode,
): Buffer | undefined {
  const none = new Uint8Array()
  if (pages.some(({ bounds, isNull }) => bounds === undefined && !isNull)) return undefined
  return thrift
    .clear()
    .body(() => {
      thrift
        .bools(
          1,
          pages.map(({ isNull }) => isNull),
        )
        .binaries(
          2,
          pages.map(({ bounds }) => bounds?.minimum ?? none),
        )
        .binaries(
          3,
          pages.map(({ bounds }) => bounds?.maximum ?? none),
        )
        .i32(4, boundaryOrder(pages, leaf))
        .i64s(
          5,
          pages.map(({ nulls }) => nulls),
        )
    })
    .take()
}

/** Whether both bounds of pages only rise, or only fall; readers then search by halves. */
function boundaryOrder(pages: readonly KeptPage[], leaf: LeafNode): number {
  const order = boundOrder(leaf)
  const bounds = pages.flatMap(({ bounds }) => (bounds === undefined ? [] : [bounds]))
  let rises = true
  let falls = true
  for (let i = 1; i < bounds.length; i++) {
    const least = order(bounds[i - 1]!.minimum, bounds[i]!.minimum)
    const greatest = order(bounds[i - 1]!.maximum, bounds[i]!.maximum)
    rises &&= least <= 0 && greatest <= 0
    falls &&= least >= 0 && greatest >= 0
  }
  return rises ? BOUNDARY_ORDER.ASCENDING : falls ? BOUNDARY_ORDER.DESCENDING : BOUNDARY_ORDER.UNORDERED
}
