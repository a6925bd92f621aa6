import { atZoneOf, part } from '../functions/times.js'
import { SqlError } from '../sql/sql-error.js'
import type { Expression, Query } from '../sql/syntax.js'
import { translateCall } from './calls.js'
import { cast, coerce } from './cast.js'
import { common, isFloating } from './coercion.js'
import { isStructured } from './equality.js'
import { hiveBinary, hiveCast, hiveSubscript, hiveTime } from './hive.js'
import { translateJsonBuild, translateJsonPath } from './json-forms.js'
import { interval, literal, negativeLiteral, typedLiteral } from './literals.js'
import { arithmetic, comparison, concatenation, negated } from './operators.js'
import { hasRelation, resolve, type Scope } from './scope.js'
import { alike, coerceBoolean } from './special-calls.js'
import type { Translator } from './translator.js'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  display,
  duck,
  INTEGER,
  rowKeys,
  type Type,
  typeOf,
  VARCHAR,
} from './type.js'
import { bind, sqlName, type Typed } from './typed.js'

type Of<K extends Expression['kind']> = Expression & { kind: K }

const bool = (sql: string, at: number): Typed => ({ sql, type: BOOLEAN, at })

/** An expression in DuckDB's SQL, with its type. Throws SqlError for what Trino refuses, or the sandbox. */
export function translateExpression(expression: Expression, scope: Scope, translator: Translator): Typed {
  const isHive = translator.dialect === 'hive'
  const go = (each: Expression) => translator.expression(each, scope)
  switch (expression.kind) {
    case 'literal':
      return literal(expression, isHive)
    case 'typed literal':
      return typedLiteral(expression, isHive)
    case 'interval':
      return interval(expression)
    case 'name':
      return name(expression, scope)
    case 'field':
      return field(expression, scope, translator)
    case 'call':
      return translateCall(expression, scope, translator)
    case 'unary':
      return negativeLiteral(expression) ?? unary(expression, go)
    case 'binary':
      return binary(expression, go(expression.left), go(expression.right), isHive)
    case 'logical':
      return bool(
        `(${expression.terms.map((term) => coerceBoolean(go(term), `Logical expression term`)).join(` ${expression.op.toUpperCase()} `)})`,
        expression.at,
      )
    case 'is null':
      return bool(`(${go(expression.of).sql} IS ${expression.not ? 'NOT ' : ''}NULL)`, expression.at)
    case 'distinct from':
      return distinctFrom(expression, go(expression.left), go(expression.right))
    case 'between':
      return between(expression, go)
    case 'in':
      return within(expression, scope, translator)
    case 'like':
      return like(expression, go)
    case 'exists':
      return bool(`EXISTS (${translator.query(expression.query, scope).sql})`, expression.at)
    case 'quantified':
      return quantified(expression, scope, translator)
    case 'case':
      return caseOf(expression, go)
    case 'cast':
      return isHive
        ? castHive(expression, go(expression.of))
        : cast(go(expression.of), typeOf(expression.to), expression.at, expression.isTry)
    case 'extract':
      return {
        sql: part(expression.field, isHive ? hiveTime(go(expression.of)) : go(expression.of), expression.at),
        type: BIGINT,
        at: expression.at,
      }
    case 'array':
      return array(expression.items.map(go), expression.at)
    case 'row':
      return row(expression.items.map(go), expression.at)
    case 'subscript':
      return isHive
        ? (hiveSubscript(go(expression.base), go(expression.index), expression.at) ??
            refuseSubscript(expression.at))
        : subscript(go(expression.base), go(expression.index), expression.at)
    case 'subquery':
      return subquery(expression, scope, translator)
    case 'at zone':
      return { ...atZoneOf(go(expression.of), go(expression.zone)), at: expression.at }
    case 'grouping':
      return {
        sql: `CAST(grouping(${expression.args.map((arg) => go(arg).sql).join(', ')}) AS INTEGER)`,
        type: INTEGER,
        at: expression.at,
      }
    case 'json path':
      return translateJsonPath(expression, scope, translator)
    case 'json build':
      return translateJsonBuild(expression, scope, translator)
    case 'lambda':
      throw new SqlError('a lambda is the argument of a function only', expression.at)
    default:
      return expression satisfies never
  }
}

function name({ name: { text, raw }, at }: Of<'name'>, scope: Scope): Typed {
  const found = resolve(scope, [text], at)
  if (found === undefined) throw new SqlError(`Column '${raw}' cannot be resolved`, at)
  return found
}

/** `schema.table.column`, `table.column`, `row.field`. */
function field(expression: Of<'field'>, scope: Scope, translator: Translator): Typed {
  const parts = partsOf(expression)
  if (parts !== undefined && !resolve(scope, parts.slice(0, 1), expression.at)) {
    const column = resolve(scope, parts, expression.at)
    if (column) return column
    if (hasRelation(scope, parts.slice(0, -1)) || parts.length === 2)
      throw new SqlError(`Column '${parts.join('.')}' cannot be resolved`, expression.at)
  } else if (parts !== undefined && hasRelation(scope, parts.slice(0, -1))) {
    const column = resolve(scope, parts, expression.at)
    if (column) return column
  }
  const base = translator.expression(expression.base, scope)
  if (base.type.kind !== 'row')
    throw new SqlError(`Expression ${expression.name.raw} is not of type ROW`, expression.at)
  const { fields } = base.type
  const at = fields.findIndex(({ name: key }) => key?.toLowerCase() === expression.name.text)
  if (at === -1) throw new SqlError(`Column '${expression.name.raw}' cannot be resolved`, expression.at)
  return { sql: `(${base.sql}).${sqlName(rowKeys(fields)[at]!)}`, type: fields[at]!.type, at: expression.at }
}

function partsOf(expression: Expression): string[] | undefined {
  if (expression.kind === 'name') return [expression.name.text]
  if (expression.kind !== 'field') return undefined
  const base = partsOf(expression.base)
  return base && [...base, expression.name.text]
}

function unary({ op, of, at }: Of<'unary'>, go: (each: Expression) => Typed): Typed {
  const value = go(of)
  if (op === 'not') return bool(`(NOT ${coerceBoolean(value, 'Value of logical NOT expression')})`, at)
  return op === '+' ? value : negated(value, at)
}

function binary(expression: Of<'binary'>, left: Typed, right: Typed, isHive: boolean): Typed {
  const { op, at } = expression
  const own = isHive ? hiveBinary(op, left, right, at) : undefined
  if (own !== undefined && 'sql' in own) return own
  if (own !== undefined) return binary(expression, own[0], own[1], false)
  if (op === '||') return concatenation([left, right], at)
  if (['+', '-', '*', '/', '%'].includes(op)) return arithmetic(op, [left, right], at)
  return comparison(op, [left, right], at)
}

function both(left: Typed, right: Typed, op: string, at: number): [Typed, Typed] {
  const type = common(left.type, right.type)
  if (type === undefined)
    throw new SqlError(
      `Cannot apply operator: ${display(left.type, true)} ${op} ${display(right.type, true)}`,
      at,
    )
  return [coerce(left, type), coerce(right, type)]
}

function distinctFrom({ not, at }: Of<'distinct from'>, left: Typed, right: Typed): Typed {
  const [a, b] = both(left, right, 'IS DISTINCT FROM', at)
  return bool(`(${a.sql} IS ${not ? 'NOT ' : ''}DISTINCT FROM ${b.sql})`, at)
}

function between({ of, low, high, not, at }: Of<'between'>, go: (each: Expression) => Typed): Typed {
  const [value, from, to] = [go(of), go(low), go(high)]
  const type = common(value.type, from.type) && common(common(value.type, from.type)!, to.type)
  if (type === undefined)
    throw new SqlError(
      `Cannot check if ${display(value.type, true)} is BETWEEN ${display(from.type, true)} and ${display(to.type, true)}`,
      at,
    )
  const [a, b, c] = [value, from, to].map((each) => coerce(each, type).sql) as [string, string, string]
  if (!isFloating(type)) return bool(`(${a} ${not ? 'NOT ' : ''}BETWEEN ${b} AND ${c})`, at)
  // NaN is between nothing.
  const sql = bind([a], (x) => {
    const middle: Typed = { sql: x, type, at }
    return `(${comparison('>=', [middle, from], at).sql} AND ${comparison('<=', [middle, to], at).sql})`
  })
  return bool(not ? `(NOT ${sql})` : sql, at)
}

function within({ of, list, not, at }: Of<'in'>, scope: Scope, translator: Translator): Typed {
  const value = translator.expression(of, scope)
  const op = not ? 'NOT IN' : 'IN'
  if (!('body' in list)) {
    const items = list.map((item) => translator.expression(item, scope))
    if (translator.dialect === 'hive' && items.some((item) => common(item.type, value.type) === undefined)) {
      const found = items.map(
        (item) => binary({ kind: 'binary', op: '=', left: of, right: of, at }, value, item, true).sql,
      )
      return bool(`(${not ? 'NOT ' : ''}(${found.join(' OR ')}))`, at)
    }
    const { type, values } = alike([value, ...items], 'IN value and list items', at)
    if (isStructured(type)) {
      const found = values.slice(1).map((item) => comparison('=', [values[0]!, item], at).sql)
      return bool(`(${not ? 'NOT ' : ''}(${found.join(' OR ')}))`, at)
    }
    return bool(
      `(${values[0]!.sql} ${op} (${values
        .slice(1)
        .map(({ sql }) => sql)
        .join(', ')}))`,
      at,
    )
  }
  const query = translator.query(list, scope)
  if (value.isRow && query.columns.length === value.isRow.length) {
    const items = value.isRow.map((item, i) =>
      both(item, { sql: `c${i}`, type: query.columns[i]!.type, at }, 'IN', at),
    )
    return bool(
      `((${items.map(([a]) => a.sql).join(', ')}) ${op} (SELECT ${items.map(([, b]) => b.sql).join(', ')} FROM (${query.sql})))`,
      at,
    )
  }
  const column = onlyColumn(query.columns, at)
  const [a, b] = both(value, { sql: 'c0', type: column, at }, 'IN', at)
  return bool(`(${a.sql} ${op} (${b.sql === 'c0' ? query.sql : `SELECT ${b.sql} FROM (${query.sql})`}))`, at)
}

function castHive({ to, at }: Of<'cast'>, value: Typed): Typed {
  const type = typeOf(to, true)
  return { sql: hiveCast(value, type), type, at }
}

function refuseSubscript(at: number): never {
  throw new SqlError('[ ] expects an array or a map', at)
}

function onlyColumn(columns: readonly { type: Type }[], at: number): Type {
  if (columns.length !== 1)
    throw new SqlError(
      `Multiple columns returned by subquery are not yet supported. Found ${columns.length}`,
      at,
    )
  return columns[0]!.type
}

function like({ of, pattern, escape: escaped, not, at }: Of<'like'>, go: (each: Expression) => Typed): Typed {
  const parts = [go(of), go(pattern), ...(escaped ? [go(escaped)] : [])].map((each, i) => {
    if (each.type.kind === 'char' && i === 0) return each.sql
    if (each.type.kind !== 'varchar' && each.type.kind !== 'unknown')
      throw new SqlError(
        `Left side of LIKE expression must evaluate to a varchar (actual: ${display(each.type, true)})`,
        each.at,
      )
    return coerce(each, VARCHAR).sql
  })
  const [text, form, mark] = parts
  // DuckDB takes an escape in a pattern for granted where Trino has none.
  const sql = mark === undefined ? `(${text} LIKE ${form})` : `_like_escape(${text}, ${form}, ${mark})`
  return bool(not ? `(NOT ${sql})` : sql, at)
}

function quantified(
  { op, quantifier, left, query, at }: Of<'quantified'>,
  scope: Scope,
  translator: Translator,
): Typed {
  const value = translator.expression(left, scope)
  const inner = translator.query(query, scope)
  const [a, b] = both(value, { sql: 'c0', type: onlyColumn(inner.columns, at), at }, op, at)
  return bool(`(${a.sql} ${op} ${quantifier.toUpperCase()} (SELECT ${b.sql} FROM (${inner.sql})))`, at)
}

function caseOf({ of, whens, otherwise, at }: Of<'case'>, go: (each: Expression) => Typed): Typed {
  const results = [...whens.map(([, then]) => go(then)), ...(otherwise ? [go(otherwise)] : [])]
  const { type, values } = alike(results, 'All CASE results', at)
  const build = (subject: Typed | undefined) => {
    const tests = whens.map(([when], i) => {
      const test = go(when)
      const condition = subject
        ? comparison('=', [subject, test], test.at).sql
        : coerceBoolean(test, 'CASE WHEN clause')
      return `WHEN ${condition} THEN ${values[i]!.sql}`
    })
    return `CASE ${tests.join(' ')}${otherwise ? ` ELSE ${values.at(-1)!.sql}` : ''} END`
  }
  if (of === undefined) return { sql: build(undefined), type, at }
  const subject = go(of)
  return {
    sql:
      whens.length > 1 ? simpleCase(subject, whens, values, otherwise !== undefined, go, at) : build(subject),
    type,
    at,
  }
}

/** `CASE x WHEN a …` names x once, so that it is computed once; all sides are of one type. */
function simpleCase(
  subject: Typed,
  whens: Of<'case'>['whens'],
  values: readonly Typed[],
  hasElse: boolean,
  go: (each: Expression) => Typed,
  at: number,
): string {
  const { values: sides } = alike([subject, ...whens.map(([when]) => go(when))], 'CASE operand', at)
  const tests = whens.map((_, i) => `WHEN ${sides[i + 1]!.sql} THEN ${values[i]!.sql}`)
  return `CASE ${sides[0]!.sql} ${tests.join(' ')}${hasElse ? ` ELSE ${values.at(-1)!.sql}` : ''} END`
}

function array(items: readonly Typed[], at: number): Typed {
  const { type, values } = alike(items, 'All ARRAY elements', at)
  const list = `[${values.map(({ sql }) => sql).join(', ')}]`
  return { sql: items.length === 0 ? `CAST([] AS ${duck(arrayOf(type))})` : list, type: arrayOf(type), at }
}

function row(items: readonly Typed[], at: number): Typed {
  const type: Type = { kind: 'row', fields: items.map((item) => ({ name: undefined, type: item.type })) }
  return {
    sql: `struct_pack(${items.map(({ sql }, i) => `f${i + 1} := ${sql}`).join(', ')})`,
    type,
    isRow: items,
    at,
  }
}

/** https://trino.io/docs/current/functions/array.html#subscript-operator and functions/map.html: outside is an error. */
function subscript(base: Typed, index: Typed, at: number): Typed {
  const { type } = base
  if (type.kind === 'map') {
    const key = coerceKey(index, type.key, at)
    const message = "'INVALID_FUNCTION_ARGUMENT: Key not present in map: '"
    const missing = (k: string) => `CAST(_fail(${message} || CAST(${k} AS VARCHAR)) AS ${duck(type.value)})`
    const sql = bind(
      [base.sql, key],
      (m, k) =>
        `CASE WHEN map_contains(${m}, ${k}) OR ${m} IS NULL OR ${k} IS NULL THEN ${m}[${k}] ELSE ${missing(k)} END`,
    )
    return { sql, type: type.value, at }
  }
  if (type.kind === 'row') {
    const field = typeof index.literal === 'bigint' ? type.fields[Number(index.literal) - 1] : undefined
    if (field === undefined)
      throw new SqlError('the subscript of a row is the number of one of its fields', index.at)
    return {
      sql: `(${base.sql}).${sqlName(rowKeys(type.fields)[Number(index.literal) - 1]!)}`,
      type: field.type,
      at,
    }
  }
  if (
    type.kind !== 'array' ||
    !['tinyint', 'smallint', 'integer', 'bigint', 'unknown'].includes(index.type.kind)
  )
    throw new SqlError(`Cannot apply operator: ${display(type)}[${display(index.type)}]`, at)
  const sql = bind([base.sql, index.sql], (x, i) => {
    const outside = `CAST(_subscript_failure(CAST(${i} AS BIGINT), CAST(len(${x}) AS BIGINT)) AS ${duck(type.of)})`
    return `CASE WHEN ${i} NOT BETWEEN 1 AND len(${x}) THEN ${outside} ELSE ${x}[${i}] END`
  })
  return { sql, type: type.of, at }
}

function coerceKey(index: Typed, key: Type, at: number): string {
  const type = common(index.type, key)
  if (type === undefined || type.kind !== key.kind)
    throw new SqlError(`Cannot apply operator: map(${display(key)}, …)[${display(index.type)}]`, at)
  return coerce(index, key).sql
}

function subquery({ query, at }: { query: Query; at: number }, scope: Scope, translator: Translator): Typed {
  const { sql, columns } = translator.query(query, scope)
  if (columns.length === 1) return { sql: `(${sql})`, type: columns[0]!.type, at }
  const fields = columns.map((_, i) => `f${i + 1} := c${i}`).join(', ')
  const type: Type = {
    kind: 'row',
    fields: columns.map((column) => ({ name: undefined, type: column.type })),
  }
  return { sql: `(SELECT struct_pack(${fields}) FROM (${sql}))`, type, at }
}
