/** Files of DuckDB with bytes changed at random: what comes out is a summary or a failure, soon, and in little memory. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { inspect } from '../../src/inspect/index.js'
import { seeded } from '../support/random/seed.js'

const folder = t.testdir()
const MUTANTS = 40
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
      const whole = readFileSync(path)
      const random = seeded(t)
      let refused = 0
      for (let i = 0; i < MUTANTS; i++) {
        const mutant = Buffer.from(whole)
        // Not the marks at both ends, by which a file is told to be Parquet.
        for (let n = 0; n <= i % 3; n++) mutant[4 + random.below(whole.length - 8)] = random.below(256)
        writeFileSync(path, mutant)
        try {
          await inspect(path)
        } catch (error) {
          refused++
          if (!(error instanceof SluiceError && ['E_PARQUET', 'E_UNSUPPORTED'].includes(error.code)))
            throw error
        }
      }
      t.ok(refused > 0, `${refused} of ${MUTANTS} were refused`)
      t.ok(process.memoryUsage().rss < 512 * 1024 * 1024)
    })
  }
}
