/**
 * The functions Treasure Data adds to Trino and Hive, as far as people use them daily, as DuckDB macros. What they mean
 * is in https://docs.treasuredata.com (supported Trino and Hive TD functions) and, for the windows of TD_INTERVAL, in
 * the airframe-metrics library its syntax comes from. Names that begin with an underscore are parts, not meant for use.
 *
 * Times are seconds since 1970. A time zone is a name ICU knows (`JST`, `PST`, `Asia/Tokyo`, `UTC`) or an offset
 * (`+09:00`, `-0800`).
 */

/** An offset from UTC in seconds, for zones written as one; NULL for others. */
const ZONES = `
CREATE MACRO _td_offset(tz) AS
  CASE WHEN regexp_full_match(tz, '[+-]\\d{2}:?\\d{2}') THEN
    (CASE WHEN tz[1] = '-' THEN -1 ELSE 1 END) * (tz[2:3]::INTEGER * 3600 + tz[-2:]::INTEGER * 60)
  END;

CREATE MACRO _td_zone(tz) AS CASE WHEN _td_offset(tz) IS NULL THEN tz ELSE 'UTC' END;

CREATE MACRO _td_local(t, tz) AS
  timezone(_td_zone(tz), to_timestamp(t::BIGINT)) + to_seconds(coalesce(_td_offset(tz), 0));

CREATE MACRO _td_seconds(local, tz) AS
  (epoch_us(timezone(_td_zone(tz), local)) // 1000000 - coalesce(_td_offset(tz), 0))::BIGINT;
`

/** `2014-10-01`, `2014-10-01 12:34:56` and the like; a zone at the end of the text wins over the argument. */
const TIME_PARSE = `
CREATE MACRO _td_parse(s, tz) AS _td_seconds(
  try_cast(replace(regexp_extract(s, '^\\d{4}-\\d{1,2}-\\d{1,2}([ T]\\d{1,2}(:\\d{1,2}){1,2}(\\.\\d+)?)?'), 'T', ' ') AS TIMESTAMP),
  coalesce(
    replace(nullif(regexp_extract(s, '^\\d{4}-\\d{1,2}-\\d{1,2}(?:[ T][\\d:.]+)?\\s*([+-]\\d{2}:?\\d{2}|Z|[A-Za-z][^\\d:\\s][^:\\s]*)$', 1), ''), 'Z', 'UTC'),
    tz
  )
);

CREATE MACRO td_time_parse
  (s) AS _td_parse(s, 'UTC'),
  (s, tz) AS _td_parse(s, tz);

CREATE MACRO _td_time(v, tz) AS
  CASE WHEN regexp_full_match(v::VARCHAR, '-?\\d+') THEN v::VARCHAR::BIGINT ELSE _td_parse(v::VARCHAR, tz) END;
`

const TIME_RANGE = `
CREATE MACRO _td_range(t, low, high, tz) AS
  coalesce(t >= _td_time(low, tz), true) AND coalesce(t < _td_time(high, tz), true) AND t IS NOT NULL;

CREATE MACRO td_time_range
  (t, low) AS _td_range(t, low, NULL, 'UTC'),
  (t, low, high) AS _td_range(t, low, high, 'UTC'),
  (t, low, high, tz) AS _td_range(t, low, high, tz);
`

/** Letters of Java's SimpleDateFormat and of strftime. Longer ones first. `Z` and `z` are filled in afterwards. */
const FORMAT_LETTERS: readonly (readonly [java: string, strftime: string])[] = [
  [`'T'`, 'T'],
  [`'Z'`, 'Z'],
  [`''`, `'`],
  ['yyyy', '%Y'],
  ['yy', '%y'],
  ['MMMM', '%B'],
  ['MMM', '%b'],
  ['MM', '%m'],
  ['DDD', '%j'],
  ['dd', '%d'],
  ['d', '%-d'],
  ['HH', '%H'],
  ['hh', '%I'],
  ['mm', '%M'],
  ['ss', '%S'],
  ['SSS', '%g'],
  ['EEEE', '%A'],
  ['EEE', '%a'],
  ['E', '%a'],
  ['a', '%p'],
  ['Z', '\u{f8f0}'],
  ['z', '\u{f8f1}'],
]

const sqlText = (text: string) => `'${text.replaceAll(`'`, `''`)}'`

/** Replaces in two steps, through characters of private use, so that no replacement meets the letters of another. */
function formatExpression(): string {
  const mark = (index: number) => sqlText(String.fromCodePoint(0xf800 + index))
  const marked = FORMAT_LETTERS.reduce(
    (text, [java], index) => `replace(${text}, ${sqlText(java)}, ${mark(index)})`,
    `replace(format, '%', '%%')`,
  )
  return FORMAT_LETTERS.reduce(
    (text, [, strftime], index) => `replace(${text}, ${mark(index)}, ${sqlText(strftime)})`,
    marked,
  )
}

/**
 * strftime and strptime want a constant format, and look for it already when a macro is made. `||` with a slice of the
 * parameter leaves the type of the expression open, so that they look when the macro is used.
 */
export const OPEN_TYPE = 'format[1:0] || '

const TIME_FORMAT = `
CREATE MACRO _java_format(format) AS ${OPEN_TYPE}${formatExpression()};

CREATE MACRO _td_offset_text(seconds) AS
  printf('%s%02d%02d', CASE WHEN seconds < 0 THEN '-' ELSE '+' END, abs(seconds) // 3600, abs(seconds) // 60 % 60);

CREATE MACRO _td_plain_format(t, format, tz) AS strftime(_td_local(t, tz), _java_format(format));

CREATE MACRO _td_format(t, format, tz) AS CASE
  WHEN regexp_matches(format, '[Zz]') THEN replace(
    replace(
      _td_plain_format(t, format, tz),
      '\u{f8f0}',
      _td_offset_text((epoch_us(_td_local(t, tz)) // 1000000 - t)::BIGINT)
    ),
    '\u{f8f1}',
    tz
  )
  ELSE _td_plain_format(t, format, tz) END;

CREATE MACRO td_time_format
  (t, format) AS _td_format(t, format, 'UTC'),
  (t, format, tz) AS _td_format(t, format, tz);
`

/** `1d`, `-6h`, `1w2d`: calendar lengths beyond weeks are not part of TD_TIME_ADD. */
const TIME_ADD = `
CREATE MACRO _td_amount(duration, unit) AS
  coalesce(try_cast(regexp_extract(duration, '(\\d+)' || unit, 1) AS BIGINT), 0);

CREATE MACRO _td_duration(duration) AS
  CASE WHEN regexp_full_match(duration, '[+-]?(\\d+[wdhms])+') THEN
    (CASE WHEN duration[1] = '-' THEN -1 ELSE 1 END) * (
      _td_amount(duration, 'w') * 604800 + _td_amount(duration, 'd') * 86400 + _td_amount(duration, 'h') * 3600
      + _td_amount(duration, 'm') * 60 + _td_amount(duration, 's')
    )
  ELSE error('TD_TIME_ADD: not a duration: ' || duration)::BIGINT END;

CREATE MACRO td_time_add
  (t, duration) AS _td_time(t, 'UTC') + _td_duration(duration),
  (t, duration, tz) AS _td_time(t, tz) + _td_duration(duration);
`

const DATE_TRUNC = `
CREATE MACRO td_date_trunc
  (unit, t) AS _td_seconds(date_trunc(unit, _td_local(t, 'UTC')), 'UTC'),
  (unit, t, tz) AS _td_seconds(date_trunc(unit, _td_local(t, tz)), tz);
`

/**
 * `[+-]N unit`, then perhaps `/` and where to count from: `now`, another such step, or a date. Units are s, m
 * (minutes), h, d, w, M (months), q and y. Without the second part the window ends, or begins, at the whole
 * unit before now; now is TD_SCHEDULED_TIME().
 */
const INTERVAL = `
CREATE MACRO _td_floor(local, unit) AS date_trunc(
  coalesce(
    MAP {'s': 'second', 'm': 'minute', 'h': 'hour', 'd': 'day', 'w': 'week', 'M': 'month', 'q': 'quarter', 'y': 'year'}[unit],
    error('TD_INTERVAL: not an interval of the plain forms')
  ),
  local
);

CREATE MACRO _td_move(local, n, unit) AS _td_floor(local, unit) + n::INTEGER * MAP {
  's': INTERVAL 1 SECOND, 'm': INTERVAL 1 MINUTE, 'h': INTERVAL 1 HOUR, 'd': INTERVAL 1 DAY,
  'w': INTERVAL 7 DAY, 'M': INTERVAL 1 MONTH, 'q': INTERVAL 3 MONTH, 'y': INTERVAL 1 YEAR
}[unit];

CREATE MACRO _td_bounds(spec, tz) AS (
  SELECT [_td_seconds(least(a, b), tz), _td_seconds(greatest(a, b), tz)]
  FROM (
    SELECT a, _td_move(a, step[1], step[2]) AS b
    FROM (
      SELECT
        step,
        CASE
          WHEN anchor = '' THEN _td_floor(local, step[2])
          WHEN anchor = 'now' THEN local
          WHEN from_step[1] <> '' THEN _td_move(local, from_step[1], from_step[2])
          ELSE _td_local(_td_parse(anchor, tz), tz)
        END AS a
      FROM (
        SELECT
          _td_local(td_scheduled_time(), tz) AS local,
          split_part(spec, '/', 2) AS anchor,
          [regexp_extract(spec, '^([+-]?\\d+)[smhdwMqy](/|$)', 1), regexp_extract(spec, '^[+-]?\\d+([smhdwMqy])(/|$)', 1)] AS step,
          [regexp_extract(spec, '/([+-]?\\d+)[smhdwMqy]$', 1), regexp_extract(spec, '/[+-]?\\d+([smhdwMqy])$', 1)] AS from_step
      )
    )
  )
);

CREATE MACRO _td_interval(t, spec, tz) AS t >= _td_bounds(spec, tz)[1] AND t < _td_bounds(spec, tz)[2];

CREATE MACRO td_interval
  (t, spec) AS _td_interval(t, spec, 'UTC'),
  (t, spec, tz) AS _td_interval(t, spec, tz);
`

/** Stands for the time of the job, which {@link scheduledTime} puts in its place. */
const SCHEDULED_TIME = 'CREATE MACRO td_scheduled_time() AS epoch_us(now()) // 1000000;'

export const TD_FUNCTIONS = [
  ZONES,
  TIME_PARSE,
  TIME_RANGE,
  TIME_FORMAT,
  TIME_ADD,
  DATE_TRUNC,
  SCHEDULED_TIME,
  INTERVAL,
].join('')

/** TD_SCHEDULED_TIME() of one job, for its connection alone. `seconds` since 1970. */
export function scheduledTime(seconds: number): string {
  return `CREATE TEMP MACRO td_scheduled_time() AS ${Math.trunc(seconds)}::BIGINT`
}
