import type { DuckDBConnection } from '@duckdb/node-api'
import { AMOUNTS } from './amounts.js'
import { BYTES } from './bytes.js'
import { DATE_FORMATS } from './date-formats.js'
import { FORMATS } from './format.js'
import { HIVES } from './hive.js'
import { JSONS } from './json.js'
import { JSON_TABLE } from './json-table.js'
import { native, register } from './native.js'
import { NUMBERS } from './numbers.js'
import { PAIRS } from './pairs.js'
import { REGEXPS } from './regexp.js'
import { SQL_JSON } from './sql-json.js'
import { TD_AGENTS } from './td-agents.js'
import { TD_TIMES } from './td-times.js'
import { TEXTS } from './texts.js'
import { TIMES } from './times.js'
import { URLS } from './urls.js'

/** Ends the query; for what Trino calls an error where DuckDB has NULL. */
const FAIL = native('_fail', ['text'], 'text', (message) => {
  throw new Error(message)
})

/** Why an array has no item at a place. */
const SUBSCRIPT_FAILURE = native('_subscript_failure', ['long', 'long'], 'text', (index, length) => {
  const why =
    index === 0n
      ? 'SQL array indices start at 1'
      : index < 0n
        ? `Array subscript is negative: ${index}`
        : `Array subscript must be less than or equal to array length: ${index} > ${length}`
  throw new Error(`INVALID_FUNCTION_ARGUMENT: ${why}`)
})

const NATIVES = [
  FAIL,
  SUBSCRIPT_FAILURE,
  ...AMOUNTS,
  ...BYTES,
  ...TEXTS,
  ...PAIRS,
  ...NUMBERS,
  ...FORMATS,
  ...TIMES,
  ...DATE_FORMATS,
  ...REGEXPS,
  ...JSONS,
  ...SQL_JSON,
  ...JSON_TABLE,
  ...URLS,
  ...TD_TIMES,
  ...TD_AGENTS,
  ...HIVES,
]

/** Makes the functions that DuckDB has no like of known to all connections of the database. */
export function registerNatives(connection: DuckDBConnection): void {
  for (const each of NATIVES) register(connection, each)
}
