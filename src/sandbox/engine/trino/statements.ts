import { hiveNames, RULES } from '../functions/index.js'
import { SqlError } from '../sql/sql-error.js'
import type { ColumnDefinition, Statement } from '../sql/statement-syntax.js'
import type { Name } from '../sql/syntax.js'
import type { Dialect } from '../sql/tokens.js'
import { coerce } from './cast.js'
import { type Catalog, type CatalogTable, findTable, placeOf } from './catalog.js'
import { coerces } from './coercion.js'
import { translateExpression } from './expressions.js'
import { describe, rowsQuery } from './information.js'
import { translateQuery } from './queries.js'
import { type RelationTranslator, unknownTable } from './relations.js'
import type { QueryColumn, Scope } from './scope.js'
import { coerceBoolean } from './special-calls.js'
import type { TranslatedQuery } from './translator.js'
import { display, duck, type Type, typeOf, VARCHAR } from './type.js'
import { sqlName } from './typed.js'
import { toStored, toWire } from './wire.js'

export interface Settings {
  readonly dialect: Dialect
  readonly catalog: Catalog
  readonly scheduledTime: number
}

export type TranslatedStatement =
  | { readonly kind: 'rows'; readonly sql: string; readonly columns: readonly QueryColumn[] }
  /** One after the other. */
  | { readonly kind: 'change'; readonly sqls: readonly string[] }
  | { readonly kind: 'explain'; readonly sql: string; readonly isJson: boolean }

/** A type that tables keep, in DuckDB's words. */
function stored(type: Type, at: number): string {
  if (type.kind === 'char') throw new SqlError('the sandbox keeps no char(n) in tables; write varchar(n)', at)
  return type.kind === 'json' ? 'JSON' : duck(type)
}

class StatementTranslator implements RelationTranslator {
  readonly dialect: Dialect
  readonly catalog: Catalog
  readonly scheduledTime: number
  readonly schema: string
  #relations = 0

  constructor({ dialect, catalog, scheduledTime }: Settings) {
    this.dialect = dialect
    this.catalog = catalog
    this.scheduledTime = scheduledTime
    this.schema = catalog.schema
  }

  freshName(): string {
    this.#relations += 1
    return `r${this.#relations}`
  }

  /** An error without a place belongs to the innermost expression around it. */
  expression: RelationTranslator['expression'] = (expression, scope) => {
    try {
      return translateExpression(expression, scope, this)
    } catch (error) {
      if (error instanceof SqlError && error.at === undefined)
        throw new SqlError(error.message, expression.at)
      throw error
    }
  }

  query: RelationTranslator['query'] = (query, outer) => translateQuery(query, outer, this)

  statement(statement: Statement): TranslatedStatement {
    switch (statement.kind) {
      case 'query':
        return this.#rows(this.query(statement.query, undefined))
      case 'explain':
        return {
          kind: 'explain',
          sql: this.query(statement.query, undefined).sql,
          isJson: statement.format === 'json',
        }
      case 'show tables':
        return this.#rows(this.#tables(statement.schema, statement.like))
      case 'show schemas':
        return this.#rows(
          this.dialect === 'hive'
            ? names('database_name', this.catalog.schemas, this.#liked(statement.like))
            : names(
                'Schema',
                [...this.catalog.schemas, 'information_schema'].sort(),
                this.#liked(statement.like),
              ),
        )
      case 'show columns':
      case 'describe': {
        const table = this.#known(statement.table)
        if (this.dialect === 'trino') return this.#rows(describe(table, false))
        const fields = table.columns.map(({ name }) => name)
        return this.#rows(statement.kind === 'describe' ? describe(table, true) : names('field', fields))
      }
      case 'show functions':
        return this.#rows(
          this.dialect === 'hive'
            ? names('tab_name', hiveNames(), this.#liked(statement.like))
            : functions(this.#liked(statement.like)),
        )
      default:
        return { kind: 'change', sqls: this.#changes(statement) }
    }
  }

  #rows({ sql, columns }: TranslatedQuery): TranslatedStatement {
    const wired = columns.map(({ type }, i) => toWire(`c${i}`, type))
    const isPlain = wired.every((each, i) => each === `c${i}`)
    return {
      kind: 'rows',
      sql: isPlain ? sql : `SELECT ${wired.map((each, i) => `${each} AS c${i}`).join(', ')} FROM (${sql})`,
      columns,
    }
  }

  #tables(schema: Name | undefined, like: string | undefined): TranslatedQuery {
    const wanted = schema?.text ?? this.catalog.schema.toLowerCase()
    if (!this.catalog.schemas.some((name) => name.toLowerCase() === wanted))
      throw new SqlError(`Schema '${wanted}' does not exist`, schema?.at)
    return names(
      'Table',
      this.catalog.tables.filter((table) => table.schema.toLowerCase() === wanted).map(({ name }) => name),
      this.#liked(like),
    )
  }

  #liked(like: string | undefined): Liked {
    if (like === undefined) return () => true
    const pattern = likeness(like, this.dialect === 'hive')
    return (name) => pattern.test(name)
  }

  #known(name: readonly Name[]): CatalogTable {
    const table = findTable(this.catalog, name)
    if (table === undefined) throw unknownTable(name, this.catalog)
    return table
  }

  /** A table that is to be changed, by its own name. */
  #path(name: readonly Name[]): string {
    const found = findTable(this.catalog, name)
    const { schema, table } = placeOf(name, this.catalog.schema)
    const own = this.catalog.schemas.find((each) => each.toLowerCase() === schema)
    if (own === undefined) throw new SqlError(`Schema '${schema}' does not exist`, name[0]!.at)
    return `${sqlName(found?.schema ?? own)}.${sqlName(found?.name ?? table)}`
  }

  #changes(
    statement: Exclude<
      Statement,
      | { kind: 'query' | 'explain' | 'describe' }
      | { kind: 'show tables' | 'show schemas' | 'show columns' | 'show functions' }
    >,
  ): string[] {
    const isHive = this.dialect === 'hive'
    const definition = ({ name, type }: ColumnDefinition) =>
      `${sqlName(name.raw)} ${stored(typeOf(type, isHive), type.at)}`
    switch (statement.kind) {
      case 'create table':
        return [
          `CREATE TABLE ${statement.ifNotExists ? 'IF NOT EXISTS ' : ''}${this.#path(statement.table)} (${statement.columns.map(definition).join(', ')})`,
        ]
      case 'create as':
        return [this.#createAs(statement)]
      case 'create schema':
        return [
          `CREATE SCHEMA ${statement.ifNotExists ? 'IF NOT EXISTS ' : ''}${sqlName(statement.name.raw)}`,
        ]
      case 'drop':
        if (!statement.ifExists) this.#known(statement.table)
        return [
          `DROP ${statement.thing.toUpperCase()} ${statement.ifExists ? 'IF EXISTS ' : ''}${this.#path(statement.table)}`,
        ]
      case 'insert':
        return this.#insert(statement)
      case 'delete':
        return [
          `DELETE FROM ${this.#path(statement.table)}${this.#condition(statement.table, statement.where)}`,
        ]
      case 'update':
        return [this.#update(statement)]
      case 'alter':
        return [
          `ALTER TABLE ${this.#path(statement.table)} ${this.#alteration(statement.change, definition)}`,
        ]
      default:
        return statement satisfies never
    }
  }

  #createAs({
    thing,
    table,
    ifNotExists,
    replace,
    columns: given,
    query,
    withData,
    at,
  }: Statement & { kind: 'create as' }): string {
    const { sql, columns } = this.query(query, undefined)
    if (given && given.length !== columns.length)
      throw new SqlError(
        `Column alias list has ${given.length} entries but relation has ${columns.length} columns`,
        at,
      )
    const seen = new Set<string>()
    const casts = columns.map(({ name, type }, i) => {
      const called = given?.[i]?.raw ?? name
      if (called === undefined) throw new SqlError(`Column name not specified at position ${i + 1}`, at)
      if (seen.has(called.toLowerCase()))
        throw new SqlError(`Column name '${called}' specified more than once`, at)
      seen.add(called.toLowerCase())
      stored(type, at)
      if (type.kind === 'unknown') throw new SqlError(`Column type is unknown: ${called}`, at)
      if (type.kind === 'timestamp with time zone' && type.zone !== 'UTC')
        throw new SqlError(`the sandbox keeps times of the zone UTC in tables only: ${called}`, at)
      return `${toStored(`c${i}`, type)} AS ${sqlName(called)}`
    })
    const create = `CREATE ${replace ? 'OR REPLACE ' : ''}${thing.toUpperCase()} ${ifNotExists ? 'IF NOT EXISTS ' : ''}${this.#path(table)}`
    return `${create} AS SELECT ${casts.join(', ')} FROM (${sql})${withData ? '' : ' LIMIT 0'}`
  }

  #insert({ table, columns: given, query, overwrite, at }: Statement & { kind: 'insert' }): string[] {
    const target = this.#known(table)
    const wanted = given ? given.map((name) => this.#column(target, name)) : target.columns
    const { sql, columns } = this.query(query, undefined)
    const types = (all: readonly { type: Type }[]) => all.map(({ type }) => display(type, true)).join(', ')
    const areFit =
      columns.length === wanted.length &&
      columns.every(({ type }, i) => this.#isStorable(type, wanted[i]!.type))
    if (!areFit)
      throw new SqlError(
        `Insert query has mismatched column types: Table: [${types(wanted)}], Query: [${types(columns)}]`,
        at,
      )
    const casts = columns.map(({ type }, i) =>
      toStored(coerce({ sql: `c${i}`, type, at }, wanted[i]!.type).sql, wanted[i]!.type),
    )
    const path = this.#path(table)
    const list = wanted.map(({ name }) => sqlName(name)).join(', ')
    return [
      ...(overwrite ? [`DELETE FROM ${path}`] : []),
      `INSERT INTO ${path} (${list}) SELECT ${casts.join(', ')} FROM (${sql})`,
    ]
  }

  /** Treasure Data's columns take whatever can be cast in Hive; in Trino, what coerces, and numbers that fit. */
  #isStorable(from: Type, to: Type): boolean {
    const integers = ['tinyint', 'smallint', 'integer', 'bigint']
    if (integers.includes(from.kind) && integers.includes(to.kind))
      return integers.indexOf(from.kind) <= integers.indexOf(to.kind)
    if (this.dialect === 'hive' && to.kind === 'varchar') return true
    return coerces(from, to)
  }

  #column(table: CatalogTable, { text, raw, at }: Name) {
    const found = table.columns.find(({ name }) => name.toLowerCase() === text)
    if (found === undefined)
      throw new SqlError(`Insert column name does not exist in target table: ${raw}`, at)
    return found
  }

  #own(name: readonly Name[]): Scope {
    const table = this.#known(name)
    return {
      fields: table.columns.map((column) => ({
        relation: [table.schema.toLowerCase(), table.name.toLowerCase()],
        name: column.name,
        type: column.type,
        sql: `${sqlName(table.name)}.${sqlName(column.name)}`,
      })),
    }
  }

  #condition(table: readonly Name[], where: (Statement & { kind: 'delete' })['where']): string {
    const scope = this.#own(table)
    return where ? ` WHERE ${coerceBoolean(this.expression(where, scope), 'WHERE clause')}` : ''
  }

  #update({ table, sets, where }: Statement & { kind: 'update' }): string {
    const scope = this.#own(table)
    const target = this.#known(table)
    const assignments = sets.map(([name, expression]) => {
      const column = this.#column(target, name)
      const value = this.expression(expression, scope)
      if (!this.#isStorable(value.type, column.type))
        throw new SqlError(
          `UPDATE table column types don't match SET expressions: Table: [${display(column.type)}], Expressions: [${display(value.type, true)}]`,
          value.at,
        )
      return `${sqlName(column.name)} = ${toStored(coerce(value, column.type).sql, column.type)}`
    })
    return `UPDATE ${this.#path(table)} SET ${assignments.join(', ')}${this.#condition(table, where)}`
  }

  #alteration(
    change: (Statement & { kind: 'alter' })['change'],
    definition: (column: ColumnDefinition) => string,
  ): string {
    switch (change.kind) {
      case 'add column':
        return `ADD COLUMN ${definition(change.column)}`
      case 'drop column':
        return `DROP COLUMN ${sqlName(change.column.raw)}`
      case 'rename column':
        return `RENAME COLUMN ${sqlName(change.column.raw)} TO ${sqlName(change.to.raw)}`
      case 'rename':
        return `RENAME TO ${sqlName(change.to.at(-1)!.raw)}`
      default:
        return change satisfies never
    }
  }
}

/** `%` and `_` as in LIKE; in Hive `*`, and `|` between patterns. */
function likeness(like: string, isHive: boolean): RegExp {
  const plain = like.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return isHive
    ? new RegExp(`^(?:${plain.replaceAll('\\*', '.*').replaceAll('\\|', '|')})$`, 'i')
    : new RegExp(`^${plain.replaceAll('%', '.*').replaceAll('_', '.')}$`)
}

type Liked = (name: string) => boolean

function names(column: string, all: readonly string[], isLiked: Liked = () => true): TranslatedQuery {
  return rowsQuery(
    [[column, VARCHAR]],
    all.filter(isLiked).map((name) => [name]),
  )
}

function functions(isLiked: Liked): TranslatedQuery {
  const columns = [
    'Function',
    'Return Type',
    'Argument Types',
    'Function Type',
    'Deterministic',
    'Description',
  ]
  const rows = RULES.filter(({ name }) => isLiked(name)).map(({ name, signature, kind }) => {
    const [, inner = '', returns = ''] = /^\w+\((.*)\) -> (.*)$/.exec(signature) ?? []
    return [name, returns, inner, kind, !/^(?:rand|random|shuffle|uuid)$/.test(name) ? 'true' : 'false', '']
  })
  return rowsQuery(
    columns.map((name) => [name, VARCHAR]),
    rows,
  )
}

/** A statement in DuckDB's SQL. Throws SqlError for what Trino refuses, or the sandbox. */
export function translateStatement(statement: Statement, settings: Settings): TranslatedStatement {
  return new StatementTranslator(settings).statement(statement)
}
