import { SqlError } from '../sql/sql-error.js'
import type { Body, Expression, Name, Query, Select, SelectItem, SortItem } from '../sql/syntax.js'
import { coerce } from './cast.js'
import { common, isSame } from './coercion.js'
import { groupingId, groupings, type Output, ordinal } from './groupings.js'
import { checkStep, counted, STEPS } from './recursion.js'
import { type RelationTranslator, type Source, translateRelation } from './relations.js'
import type { QueryColumn } from './scope.js'
import { type Cte, fieldsOf, type Scope } from './scope.js'
import { coerceBoolean } from './special-calls.js'
import type { TranslatedQuery } from './translator.js'
import { display, type Type } from './type.js'
import type { Typed } from './typed.js'
import { direction } from './windows.js'

/** A SELECT, with what ORDER BY may name. */
interface Part extends TranslatedQuery {
  readonly outputs: readonly Output[]
  /** Where the expressions of ORDER BY are read. */
  readonly scope: Scope
  readonly isDistinct: boolean
}

export function translateQuery(
  query: Query,
  outer: Scope | undefined,
  translator: RelationTranslator,
): TranslatedQuery {
  const { prefix, scope } = withClause(query, outer, translator)
  const part = body(query.body, scope, translator)
  const isPlain = query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined
  const { sql, columns } = isPlain
    ? part
    : ended(query, 'outputs' in part ? part : whole(part, outer, translator), translator)
  return { sql: prefix + sql, columns }
}

function withClause(
  query: Query,
  outer: Scope | undefined,
  translator: RelationTranslator,
): { prefix: string; scope: Scope | undefined } {
  if (query.with.length === 0) return { prefix: '', scope: outer }
  const ctes = new Map(outer?.ctes)
  const scopeNow = (): Scope => ({ ...(outer ?? { fields: [] }), ctes })
  const parts = query.with.map(({ name, columns: names, query: said, at }) => {
    const sql = `w_${translator.freshName()}`
    const inner = (query.recursive && names && counted(said, name.text)) || said
    const base = query.recursive ? recursionBase(inner, names, scopeNow(), translator) : undefined
    if (base) ctes.set(name.text, { sql, columns: base })
    const made = translateQuery(inner, scopeNow(), translator)
    if (base) checkStep(base, made.columns, at)
    const shown = made.columns.filter((column) => column.name !== STEPS)
    if (names && names.length !== shown.length)
      throw new SqlError(
        `Column alias list has ${names.length} entries but '${name.raw}' has ${shown.length} columns available`,
        at,
      )
    const columns = shown.map((column, i) => ({ ...column, name: names?.[i]?.raw ?? column.name }))
    ctes.set(name.text, { sql, columns } satisfies Cte)
    return `${sql}(${made.columns.map((_, i) => `c${i}`).join(', ')}) AS (${made.sql})`
  })
  return { prefix: `WITH ${query.recursive ? 'RECURSIVE ' : ''}${parts.join(', ')} `, scope: scopeNow() }
}

/** The part that a recursive query begins with says what its columns are. */
function recursionBase(
  { body: whole }: Query,
  names: readonly Name[] | undefined,
  scope: Scope,
  translator: RelationTranslator,
): QueryColumn[] | undefined {
  if (whole.kind !== 'set' || whole.op !== 'union' || names === undefined) return undefined
  const { columns } = body(whole.left, scope, translator)
  return columns.map((column, i) => ({ ...column, name: names[i]?.raw ?? column.name }))
}

function body(part: Body, outer: Scope | undefined, translator: RelationTranslator): Part | TranslatedQuery {
  switch (part.kind) {
    case 'select':
      return select(part, outer, translator)
    case 'values':
      return values(part.rows, outer, translator)
    case 'query':
      return translateQuery(part.query, outer, translator)
    case 'set':
      return setOperation(part, outer, translator)
    default:
      return part satisfies never
  }
}

/** A query with its columns, which are all that ORDER BY may name. */
function whole(query: TranslatedQuery, outer: Scope | undefined, translator: RelationTranslator): Part {
  const own = translator.freshName()
  const outputs = query.columns.map(
    ({ name, type }, i): Output => ({ name, value: { sql: `${own}.c${i}`, type, at: 0 } }),
  )
  const fields = outputs.map(({ name, value }) => ({
    relation: undefined,
    name,
    type: value.type,
    sql: value.sql,
  }))
  const sql = `SELECT ${outputs.map(({ value }, i) => `${value.sql} AS c${i}`).join(', ')} FROM (${query.sql}) AS ${own}`
  return {
    sql,
    columns: query.columns,
    outputs,
    scope: { fields, outer, ctes: outer?.ctes },
    isDistinct: false,
  }
}

function values(
  rows: readonly Expression[],
  outer: Scope | undefined,
  translator: RelationTranslator,
): TranslatedQuery {
  const scope: Scope = { fields: [], outer, ctes: outer?.ctes }
  const cells = rows.map((row) =>
    (row.kind === 'row' ? row.items : [row]).map((item) => translator.expression(item, scope)),
  )
  const width = cells[0]!.length
  const odd = cells.find((row) => row.length !== width)
  if (odd) throw new SqlError(`Values rows have mismatched sizes: ${width} vs ${odd.length}`, odd[0]?.at)
  const types = cells[0]!.map((first, i) =>
    cells.reduce<Type>((all, row) => unite(all, row[i]!.type, 'Values rows', row[i]!.at), first.type),
  )
  const lines = cells.map((row) => `(${row.map((cell, i) => coerce(cell, types[i]!).sql).join(', ')})`)
  const names = types.map((_, i) => `c${i}`)
  const sql = `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(${names.join(', ')})`
  return { sql, columns: types.map((type) => ({ name: undefined, type: unlettered(type) })) }
}

/** A column of literals is no literal. */
function unlettered(type: Type): Type {
  return type.kind === 'varchar' && type.literal ? { kind: 'varchar' } : type
}

function unite(a: Type, b: Type, what: string, at: number): Type {
  const both = common(a, b)
  if (both === undefined)
    throw new SqlError(`${what} have mismatched types: ${display(a, true)}, ${display(b, true)}`, at)
  return both
}

function setOperation(
  { op, all, byName, left, right, at }: Body & { kind: 'set' },
  outer: Scope | undefined,
  translator: RelationTranslator,
): TranslatedQuery {
  const given = [body(left, outer, translator), body(right, outer, translator)] as const
  const sides = byName ? corresponding(...given, at) : given
  const [a, b] = sides
  if (a.columns.length !== b.columns.length)
    throw new SqlError(
      `${op.toUpperCase()} query has different number of fields: ${a.columns.length}, ${b.columns.length}`,
      at,
    )
  const columns = a.columns.map(({ name, type }, i) => ({
    name,
    type: unite(type, b.columns[i]!.type, `column ${i + 1} in ${op.toUpperCase()} query`, at),
  }))
  const [first, second] = sides.map((side) => `(${asColumns(side, columns)})`)
  return { sql: `${first} ${op.toUpperCase()}${all ? ' ALL' : ''} ${second}`, columns }
}

/** The columns that both sides have, in the order of the left one: https://trino.io/docs/current/sql/select.html#union-clause */
function corresponding(
  a: TranslatedQuery,
  b: TranslatedQuery,
  at: number,
): readonly [TranslatedQuery, TranslatedQuery] {
  const placeOf = ({ columns }: TranslatedQuery, wanted: string | undefined) => {
    const found = columns.flatMap(({ name }, i) => (name?.toLowerCase() === wanted?.toLowerCase() ? [i] : []))
    if (found.length > 1) throw new SqlError('CORRESPONDING wants columns with different names', at)
    return found[0]
  }
  const pairs = a.columns.flatMap(({ name }) => {
    if (name === undefined) throw new SqlError('CORRESPONDING wants columns with names', at)
    const places = [placeOf(a, name), placeOf(b, name)] as const
    return places[1] === undefined ? [] : [places as readonly [number, number]]
  })
  if (pairs.length === 0) throw new SqlError('No corresponding columns', at)
  const picked = (side: TranslatedQuery, places: readonly number[]): TranslatedQuery => ({
    sql: `SELECT ${places.map((place, i) => `c${place} AS c${i}`).join(', ')} FROM (${side.sql})`,
    columns: places.map((place) => side.columns[place]!),
  })
  return [
    picked(
      a,
      pairs.map(([place]) => place),
    ),
    picked(
      b,
      pairs.map(([, place]) => place),
    ),
  ]
}

/** The query with its columns cast to the wanted types. */
function asColumns({ sql, columns }: TranslatedQuery, wanted: readonly QueryColumn[]): string {
  if (columns.every(({ type }, i) => isSame(type, wanted[i]!.type))) return sql
  const casts = columns.map(
    ({ type }, i) => `${coerce({ sql: `c${i}`, type, at: 0 }, wanted[i]!.type).sql} AS c${i}`,
  )
  return `SELECT ${casts.join(', ')} FROM (${sql})`
}

function select(query: Select, outer: Scope | undefined, translator: RelationTranslator): Part {
  const start: Scope = { fields: [], outer, ctes: outer?.ctes }
  const from: Source | undefined = query.from && translateRelation(query.from, start, translator)
  const windows = new Map(query.windows.map(([name, window]) => [name.text, window]))
  const fields: Scope = { ...start, fields: from?.fields ?? [], windows }
  const id = groupingId(query, fields, translator)
  const scope: Scope = id ? { ...fields, params: new Map([['grouping__id', id]]) } : fields
  const outputs = query.items.flatMap((item) => outputsOf(item, scope, translator))
  const condition = (expression: Expression, what: string, within = scope) =>
    coerceBoolean(translator.expression(expression, within), what)
  const noAggregates = 'WHERE clause cannot contain aggregations or window functions'
  // Hive's HAVING may name the columns of SELECT.
  const grouped = translator.dialect === 'hive' ? { ...scope, aliases: aliasesOf(outputs) } : scope
  const clauses = [
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${outputs.map(({ value }, i) => `${value.sql} AS c${i}`).join(', ')}`,
    ...(from ? [`FROM ${from.sql}`] : []),
    ...(query.where ? [`WHERE ${condition(query.where, 'WHERE clause', { ...scope, noAggregates })}`] : []),
    ...(query.groupBy ? [`GROUP BY ${groupings(query, outputs, scope, translator)}`] : []),
    ...(query.having ? [`HAVING ${condition(query.having, 'HAVING clause', grouped)}`] : []),
  ]
  const columns = outputs.map(({ name, value }) => ({ name, type: value.type }))
  return { sql: clauses.join(' '), columns, outputs, scope, isDistinct: query.distinct }
}

/** The columns of SELECT, by name. */
function aliasesOf(outputs: readonly Output[]): ReadonlyMap<string, Typed> {
  return new Map(
    outputs.flatMap(({ name, value }) => (name === undefined ? [] : [[name.toLowerCase(), value] as const])),
  )
}

function outputsOf(item: SelectItem, scope: Scope, translator: RelationTranslator): Output[] {
  if (item.kind === 'star') {
    const relation = item.relation.map(({ text }) => text)
    const fields = fieldsOf(scope, relation).filter(({ isHidden }) => relation.length > 0 || !isHidden)
    if (fields.length === 0)
      throw new SqlError(
        relation.length > 0
          ? `Unable to resolve reference ${relation.join('.')}`
          : 'SELECT * not allowed in queries without FROM clause',
        item.at,
      )
    return fields.flatMap(({ name, type, sql }) =>
      name === STEPS ? [] : [{ name, value: { sql, type, at: item.at } }],
    )
  }
  const value = translator.expression(item.expression, scope)
  return [{ name: item.alias?.raw ?? nameOf(item.expression), value }]
}

/** A column keeps its name; any other expression has none. */
function nameOf(expression: Expression): string | undefined {
  return expression.kind === 'name' || expression.kind === 'field' ? expression.name.raw : undefined
}

/** Adds ORDER BY, OFFSET and LIMIT. */
function ended(
  { orderBy, offset, limit, withTies, at }: Query,
  part: Part,
  translator: RelationTranslator,
): TranslatedQuery {
  const isHive = translator.dialect === 'hive'
  const sorted = orderBy.map((item) => `${sortKey(item, part, translator)} ${direction(item, isHive)}`)
  const count = (expression: Expression, clause: string) => {
    if (expression.kind !== 'literal' || expression.type !== 'integer')
      throw new SqlError(`${clause} wants a whole number`, expression.at)
    return expression.text
  }
  if (withTies) {
    if (sorted.length === 0) throw new SqlError('FETCH FIRST WITH TIES clause requires ORDER BY', at)
    return tied(part, sorted, count(limit!, 'FETCH FIRST'), offset ? count(offset, 'OFFSET') : '0')
  }
  const clauses = [
    part.sql,
    ...(sorted.length > 0 ? [`ORDER BY ${sorted.join(', ')}`] : []),
    ...(limit ? [`LIMIT ${count(limit, 'LIMIT')}`] : []),
    ...(offset ? [`OFFSET ${count(offset, 'OFFSET')}`] : []),
  ]
  return { sql: clauses.join(' '), columns: part.columns }
}

/** The first rows, and those that the order does not tell from the last of them. */
function tied(part: Part, sorted: readonly string[], limit: string, offset: string): TranslatedQuery {
  // A number means a column in ORDER BY, but not in a window.
  const keys = sorted.map((key) => key.replace(/^(\d+)(?= )/, (_, place: string) => `c${Number(place) - 1}`))
  const hidden = keys.flatMap((key, i) =>
    /^c\d+ /.test(key) ? [] : [`${key.replace(DIRECTION, '')} AS k${i}`],
  )
  const order = keys
    .map((key, i) => (/^c\d+ /.test(key) ? key : `k${i}${DIRECTION.exec(key)![0]}`))
    .join(', ')
  const sql = hidden.length > 0 ? part.sql.replace(/^SELECT /, `SELECT ${hidden.join(', ')}, `) : part.sql
  const ranked = `SELECT *, rank() OVER (ORDER BY ${order}) AS ranked, row_number() OVER (ORDER BY ${order}) AS numbered FROM (${sql})`
  const columns = part.columns.map((_, i) => `c${i}`).join(', ')
  return {
    sql: `SELECT ${columns} FROM (${ranked}) WHERE ranked <= ${limit} + ${offset} AND numbered > ${offset} ORDER BY numbered`,
    columns: part.columns,
  }
}

const DIRECTION = / (?:ASC|DESC) NULLS (?:FIRST|LAST)$/

/** The names of SELECT come first, then those of the tables. */
function sortKey({ expression }: SortItem, part: Part, translator: RelationTranslator): string {
  const position = ordinal(expression, part.outputs.length, 'ORDER BY')
  if (position !== undefined) return String(position)
  const named =
    expression.kind === 'name'
      ? part.outputs.findIndex(({ name }) => name?.toLowerCase() === expression.name.text)
      : -1
  if (named !== -1) return String(named + 1)
  const aliases = aliasesOf(part.outputs)
  const { sql } = translator.expression(expression, { ...part.scope, aliases })
  const same = part.outputs.findIndex(({ value }) => value.sql === sql)
  if (same !== -1) return String(same + 1)
  if (part.isDistinct)
    throw new SqlError('For SELECT DISTINCT, ORDER BY expressions must appear in select list', expression.at)
  return sql
}
