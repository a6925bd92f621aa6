import { SqlError } from '../sql/sql-error.js'
import { isFloating } from '../trino/coercion.js'
import type { Type } from '../trino/type.js'
import { decimal } from '../trino/type.js'
import { bind, failure } from '../trino/typed.js'
import { distinct, multimapOfPairs } from './collections.js'
import { type Make, rulesOf } from './rule.js'

const sumDecimal: Make = ([value]) => {
  const { scale } = value!.type as Type & { kind: 'decimal' }
  return { sql: `CAST({sum($1)} AS DECIMAL(38, ${scale}))`, type: decimal(38, scale) }
}

const averageDecimal: Make = ([value]) => {
  const { precision, scale } = value!.type as Type & { kind: 'decimal' }
  return {
    sql: `CAST(_decimal_divide(CAST({sum($1)} AS VARCHAR), CAST(nullif({count($1)}, 0) AS VARCHAR), ${scale}) AS DECIMAL(${precision}, ${scale}))`,
    type: value!.type,
  }
}

/** Treasure Data's data is small here: the answer is exact, which is within every error that Trino allows itself. */
const distinctCount = '{count(DISTINCT $1)}'

/** The value with the least difference of its rank: exact, where Trino's is an estimate. */
const percentile: Make = ([value, share]) => {
  const type = value!.type
  return {
    sql: '{quantile_disc($1, $2)}',
    type: share!.type.kind === 'array' ? { kind: 'array', of: type } : type,
  }
}

const PAIRS_OF = '{list(struct_pack(k := $1, v := $2))}'

/** Of a key that comes twice the first value counts; NULL is no key. */
function mapOfPairs(pairs: string): string {
  return bind(
    [pairs],
    (x) =>
      `map_from_entries(list_filter(${x}, lambda e, i: e.k IS NOT NULL AND list_position(list_transform(${x}, lambda q: q.k), e.k) = i))`,
  )
}

/** Repeats each value as often as its weight says. */
const weighted: Make = ([value, , share]) => {
  const type = value!.type
  const isMany = share!.type.kind === 'array'
  const list = 'flatten({list(list_transform(generate_series(1, $2), lambda e: $1))})'
  const one = (at: string) => `list_aggregate(x.l, 'quantile_disc', ${at})`
  if (isMany) throw new SqlError('the sandbox takes one percentage with weights only', share!.at)
  return { sql: one('$3').replace('x.l', list), type }
}

/** The commonest values with how often they come: exact, where Trino's is an estimate. */
const FREQUENT =
  'map_from_entries(list_transform(list_sort(list_transform(map_entries({histogram($2)}), lambda e: struct_pack(n := -CAST(e.value AS BIGINT), k := e.key)))[1:$1], lambda e: struct_pack(k := e.k, v := -e.n)))'

/** Trino's limit of its result. */
const LONGEST_LIST = 1_048_576

const listAggregate =
  (separator: string): Make =>
  () =>
    bind(
      [`{string_agg($1, ${separator})}`],
      (x) =>
        `CASE WHEN octet_length(encode(${x})) > ${LONGEST_LIST} THEN _fail('EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum output length ${LONGEST_LIST}') ELSE ${x} END`,
    )

/** NaN only where there is nothing else; for DuckDB it is the largest number. */
const largest: Make = ([value]) =>
  isFloating(value!.type) ? 'coalesce({max(CASE WHEN NOT isnan($1) THEN $1 END)}, {max($1)})' : '{max($1)}'

/** DuckDB leaves the values out that are NULL. */
const bestOf = (call: string) => `list_transform({${call}(struct_pack(v := $1), $2, $3)}, lambda e: e.v)`

const STATISTICS: Readonly<Record<string, string>> = {
  stddev: 'stddev_samp',
  stddev_pop: 'stddev_pop',
  stddev_samp: 'stddev_samp',
  variance: 'var_samp',
  var_pop: 'var_pop',
  var_samp: 'var_samp',
  kurtosis: 'kurtosis',
}
const PAIRS: Readonly<Record<string, string>> = {
  covar_pop: 'covar_pop',
  covar_samp: 'covar_samp',
  regr_intercept: 'regr_intercept',
  regr_slope: 'regr_slope',
}

export const AGGREGATES = rulesOf(
  'functions/aggregate',
  {
    'any_value(t) -> t': '{any_value($1)}',
    'approx_distinct(t) -> bigint': distinctCount,
    'approx_distinct(t, double) -> bigint': distinctCount,
    'approx_percentile(bigint, double) -> arg1': percentile,
    'approx_percentile(double, double) -> arg1': percentile,
    'approx_percentile(bigint, array(double)) -> arg1': percentile,
    'approx_percentile(double, array(double)) -> arg1': percentile,
    'approx_percentile(bigint, bigint, double) -> arg1': weighted,
    'approx_percentile(double, bigint, double) -> arg1': weighted,
    'approx_most_frequent(bigint, t, bigint) -> map(t,bigint)': FREQUENT,
    'map_union(map(k,v)) -> map(k,v)': () =>
      mapOfPairs(
        'list_transform(flatten({list(map_entries($1))}), lambda e: struct_pack(k := e.key, v := e.value))',
      ),
    'set_union(array(t)) -> array(t)': () => distinct('flatten({list($1)})'),
    'reduce_agg(t, s, function(s,t,s), function(s,s,s)) -> s': 'reduce_agg',
    'arbitrary(t) -> t': '{any_value($1)}',
    'array_agg(t) -> array(t)': '{list($1)}',
    'avg(bigint) -> double': '{avg($1)}',
    'avg(decimal) -> arg1': averageDecimal,
    'avg(interval day to second) -> interval day to second':
      "to_milliseconds(CAST(round({avg(epoch_ms(TIMESTAMP '1970-01-01' + $1))}) AS BIGINT))",
    'avg(real) -> real': 'CAST({avg($1)} AS FLOAT)',
    'avg(double) -> double': '{avg($1)}',
    'bitwise_and_agg(bigint) -> bigint': '{bit_and($1)}',
    'bitwise_or_agg(bigint) -> bigint': '{bit_or($1)}',
    'bitwise_xor_agg(bigint) -> bigint': '{bit_xor($1)}',
    'bool_and(boolean) -> boolean': '{bool_and($1)}',
    'bool_or(boolean) -> boolean': '{bool_or($1)}',
    'every(boolean) -> boolean': '{bool_and($1)}',
    'count() -> bigint': '{count(*)}',
    'count(t) -> bigint': '{count($1)}',
    'count_if(boolean) -> bigint': 'CAST({count_if($1)} AS BIGINT)',
    'geometric_mean(double) -> double': '_exp({avg(_ln($1))})',
    'histogram(t) -> map(t,bigint)': 'CAST({histogram($1)} AS MAP(TYPE1, BIGINT))',
    'listagg(varchar) -> varchar': listAggregate("''"),
    'listagg(varchar, varchar) -> varchar': listAggregate('$2'),
    'map_agg(k, v) -> map(k,v)': () => mapOfPairs(PAIRS_OF),
    'multimap_agg(k, v) -> map(k,array(v))': () => multimapOfPairs(PAIRS_OF),
    'max(t) -> t': largest,
    'max(t, bigint) -> array(t)': '{max($1, $2)}',
    'max_by(t, k) -> t': '{arg_max_null($1, $2)}',
    'max_by(t, k, bigint) -> array(t)': bestOf('arg_max'),
    'min(t) -> t': '{min($1)}',
    'min(t, bigint) -> array(t)': '{min($1, $2)}',
    'min_by(t, k) -> t': '{arg_min_null($1, $2)}',
    'min_by(t, k, bigint) -> array(t)': bestOf('arg_min'),
    'set_agg(t) -> array(t)': () => distinct('{list($1)}'),
    // Trino's is that of the population, DuckDB's that of a sample.
    'skewness(double) -> double':
      '({skewness($1)} * ({count($1)} - 2) / sqrt({count($1)} * ({count($1)} - 1)))',
    // Of values that do not vary it is no number, which Trino has as NULL.
    'corr(double, double) -> double': () =>
      bind(['{corr($1, $2)}'], (x) => `CASE WHEN isfinite(${x}) THEN ${x} END`),
    'sum(bigint) -> bigint': 'CAST({sum($1)} AS BIGINT)',
    'sum(decimal) -> decimal(38,0)': sumDecimal,
    'sum(interval day to second) -> interval day to second':
      "to_milliseconds(CAST({sum(epoch_ms(TIMESTAMP '1970-01-01' + $1))} AS BIGINT))",
    'sum(real) -> real': 'CAST({sum($1)} AS FLOAT)',
    'sum(double) -> double': '{sum($1)}',
    ...Object.fromEntries(
      Object.entries(STATISTICS).map(([name, call]) => [`${name}(double) -> double`, `{${call}($1)}`]),
    ),
    ...Object.fromEntries(
      Object.entries(PAIRS).map(([name, call]) => [`${name}(double, double) -> double`, `{${call}($1, $2)}`]),
    ),
  },
  'aggregate',
)

/** An offset below the least is an error, where DuckDB looks the other way or finds nothing. */
const from =
  (call: string, least: number): Make =>
  ([value, offset]) => {
    const message = `INVALID_FUNCTION_ARGUMENT: Offset must be at least ${least}`
    if (typeof offset!.literal === 'bigint') {
      if (offset!.literal < BigInt(least)) throw new SqlError(message, offset!.at)
      return call
    }
    return `CASE WHEN $2 < ${least} THEN ${failure(message, value!.type)} ELSE ${call} END`
  }

export const WINDOWS = rulesOf(
  'functions/window',
  {
    'cume_dist() -> double': '{cume_dist()}',
    'dense_rank() -> bigint': '{dense_rank()}',
    'first_value(t) -> t': '{first_value($1)}',
    'lag(t) -> t': '{lag($1)}',
    'lag(t, bigint) -> t': from('{lag($1, $2)}', 0),
    'lag(t, bigint, t) -> t': from('{lag($1, $2, $3)}', 0),
    'last_value(t) -> t': '{last_value($1)}',
    'lead(t) -> t': '{lead($1)}',
    'lead(t, bigint) -> t': from('{lead($1, $2)}', 0),
    'lead(t, bigint, t) -> t': from('{lead($1, $2, $3)}', 0),
    'nth_value(t, bigint) -> t': from('{nth_value($1, $2)}', 1),
    'ntile(bigint) -> bigint': '{ntile($1)}',
    'percent_rank() -> double': '{percent_rank()}',
    'rank() -> bigint': '{rank()}',
    'row_number() -> bigint': '{row_number()}',
  },
  'window',
)
