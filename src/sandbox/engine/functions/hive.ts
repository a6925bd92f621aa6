import { SqlError } from '../sql/sql-error.js'
import { bind, type Typed } from '../trino/typed.js'
import { isLiteralText, type Make, rulesOf } from './rule.js'

const each = (make: Make | string, ...signatures: string[]) =>
  Object.fromEntries(signatures.map((signature) => [signature, make]))

/** Times as text, date or timestamp; texts that are no time give NULL. */
const moment = (value: Typed) =>
  value.type.kind === 'varchar' ? `_hive_micros(${value.sql})` : `epoch_us(CAST(${value.sql} AS TIMESTAMP))`
const day = (value: Typed) => `(${moment(value)} // 86400000000)`
const dateOf = (days: string) => `CAST(DATE '1970-01-01' + CAST(${days} AS INTEGER) AS DATE)`
const timestampOf = (value: Typed) => `make_timestamp(${moment(value)})`

const TIMES = ['varchar', 'date', 'timestamp']
const ofTimes = (make: Make, form: (kind: string) => string) => each(make, ...TIMES.map(form))
const part = (field: string) =>
  ofTimes(
    ([time]) => `CAST(date_part('${field}', ${timestampOf(time!)}) AS INTEGER)`,
    (kind) => `${field === 'week' ? 'weekofyear' : field}(${kind}) -> integer`,
  )

/** `array_to_string` of texts and arrays of texts, without NULL. */
const concatWs: Make = ([separator, ...parts]) => {
  const lists = parts.map((each) =>
    each.type.kind === 'array' ? `coalesce(${each.sql}, [])` : `[${each.sql}]`,
  )
  return `_join(${lists.join(' || ')}, ${separator!.sql})`
}

const floorLike = (call: string) => ({ [`${call}(double) -> bigint`]: `CAST(${call}($1) AS BIGINT)` })

const urlPart: Make = ([url, name, key]) => {
  if (!isLiteralText(name))
    throw new SqlError('the sandbox wants the part of parse_url as a text in the query', name?.at)
  const calls: Readonly<Record<string, string>> = {
    HOST: '_url_host',
    PATH: '_url_path',
    QUERY: '_url_query',
    REF: '_url_fragment',
    PROTOCOL: '_url_protocol',
  }
  const call = calls[name.literal.toUpperCase()]
  if (key) return `_url_parameter(${url!.sql}, ${key.sql})`
  if (call === undefined)
    throw new SqlError(`parse_url: the sandbox does not know the part ${name.literal}`, name.at)
  return `nullif(${call}(${url!.sql}), '')`
}

/** Functions of Hive that Trino has not, or has otherwise: Hive's manual, LanguageManual UDF. */
export const HIVE = [
  ...rulesOf('LanguageManual UDF', {
    'from_unixtime(bigint) -> varchar': "_format_datetime($1 * 1000000, 'yyyy-MM-dd HH:mm:ss', 'UTC')",
    'from_unixtime(bigint, varchar) -> varchar': "_format_datetime($1 * 1000000, $2, 'UTC')",
    'unix_timestamp() -> bigint': 'CAST(floor(epoch(now())) AS BIGINT)',
    'unix_timestamp(varchar) -> bigint': "_hive_unix($1, 'yyyy-MM-dd HH:mm:ss')",
    'unix_timestamp(varchar, varchar) -> bigint': '_hive_unix($1, $2)',
    'unix_timestamp(timestamp) -> bigint': 'epoch_us($1) // 1000000',
    ...ofTimes(
      ([time]) => dateOf(day(time!)),
      (kind) => `to_date(${kind}) -> date`,
    ),
    ...ofTimes(
      ([time, days]) => dateOf(`${day(time!)} + ${days!.sql}`),
      (kind) => `date_add(${kind}, integer) -> date`,
    ),
    ...ofTimes(
      ([time, days]) => dateOf(`${day(time!)} - ${days!.sql}`),
      (kind) => `date_sub(${kind}, integer) -> date`,
    ),
    ...each(
      ([a, b]) => `CAST(${day(a!)} - ${day(b!)} AS INTEGER)`,
      ...TIMES.flatMap((a) => TIMES.map((b) => `datediff(${a}, ${b}) -> integer`)),
    ),
    ...ofTimes(
      ([time, format]) => `_format_datetime(${moment(time!)}, ${format!.sql}, 'UTC')`,
      (kind) => `date_format(${kind}, varchar) -> varchar`,
    ),
    ...ofTimes(
      ([time]) => `last_day(${dateOf(day(time!))})`,
      (kind) => `last_day(${kind}) -> date`,
    ),
    ...part('year'),
    ...part('month'),
    ...part('day'),
    ...part('hour'),
    ...part('minute'),
    ...part('second'),
    ...part('week'),
    'current_date() -> date': "CAST(timezone('UTC', now()) AS DATE)",
    'current_timestamp() -> timestamp(3)': "date_trunc('milliseconds', timezone('UTC', now()))",
    'size(array(t)) -> integer': 'coalesce(CAST(len($1) AS INTEGER), -1)',
    'size(map(k,v)) -> integer': 'coalesce(CAST(cardinality($1) AS INTEGER), -1)',
    'array_contains(array(t), t) -> boolean': 'coalesce(list_contains($1, $2), false)',
    'sort_array(array(t)) -> array(t)': "list_sort($1, 'ASC', 'NULLS FIRST')",
    'map_keys(map(k,v)) -> array(k)': 'map_keys($1)',
    'map_values(map(k,v)) -> array(v)': 'map_values($1)',
    'split(varchar, varchar) -> array(varchar)': '_regexp_split($1, $2)',
    'concat(varchar, varchar...) -> varchar': (args) => `(${args.map(({ sql }) => sql).join(' || ')})`,
    'concat_ws(varchar, array(varchar)) -> varchar': concatWs,
    'concat_ws(varchar, varchar...) -> varchar': concatWs,
    ...each(
      ([text, start, length]) =>
        `_substr(${text!.sql}, ${hiveStart(start!)}, ${length?.sql ?? '2147483647'})`,
      ...['substr', 'substring'].flatMap((name) => [
        `${name}(varchar, integer) -> varchar`,
        `${name}(varchar, integer, integer) -> varchar`,
      ]),
    ),
    'instr(varchar, varchar) -> integer': 'CAST(strpos($1, $2) AS INTEGER)',
    'locate(varchar, varchar) -> integer': 'CAST(strpos($2, $1) AS INTEGER)',
    ...each('trim($1)', 'trim(varchar) -> varchar'),
    'ltrim(varchar) -> varchar': 'ltrim($1)',
    'rtrim(varchar) -> varchar': 'rtrim($1)',
    ...each('upper($1)', 'ucase(varchar) -> varchar'),
    ...each('lower($1)', 'lcase(varchar) -> varchar'),
    'repeat(varchar, integer) -> varchar': 'repeat($1, $2)',
    'regexp_extract(varchar, varchar) -> varchar':
      "coalesce(_regexp_extract($1, $2, 1), CASE WHEN $1 IS NOT NULL THEN '' END)",
    'regexp_extract(varchar, varchar, integer) -> varchar':
      "coalesce(_regexp_extract($1, $2, $3), CASE WHEN $1 IS NOT NULL THEN '' END)",
    'regexp_replace(varchar, varchar, varchar) -> varchar': '_regexp_replace($1, $2, $3)',
    'rlike(varchar, varchar) -> boolean': '_regexp_like($1, $2)',
    'get_json_object(varchar, varchar) -> varchar': '_hive_json($1, $2)',
    'parse_url(varchar, varchar) -> varchar': urlPart,
    'parse_url(varchar, varchar, varchar) -> varchar': urlPart,
    'md5(varchar) -> varchar': 'md5($1)',
    'hex(varchar) -> varchar': 'hex($1)',
    ...floorLike('floor'),
    ...floorLike('ceil'),
    'ceiling(double) -> bigint': 'CAST(ceil($1) AS BIGINT)',
    'round(double) -> double': '_round($1, 0)',
    'round(double, integer) -> double': '_round($1, $2)',
    'pmod(bigint, bigint) -> bigint': '((($1 % nullif($2, 0)) + $2) % nullif($2, 0))',
    'isnull(t) -> boolean': '($1 IS NULL)',
    'isnotnull(t) -> boolean': '($1 IS NOT NULL)',
  }),
  ...rulesOf(
    'LanguageManual UDF',
    {
      'collect_list(t) -> array(t)': 'coalesce(list_filter({list($1)}, lambda e: e IS NOT NULL), [])',
      'collect_set(t) -> array(t)': 'coalesce(list_distinct({list($1)}), [])',
      'percentile(bigint, double) -> double': 'CAST({quantile_cont($1, $2)} AS DOUBLE)',
      'percentile_approx(double, double) -> double': '{quantile_cont($1, $2)}',
    },
    'aggregate',
  ),
]

/** 0 is 1 for Hive. */
function hiveStart({ sql, literal }: Typed): string {
  if (typeof literal === 'bigint') return literal === 0n ? '1' : sql
  return bind([sql], (x) => `CASE WHEN ${x} = 0 THEN 1 ELSE ${x} END`)
}

/** Functions of the Trino tables that mean the same in Hive. */
export const SHARED: ReadonlySet<string> = new Set(
  (
    'count sum avg min max stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp ' +
    'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value ' +
    'abs sqrt ln log2 log10 log exp pow power sin cos tan asin acos atan degrees radians pi e rand greatest least ' +
    'length lower upper lpad rpad reverse'
  ).split(' '),
)
