import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import type { WrittenFile } from './file.js'
import { type Canonical, type DuckDB, integersAsBigInt, readHyparquet } from './readers.js'

/** Asserts that values are the same, NaN and -0 included; large ones are only shown when they are not. */
export function same(t: Test, found: unknown, wanted: unknown, message: string): void {
  if (isDeepStrictEqual(found, wanted)) t.pass(message)
  else t.strictSame(found, wanted, message)
}

/** Asserts that both readers find those rows in a file. */
export async function readsAs(
  t: Test,
  duckdb: DuckDB,
  { bytes, plan }: WrittenFile,
  rows: Canonical[][],
  message = '',
): Promise<void> {
  same(t, await readHyparquet(bytes, plan), rows, `hyparquet ${message}`)
  same(t, integersAsBigInt(await duckdb.query(bytes), plan), rows, `DuckDB ${message}`)
}
