import { SqlError } from '../sql/sql-error.js'
import type { Call, Expression } from '../sql/syntax.js'
import { coerce } from './cast.js'
import { common, isFloating, isInteger, isNumeric } from './coercion.js'
import { textLiteral } from './literals.js'
import type { Scope } from './scope.js'
import { alike, special } from './special-calls.js'
import type { Translator } from './translator.js'
import { BIGINT, DOUBLE, duck, type Type, timestamp, VARCHAR } from './type.js'
import { bind, sqlName, type Typed } from './typed.js'

/** Where Hive does otherwise than Trino: it converts by itself, and has NULL in place of errors. */

const isText = ({ kind }: Type) => kind === 'varchar'
const isPlain = ({ kind }: Type) => !['array', 'map', 'row', 'varbinary', 'unknown'].includes(kind)

const cast = (value: Typed, type: Type): Typed => ({ ...value, sql: hiveCast(value, type), type })

/** The text of a value: doubles as Java writes them, times without zeros at the end. */
function textOf({ sql, type }: Typed): string {
  switch (type.kind) {
    case 'varchar':
      return sql
    case 'double':
    case 'real':
      return `_java_double(CAST(${sql} AS DOUBLE))`
    case 'timestamp':
      return `regexp_replace(_timestamp_text(epoch_us(${sql}), 6), '\\.?0+$', '')`
    default:
      return coerce({ sql, type, at: 0 }, VARCHAR).sql
  }
}

/** `CAST` in Hive: NULL for what cannot be converted, and whole numbers by leaving the fraction out. */
export function hiveCast(value: Typed, to: Type): string {
  const { sql, type: from } = value
  if (from.kind === 'unknown') return `CAST(${sql} AS ${duck(to)})`
  if (isText(to)) {
    if (!isPlain(from)) throw new SqlError(`Hive does not cast ${from.kind} to string`, value.at)
    return to.kind === 'varchar' && to.length !== undefined
      ? `substring(${textOf(value)}, 1, ${to.length})`
      : textOf(value)
  }
  if (to.kind === 'boolean' && isText(from)) return `(${sql} <> '')`
  if (isInteger(to) && (isText(from) || isFloating(from) || from.kind === 'decimal')) {
    const number = isText(from) ? `TRY(_double(${sql}))` : `CAST(${sql} AS DOUBLE)`
    return isText(from)
      ? bind(
          [sql],
          (x) =>
            `coalesce(TRY_CAST(CASE WHEN regexp_full_match(${x}, '[+-]?\\d+') THEN ${x} END AS ${duck(to)}), TRY_CAST(trunc(TRY(_double(${x}))) AS ${duck(to)}))`,
        )
      : `TRY_CAST(trunc(${number}) AS ${duck(to)})`
  }
  if (isNumeric(to) && from.kind === 'timestamp') return `CAST(epoch_us(${sql}) / 1e6 AS ${duck(to)})`
  if (to.kind === 'timestamp' && isNumeric(from))
    throw new SqlError('casts of numbers to timestamp are not supported by the sandbox for Hive', value.at)
  if (to.kind === 'date' && isText(from)) return `CAST(make_timestamp(_hive_micros(${sql})) AS DATE)`
  if (to.kind === 'timestamp' && isText(from)) return `make_timestamp(_hive_micros(${sql}))`
  return `TRY(${coerce({ ...value }, to).sql})`
}

/** A text as the time that it says. */
export const hiveTime = (value: Typed): Typed => (isText(value.type) ? cast(value, timestamp()) : value)

const number = (value: Typed) => (isText(value.type) ? cast(value, DOUBLE) : value)

/** Operators that mean something else than in Trino; `undefined` for those that do not. */
export function hiveBinary(
  op: string,
  left: Typed,
  right: Typed,
  at: number,
): Typed | readonly [Typed, Typed] | undefined {
  if (['+', '-', '*', '/', '%', 'div'].includes(op)) {
    if (![left.type, right.type].every((type) => isNumeric(type) || isText(type) || type.kind === 'unknown'))
      return undefined
    const [a, b] = [number(left), number(right)]
    if (op === '/')
      return { sql: `(CAST(${a.sql} AS DOUBLE) / nullif(CAST(${b.sql} AS DOUBLE), 0))`, type: DOUBLE, at }
    if (op === 'div')
      return { sql: `(${cast(a, BIGINT).sql} // nullif(${cast(b, BIGINT).sql}, 0))`, type: BIGINT, at }
    if (op === '%')
      return {
        sql: `(${a.sql} % nullif(${b.sql}, 0))`,
        type:
          isFloating(a.type) || isFloating(b.type)
            ? DOUBLE
            : isInteger(a.type) && isInteger(b.type)
              ? BIGINT
              : DOUBLE,
        at,
      }
    return [a, b]
  }
  if (op === '&' || op === '|' || op === '^') {
    if (![left.type, right.type].every(isInteger))
      throw new SqlError(`Hive wants whole numbers for ${op}`, at)
    const type = common(left.type, right.type)!
    const [a, b] = [coerce(left, type).sql, coerce(right, type).sql]
    return { sql: op === '^' ? `xor(${a}, ${b})` : `(${a} ${op} ${b})`, type, at }
  }
  if (op === '||') return [cast(left, VARCHAR), cast(right, VARCHAR)]
  if (left.type.kind === right.type.kind) return undefined
  if (isText(left.type) && isNumeric(right.type)) return [cast(left, DOUBLE), coerce(right, DOUBLE)]
  if (isNumeric(left.type) && isText(right.type)) return [coerce(left, DOUBLE), cast(right, DOUBLE)]
  const isTime = ({ kind }: Type) => kind === 'date' || kind === 'timestamp'
  if (isText(left.type) && isTime(right.type)) return [cast(left, right.type), right]
  if (isTime(left.type) && isText(right.type)) return [left, cast(right, left.type)]
  return undefined
}

/** Counted from 0; NULL for what is not there. */
export function hiveSubscript(base: Typed, index: Typed, at: number): Typed | undefined {
  if (base.type.kind === 'map')
    return { sql: `${base.sql}[${coerce(index, base.type.key).sql}]`, type: base.type.value, at }
  if (base.type.kind !== 'array' || !isInteger(index.type)) return undefined
  if (typeof index.literal === 'bigint' && index.literal >= 0n)
    return { sql: `${base.sql}[${index.literal + 1n}]`, type: base.type.of, at }
  return {
    sql: bind([base.sql, index.sql], (x, i) => `CASE WHEN ${i} >= 0 THEN ${x}[${i} + 1] END`),
    type: base.type.of,
    at,
  }
}

/** Hive's conversion of values for a text parameter. */
export const hiveTexts = (args: readonly (Typed | undefined)[]) =>
  args.map((arg) => (arg && isPlain(arg.type) ? cast(arg, VARCHAR) : arg))

/** Texts that stand for numbers become doubles. */
export const hiveNumbers = (args: readonly (Typed | undefined)[]) =>
  args.map((arg) => (arg && isText(arg.type) ? cast(arg, DOUBLE) : arg))

type Construct = (args: readonly Typed[], at: number) => Typed

const array: Construct = (args, at) => {
  const { type, values } = alike(args, 'Items of array()', at)
  return {
    sql: args.length === 0 ? `CAST([] AS ${duck(type)}[])` : `[${values.map(({ sql }) => sql).join(', ')}]`,
    type: { kind: 'array', of: type },
    at,
  }
}

const map: Construct = (args, at) => {
  const keys = alike(
    args.filter((_, i) => i % 2 === 0),
    'Keys of map()',
    at,
  )
  const values = alike(
    args.filter((_, i) => i % 2 === 1),
    'Values of map()',
    at,
  )
  if (args.length % 2 === 1) throw new SqlError('map() wants keys and values by turns', at)
  const list = (all: readonly Typed[]) => `[${all.map(({ sql }) => sql).join(', ')}]`
  return {
    sql: `map(${list(keys.values)}, ${list(values.values)})`,
    type: { kind: 'map', key: keys.type, value: values.type },
    at,
  }
}

const namedStruct: Construct = (args, at) => {
  const fields = args.flatMap((arg, i) =>
    i % 2 === 0 ? [{ name: String(arg.literal ?? `col${i / 2 + 1}`), value: args[i + 1]! }] : [],
  )
  if (args.length % 2 === 1) throw new SqlError('named_struct() wants names and values by turns', at)
  const sql = `struct_pack(${fields.map(({ name, value }) => `${sqlName(name)} := ${value.sql}`).join(', ')})`
  return {
    sql,
    type: { kind: 'row', fields: fields.map(({ name, value }) => ({ name, type: value.type })) },
    at,
  }
}

const struct: Construct = (args, at) =>
  namedStruct(
    args.flatMap((arg, i) => [textLiteral(`col${i + 1}`, at), arg]),
    at,
  )

const nvl: Construct = (args, at) => {
  const { type, values } = alike(args, 'Arguments of nvl', at)
  return { sql: `coalesce(${values.map(({ sql }) => sql).join(', ')})`, type, at }
}

const CONSTRUCTS: ReadonlyMap<string, Construct> = new Map([
  ['array', array],
  ['map', map],
  ['named_struct', namedStruct],
  ['struct', struct],
  ['nvl', nvl],
])

/** `count(DISTINCT a, b)`: of rows without NULL. */
export function countsRows(call: Call): Call {
  if (call.name !== 'count' || call.args.length < 2) return call
  const { args, at } = call
  const terms = args.map((of): Expression => ({ kind: 'is null', of, not: true, at }))
  const row: Expression = { kind: 'row', items: args, at }
  const whole: Expression = {
    kind: 'case',
    of: undefined,
    whens: [[{ kind: 'logical', op: 'and', terms, at }, row]],
    otherwise: undefined,
    at,
  }
  return { ...call, args: [whole] }
}

/** Calls whose type depends on all of their arguments. */
export function hiveSpecial(call: Call, scope: Scope, translator: Translator): Typed | undefined {
  if (call.name === 'printf') return special({ ...call, name: 'format' }, scope, translator)
  return CONSTRUCTS.get(call.name)?.(
    call.args.map((arg) => translator.expression(arg, scope)),
    call.at,
  )
}
