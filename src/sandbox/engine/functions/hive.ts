import { USER } from '../../user.js'
import { SqlError } from '../sql/sql-error.js'
import { zoned } from '../trino/type.js'
import { bind, sqlText, type Typed } from '../trino/typed.js'
import { atZone, instantOf, localOf } from '../trino/zone.js'
import { distinct } from './collections.js'
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

type Zoned = Parameters<typeof localOf>[1]

const dateText = (date: string) => `strftime(${date}, '%Y-%m-%d')`

/** The last day of a month stays one. */
const addMonths = (date: string, count: string) =>
  bind(
    [date, count],
    (d, n) =>
      `CASE WHEN ${d} = last_day(${d}) THEN last_day(CAST(${d} + to_months(${n}) AS DATE)) ELSE CAST(${d} + to_months(${n}) AS DATE) END`,
  )

const UNITS: Readonly<Record<string, string>> = {
  MM: 'month',
  MON: 'month',
  MONTH: 'month',
  YY: 'year',
  YYYY: 'year',
  YEAR: 'year',
  Q: 'quarter',
  QUARTER: 'quarter',
}

function truncated(date: string, unit: Typed): string {
  const name = isLiteralText(unit) ? UNITS[unit.literal.toUpperCase()] : undefined
  if (name === undefined)
    throw new SqlError('the sandbox truncates dates to MONTH, QUARTER or YEAR, written in the query', unit.at)
  return `CAST(date_trunc('${name}', ${date}) AS DATE)`
}

function zoneOf(zone: Typed): string {
  if (!isLiteralText(zone))
    throw new SqlError('the sandbox wants the time zone as a text in the query', zone.at)
  return atZone(zone.literal, zone.at)
}

/** `array_to_string` of texts and arrays of texts, without NULL. */
const concatWs: Make = ([separator, ...parts]) => {
  const lists = parts.map((each) =>
    each.type.kind === 'array' ? `coalesce(${each.sql}, [])` : `[${each.sql}]`,
  )
  return `_join(${lists.join(' || ')}, ${separator!.sql})`
}

const floorLike = (call: string) => ({ [`${call}(double) -> bigint`]: `CAST(${call}($1) AS BIGINT)` })

/** A part of a URL; of the query, the value of a key. */
export function urlPart(url: Typed, name: Typed, key?: Typed): string {
  if (!isLiteralText(name))
    throw new SqlError('the sandbox wants the part of a URL as a text in the query', name.at)
  const calls: Readonly<Record<string, string>> = {
    HOST: '_url_host',
    PATH: '_url_path',
    QUERY: '_url_query',
    REF: '_url_fragment',
    PROTOCOL: '_url_protocol',
    FILE: '_url_file',
    AUTHORITY: '_url_authority',
    USERINFO: '_url_user',
  }
  const [, part = '', inner] = /^(\w*)(?::([\s\S]*))?$/.exec(name.literal) ?? []
  const wanted = inner === undefined ? key?.sql : sqlText(inner)
  if (wanted !== undefined && part.toUpperCase() === 'QUERY')
    return `nullif(_url_parameter(${url.sql}, ${wanted}), '')`
  const call = wanted === undefined ? calls[part.toUpperCase()] : undefined
  if (call === undefined)
    throw new SqlError(`the sandbox does not know the part ${name.literal} of a URL`, name.at)
  return `nullif(${call}(${url.sql}), '')`
}

const parseUrl: Make = ([url, name, key]) => urlPart(url!, name!, key)

/** To and from bytes; other character sets than UTF-8 are refused. */
const charset =
  (convert: (sql: string) => string): Make =>
  ([value, name]) => {
    if (isLiteralText(name) && /^utf-?8$/i.test(name.literal)) return convert(value!.sql)
    throw new SqlError("the sandbox encodes and decodes 'UTF-8' only, written in the query", name!.at)
  }

/** Functions of Hive that Trino has not, or has otherwise: Hive's manual, LanguageManual UDF. */
export const HIVE = [
  ...rulesOf('LanguageManual UDF', {
    'from_unixtime(bigint) -> varchar': "_simple_date($1 * 1000000, 'yyyy-MM-dd HH:mm:ss')",
    'from_unixtime(bigint, varchar) -> varchar': '_simple_date($1 * 1000000, $2)',
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
      ([time, format]) => `_simple_date(${moment(time!)}, ${format!.sql})`,
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
    ...part('quarter'),
    ...ofTimes(
      ([time]) => `CAST(date_part('day', ${timestampOf(time!)}) AS INTEGER)`,
      (kind) => `dayofmonth(${kind}) -> integer`,
    ),
    // From 1, which is Sunday.
    ...ofTimes(
      ([time]) => `CAST(date_part('dow', ${timestampOf(time!)}) + 1 AS INTEGER)`,
      (kind) => `dayofweek(${kind}) -> integer`,
    ),
    ...ofTimes(
      ([time, count]) => dateText(addMonths(dateOf(day(time!)), count!.sql)),
      (kind) => `add_months(${kind}, integer) -> varchar`,
    ),
    ...ofTimes(
      ([time, name]) => dateText(dateOf(`_next_day(${day(time!)}, ${name!.sql})`)),
      (kind) => `next_day(${kind}, varchar) -> varchar`,
    ),
    ...ofTimes(
      ([time, unit]) => dateText(truncated(dateOf(day(time!)), unit!)),
      (kind) => `trunc(${kind}, varchar) -> varchar`,
    ),
    ...each(
      ([a, b]) => `_months_between(${moment(a!)}, ${moment(b!)})`,
      ...TIMES.flatMap((a) => TIMES.map((b) => `months_between(${a}, ${b}) -> double`)),
    ),
    ...ofTimes(
      ([time, zone]) => localOf(`timezone('UTC', ${timestampOf(time!)})`, zoned(zoneOf(zone!)) as Zoned),
      (kind) => `from_utc_timestamp(${kind}, varchar) -> timestamp(3)`,
    ),
    ...ofTimes(
      ([time, zone]) => `timezone('UTC', ${instantOf(timestampOf(time!), zoneOf(zone!))})`,
      (kind) => `to_utc_timestamp(${kind}, varchar) -> timestamp(3)`,
    ),
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
    'parse_url(varchar, varchar) -> varchar': parseUrl,
    'parse_url(varchar, varchar, varchar) -> varchar': parseUrl,
    'locate(varchar, varchar, integer) -> integer':
      'CAST(CASE WHEN $3 < 1 THEN 0 WHEN strpos(substring($2, $3), $1) > 0 THEN strpos(substring($2, $3), $1) + $3 - 1 ELSE 0 END AS INTEGER)',
    'space(integer) -> varchar': "repeat(' ', $1)",
    'chr(bigint) -> varchar': "CASE WHEN $1 < 0 THEN '' ELSE _chr($1 % 256) END",
    'ascii(varchar) -> integer': "CAST(CASE WHEN $1 = '' THEN 0 ELSE ascii($1) END AS INTEGER)",
    'initcap(varchar) -> varchar': '_hive_initcap($1)',
    'find_in_set(varchar, varchar) -> integer':
      "CAST(CASE WHEN contains($1, ',') THEN 0 ELSE coalesce(list_position(string_split($2, ','), $1), 0) END AS INTEGER)",
    'substring_index(varchar, varchar, integer) -> varchar': '_hive_substring_index($1, $2, $3)',
    'format_number(double, integer) -> varchar': '_hive_format_number($1, $2)',
    'levenshtein(varchar, varchar) -> integer': 'CAST(_levenshtein($1, $2) AS INTEGER)',
    ...each(
      ([text, entries, pairs]) =>
        `map_from_entries(list_transform(string_split(${text!.sql}, ${entries?.sql ?? "','"}), lambda e: struct_pack(k := _split_part(e, ${pairs?.sql ?? "':'"}, 1), v := _split_part(e, ${pairs?.sql ?? "':'"}, 2))))`,
      'str_to_map(varchar) -> map(varchar,varchar)',
      'str_to_map(varchar, varchar, varchar) -> map(varchar,varchar)',
    ),
    'md5(varchar) -> varchar': 'md5($1)',
    ...each('lower(hex(_sha1(_to_utf8($1))))', 'sha(varchar) -> varchar', 'sha1(varchar) -> varchar'),
    'sha2(varchar, integer) -> varchar': '_hive_sha2($1, $2)',
    'crc32(varchar) -> bigint': '_crc32(_to_utf8($1))',
    'base64(varbinary) -> varchar': '_to_base64($1)',
    'unbase64(varchar) -> varbinary': '_from_base64($1)',
    'hex(bigint) -> varchar': 'upper(to_hex($1))',
    'hex(varbinary) -> varchar': 'hex($1)',
    'hex(varchar) -> varchar': 'hex($1)',
    'unhex(varchar) -> varbinary': 'TRY(_from_hex($1))',
    'bin(bigint) -> varchar': 'to_binary($1)',
    'conv(varchar, integer, integer) -> varchar': '_hive_conv($1, $2, $3)',
    'conv(bigint, integer, integer) -> varchar': '_hive_conv(CAST($1 AS VARCHAR), $2, $3)',
    'bround(double) -> double': 'round_even($1, 0)',
    'bround(double, integer) -> double': 'round_even($1, $2)',
    'sign(double) -> double': 'CAST(sign($1) AS DOUBLE)',
    'bitwise_not(integer) -> integer': '(~$1)',
    'bitwise_not(bigint) -> bigint': '(~$1)',
    'positive(n) -> n': '$1',
    'negative(n) -> n': '(-$1)',
    'factorial(integer) -> bigint': 'CASE WHEN $1 BETWEEN 0 AND 20 THEN CAST(factorial($1) AS BIGINT) END',
    'shiftleft(integer, integer) -> integer': 'CAST(_shift_left($1, $2 & 31, 32) AS INTEGER)',
    'shiftleft(bigint, integer) -> bigint': '_shift_left($1, $2 & 63, 64)',
    'shiftright(integer, integer) -> integer': 'CAST(_shift_right_arithmetic($1, $2 & 31, 32) AS INTEGER)',
    'shiftright(bigint, integer) -> bigint': '_shift_right_arithmetic($1, $2 & 63, 64)',
    'shiftrightunsigned(integer, integer) -> integer': 'CAST(_shift_right($1, $2 & 31, 32) AS INTEGER)',
    'shiftrightunsigned(bigint, integer) -> bigint': '_shift_right($1, $2 & 63, 64)',
    ...floorLike('floor'),
    ...floorLike('ceil'),
    'ceiling(double) -> bigint': 'CAST(ceil($1) AS BIGINT)',
    'round(double) -> double': '_round($1, 0)',
    'round(double, integer) -> double': '_round($1, $2)',
    'pmod(bigint, bigint) -> bigint': '((($1 % nullif($2, 0)) + $2) % nullif($2, 0))',
    'isnull(t) -> boolean': '($1 IS NULL)',
    'isnotnull(t) -> boolean': '($1 IS NOT NULL)',
    'encode(varchar, varchar) -> varbinary': charset((text) => `_to_utf8(${text})`),
    'decode(varbinary, varchar) -> varchar': charset((bytes) => `_from_utf8(${bytes}, '\ufffd')`),
    'current_database() -> varchar': (_, { schema }) => sqlText(schema),
    'current_user() -> varchar': () => sqlText(USER.email),
    'td_array_index(array(t), integer) -> t': 'CASE WHEN $2 >= 0 THEN $1[$2 + 1] END',
  }),
  ...rulesOf(
    'LanguageManual UDF',
    {
      'collect_list(t) -> array(t)': 'coalesce(list_filter({list($1)}, lambda e: e IS NOT NULL), [])',
      'collect_set(t) -> array(t)': () =>
        `coalesce(${distinct('list_filter({list($1)}, lambda q: q IS NOT NULL)')}, [])`,
      'percentile(bigint, double) -> double': 'CAST({quantile_cont($1, $2)} AS DOUBLE)',
      'percentile(bigint, array(double)) -> array(double)': 'CAST({quantile_cont($1, $2)} AS DOUBLE[])',
      'percentile_approx(double, double) -> double': '{quantile_cont($1, $2)}',
      'percentile_approx(double, array(double)) -> array(double)': '{quantile_cont($1, $2)}',
      'td_sumif(double, boolean) -> double': '{sum(CASE WHEN $2 THEN $1 END)}',
      'td_avgif(double, boolean) -> double': '{avg(CASE WHEN $2 THEN $1 END)}',
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
    'length lower upper lpad rpad reverse translate soundex cbrt'
  ).split(' '),
)
