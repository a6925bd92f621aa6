import { SqlError } from '../sql/sql-error.js'
import type { Bound, Frame, Name, SortItem, Window } from '../sql/syntax.js'
import type { Scope } from './scope.js'
import type { Translator } from './translator.js'

/** NULLs come last, whatever the direction: https://trino.io/docs/current/sql/select.html#order-by-clause */
export function direction({ descending, nullsFirst }: SortItem, isHive: boolean): string {
  // Hive takes NULL for the smallest value.
  const first = nullsFirst ?? (isHive && !descending)
  return `${descending ? 'DESC' : 'ASC'} NULLS ${first ? 'FIRST' : 'LAST'}`
}

/** ORDER BY within a call or a window. */
export function sortClause(items: readonly SortItem[], scope: Scope, translator: Translator): string {
  const sorted = items.map(
    (item) =>
      `${translator.expression(item.expression, scope).sql} ${direction(item, translator.dialect === 'hive')}`,
  )
  return `ORDER BY ${sorted.join(', ')}`
}

function boundText({ kind, value }: Bound, scope: Scope, translator: Translator): string {
  const size = value === undefined ? '' : `${translator.expression(value, scope).sql} `
  return `${size}${kind.toUpperCase()}`
}

function frameText({ unit, start, end }: Frame, scope: Scope, translator: Translator): string {
  const from = boundText(start, scope, translator)
  return `${unit.toUpperCase()} ${end ? `BETWEEN ${from} AND ${boundText(end, scope, translator)}` : from}`
}

function named(name: Name, scope: Scope): Window {
  const window = scope.windows?.get(name.text)
  if (window === undefined) throw new SqlError(`Cannot resolve WINDOW name ${name.raw}`, name.at)
  return window
}

/** A window with what it takes over from the one that it names. */
export function wholeWindow(over: Window | Name, scope: Scope): Window {
  if ('text' in over) return wholeWindow(named(over, scope), scope)
  if (over.base === undefined) return over
  const base = wholeWindow(over.base, scope)
  return {
    ...over,
    base: undefined,
    partitionBy: base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    frame: over.frame ?? base.frame,
  }
}

/** The clause after OVER. */
export function overClause(over: Window | Name, scope: Scope, translator: Translator): string {
  const { partitionBy, orderBy, frame } = wholeWindow(over, scope)
  const partition = partitionBy.map((expression) => translator.expression(expression, scope).sql)
  const parts = [
    ...(partition.length > 0 ? [`PARTITION BY ${partition.join(', ')}`] : []),
    ...(orderBy.length > 0 ? [sortClause(orderBy, scope, translator)] : []),
    ...(frame ? [frameText(frame, scope, translator)] : []),
  ]
  return `(${parts.join(' ')})`
}
