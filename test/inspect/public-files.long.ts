/**
 * Every Parquet file of collections of other writers' files, against what DuckDB reads of it: `npm run test:long public`. They are
 * those of the packages of Python that are installed (pyarrow, pandas and others have some for their tests), and those below the
 * folders that `PARQUET_FILES` names, such as a checkout of https://github.com/apache/parquet-testing.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import { SluiceError } from '../../src/errors.js'
import { diff, inspect } from '../../src/inspect/index.js'

const folder = t.testdir()
const connection = await (await DuckDBInstance.create()).connect()
t.teardown(() => connection.closeSync())

/** Refusals of files that DuckDB reads: it looks neither at checksums nor at lengths. */
const STRICTER = /the checksum of a page is wrong|at most 512 MiB are read/
/** Types of which DuckDB keeps less, or makes something else: nanoseconds of INT96, UTC of old annotations, binary with a meaning. */
const OTHERWISE = /timestamp\(9\)|with time zone|varbinary|interval|json/

const collections = [...(process.env.PARQUET_FILES?.split(delimiter) ?? []), ...pythonPackages()]
let found = 0

for (const collection of collections) {
  for (const path of parquetFiles(collection)) {
    found++
    t.test(`D19: ${relative(collection, path)} of ${collection}`, { timeout: 600_000 }, (t) =>
      compare(t, path),
    )
  }
}
const NONE = 'no package of Python has Parquet files here, and PARQUET_FILES names none'
if (found === 0) t.test('public files', { skip: NONE }, async () => {})

async function compare(t: Test, path: string): Promise<void> {
  const copy = join(folder, 'copy.parquet')
  const refusal = await connection
    .run(`COPY (FROM read_parquet('${path}')) TO '${copy}' (FORMAT parquet)`)
    .then(
      () => undefined,
      (error: Error) => error,
    )
  try {
    await inspect(path)
    if (refusal !== undefined) {
      t.pass(`DuckDB refuses it: ${refusal.message}`)
      return
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    t.match(error.code, /^E_(?:PARQUET|UNSUPPORTED)$/)
    // The damaged files of parquet-testing: DuckDB makes something of two of them.
    if (refusal === undefined && !path.includes('bad_data')) t.match(error.message, STRICTER)
    t.comment(error.message)
    return
  }
  const types = new Map((await inspect(path, { limit: 0 })).columns.map(({ name, type }) => [name, type]))
  const { rows, columns } = await diff(path, copy)
  t.match(rows, { onlyA: 0, onlyB: 0 })
  t.strictSame(
    columns.filter(({ column }) => !OTHERWISE.test(types.get(column) ?? '')),
    [],
  )
}

/** Where the packages of the first Python are. */
function pythonPackages(): string[] {
  try {
    const code = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    return [execFileSync('python3', ['-c', code], { encoding: 'utf8', stdio: 'pipe' }).trim()]
  } catch {
    return []
  }
}

function parquetFiles(collection: string): string[] {
  const files = readdirSync(collection, { recursive: true, encoding: 'utf8' })
  return files.filter((name) => /\.parquet(?:\.encrypted)?$/.test(name)).map((name) => join(collection, name))
}
