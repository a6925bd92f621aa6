import { evaluateJsonPath, PathError } from './json-evaluation.js'
import { parseJsonPath } from './json-path.js'
import { type Json, readJson, writeJson } from './json-text.js'
import { native } from './native.js'

/** A path of JSON_TABLE with those nested in it; `id` is the place of what it finds in a row. */
export interface JsonLevel {
  readonly id: number
  readonly path: string
  readonly nested: readonly JsonLevel[]
}

/** For each level what it found, as JSON, and the number of it; `null` where it found nothing. */
type Row = ([item: string, number: number] | null)[]

type Variables = ReadonlyMap<string, Json>

/** Every item with the rows of the paths in it, one after the other; an item without any is a row, too. */
function rowsOf({ id, path, nested }: JsonLevel, input: Json, variables: Variables): Row[] {
  const items = evaluateJsonPath(parseJsonPath(path), input, variables)
  return items.flatMap((item, i) => {
    const inner = nested.flatMap((level) => rowsOf(level, item, variables))
    return (inner.length > 0 ? inner : [[]]).map((row) => {
      const whole: Row = [...row]
      whole[id] = [writeJson(item), i + 1]
      return whole
    })
  })
}

function table(text: string, level: string, passed: string, onError: string): string[] {
  try {
    const input = readJson(text)
    if (input === undefined) throw new PathError('conversion to JSON failed')
    const rows = rowsOf(JSON.parse(level), input, readJson(passed) as Variables)
    return rows.map((row) => JSON.stringify(row))
  } catch (error) {
    if (!(error instanceof PathError)) throw error
    if (onError === 'error') throw new Error(`JSON_PATH_EVALUATION: ${error.message}`)
    return []
  }
}

const found = (row: string, id: number) => (JSON.parse(row) as Row)[id] ?? null

/** https://trino.io/docs/current/functions/json.html#json-table */
export const JSON_TABLE = [
  native('_json_table', ['text', 'text', 'text', 'text'], 'texts', table),
  native('_json_table_item', ['text', 'number'], 'text', (row, id) => found(row, id)?.[0] ?? null),
  native('_json_table_number', ['text', 'number'], 'long', (row, id) => {
    const number = found(row, id)?.[1]
    return number === undefined ? null : BigInt(number)
  }),
]
