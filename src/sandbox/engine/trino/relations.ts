import { SqlError } from '../sql/sql-error.js'
import type { Alias, Name, Relation } from '../sql/syntax.js'
import { type Catalog, findTable, INFORMATION_SCHEMA, placeOf } from './catalog.js'
import { informationTable } from './information.js'
import { jsonRows } from './json-tables.js'
import { comparison } from './operators.js'
import type { Field, QueryColumn, Scope } from './scope.js'
import { coerceBoolean } from './special-calls.js'
import { generated } from './table-functions.js'
import type { Translator } from './translator.js'
import { BIGINT, duck, rowKeys, type Type } from './type.js'
import { sqlName, type Typed } from './typed.js'

/** The clause after FROM, in DuckDB's SQL. */
export interface Source {
  readonly sql: string
  readonly fields: readonly Field[]
}

export interface RelationTranslator extends Translator {
  readonly catalog: Catalog
  /** A name for a relation that no other has. */
  freshName(): string
}

type Of<K extends Relation['kind']> = Relation & { kind: K }

/** The columns of a relation under its alias. */
function renamed(
  columns: readonly QueryColumn[],
  alias: Alias | undefined,
  relation: readonly string[] | undefined,
  sqlOf: (i: number) => string,
  at: number,
): Field[] {
  const names = alias?.columns
  if (names && names.length !== columns.length)
    throw new SqlError(
      `Column alias list has ${names.length} entries but '${alias.name.raw}' has ${columns.length} columns available`,
      at,
    )
  return columns.map(({ name, type }, i) => ({
    relation: alias ? [alias.name.text] : relation,
    name: names?.[i]?.raw ?? name,
    type,
    sql: sqlOf(i),
  }))
}

export function translateRelation(relation: Relation, scope: Scope, translator: RelationTranslator): Source {
  switch (relation.kind) {
    case 'table':
      return table(relation, scope, translator)
    case 'derived':
      return derived(relation, scope, translator)
    case 'unnest':
      return unnest(relation, scope, translator)
    case 'json table':
      return jsonTable(relation, scope, translator)
    case 'join':
      return join(relation, scope, translator)
    case 'lateral view':
      return lateralView(relation, scope, translator)
    default:
      return relation satisfies never
  }
}

function table(
  { name, alias, sample, at }: Of<'table'>,
  scope: Scope,
  translator: RelationTranslator,
): Source {
  const cte = name.length === 1 ? scope.ctes?.get(name[0]!.text) : undefined
  const own = translator.freshName()
  const place = placeOf(name, translator.catalog.schema)
  if (cte) {
    const fields = renamed(cte.columns, alias, [place.table], (i) => `${own}.c${i}`, at)
    return { sql: sampled(cte.sql, own, sample, translator), fields }
  }
  if (place.schema === INFORMATION_SCHEMA) {
    const query = informationTable(place.table, translator.catalog, at)
    return {
      sql: sampled(`(${query.sql})`, own, sample, translator),
      fields: renamed(query.columns, alias, [place.schema, place.table], (i) => `${own}.c${i}`, at),
    }
  }
  const found = findTable(translator.catalog, name)
  if (found === undefined) throw unknownTable(name, translator.catalog)
  const path = `${sqlName(found.schema)}.${sqlName(found.name)}`
  const columns = found.columns.map(({ name: column, type, isCast }) =>
    isCast ? `CAST(${sqlName(column)} AS ${duck(type)}) AS ${sqlName(column)}` : sqlName(column),
  )
  const read = found.columns.some(({ isCast }) => isCast)
    ? `(SELECT ${columns.join(', ')} FROM ${path})`
    : path
  const fields = renamed(
    found.columns,
    alias,
    [found.schema.toLowerCase(), found.name.toLowerCase()],
    (i) => `${own}.${sqlName(found.columns[i]!.name)}`,
    at,
  )
  return { sql: sampled(read, own, sample, translator), fields }
}

export function unknownTable(name: readonly Name[], catalog: Catalog): SqlError {
  const place = placeOf(name, catalog.schema)
  const { at } = name[0]!
  if (!catalog.schemas.some((schema) => schema.toLowerCase() === place.schema))
    return new SqlError(`Schema '${place.schema}' does not exist`, at)
  return new SqlError(`Table '${place.schema}.${place.table}' does not exist`, at)
}

function sampled(read: string, own: string, sample: Of<'table'>['sample'], translator: Translator): string {
  if (sample === undefined) return `${read} AS ${own}`
  const percent = translator.expression(sample.percent, { fields: [] })
  if (typeof percent.literal !== 'bigint' && typeof percent.literal !== 'number')
    throw new SqlError('the size of a sample is a number in the query', percent.at)
  if (sample.method !== 'bernoulli' && sample.method !== 'system')
    throw new SqlError(`TABLESAMPLE ${sample.method} is not known`, percent.at)
  return `(SELECT * FROM ${read} USING SAMPLE ${percent.literal} PERCENT (bernoulli)) AS ${own}`
}

function derived(
  { query, alias, isLateral, at }: Of<'derived'>,
  scope: Scope,
  translator: RelationTranslator,
): Source {
  const own = translator.freshName()
  const outer: Scope = isLateral ? scope : { ...scope, fields: [] }
  const { sql, columns } = translator.query(query, outer)
  return {
    sql: `${isLateral ? 'LATERAL ' : ''}(${sql}) AS ${own}`,
    fields: renamed(columns, alias, undefined, (i) => `${own}.c${i}`, at),
  }
}

interface Unnested {
  /** Unnested side by side: of a map its keys and its values. */
  readonly lists: readonly string[]
  /** Translation of each. */
  readonly columns: (names: readonly string[]) => readonly { sql: string; type: Type }[]
}

function unnested({ sql, type, at }: Typed): Unnested {
  if (type.kind === 'map') {
    return {
      lists: [`map_keys(${sql})`, `map_values(${sql})`],
      columns: ([key, value]) => [
        { sql: key!, type: type.key },
        { sql: value!, type: type.value },
      ],
    }
  }
  if (type.kind !== 'array') throw new SqlError(`Cannot unnest type: ${type.kind}`, at)
  const { of } = type
  if (of.kind !== 'row') return { lists: [sql], columns: ([item]) => [{ sql: item!, type: of }] }
  const keys = rowKeys(of.fields)
  return {
    lists: [sql],
    columns: ([item]) =>
      of.fields.map((field, i) => ({ sql: `${item}.${sqlName(keys[i]!)}`, type: field.type })),
  }
}

/** Names of the columns of UNNEST: of rows, those of their fields. */
function unnestNames({ type }: Typed): (string | undefined)[] {
  if (type.kind === 'map') return [undefined, undefined]
  return type.kind === 'array' && type.of.kind === 'row'
    ? type.of.fields.map(({ name }) => name)
    : [undefined]
}

function unnest(
  { items, ordinality, alias, at }: Of<'unnest'>,
  scope: Scope,
  translator: RelationTranslator,
): Source {
  const own = translator.freshName()
  const values = items.map((item) => translator.expression(item, scope))
  const parts = values.map(unnested)
  let count = 0
  const lists = parts.flatMap(({ lists: each }) => each)
  const columns = parts.flatMap(({ lists: each, columns: of }) => of(each.map(() => `u${count++}`)))
  const names = values.flatMap(unnestNames)
  const longest = lists.map((list) => `coalesce(len(${list}), 0)`)
  const selected = lists.map((list, i) => `unnest(${list}) AS u${i}`)
  if (ordinality) {
    selected.push(
      `unnest(generate_series(1, ${longest.length > 1 ? `greatest(${longest.join(', ')})` : longest[0]})) AS u${count}`,
    )
    columns.push({ sql: `u${count}`, type: BIGINT })
    names.push(undefined)
  }
  const outer = columns.map(({ sql }, i) => `${sql} AS c${i}`)
  const sql = `LATERAL (SELECT ${outer.join(', ')} FROM (SELECT ${selected.join(', ')})) AS ${own}`
  const fields = renamed(
    columns.map(({ type }, i) => ({ name: names[i], type })),
    alias,
    undefined,
    (i) => `${own}.c${i}`,
    at,
  )
  return { sql: scope.fields.length > 0 ? sql : sql.replace(/^LATERAL /, ''), fields }
}

function jsonTable(relation: Of<'json table'>, scope: Scope, translator: RelationTranslator): Source {
  const own = translator.freshName()
  const { sql, columns } = jsonRows(relation, scope, translator)
  return {
    sql: `${scope.fields.length > 0 ? 'LATERAL ' : ''}${sql} AS ${own}`,
    fields: renamed(columns, relation.alias, undefined, (i) => `${own}.c${i}`, relation.at),
  }
}

function join(relation: Of<'join'>, scope: Scope, translator: RelationTranslator): Source {
  const left = translateRelation(relation.left, scope, translator)
  const beside: Scope = { ...scope, fields: [...scope.fields, ...left.fields] }
  const isLateral =
    relation.right.kind === 'unnest' ||
    relation.right.kind === 'json table' ||
    (relation.right.kind === 'derived' && relation.right.isLateral)
  const right = translateRelation(
    relation.right,
    isLateral ? { ...beside, fields: left.fields, outer: scope } : scope,
    translator,
  )
  const rightSql = relation.right.kind === 'join' ? `(${right.sql})` : right.sql
  const fields = [...left.fields, ...right.fields]
  if (relation.join === 'cross') return { sql: `${left.sql} CROSS JOIN ${rightSql}`, fields }
  const keyword = relation.join === 'semi' ? 'SEMI JOIN' : `${relation.join.toUpperCase()} JOIN`
  if (relation.using) return joinUsing(relation, left, right, keyword, rightSql)
  const on = translator.expression(relation.on!, { ...scope, fields })
  return {
    sql: `${left.sql} ${keyword} ${rightSql} ON ${coerceBoolean(on, 'JOIN ON clause')}`,
    fields: relation.join === 'semi' ? left.fields : fields,
  }
}

function joinUsing(
  relation: Of<'join'>,
  left: Source,
  right: Source,
  keyword: string,
  rightSql: string,
): Source {
  const sides = relation.using!.map((name) => {
    const [a, b] = [left, right].map((side, i) => {
      const found = side.fields.filter((field) => !field.isHidden && field.name?.toLowerCase() === name.text)
      if (found.length !== 1)
        throw new SqlError(
          `Column '${name.raw}' is ${found.length === 0 ? 'missing from' : 'ambiguous on'} ${i === 0 ? 'left' : 'right'} side of join`,
          name.at,
        )
      return found[0]!
    }) as [Field, Field]
    const typed = (field: Field): Typed => ({ sql: field.sql, type: field.type, at: name.at })
    return { name, a, b, on: comparison('=', [typed(a), typed(b)], name.at).sql }
  })
  const shared: Field[] = sides.map(({ a, b }) => {
    const sql =
      relation.join === 'full' ? `coalesce(${a.sql}, ${b.sql})` : relation.join === 'right' ? b.sql : a.sql
    return { relation: undefined, name: a.name, type: a.type, sql }
  })
  const isShared = (field: Field) => sides.some(({ a, b }) => field === a || field === b)
  const rest = [...left.fields, ...right.fields].map((field) =>
    isShared(field) ? { ...field, isHidden: true } : field,
  )
  return {
    sql: `${left.sql} ${keyword} ${rightSql} ON ${sides.map(({ on }) => on).join(' AND ')}`,
    fields: [...shared, ...rest],
  }
}

/** Hive's `LATERAL VIEW explode(x) t AS a`. */
function lateralView(
  { left, outer, call, table: name, columns, at }: Of<'lateral view'>,
  scope: Scope,
  translator: RelationTranslator,
): Source {
  const source = translateRelation(left, scope, translator)
  const own = translator.freshName()
  const inner: Scope = { ...scope, fields: source.fields, outer: scope }
  const made = generated(
    call.name,
    call.args.map((arg) => translator.expression(arg, inner)),
    at,
  )
  const view = `LATERAL (${made.sql}) AS ${own}`
  if (columns.length > 0 && columns.length !== made.columns.length)
    throw new SqlError(`${call.name} makes ${made.columns.length} columns, not ${columns.length}`, at)
  const fields = made.columns.map(
    (type, i): Field => ({
      relation: [name.text],
      name: columns[i]?.raw ?? made.names[i],
      type,
      sql: `${own}.c${i}`,
    }),
  )
  return {
    sql: `${source.sql} ${outer ? `LEFT JOIN ${view} ON true` : `CROSS JOIN ${view}`}`,
    fields: [...source.fields, ...fields],
  }
}
