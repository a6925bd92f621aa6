import type { JsonLevel } from '../natives/json-table.js'
import { SqlError } from '../sql/sql-error.js'
import type { Expression, JsonBehaviour, JsonColumn, Name, Relation } from '../sql/syntax.js'
import { checkPath, inputOf, passedSql } from './json-forms.js'
import type { QueryColumn, Scope } from './scope.js'
import type { Translator } from './translator.js'
import { BIGINT, VARCHAR } from './type.js'
import { sqlText, type Typed } from './typed.js'

type JsonTable = Relation & { kind: 'json table' }

/** A query with a row for each that the paths find, and its columns. */
export interface JsonRows {
  readonly sql: string
  readonly columns: readonly QueryColumn[]
}

interface Column {
  readonly name: Name
  readonly value: Typed
}

/** The item that the path of a column reads: a parameter with a name that no query can write. */
const ITEM = '\0item'

export function jsonRows(relation: JsonTable, scope: Scope, translator: Translator): JsonRows {
  const { input, path, pathAt, passing, endsOnError, at } = relation
  const go = (expression: Expression) => translator.expression(expression, scope)
  const columns: Column[] = []
  let levels = 0
  const levelOf = (own: string, ownAt: number, inner: readonly JsonColumn[]): JsonLevel => {
    checkPath(own, ownAt)
    const id = levels++
    const item: Typed = { sql: `_json_table_item(j, ${id})`, type: VARCHAR, at }
    const within: Scope = { ...scope, params: new Map([...(scope.params ?? []), [ITEM, item]]) }
    const nested: JsonLevel[] = []
    for (const column of inner) {
      if (column.kind === 'nested') nested.push(levelOf(column.path, column.at, column.columns))
      else if (column.kind === 'ordinality')
        columns.push({
          name: column.name,
          value: { sql: `_json_table_number(j, ${id})`, type: BIGINT, at: column.at },
        })
      else
        columns.push({
          name: column.name,
          value: translator.expression(expressionOf(column, relation), within),
        })
    }
    return { id, path: own, nested }
  }
  const level = levelOf(path, pathAt, relation.columns)
  checkNames(columns)
  const rows = `_json_table(${inputOf(go(input))}, ${sqlText(JSON.stringify(level))}, ${passedSql(passing, go)}, '${endsOnError ? 'error' : 'empty'}')`
  const selected = columns.map(({ value }, i) => `${value.sql} AS c${i}`)
  return {
    sql: `(SELECT ${selected.join(', ')} FROM (SELECT unnest(${rows}) AS j))`,
    columns: columns.map(({ name, value }) => ({ name: name.raw, type: value.type })),
  }
}

/** A column as the function that it is short for. */
function expressionOf(
  column: JsonColumn & { kind: 'column' },
  { passing, endsOnError }: JsonTable,
): Expression {
  const { name, path, type, isJson, wrapper, omitsQuotes, onEmpty, onError, at } = column
  if (!isJson && (wrapper !== 'none' || omitsQuotes))
    throw new SqlError('WRAPPER and QUOTES want a column with FORMAT JSON', at)
  const failing: JsonBehaviour | undefined = onError ?? (endsOnError ? { kind: 'error' } : undefined)
  return {
    kind: 'json path',
    form: isJson ? 'json_query' : 'json_value',
    input: { kind: 'name', name: { ...name, text: ITEM }, at },
    path,
    pathAt: at,
    passing,
    returning: type,
    wrapper,
    omitsQuotes,
    onEmpty,
    onError: failing,
    at,
  }
}

function checkNames(columns: readonly Column[]): void {
  if (columns.length === 0)
    throw new SqlError('JSON_TABLE wants a column that is not nested, or in one that is')
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name.text))
      throw new SqlError('All column and path names in JSON_TABLE invocation must be unique', name.at)
    seen.add(name.text)
  }
}
