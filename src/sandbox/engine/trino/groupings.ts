import { SqlError } from '../sql/sql-error.js'
import type { Expression, Grouping, Select } from '../sql/syntax.js'
import type { RelationTranslator } from './relations.js'
import type { Scope } from './scope.js'
import { INTEGER } from './type.js'
import type { Typed } from './typed.js'

/** A column of SELECT. */
export interface Output {
  readonly name: string | undefined
  readonly value: Typed
}

/** The column that a number means, as in `ORDER BY 1`. */
export function ordinal(expression: Expression, count: number, clause: string): number | undefined {
  if (expression.kind !== 'literal' || expression.type !== 'integer') return undefined
  const position = Number(expression.text)
  if (position < 1 || position > count)
    throw new SqlError(`${clause} position ${position} is not in select list`, expression.at)
  return position
}

/** Hive's GROUPING__ID: a bit for each column, 1 where it is not grouped by; undefined without such sets. */
export function groupingId(
  { groupBy }: Select,
  scope: Scope,
  translator: RelationTranslator,
): Typed | undefined {
  const sets = groupBy?.find((grouping) => grouping.kind !== 'simple' && grouping.columns !== undefined)
  if (sets?.kind === undefined || sets.kind === 'simple') return undefined
  const columns = sets.columns!.map((column) => translator.expression(column, scope).sql)
  return { sql: `CAST(grouping(${columns.join(', ')}) AS INTEGER)`, type: INTEGER, at: sets.at }
}

type SqlOf = (expression: Expression, isAlone: boolean) => string

/** The clause after GROUP BY. */
export function groupings(
  { groupBy = [], groupsOnce }: Select,
  outputs: readonly Output[],
  scope: Scope,
  translator: RelationTranslator,
): string {
  const sqlOf: SqlOf = (expression, isAlone) => {
    const position = ordinal(expression, outputs.length, 'GROUP BY')
    if (position === undefined) return translator.expression(expression, scope).sql
    return isAlone ? String(position) : outputs[position - 1]!.value.sql
  }
  return groupsOnce ? groupedOnce(groupBy, sqlOf) : groupBy.map((each) => grouped(each, sqlOf)).join(', ')
}

function grouped(grouping: Grouping, sqlOf: SqlOf): string {
  if (grouping.kind === 'simple')
    return grouping.expressions.map((expression) => sqlOf(expression, true)).join(', ')
  const sets = grouping.sets.map((set) => `(${set.map((expression) => sqlOf(expression, false)).join(', ')})`)
  return grouping.kind === 'sets'
    ? `GROUPING SETS (${sets.join(', ')})`
    : `${grouping.kind.toUpperCase()} (${sets.join(', ')})`
}

/** All sets of columns that the parts make together, each once: DuckDB has no such word. */
function groupedOnce(all: readonly Grouping[], sqlOf: SqlOf): string {
  const products = all.reduce<string[][]>(
    (sets, grouping) => sets.flatMap((set) => setsOf(grouping, sqlOf).map((other) => [...set, ...other])),
    [[]],
  )
  const once = new Map(products.map((set) => [...new Set(set)].sort()).map((set) => [set.join('\0'), set]))
  return `GROUPING SETS (${[...once.values()].map((set) => `(${set.join(', ')})`).join(', ')})`
}

function setsOf(grouping: Grouping, sqlOf: SqlOf): string[][] {
  const columns = (set: readonly Expression[]) => set.map((expression) => sqlOf(expression, false))
  if (grouping.kind === 'simple') return [columns(grouping.expressions)]
  const sets = grouping.sets.map(columns)
  switch (grouping.kind) {
    case 'sets':
      return sets
    case 'rollup':
      return [sets.length, ...sets.keys()].map((length) => sets.slice(0, length).flat())
    case 'cube':
      return sets.reduce<string[][]>((all, set) => all.flatMap((some) => [[...some, ...set], some]), [[]])
    default:
      return grouping satisfies never
  }
}
