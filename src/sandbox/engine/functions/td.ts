import { AGENT_KEYS } from '../natives/td-agents.js'
import { BIGINT } from '../trino/type.js'
import type { Typed } from '../trino/typed.js'
import { atZone } from '../trino/zone.js'
import { type CallSite, isLiteralText, type Make, refusal, rulesOf } from './rule.js'

/** A zone in the query is checked at once. */
function zone(value: Typed | undefined): string {
  if (value === undefined || value.literal === null) return "'UTC'"
  if (isLiteralText(value)) atZone(value.literal, value.at)
  return value.sql
}

/** Seconds, of a value that may be a text. */
const seconds = (value: Typed, tz: string) =>
  value.type.kind === 'varchar' ? `_td_time(${value.sql}, ${tz})` : `CAST(${value.sql} AS BIGINT)`

const range: Make = (args) => {
  const [time, from, to] = args
  const tz = zone(args[3])
  const bound = (value: Typed | undefined, sign: string) =>
    value === undefined || value.literal === null || value.type.kind === 'unknown'
      ? []
      : [
          value.literal === undefined || typeof value.literal === 'string'
            ? `coalesce(${time!.sql} ${sign} ${value.type.kind === 'varchar' ? `_td_bound(${value.sql}, ${tz})` : seconds(value, tz)}, true)`
            : `${time!.sql} ${sign} ${seconds(value, tz)}`,
        ]
  return `(${[`${time!.sql} IS NOT NULL`, ...bound(from, '>='), ...bound(to, '<')].join(' AND ')})`
}

const interval: Make = ([time, spec, tz], { scheduledTime }) => {
  const args = `${spec!.sql}, ${scheduledTime}, ${zone(tz)}`
  return `(${time!.sql} >= _td_interval_start(${args}) AND ${time!.sql} < _td_interval_end(${args}))`
}

const add: Make = ([time, duration, tz]) => `(${seconds(time!, zone(tz))} + _td_duration(${duration!.sql}))`

const each = (make: Make, ...signatures: string[]) =>
  Object.fromEntries(signatures.map((signature) => [signature, make]))

const scheduled = ({ scheduledTime }: CallSite) => `${Math.trunc(scheduledTime)}`

const geo = refusal(
  'the TD_IP_TO_… functions are not supported by the sandbox: it has no database of addresses',
)

const PLACES = [
  'country_code',
  'country_name',
  'city_name',
  'latitude',
  'longitude',
  'subdivision_names',
  'most_specific_subdivision_name',
  'least_specific_subdivision_name',
  'time_zone',
  'domain',
  'metro_code',
  'postal_code',
  'connection_type',
]

export const TD_PAGE = 'https://api-docs.treasuredata.com/en/tools/presto/presto_functions/'

/** Functions that Treasure Data adds to Trino. Times are seconds since 1970. */
export const TD = [
  ...rulesOf(TD_PAGE, {
    ...each(range, 'td_time_range(bigint, bigint) -> boolean', 'td_time_range(bigint, varchar) -> boolean'),
    ...each(
      range,
      ...['bigint', 'varchar'].flatMap((from) =>
        ['bigint', 'varchar'].flatMap((to) => [
          `td_time_range(bigint, ${from}, ${to}) -> boolean`,
          `td_time_range(bigint, ${from}, ${to}, varchar) -> boolean`,
        ]),
      ),
    ),
    ...each(
      interval,
      'td_interval(bigint, varchar) -> boolean',
      'td_interval(bigint, varchar, varchar) -> boolean',
    ),
    'td_scheduled_time() -> bigint': (_, site) => ({
      sql: `CAST(${scheduled(site)} AS BIGINT)`,
      type: BIGINT,
    }),
    ...each(
      add,
      'td_time_add(bigint, varchar) -> bigint',
      'td_time_add(varchar, varchar) -> bigint',
      'td_time_add(bigint, varchar, varchar) -> bigint',
      'td_time_add(varchar, varchar, varchar) -> bigint',
    ),
    ...each(
      ([time, format, tz]) => `_td_time_format(${time!.sql}, ${format!.sql}, ${zone(tz)})`,
      'td_time_format(bigint, varchar) -> varchar',
      'td_time_format(bigint, varchar, varchar) -> varchar',
    ),
    ...each(
      ([time, format, tz]) => `_td_time_string(${time!.sql}, ${format!.sql}, ${zone(tz)})`,
      'td_time_string(bigint, varchar) -> varchar',
      'td_time_string(bigint, varchar, varchar) -> varchar',
    ),
    ...each(
      ([text, tz]) => `_td_time_parse(${text!.sql}, ${zone(tz)})`,
      'td_time_parse(varchar) -> bigint',
      'td_time_parse(varchar, varchar) -> bigint',
    ),
    ...each(
      ([unit, time, tz]) => `_td_date_trunc(${unit!.sql}, ${time!.sql}, ${zone(tz)})`,
      'td_date_trunc(varchar, bigint) -> bigint',
      'td_date_trunc(varchar, bigint, varchar) -> bigint',
    ),
    'td_parse_agent(varchar) -> map(varchar,varchar)': `map([${AGENT_KEYS.map((key) => `'${key}'`).join(', ')}], _td_agent($1))`,
    'td_parse_user_agent(varchar) -> varchar': "_td_user_agent($1, '')",
    'td_parse_user_agent(varchar, varchar) -> varchar': '_td_user_agent($1, $2)',
    'td_url_decode(varchar) -> varchar': '_td_url_decode($1)',
    'td_md5(varchar) -> varchar': 'md5($1)',
    'td_currency_conv(varchar, varchar, varchar, double) -> double': refusal(
      'TD_CURRENCY_CONV is not supported by the sandbox: it has no rates',
    ),
    ...each(geo, ...PLACES.map((place) => `td_ip_to_${place}(varchar) -> varchar`)),
  }),
  ...rulesOf(
    TD_PAGE,
    {
      'td_first(t, k) -> t': '{arg_min_null($1, $2)}',
      'td_last(t, k) -> t': '{arg_max_null($1, $2)}',
      'td_approx_most_frequent(t, bigint) -> array(t)': '{approx_top_k($1, $2)}',
    },
    'aggregate',
  ),
]
