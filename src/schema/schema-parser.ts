import { SluiceError } from '../errors.js'
import { DEFAULT_LIMITS, type Limits } from '../model/limits.js'
import type { Column, ResultSchema } from '../model/schema.js'
import { checkArgument, checkLimits } from '../usage.js'
import { parseType } from './type-parser.js'

/** The longest column name accepted, in UTF-16 units. */
const MAX_NAME = 4096

/**
 * Parses `hive_result_schema`: a JSON text of `[[name, type], …]`, in the order of the cells of a row. The API uses
 * that key for Trino and Presto jobs too. A null or missing type (old jobs have it) becomes `unknown`, a null
 * name `''`.
 *
 * @throws SluiceError `E_SCHEMA` when the text is not that, `E_LIMIT_COLUMNS` when there are too many columns, `E_USAGE`
 *   when it is no text or the limits are no limits.
 */
export function parseSchema(text: string, limits: Partial<Limits> = {}): ResultSchema {
  checkArgument(text, 'the schema', 'text')
  checkLimits(limits)
  const maxColumns = limits.columns ?? DEFAULT_LIMITS.columns
  const value = parseJson(text)
  if (!Array.isArray(value)) throw invalid('it is not an array of columns')
  if (value.length > maxColumns) {
    throw new SluiceError(
      'E_LIMIT_COLUMNS',
      `the schema has ${value.length} columns, the limit is ${maxColumns}`,
    )
  }
  return { columns: value.map(parseColumn), inferred: false }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('it is not JSON', cause)
  }
}

function parseColumn(entry: unknown, index: number): Column {
  if (!Array.isArray(entry) || entry.length < 1)
    throw invalid(`column ${index + 1} is not a [name, type] pair`)
  const [name, type] = entry as unknown[]
  if (name !== null && typeof name !== 'string')
    throw invalid(`the name of column ${index + 1} is not a text`)
  if (type !== null && type !== undefined && typeof type !== 'string') {
    throw invalid(`the type of column ${index + 1} is not a text`)
  }
  if ((name?.length ?? 0) > MAX_NAME)
    throw invalid(`the name of column ${index + 1} is longer than ${MAX_NAME}`)
  return { name: name ?? '', type: parseType(type ?? ''), typeText: type ?? '' }
}

function invalid(why: string, cause?: unknown): SluiceError {
  return new SluiceError('E_SCHEMA', `the schema of the result is not valid: ${why}`, { cause })
}

/** A schema for a result that has none: columns `_col0`, `_col1`, … of unknown type, as Presto names them. */
export function inferredSchema(width: number): ResultSchema {
  const columns = Array.from({ length: width }, (_, i): Column => {
    return { name: `_col${i}`, type: { kind: 'unknown', text: '' }, typeText: '' }
  })
  return { columns, inferred: true }
}
