import { SqlError } from '../sql/sql-error.js'
import type { Window } from '../sql/syntax.js'
import type { Type } from './type.js'
import type { Typed } from './typed.js'

/** A column that a part of a query can name. */
export interface Field {
  /** The alias or the name of the table, in lower case, perhaps with its schema in front. */
  readonly relation: readonly string[] | undefined
  /** As the user, or the table, writes it; `undefined` for one without a name. */
  readonly name: string | undefined
  readonly type: Type
  /** How DuckDB's SQL names it. */
  readonly sql: string
  /** Behind USING, the column of both sides answers to its plain name. */
  readonly isHidden?: boolean
}

/** Meaning of the names in an expression. */
export interface Scope {
  readonly fields: readonly Field[]
  readonly outer?: Scope | undefined
  /** The parameters of lambdas, the innermost last. */
  readonly params?: ReadonlyMap<string, Typed> | undefined
  readonly windows?: ReadonlyMap<string, Window> | undefined
  /** Columns of SELECT, by name, for ORDER BY. */
  readonly aliases?: ReadonlyMap<string, Typed> | undefined
  /** Why an aggregate or a window function has no place here, where it has none. */
  readonly noAggregates?: string | undefined
  /** Relations of WITH, by name. */
  readonly ctes?: ReadonlyMap<string, Cte> | undefined
}

export interface QueryColumn {
  /** As the user named it; `undefined` for an expression without an alias. */
  readonly name: string | undefined
  readonly type: Type
}

/** A query of WITH. */
export interface Cte {
  /** Its name in DuckDB's SQL. */
  readonly sql: string
  readonly columns: readonly QueryColumn[]
}

const matches = (field: Field, relation: readonly string[]) =>
  field.relation !== undefined &&
  relation.length <= field.relation.length &&
  relation.every((part, i) => field.relation!.at(i - relation.length) === part)

function only(fields: readonly Field[], name: string, at: number): Field | undefined {
  if (fields.length > 1) throw new SqlError(`Column '${name}' is ambiguous`, at)
  return fields[0]
}

/** The column that a name, perhaps with its table, stands for. Looks in the queries around this one, too. */
export function resolve(scope: Scope, parts: readonly string[], at: number): Typed | undefined {
  const name = parts.at(-1)!
  const relation = parts.slice(0, -1)
  if (parts.length === 1) {
    const own = scope.params?.get(name) ?? scope.aliases?.get(name)
    if (own) return { ...own, at }
  }
  const named = scope.fields.filter((field) => field.name?.toLowerCase() === name)
  const found =
    relation.length === 0
      ? named.filter(({ isHidden }) => !isHidden)
      : named.filter((field) => matches(field, relation))
  const field = only(found, parts.join('.'), at)
  if (field) return { sql: field.sql, type: field.type, at }
  return scope.outer && resolve(scope.outer, parts, at)
}

/** Whether any table around answers to the name. */
export function hasRelation(scope: Scope, relation: readonly string[]): boolean {
  return (
    scope.fields.some((field) => matches(field, relation)) ||
    (scope.outer !== undefined && hasRelation(scope.outer, relation))
  )
}

export function fieldsOf(scope: Scope, relation: readonly string[]): Field[] {
  if (relation.length === 0) return [...scope.fields]
  return scope.fields.filter((field) => matches(field, relation))
}
