import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { table } from '../../../support/parquet/arbitraries.js'
import { writeParquet } from '../../../support/parquet/file.js'
import { DuckDB, integersAsBigInt, readHyparquet } from '../../../support/parquet/readers.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const options = fc.record({
  page: fc.constantFrom('v1' as const, 'v2' as const),
  codec: fc.constantFrom('snappy' as const, 'gzip' as const, 'none' as const),
  rowGroupSize: fc.integer({ min: 1, max: 50 }),
  chunkBytes: fc.integer({ min: 1, max: 5000 }),
})

t.test('random schemas and rows are read back equal by both readers', async (t) => {
  // An interruption of the library would leave DuckDB at work while it is closed, which ends the process.
  const end = performance.now() + 20_000
  let tables = 0
  await fc.assert(
    fc.asyncProperty(table, options, async ({ types, rows }, options) => {
      if (performance.now() > end) return
      tables++
      const schema = types.map((type, i) => [`c${i}`, type] as const)
      const cells = rows.map((row) => row.map(([given]) => given))
      const file = await writeParquet(schema, cells, options)
      const wanted = rows.map((row) => row.map(([, value]) => value))
      const found = await readHyparquet(file.bytes, file.plan)
      if (!isDeepStrictEqual(found, wanted)) throw new Error(`hyparquet: ${show(found)} not ${show(wanted)}`)
      const again = integersAsBigInt(await duckdb.query(file.bytes), file.plan)
      if (!isDeepStrictEqual(again, wanted)) throw new Error(`DuckDB: ${show(again)} not ${show(wanted)}`)
    }),
    { numRuns: 150 },
  )
  t.ok(tables > 0, `${tables} tables`)
})

function show(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))
}
