import { SqlError } from '../sql/sql-error.js'
import { coerce } from '../trino/cast.js'
import { common, isFloating } from '../trino/coercion.js'
import { BIGINT, decimal, display, duck, type Type } from '../trino/type.js'
import { failure } from '../trino/typed.js'
import type { Make } from './rule.js'
import { rulesOf } from './rule.js'

/** Rounds a decimal: one digit more for what is carried. */
const roundDecimal =
  (call: string, grows: boolean): Make =>
  ([value, digits]) => {
    const { precision, scale } = value!.type as Type & { kind: 'decimal' }
    if (digits !== undefined) {
      const type = decimal(precision + (grows ? 1 : 0), scale)
      const n = typeof digits.literal === 'bigint' ? Number(digits.literal) : undefined
      if (n === undefined)
        throw new SqlError(
          'the sandbox rounds decimals to a number of digits that is written in the query only',
          digits.at,
        )
      // DuckDB gives 0 where the type has no digit for the result, which may be carried: 7.1 is 10 in tens.
      const wide = n < 0 ? decimal(Math.max(precision, scale - n + 1), scale) : value!.type
      const rounded = n >= scale ? value!.sql : `${call}(CAST(${value!.sql} AS ${duck(wide)}), ${n})`
      return {
        sql: `CAST(${rounded} AS DECIMAL(${Math.min(38, precision + (grows ? 1 : 0))}, ${scale}))`,
        type,
      }
    }
    const whole = decimal(precision - scale + (grows && scale > 0 ? 1 : 0), 0)
    return {
      sql: `CAST(${call}(${value!.sql}) AS DECIMAL(${(whole as typeof whole & { precision: number }).precision}, 0))`,
      type: whole,
    }
  }

/** NaN only where there is nothing else; for DuckDB it is the largest number. */
const greatestNumber = (sqls: readonly string[]) =>
  `coalesce(list_max(list_filter([${sqls.join(', ')}], lambda e: NOT isnan(e))), ${sqls[0]})`

/** NULL if any is, where DuckDB's own skips NULL. */
const extreme =
  (call: string): Make =>
  (args, { at }) => {
    const type = args.reduce<Type | undefined>((all, arg) => all && common(all, arg.type), args[0]!.type)
    if (type === undefined)
      throw new SqlError(
        `Unexpected parameters (${args.map((arg) => display(arg.type)).join(', ')}) for function ${call}`,
        at,
      )
    const sqls = args.map((arg) => coerce(arg, type).sql)
    const found =
      call === 'greatest' && isFloating(type) ? greatestNumber(sqls) : `${call}(${sqls.join(', ')})`
    return {
      sql: `CASE WHEN ${sqls.map((sql) => `${sql} IS NOT NULL`).join(' AND ')} THEN ${found} END`,
      type,
    }
  }

const whole =
  (call: string): Make =>
  ([value]) => ({ sql: `CAST(${call}(${value!.sql}) AS DOUBLE)`, type: value!.type })

const RANDOM_BELOW = `CASE WHEN $1 <= 0 THEN ${failure('INVALID_FUNCTION_ARGUMENT: bound must be positive', BIGINT)} ELSE CAST(floor(random() * $1) AS BIGINT) END`

const RANDOM_BETWEEN = `CASE WHEN $1 >= $2 THEN ${failure('INVALID_FUNCTION_ARGUMENT: start value must be less than stop value', BIGINT)} ELSE CAST($1 + floor(random() * ($2 - $1)) AS BIGINT) END`

const NO_BINS = failure('INVALID_FUNCTION_ARGUMENT: Bins cannot be an empty array', BIGINT)

const UNSORTED_BINS = failure(
  'INVALID_FUNCTION_ARGUMENT: Bin values are not sorted in ascending order',
  BIGINT,
)

/** Rounds whole numbers within their type. */
const roundWhole = Object.fromEntries(
  ['tinyint', 'smallint', 'integer', 'bigint'].map((type) => [
    `round(${type}, bigint) -> ${type}`,
    `CAST(round(CAST($1 AS DECIMAL(38, 0)), CAST($2 AS INTEGER)) AS ${type.toUpperCase()})`,
  ]),
)

/** A shifted value keeps its type, so bits go out of 32 of them. */
const shifts = (name: string, call: string) =>
  Object.fromEntries(
    Object.entries({ tinyint: 8, smallint: 16, integer: 32, bigint: 64 }).map(([type, bits]) => [
      `${name}(${type}, bigint) -> ${type}`,
      `CAST(${call}($1, $2, ${bits}) AS ${type.toUpperCase()})`,
    ]),
  )

export const NUMBERS = [
  ...rulesOf('functions/math', {
    'abs(n) -> n': 'abs($1)',
    'acos(double) -> double': '_acos($1)',
    'asin(double) -> double': '_asin($1)',
    'atan(double) -> double': '_atan($1)',
    'atan2(double, double) -> double': '_atan2($1, $2)',
    'cbrt(double) -> double': '_cbrt($1)',
    'ceil(bigint) -> arg1': '$1',
    'ceil(double) -> double': whole('ceil'),
    'ceil(decimal) -> decimal(38,0)': roundDecimal('ceil', true),
    'ceiling(bigint) -> arg1': '$1',
    'ceiling(double) -> double': whole('ceil'),
    'ceiling(decimal) -> decimal(38,0)': roundDecimal('ceil', true),
    'cos(double) -> double': '_cos($1)',
    'cosh(double) -> double': '_cosh($1)',
    'degrees(double) -> double': 'degrees($1)',
    'e() -> double': `${Math.E}::DOUBLE`,
    'exp(double) -> double': '_exp($1)',
    'floor(bigint) -> arg1': '$1',
    'floor(double) -> double': whole('floor'),
    'floor(decimal) -> decimal(38,0)': roundDecimal('floor', true),
    'from_base(varchar, bigint) -> bigint': '_from_base($1, $2)',
    'greatest(t...) -> t': extreme('greatest'),
    'least(t...) -> t': extreme('least'),
    'infinity() -> double': "CAST('Infinity' AS DOUBLE)",
    'is_finite(double) -> boolean': 'isfinite($1)',
    'is_infinite(double) -> boolean': 'isinf($1)',
    'is_nan(double) -> boolean': 'isnan($1)',
    'ln(double) -> double': '_ln($1)',
    'log(double, double) -> double': '_log($1, $2)',
    'log2(double) -> double': '_log2($1)',
    'log10(double) -> double': '_log10($1)',
    'mod(n, n) -> n': 'operator %',
    'nan() -> double': "CAST('NaN' AS DOUBLE)",
    'normal_cdf(double, double, double) -> double': '_normal_cdf($1, $2, $3)',
    'inverse_normal_cdf(double, double, double) -> double': '_inverse_normal_cdf($1, $2, $3)',
    'wilson_interval_lower(bigint, bigint, double) -> double': '_wilson($1, $2, $3, -1)',
    'wilson_interval_upper(bigint, bigint, double) -> double': '_wilson($1, $2, $3, 1)',
    'pi() -> double': `${Math.PI}::DOUBLE`,
    'pow(double, double) -> double': '_power($1, $2)',
    'power(double, double) -> double': '_power($1, $2)',
    'radians(double) -> double': 'radians($1)',
    'rand() -> double': 'random()',
    'random() -> double': 'random()',
    'rand(bigint) -> arg1': RANDOM_BELOW,
    'random(bigint) -> arg1': RANDOM_BELOW,
    'random(bigint, bigint) -> bigint': RANDOM_BETWEEN,
    'rand(bigint, bigint) -> bigint': RANDOM_BETWEEN,
    'round(bigint) -> arg1': '$1',
    'round(double) -> double': '_round($1, 0)',
    'round(decimal) -> decimal(38,0)': roundDecimal('round', true),
    ...roundWhole,
    'round(decimal, bigint) -> decimal(38,0)': roundDecimal('round', true),
    'round(double, bigint) -> double': '_round($1, $2)',
    'sign(bigint) -> arg1': 'sign($1)',
    'sign(decimal) -> decimal(1,0)': 'CAST(sign($1) AS DECIMAL(1, 0))',
    'sign(double) -> double': 'CAST(sign($1) AS DOUBLE)',
    'sin(double) -> double': '_sin($1)',
    'sinh(double) -> double': '_sinh($1)',
    'sqrt(double) -> double': '_sqrt($1)',
    'tan(double) -> double': '_tan($1)',
    'tanh(double) -> double': '_tanh($1)',
    'to_base(bigint, bigint) -> varchar': '_to_base($1, $2)',
    'truncate(bigint) -> arg1': '$1',
    'truncate(double) -> double': '_truncate($1, 0)',
    'truncate(decimal) -> decimal(38,0)': roundDecimal('trunc', false),
    'truncate(decimal, bigint) -> decimal(38,0)': roundDecimal('trunc', false),
    'truncate(double, bigint) -> double': '_truncate($1, $2)',
    'width_bucket(double, array(double)) -> bigint': `CASE WHEN len($2) = 0 THEN ${NO_BINS} WHEN $2 <> list_sort($2) THEN ${UNSORTED_BINS} ELSE len(list_filter($2, lambda @: @ <= $1)) END`,
    'width_bucket(double, double, double, bigint) -> bigint': '_width_bucket($1, $2, $3, $4)',
  }),
  ...rulesOf('functions/bitwise', {
    'bit_count(bigint, bigint) -> bigint': '_bit_count($1, $2)',
    'bitwise_and(bigint, bigint) -> bigint': '($1 & $2)',
    'bitwise_or(bigint, bigint) -> bigint': '($1 | $2)',
    'bitwise_xor(bigint, bigint) -> bigint': 'xor($1, $2)',
    'bitwise_not(bigint) -> bigint': '(~$1)',
    ...shifts('bitwise_left_shift', '_shift_left'),
    ...shifts('bitwise_right_shift', '_shift_right'),
    ...shifts('bitwise_right_shift_arithmetic', '_shift_right_arithmetic'),
  }),
  ...rulesOf('functions/conversion', {
    'parse_data_size(varchar) -> decimal(38,0)': 'CAST(_data_size($1) AS DECIMAL(38, 0))',
    'format_number(bigint) -> varchar': '_unit_number($1)',
    'format_number(double) -> varchar': '_unit_number($1)',
  }),
  ...rulesOf('functions/uuid', { 'uuid() -> uuid': 'gen_random_uuid()' }),
]
