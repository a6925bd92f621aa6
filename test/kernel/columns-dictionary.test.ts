import t from 'tap'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ColumnVectors, type LeafVector } from '../../src/kernel/columns/vectors.js'
import type { SqlType } from '../../src/model/schema.js'
import { packCells } from '../support/parquet/file.js'

const VALUES = 1000
const UNLIMITED = 1 << 30

/** Leaves of two columns of distinct values, ready for one dictionary each, with a budget for both. */
function twoLeaves(
  type: SqlType,
  value: (i: number) => unknown,
  dictionaryBytes: number,
): [LeafVector, LeafVector] {
  const vectors = new ColumnVectors({
    width: 2,
    columns: [0, 1].map((source) => ({ source, tree: columnTree({ kind: 'array', element: type }) })),
    onMisfit: 'fail',
    invalidUtf8: 'fail',
    dictionaryBytes,
  })
  const rows = packCells(Array.from({ length: VALUES }, (_, i) => [[value(i)], [value(i)]]))
  t.equal(vectors.add(rows, VALUES), rows.length)
  for (const column of [0, 1]) t.equal(vectors.shred(column), undefined)
  return [vectors.leaves[0]![0]!, vectors.leaves[1]![0]!]
}

const CASES = [
  ['numbers', { kind: 'bigint' }, (i: number) => i],
  ['texts', { kind: 'varchar' }, (i: number) => `value ${i}`],
] as const

for (const [name, type, value] of CASES) {
  t.test(
    `dictionaries of ${name} that take all of the budget leave none to the next, until they close`,
    async (t) => {
      // A table of 2,048 slots takes 16 KiB, and the values more than that.
      const [first, second] = twoLeaves(type, value, 16 * 1024)
      first.openDictionary()
      t.equal(first.index(0, VALUES, UNLIMITED), true, 'one batch may go beyond the budget')
      second.openDictionary()
      t.equal(second.index(0, VALUES, UNLIMITED), false, 'no value is added beyond it')
      t.equal(second.dictionaryCount, 0, 'the dictionary is as before')
      second.closeDictionary()
      first.closeDictionary()
      second.openDictionary()
      t.equal(second.index(0, VALUES, UNLIMITED), true, 'closing gives the memory back')
      t.equal(second.dictionaryCount, VALUES)
    },
  )

  t.test(`dictionaries of ${name} within the budget do not disturb each other`, async (t) => {
    for (const leaf of twoLeaves(type, value, UNLIMITED)) {
      leaf.openDictionary()
      t.equal(leaf.index(0, VALUES, UNLIMITED), true)
      t.equal(leaf.dictionaryCount, VALUES)
    }
  })
}
