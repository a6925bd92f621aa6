/** Files of DuckDB and of this package with bytes changed at random: what comes out is a summary or a failure, soon, and in little memory. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import { SluiceError } from '../../src/errors.js'
import { parquet, pipeline } from '../../src/index.js'
import { inspect } from '../../src/inspect/index.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { seeded } from '../support/random/seed.js'

const folder = t.testdir()

/** Of all files together: a few mutants of one may all be readable. */
let refused = 0

/** Of each file; more in the long form (`npm run test:long inspect`). */
const MUTANTS = Number(process.env.MUTANTS ?? 20)
const QUERY = `SELECT i AS id, 'text ' || (i % 7) AS t, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 4 END AS d,
  [i, i + 1] AS list, [{'a': [i % 5]}] AS nested, i::DECIMAL(20, 3) AS decimal, i % 2 = 0 AS b, MAP {'k' || (i % 3): i} AS m
  FROM range(400) r(i)`

const connection = await (await DuckDBInstance.create()).connect()
t.teardown(() => connection.closeSync())

for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'lz4_raw']) {
  for (const version of ['V1', 'V2']) {
    t.test(`D19: ${codec}, ${version}`, { timeout: 240_000 }, async (t) => {
      const path = join(folder, `${codec}-${version}.parquet`)
      await connection.run(
        `COPY (${QUERY}) TO '${path}' (FORMAT parquet, CODEC ${codec}, PARQUET_VERSION ${version})`,
      )
      await damage(t, path)
    })
  }
}

t.test('D19: written by this package', { timeout: 240_000 }, async (t) => {
  const path = join(folder, 'own.parquet')
  const rows = Array.from({ length: 4000 }, (_, i) => [i, `text ${i % 7}`, i % 3 ? i / 4 : null])
  const schema = [
    ['id', 'bigint'],
    ['t', 'varchar'],
    ['d', 'double'],
  ] as const
  await pipeline(resultOf(schema, rows), parquet(path, { rowGroupSize: 1500 }))
  await damage(t, path)
})

t.test('D19: damage is refused at all', async (t) => {
  t.ok(refused > MUTANTS, `${refused} were refused`)
})

/** Inspects the file with a few bytes changed, half of them in the footer, where everything is decided. */
async function damage(t: Test, path: string): Promise<void> {
  const whole = readFileSync(path)
  const random = seeded(t)
  for (let i = 0; i < MUTANTS; i++) {
    const mutant = Buffer.from(whole)
    for (let n = 0; n <= i % 3; n++) {
      // Not the marks at both ends, by which a file is told to be Parquet.
      const from = random.below(2) === 0 ? 4 : Math.max(4, whole.length - 2000)
      mutant[from + random.below(whole.length - 4 - from)] = random.below(256)
    }
    writeFileSync(path, mutant)
    try {
      await inspect(path)
    } catch (error) {
      refused++
      if (!(error instanceof SluiceError && ['E_PARQUET', 'E_UNSUPPORTED'].includes(error.code))) throw error
    }
  }
  t.ok(process.memoryUsage().rss < 512 * 1024 * 1024)
}
