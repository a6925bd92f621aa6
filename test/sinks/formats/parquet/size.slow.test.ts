import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Packer } from '../../../../bench/packer.js'
import { Random } from '../../../../bench/random.js'
import { SHAPES } from '../../../../bench/shapes.js'
import { pipeline } from '../../../../src/pipeline/pipeline.js'
import { parquet } from '../../../../src/sinks/formats/parquet/index.js'
import { memorySource } from '../../../support/msgpack/encoded-results.js'
import { DuckDB } from '../../../support/parquet/readers.js'

t.setTimeout(600_000)

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

/** How much larger than DuckDB's a file may be. */
const LARGER = 1.1

for (const shape of SHAPES) {
  t.test(`${shape.name}: hardly larger than what DuckDB makes of the same rows`, async (t) => {
    const [packer, random] = [new Packer(), new Random(5)]
    const rows = Math.min(60_000, Math.floor(2_000_000 / shape.schema.length))
    for (let i = 0; i < rows; i++) shape.row(packer, random, i)
    const folder = t.testdir()
    const [ours, theirs] = [join(folder, 'ours.parquet'), join(folder, 'theirs.parquet')]
    const schemaText = JSON.stringify(shape.schema)
    await pipeline(memorySource(packer.take(), { compression: 'none', schemaText }), parquet(ours))
    const copy = `COPY (SELECT * FROM FILE) TO '${theirs}' (FORMAT parquet, COMPRESSION snappy)`
    await duckdb.query(readFileSync(ours), copy)
    const ratio = statSync(ours).size / statSync(theirs).size
    t.comment(`${ratio.toFixed(2)} of DuckDB's`)
    t.ok(ratio <= LARGER, `${ratio}`)
  })
}
