import { SqlError } from '../sql/sql-error.js'
import { coerce, onDay, padded } from './cast.js'
import { asDecimal, common, isFloating, isInteger, isNumeric, isSame } from './coercion.js'
import { equality, isStructured, ordering } from './equality.js'
import { BOOLEAN, char, charOf, DATE, decimal, display, type Type, VARCHAR } from './type.js'
import { bind, failure, type Typed } from './typed.js'
import { instantOf, localOf } from './zone.js'

type Sides = readonly [left: Typed, right: Typed]

const cannot = (op: string, [left, right]: Sides, at: number) =>
  new SqlError(`Cannot apply operator: ${display(left.type, true)} ${op} ${display(right.type, true)}`, at)

const isInterval = ({ kind }: Type) => kind.startsWith('interval')
const isTime = ({ kind }: Type) =>
  kind === 'date' || kind === 'timestamp' || kind === 'timestamp with time zone' || kind === 'time'

/** https://trino.io/docs/current/functions/math.html and functions/decimal.html */
export function arithmetic(op: string, sides: Sides, at: number): Typed {
  const [left, right] = sides
  const types: readonly Type[] = [left.type, right.type]
  if (types.every(isNumeric)) return numbers(op, sides, at)
  if (types.some((type) => type.kind === 'unknown')) return unknownOperand(op, sides, at)
  const result = op === '+' || op === '-' ? times(op, sides) : scaledInterval(op, sides)
  if (result === undefined) throw cannot(op, sides, at)
  return { ...result, at }
}

function unknownOperand(op: string, [left, right]: Sides, at: number): Typed {
  const type = left.type.kind === 'unknown' ? right.type : left.type
  if (type.kind === 'unknown') return { sql: 'NULL', type, at }
  if (!isNumeric(type) && !isTime(type) && !isInterval(type)) throw cannot(op, [left, right], at)
  return { sql: `CAST(NULL AS INTEGER)`, type: { kind: 'unknown' }, at }
}

function numbers(op: string, [left, right]: Sides, at: number): Typed {
  const type = common(left.type, right.type)!
  if (type.kind === 'decimal') return decimals(op, [left, right], at)
  const [a, b] = [coerce(left, type), coerce(right, type)]
  if (isFloating(type) || op === '+' || op === '-' || op === '*')
    return { sql: `(${a.sql} ${op} ${b.sql})`, type, at }
  return { sql: divideIntegers(op === '/' ? '//' : '%', a, b, type), type, at }
}

function divideIntegers(op: string, a: Typed, b: Typed, type: Type): string {
  if (typeof b.literal === 'bigint' && b.literal !== 0n) return `(${a.sql} ${op} ${b.sql})`
  const zero = failure('DIVISION_BY_ZERO: Division by zero', type)
  return bind([a.sql, b.sql], (x, y) => `CASE WHEN ${y} = 0 THEN ${zero} ELSE ${x} ${op} ${y} END`)
}

function decimals(op: string, [left, right]: Sides, at: number): Typed {
  const [a, b] = [asDecimal(left.type)!, asDecimal(right.type)!]
  const scale = Math.max(a.scale, b.scale)
  const put = (type: Type, sql: string): Typed => ({ sql, type, at })
  const as = (value: Typed, type: Type) => coerce(value, type).sql
  switch (op) {
    case '+':
    case '-': {
      const type = decimal(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
      return put(type, `(${as(left, type)} ${op} ${as(right, type)})::${duckDecimal(type)}`)
    }
    case '*': {
      const type = decimal(a.precision + b.precision, a.scale + b.scale)
      return put(
        type,
        `(${as(left, { kind: 'decimal', ...a })} * ${as(right, { kind: 'decimal', ...b })})::${duckDecimal(type)}`,
      )
    }
    case '/': {
      const type = decimal(a.precision + b.scale + Math.max(0, b.scale - a.scale), scale)
      return put(
        type,
        `CAST(_decimal_divide(CAST(${left.sql} AS VARCHAR), CAST(${right.sql} AS VARCHAR), ${scale}) AS ${duckDecimal(type)})`,
      )
    }
    default: {
      const type = decimal(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
      const wide = decimal(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale)
      const zero = failure('DIVISION_BY_ZERO: Division by zero', type)
      return put(
        type,
        bind(
          [as(left, wide), as(right, wide)],
          (x, y) => `CASE WHEN ${y} = 0 THEN ${zero} ELSE CAST(${x} % ${y} AS ${duckDecimal(type)}) END`,
        ),
      )
    }
  }
}

const duckDecimal = (type: Type) => {
  const { precision, scale } = type as Type & { kind: 'decimal' }
  return `DECIMAL(${precision}, ${scale})`
}

type Part = Omit<Typed, 'at'>

function times(op: '+' | '-', [left, right]: Sides): Part | undefined {
  if (isTime(left.type) && isInterval(right.type)) return shifted(left, op, right)
  if (op === '+' && isInterval(left.type) && isTime(right.type)) return shifted(right, op, left)
  if (isInterval(left.type) && left.type.kind === right.type.kind)
    return { sql: `(${left.sql} ${op} ${right.sql})`, type: left.type }
  if (op === '-' && isTime(left.type) && isTime(right.type)) return between(left, right)
  return undefined
}

function between(left: Typed, right: Typed): Part | undefined {
  const type = common(left.type, right.type)
  if (type === undefined) return undefined
  const day: Type = { kind: 'interval day to second' }
  const [a, b] = [coerce(left, type).sql, coerce(right, type).sql]
  if (type.kind === 'date') return { sql: `to_days(CAST(${a} - ${b} AS INTEGER))`, type: day }
  if (type.kind === 'time')
    return { sql: `to_microseconds(epoch_us(${onDay(a)}) - epoch_us(${onDay(b)}))`, type: day }
  return { sql: `to_microseconds(epoch_us(${a}) - epoch_us(${b}))`, type: day }
}

const DAY_MS = 86_400_000n

function shifted(time: Typed, op: '+' | '-', interval: Typed): Part {
  const { type } = time
  const sum = (sql: string) => `(${sql} ${op} ${interval.sql})`
  if (type.kind === 'time') {
    if (interval.type.kind !== 'interval day to second') throw cannot(op, [time, interval], interval.at)
    return {
      sql: `CAST(${sum(time.sql)} AS TIME)`,
      type: { ...type, precision: Math.max(3, type.precision) },
    }
  }
  if (type.kind === 'date') {
    if (
      interval.type.kind === 'interval day to second' &&
      typeof interval.literal === 'bigint' &&
      interval.literal % DAY_MS !== 0n
    )
      throw new SqlError('Cannot add hour, minutes or seconds to a date', interval.at)
    const whole = interval.literal === undefined && interval.type.kind === 'interval day to second'
    const sql = `CAST(${sum(time.sql)} AS DATE)`
    const hours = failure('INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date', DATE)
    return {
      sql: whole
        ? `CASE WHEN epoch_ms(TIMESTAMP '1970-01-01' + ${interval.sql}) % 86400000 <> 0 THEN ${hours} ELSE ${sql} END`
        : sql,
      type,
    }
  }
  if (type.kind === 'timestamp with time zone' && interval.type.kind === 'interval year to month')
    return { sql: instantOf(sum(localOf(time.sql, type)), type.zone ?? 'UTC'), type }
  const precision =
    interval.type.kind === 'interval day to second' && 'precision' in type
      ? Math.max(3, type.precision)
      : undefined
  return { sql: sum(time.sql), type: precision === undefined ? type : ({ ...type, precision } as Type) }
}

function scaledInterval(op: string, [left, right]: Sides): Part | undefined {
  const [interval, factor] = isInterval(left.type) ? [left, right] : [right, left]
  if (
    !isInterval(interval.type) ||
    !isNumeric(factor.type) ||
    (op === '/' && interval !== left) ||
    op === '%'
  )
    return undefined
  const isMonths = interval.type.kind === 'interval year to month'
  const size = isMonths
    ? bind([interval.sql], (x) => `(date_part('year', ${x}) * 12 + date_part('month', ${x}))`)
    : `epoch_ms(TIMESTAMP '1970-01-01' + ${interval.sql})`
  const scaled = `CAST(round(${size} ${op} CAST(${factor.sql} AS DOUBLE)) AS ${isMonths ? 'INTEGER' : 'BIGINT'})`
  return { sql: isMonths ? `to_months(${scaled})` : `to_milliseconds(${scaled})`, type: interval.type }
}

/** https://trino.io/docs/current/functions/comparison.html */
export function comparison(op: string, sides: Sides, at: number): Typed {
  const [left, right] = sides
  if (left.isRow && right.isRow && left.isRow.length === right.isRow.length && (op === '=' || op === '<>')) {
    const parts = left.isRow.map((part, i) => comparison('=', [part, right.isRow![i]!], at).sql)
    return { sql: `${op === '<>' ? 'NOT ' : ''}(${parts.join(' AND ')})`, type: BOOLEAN, at }
  }
  const type = common(left.type, right.type)
  if (type === undefined) throw cannot(op, sides, at)
  if (op !== '=' && op !== '<>' && (type.kind === 'map' || type.kind === 'json')) throw cannot(op, sides, at)
  if (type.kind === 'char') return { sql: charComparison(op, left, right), type: BOOLEAN, at }
  const [a, b] = [coerce(left, type), coerce(right, type)]
  return { sql: comparisonSql(op, a, b, type), type: BOOLEAN, at }
}

function comparisonSql(op: string, a: Typed, b: Typed, type: Type): string {
  if (isFloating(type)) return floatComparison(op, a, b)
  if (!isStructured(type)) return `(${a.sql} ${op} ${b.sql})`
  if (op !== '=' && op !== '<>') return ordering(op, a.sql, b.sql, type)
  const equal = equality(a.sql, b.sql, type)
  return op === '=' ? equal : `(NOT ${equal})`
}

/** As if the shorter text had spaces at its end: https://trino.io/docs/current/language/types.html#char */
function charComparison(op: string, left: Typed, right: Typed): string {
  const [a, b] = [left, right].map(
    (side) => (side.type.kind === 'unknown' ? coerce(side, VARCHAR) : side).sql,
  )
  if (isSame(left.type, right.type)) return `(${a} ${op} ${b})`
  if (op === '=' || op === '<>') return `(rtrim(${a}, ' ') ${op} rtrim(${b}, ' '))`
  const longest = (x: string, y: string) => `CAST(greatest(length(${x}), length(${y})) AS INTEGER)`
  return bind(
    [a!, b!],
    (x, y) => `(rpad(${x}, ${longest(x!, y!)}, ' ') ${op} rpad(${y}, ${longest(x!, y!)}, ' '))`,
  )
}

/** NaN is equal to nothing, and neither less nor more than anything; for DuckDB it is the largest number. */
function floatComparison(op: string, a: Typed, b: Typed): string {
  const isNumber = (value: Typed) => value.literal !== undefined && value.literal !== null
  const plain = `(${a.sql} ${op} ${b.sql})`
  if (isNumber(a) && isNumber(b)) return plain
  switch (op) {
    case '<':
    case '<=':
      return isNumber(b) ? plain : bind([a.sql, b.sql], (x, y) => `(${x} ${op} ${y} AND NOT isnan(${y}))`)
    case '>':
    case '>=':
      return isNumber(a) ? plain : bind([a.sql, b.sql], (x, y) => `(${x} ${op} ${y} AND NOT isnan(${x}))`)
    case '=':
      return isNumber(a) || isNumber(b)
        ? plain
        : bind([a.sql, b.sql], (x, y) => `(${x} = ${y} AND NOT isnan(${x}))`)
    default:
      return isNumber(a) || isNumber(b)
        ? plain
        : bind([a.sql, b.sql], (x, y) => `(${x} <> ${y} OR isnan(${x}))`)
  }
}

/** `||`: https://trino.io/docs/current/functions/string.html and array.html */
export function concatenation(sides: Sides, at: number): Typed {
  const [left, right] = sides
  const kinds = [left.type.kind, right.type.kind]
  const isText = kinds.every((kind) => kind === 'varchar' || kind === 'unknown')
  if (isText)
    return { sql: `(${coerce(left, VARCHAR).sql} || ${coerce(right, VARCHAR).sql})`, type: VARCHAR, at }
  if (kinds.includes('char')) return joinedChars(sides, at)
  if (kinds.every((kind) => kind === 'varbinary'))
    return { sql: `(${left.sql} || ${right.sql})`, type: left.type, at }
  const array = left.type.kind === 'array' ? left.type : right.type.kind === 'array' ? right.type : undefined
  if (array === undefined) throw cannot('||', sides, at)
  const of = [left.type, right.type].reduce<Type | undefined>(
    (all, type) => all && common(all, type.kind === 'array' ? type.of : type),
    array.of,
  )
  if (of === undefined) throw cannot('||', sides, at)
  const lists = sides.map((side) =>
    side.type.kind === 'array' ? coerce(side, { kind: 'array', of }).sql : `[${coerce(side, of).sql}]`,
  )
  return {
    sql: bind(lists, (x, y) => `CASE WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN ${x} || ${y} END`),
    type: { kind: 'array', of },
    at,
  }
}

/** The first text keeps its spaces: `CAST('a' AS char(3)) || 'b'` is `a  b`. */
export function joinedChars(sides: Sides, at: number): Typed {
  const parts = sides.map(({ type }) => (type.kind === 'unknown' ? char(0) : common(type, char(0))))
  const [a, b] = parts
  if (a?.kind !== 'char' || b?.kind !== 'char') throw cannot('||', sides, at)
  const type = charOf(a.length + b.length, at)
  const sql = `(${coerce(sides[0], a).sql} || ${coerce(sides[1], b).sql})`
  return { sql: padded(sql, type.length), type, at }
}

export function negated(value: Typed, at: number): Typed {
  if (!isNumeric(value.type) && !isInterval(value.type))
    throw new SqlError(`Cannot negate ${display(value.type)}`, at)
  const literal = typeof value.literal === 'bigint' ? -value.literal : undefined
  const sql = literal !== undefined && isInteger(value.type) ? `(${literal})` : `(-${value.sql})`
  return { sql, type: value.type, at, ...(literal !== undefined && { literal }) }
}
