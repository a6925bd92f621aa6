import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { csv, parquet, partitionBy, pipeline, type Row, rowsTo, type Sink, tee } from '../../src/index.js'
import { INVENTORY_NAME } from '../../src/sinks/partition/inventory.js'
import { memorySource, packRows } from '../support/msgpack/encoded-results.js'

const SCHEMA = JSON.stringify([
  ['id', 'bigint'],
  ['part', 'varchar'],
  ['text', 'varchar'],
  ['list', 'array<bigint>'],
])
const PACKED = packRows(
  Array.from({ length: 40_000 }, (_, i) => [i, `p${i % 3}`, `text ${i} `.repeat(i % 20), [i, i + 1]]),
)

/** A hash of all that `make` has written below `folder`, and of the rows it was given. */
async function written(make: (folder: string, rows: Row[]) => Sink, folder: string, packed: boolean) {
  const rows: Row[] = []
  const source = memorySource(packed ? gzipSync(PACKED) : PACKED, {
    compression: packed ? 'gzip' : 'none',
    schemaText: SCHEMA,
    // Several chunks share a buffer, and rows go over its end.
    chunkBytes: 50_000,
  })
  await pipeline(source, make(folder, rows))
  const hash = createHash('sha256').update(JSON.stringify(rows))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  const files = names.filter((name) => name.includes('.') && name !== INVENTORY_NAME)
  for (const name of files) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}

const SINKS: Readonly<Record<string, (folder: string, rows: Row[]) => Sink>> = {
  csv: (folder) => csv(join(folder, 'out.csv')),
  parquet: (folder) => parquet(join(folder, 'out.parquet'), { rowGroupSize: 15_000 }),
  partitions: (folder) => partitionBy(['part'], (path) => csv(`${path}.csv`), { folder }),
  rows: (_, rows) => rowsTo((batch) => void rows.push(...batch)),
  tee: (folder, rows) =>
    tee(
      csv(join(folder, 'out.csv')),
      rowsTo((batch) => void rows.push(...batch)),
    ),
}

// The inflater's chunks are freed when they are taken; those of a source that is not packed belong to it and stay.
for (const [name, make] of Object.entries(SINKS)) {
  t.test(`${name}: nothing is read from a chunk that was given back`, async (t) => {
    t.ok(PACKED.byteLength > 3 * 1024 * 1024)
    const folder = t.testdir({ freed: {}, kept: {} })
    const freed = await written(make, join(folder, 'freed'), true)
    t.equal(freed, await written(make, join(folder, 'kept'), false))
  })
}
