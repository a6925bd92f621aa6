import t from 'tap'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ColumnVectors } from '../../src/kernel/columns/vectors.js'
import { packCells } from '../support/parquet/file.js'

/** How many of `count` small rows one batch takes. */
function batchOf(
  count: number,
  columns: number,
  options: { openFiles?: number; makesPages?: boolean },
): number {
  const vectors = new ColumnVectors({
    width: columns,
    columns: Array.from({ length: columns }, (_, source) => ({
      source,
      tree: columnTree({ kind: 'bigint' }),
    })),
    onMisfit: 'fail',
    invalidUtf8: 'fail',
    dictionaryBytes: 1 << 20,
    ...options,
  })
  const cells = Array.from({ length: columns }, () => 1e10)
  vectors.add(packCells(Array.from({ length: count }, () => cells)), count)
  return vectors.rows
}

t.test('a batch of a file is smaller when many are open, but still a page', async (t) => {
  const rows = [{}, { openFiles: 1 }, { openFiles: 2 }, { openFiles: 16 }]
  t.strictSame(
    rows.map((options) => batchOf(40_000, 1, options)),
    [32_768, 32_768, 16_384, 8192],
  )
})

t.test('a batch of 200 columns is larger where a file that is written alone makes pages of it', async (t) => {
  const rows = [{}, { makesPages: true }, { makesPages: true, openFiles: 2 }]
  t.strictSame(
    rows.map((options) => batchOf(7000, 200, options)),
    [2048, 6144, 2048],
  )
})
