import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { writeArrow } from '../../../support/arrow/file.js'
import { readArrow } from '../../../support/arrow/reader.js'
import { table } from '../../../support/parquet/arbitraries.js'

const options = fc.record({
  batchRows: fc.integer({ min: 1, max: 50 }),
  chunkBytes: fc.integer({ min: 1, max: 5000 }),
})

for (const format of ['arrow', 'arrows'] as const) {
  t.test(`${format}: random schemas and rows are read back equal`, async (t) => {
    const end = performance.now() + 20_000
    let tables = 0
    await fc.assert(
      fc.asyncProperty(table, options, async ({ types, rows }, options) => {
        if (performance.now() > end) return
        tables++
        const schema = types.map((type, i) => [`c${i}`, type] as const)
        const cells = rows.map((row) => row.map(([given]) => given))
        const { bytes } = await writeArrow(format, schema, cells, options)
        const wanted = rows.map((row) => row.map(([, value]) => value))
        const found = readArrow(bytes)
        if (!isDeepStrictEqual(found, wanted)) throw new Error(`${show(found)} not ${show(wanted)}`)
      }),
      { numRuns: 150 },
    )
    t.ok(tables > 0, `${tables} tables`)
  })
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))
}
