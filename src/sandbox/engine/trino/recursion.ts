import { SqlError } from '../sql/sql-error.js'
import type { Body, Expression, Query, Relation } from '../sql/syntax.js'
import { isSame } from './coercion.js'
import type { QueryColumn } from './scope.js'
import { display, INTEGER, type Type } from './type.js'
import { failure, type Typed } from './typed.js'

/** Trino's default of `max_recursion_depth`: https://trino.io/docs/current/sql/select.html#with-recursive-clause */
const MOST_STEPS = 10

/** The column that counts how often the second part of a recursive query has run; no query can write the name. */
export const STEPS = '\0steps'

/** The call that makes the next number of it. */
export const NEXT_STEP = '\0next step'

export function nextStep(steps: Typed): Omit<Typed, 'at'> {
  const tooMany = failure(
    `Recursion depth limit exceeded (${MOST_STEPS}). Use 'max_recursion_depth' session property to modify the limit.`,
    INTEGER,
  )
  return {
    sql: `CASE WHEN ${steps.sql} >= ${MOST_STEPS - 1} THEN ${tooMany} ELSE ${steps.sql} + 1 END`,
    type: INTEGER,
  }
}

function reads(relation: Relation | undefined, name: string): boolean {
  if (relation?.kind === 'table') return relation.name.length === 1 && relation.name[0]!.text === name
  return relation?.kind === 'join' && (reads(relation.left, name) || reads(relation.right, name))
}

/**
 * A recursive query that counts its steps; `undefined` where they cannot be counted: UNION without ALL ends by itself
 * when nothing new comes.
 */
export function counted(query: Query, name: string): Query | undefined {
  const { body, at } = query
  if (body.kind !== 'set' || body.op !== 'union' || !body.all) return undefined
  const { left, right } = body
  if (right.kind !== 'select' || right.distinct || right.groupBy || !reads(right.from, name)) return undefined
  const column = (expression: Expression) => ({
    kind: 'expression' as const,
    expression,
    alias: { text: STEPS, raw: STEPS, at },
    at,
  })
  const none = {
    with: [],
    recursive: false,
    orderBy: [],
    offset: undefined,
    limit: undefined,
    withTies: false,
  }
  const start: Body = {
    kind: 'select',
    distinct: false,
    items: [{ kind: 'star', relation: [], at }, column({ kind: 'literal', type: 'integer', text: '0', at })],
    from: { kind: 'derived', query: { ...none, body: left, at }, alias: undefined, isLateral: false, at },
    where: undefined,
    groupBy: undefined,
    groupsOnce: false,
    having: undefined,
    windows: [],
    at,
  }
  const next: Expression = {
    kind: 'call',
    name: NEXT_STEP,
    args: [{ kind: 'name', name: { text: STEPS, raw: STEPS, at }, at }],
    star: false,
    distinct: false,
    orderBy: [],
    filter: undefined,
    ignoreNulls: false,
    over: undefined,
    at,
  }
  return {
    ...query,
    body: { ...body, left: start, right: { ...right, items: [...right.items, column(next)] } },
  }
}

/** `'a'` is a varchar(1), which what it is joined to does not fit. */
const isLonger = (found: Type, base: Type) =>
  found.kind === 'varchar' &&
  base.kind === 'varchar' &&
  base.length !== undefined &&
  (found.length ?? Number.POSITIVE_INFINITY) > base.length

/** The second part has to give what the first one begins with. */
export function checkStep(base: readonly QueryColumn[], whole: readonly QueryColumn[], at: number): void {
  for (const [i, { type }] of base.entries()) {
    const found = whole[i]?.type
    if (found && (!isSame(type, found) || isLonger(found, type)))
      throw new SqlError(
        `recursion step relation output type (${display(found, true)}) is not coercible to recursion base relation output type (${display(type, true)}) at column ${i + 1}`,
        at,
      )
  }
}
