import type { DuckDBConnection } from '@duckdb/node-api'
import { AMOUNTS } from './amounts.js'
import { BYTES } from './bytes.js'
import { DATE_FORMATS } from './date-formats.js'
import { FORMATS } from './format.js'
import { HIVES } from './hive.js'
import { JSONS } from './json.js'
import { native, register } from './native.js'
import { NUMBERS } from './numbers.js'
import { REGEXPS } from './regexp.js'
import { TD_AGENTS } from './td-agents.js'
import { TD_TIMES } from './td-times.js'
import { TEXTS } from './texts.js'
import { TIMES } from './times.js'
import { URLS } from './urls.js'

/** Ends the query; for what Trino calls an error where DuckDB has NULL. */
const FAIL = native('_fail', ['text'], 'text', (message) => {
  throw new Error(message)
})

const NATIVES = [
  FAIL,
  ...AMOUNTS,
  ...BYTES,
  ...TEXTS,
  ...NUMBERS,
  ...FORMATS,
  ...TIMES,
  ...DATE_FORMATS,
  ...REGEXPS,
  ...JSONS,
  ...URLS,
  ...TD_TIMES,
  ...TD_AGENTS,
  ...HIVES,
]

/** Makes the functions that DuckDB has no like of known to all connections of the database. */
export function registerNatives(connection: DuckDBConnection): void {
  for (const each of NATIVES) register(connection, each)
}
