/** Fills a folder with a receipt until it is killed: `node receipts.ts FOLDER`. Each set has other files and other rows. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { csv, partitionBy, pipeline } from '../../../src/index.js'
import { RECEIPT_NAME } from '../../../src/sinks/partition/receipt.js'
import { resultOf } from '../msgpack/encoded-results.js'

const [folder] = process.argv.slice(2)
const SCHEMA = [
  ['day', 'varchar'],
  ['n', 'bigint'],
] as const

process.stdout.write('begun\n')
for (let round = process.pid; ; round++) {
  const days = 1 + (round % 7)
  const rows = Array.from({ length: 40 }, (_, i) => [`${i % days}`, round * 1000 + i])
  const options = { folder: folder!, receipt: true, maxRowsPerFile: 3 + (round % 5) }
  await pipeline(
    resultOf(SCHEMA, rows),
    partitionBy(['day'], (path) => csv(`${path}.csv`), options),
  )
  process.stdout.write(existsSync(join(folder!, RECEIPT_NAME)) ? 'a set\n' : 'no receipt\n')
}
