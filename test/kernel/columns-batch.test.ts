import t from 'tap'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ColumnVectors } from '../../src/kernel/columns/vectors.js'
import { packCells } from '../support/parquet/file.js'

/** How many of 40,000 small rows one batch takes. */
function batchOf(openFiles?: number): number {
  const vectors = new ColumnVectors({
    width: 1,
    columns: [{ source: 0, tree: columnTree({ kind: 'bigint' }) }],
    onMisfit: 'fail',
    invalidUtf8: 'fail',
    dictionaryBytes: 1 << 20,
    openFiles,
  })
  vectors.add(packCells(Array.from({ length: 40_000 }, () => [1])), 40_000)
  return vectors.rows
}

t.test('a batch of a file is smaller when many are open, but still a page', async (t) => {
  t.strictSame([batchOf(), batchOf(1), batchOf(2), batchOf(16)], [32_768, 32_768, 16_384, 8192])
})
