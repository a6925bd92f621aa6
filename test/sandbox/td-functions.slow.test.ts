import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'

t.setTimeout(600_000)

/** 2014-10-01 00:00:00 UTC, a Wednesday. */
const OCTOBER = 1_412_121_600
const HOUR = 3600
const DAY = 24 * HOUR

/** Evaluates expressions in one query. */
async function valuesOf(t: Parameters<typeof sandboxFor>[0], expressions: string[], scheduledTime?: number) {
  const { run } = await sandboxFor(t)
  const fields: Record<string, string> = {}
  if (scheduledTime !== undefined) fields.scheduled_time = String(scheduledTime)
  const { rows } = await run(`SELECT ${expressions.join(', ')}`, fields)
  return rows[0] as unknown[]
}

/** Checks a list of expressions against their values. */
function check(name: string, cases: readonly (readonly [string, unknown])[], scheduledTime?: number) {
  t.test(name, async (t) => {
    const values = await valuesOf(
      t,
      cases.map(([expression]) => expression),
      scheduledTime,
    )
    for (const [at, [expression, expected]] of cases.entries()) t.strictSame(values[at], expected, expression)
  })
}

check('TD_TIME_PARSE reads dates and times in a zone', [
  [`TD_TIME_PARSE('2014-10-01')`, OCTOBER],
  [`TD_TIME_PARSE('2014-10-01 00:00:00')`, OCTOBER],
  [`TD_TIME_PARSE('2014-10-01T12:30:15')`, OCTOBER + 12 * HOUR + 30 * 60 + 15],
  [`TD_TIME_PARSE('2014-10-01', 'JST')`, OCTOBER - 9 * HOUR],
  [`TD_TIME_PARSE('2014-10-01', 'Asia/Tokyo')`, OCTOBER - 9 * HOUR],
  [`TD_TIME_PARSE('2014-10-01', 'PST')`, OCTOBER + 7 * HOUR],
  [`TD_TIME_PARSE('2014-12-01', 'America/Los_Angeles')`, OCTOBER + 61 * DAY + 8 * HOUR],
  [`TD_TIME_PARSE('2014-10-01', '-08:00')`, OCTOBER + 8 * HOUR],
  [`TD_TIME_PARSE('2014-10-01 09:00:00 +0900')`, OCTOBER],
  [`TD_TIME_PARSE('2014-10-01 JST', 'UTC')`, OCTOBER - 9 * HOUR],
  [`TD_TIME_PARSE('2014-10-01T00:00:00Z', 'JST')`, OCTOBER],
  [`TD_TIME_PARSE('1960-01-01')`, -315_619_200],
  [`TD_TIME_PARSE('no time')`, null],
])

check('TD_TIME_FORMAT writes what SimpleDateFormat would', [
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyy-MM-dd HH:mm:ss')`, '2014-10-01 00:00:00'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyy-MM-dd HH:mm:ss', 'JST')`, '2014-10-01 09:00:00'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyy-MM-dd HH:mm:ss z', 'PST')`, '2014-09-30 17:00:00 PDT'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyy-MM-dd''T''HH:mm:ssZ', '+05:30')`, '2014-10-01T05:30:00+0530'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyyMMdd', '-08:00')`, '20140930'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'EEE, d MMM yy hh:mm a')`, 'Wed, 1 Oct 14 12:00 AM'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'yyyy年MM月 100%')`, '2014年10月 100%'],
  [`TD_TIME_FORMAT(${OCTOBER}, 'EEEE MMMM SSS')`, 'Wednesday October 000'],
  [`TD_TIME_FORMAT(NULL, 'yyyy')`, null],
])

check('TD_TIME_RANGE includes its start and not its end', [
  [`TD_TIME_RANGE(${OCTOBER}, '2014-10-01', '2014-10-02')`, true],
  [`TD_TIME_RANGE(${OCTOBER - 1}, '2014-10-01', '2014-10-02')`, false],
  [`TD_TIME_RANGE(${OCTOBER + DAY}, '2014-10-01', '2014-10-02')`, false],
  [`TD_TIME_RANGE(${OCTOBER + DAY - 1}, '2014-10-01', '2014-10-02')`, true],
  [`TD_TIME_RANGE(${OCTOBER - 9 * HOUR}, '2014-10-01', '2014-10-02', 'JST')`, true],
  [`TD_TIME_RANGE(${OCTOBER + 15 * HOUR}, '2014-10-01', '2014-10-02', 'JST')`, false],
  [`TD_TIME_RANGE(${OCTOBER}, '2014-10-01 JST')`, true],
  [`TD_TIME_RANGE(${OCTOBER}, NULL, '2014-10-01')`, false],
  [`TD_TIME_RANGE(${OCTOBER}, '2014-10-01', NULL, 'JST')`, true],
  [`TD_TIME_RANGE(${OCTOBER}, ${OCTOBER}, ${OCTOBER + 1})`, true],
  [`TD_TIME_RANGE(NULL, '2014-10-01')`, false],
])

check('TD_TIME_ADD adds weeks to seconds', [
  [`TD_TIME_ADD(${OCTOBER}, '1d')`, OCTOBER + DAY],
  [`TD_TIME_ADD(${OCTOBER}, '-1w2d')`, OCTOBER - 9 * DAY],
  [`TD_TIME_ADD(${OCTOBER}, '3h5m7s')`, OCTOBER + 3 * HOUR + 307],
  [`TD_TIME_ADD('2014-10-01', '-6h', 'JST')`, OCTOBER - 15 * HOUR],
])

check('TD_DATE_TRUNC goes back to the beginning of a unit', [
  [`TD_DATE_TRUNC('minute', ${OCTOBER + 61})`, OCTOBER + 60],
  [`TD_DATE_TRUNC('hour', ${OCTOBER + HOUR + 61})`, OCTOBER + HOUR],
  [`TD_DATE_TRUNC('day', ${OCTOBER + HOUR})`, OCTOBER],
  [`TD_DATE_TRUNC('day', ${OCTOBER}, 'JST')`, OCTOBER - 9 * HOUR],
  [`TD_DATE_TRUNC('day', ${OCTOBER}, 'PST')`, OCTOBER - DAY + 7 * HOUR],
  [`TD_DATE_TRUNC('week', ${OCTOBER})`, OCTOBER - 2 * DAY],
  [`TD_DATE_TRUNC('month', ${OCTOBER + 20 * DAY})`, OCTOBER],
  [`TD_DATE_TRUNC('quarter', ${OCTOBER + 20 * DAY})`, OCTOBER],
  [`TD_DATE_TRUNC('year', ${OCTOBER})`, 1_388_534_400],
])

check('TD_SCHEDULED_TIME is that of the job', [['TD_SCHEDULED_TIME()', OCTOBER + 5]], OCTOBER + 5)

t.test('TD_SCHEDULED_TIME is the time of issue when the job has none', async (t) => {
  const [value] = await valuesOf(t, ['TD_SCHEDULED_TIME()'])
  t.ok(Math.abs(Number(value) - Date.now() / 1000) < 60)
})

/** The first second of a window and the first after it; 2014-10-03 01:30:30 UTC is now. */
const NOW = OCTOBER + 2 * DAY + HOUR + 30 * 60 + 30
const WINDOWS: readonly (readonly [spec: string, zone: string, start: number, end: number])[] = [
  ['-1d', 'UTC', OCTOBER + DAY, OCTOBER + 2 * DAY],
  ['-1d', 'JST', OCTOBER + DAY - 9 * HOUR, OCTOBER + 2 * DAY - 9 * HOUR],
  ['-1d', 'PST', OCTOBER + 7 * HOUR, OCTOBER + DAY + 7 * HOUR],
  ['-7d/now', 'UTC', OCTOBER - 5 * DAY, NOW],
  ['-7d', 'UTC', OCTOBER - 5 * DAY, OCTOBER + 2 * DAY],
  ['-1h', 'UTC', OCTOBER + 2 * DAY, OCTOBER + 2 * DAY + HOUR],
  ['-1h/now', 'UTC', OCTOBER + 2 * DAY, NOW],
  ['-15m', 'UTC', NOW - 30 - 15 * 60, NOW - 30],
  ['-30s', 'UTC', NOW - 30, NOW],
  ['-1M', 'UTC', OCTOBER - 30 * DAY, OCTOBER],
  ['-1M', 'JST', OCTOBER - 30 * DAY - 9 * HOUR, OCTOBER - 9 * HOUR],
  ['-1w', 'UTC', OCTOBER - 9 * DAY, OCTOBER - 2 * DAY],
  ['-1q', 'UTC', OCTOBER - 92 * DAY, OCTOBER],
  ['-1y', 'UTC', 1_356_998_400, 1_388_534_400],
  ['+1d', 'UTC', OCTOBER + 2 * DAY, OCTOBER + 3 * DAY],
  ['-1d/-1d', 'UTC', OCTOBER, OCTOBER + DAY],
  ['-1d/0M', 'UTC', OCTOBER - DAY, OCTOBER],
  ['-2d/2014-10-01', 'UTC', OCTOBER - 2 * DAY, OCTOBER],
]

check(
  'TD_INTERVAL is a window before the scheduled time',
  WINDOWS.map(([spec, zone, start, end]) => [
    `(SELECT array_agg(TD_INTERVAL(t, '${spec}', '${zone}') ORDER BY t) FROM unnest(ARRAY[${start - 1}, ${start}, ${end - 1}, ${end}]) AS u (t))`,
    [false, true, true, false],
  ]),
  NOW,
)

t.test('arguments that are not valid end the job with a reason', async (t) => {
  const { issue, finished } = await sandboxFor(t)
  for (const [expression, reason] of [
    [`TD_INTERVAL(1, 'yesterday')`, /TD_INTERVAL/],
    [`TD_TIME_ADD(1, '1 month')`, /TD_TIME_ADD: not a duration: 1 month/],
    [`TD_TIME_PARSE('2014-10-01', 'Mars/Olympus')`, /Mars\/Olympus/],
  ] as const) {
    const job = await finished(await issue(`SELECT ${expression}`))
    t.equal(job.status, 'error', expression)
    t.match(job.debug.stderr, reason)
  }
})

t.test('the functions work on columns, in filters and groups', async (t) => {
  const { run } = await sandboxFor(t)
  const { rows } = await run(
    `SELECT TD_TIME_FORMAT(time, 'yyyy-MM-dd', 'JST') AS day, count(*) AS requests FROM www_access
     WHERE TD_TIME_RANGE(time, '2014-10-02', '2014-10-04', 'JST') AND TD_INTERVAL(time, '-1w/now', 'JST')
     GROUP BY 1 ORDER BY 1`,
    { scheduled_time: String(OCTOBER + 4 * DAY) },
  )
  t.strictSame(rows, [
    ['2014-10-02', 162],
    ['2014-10-03', 161],
  ])
})

check('functions of Trino that DuckDB calls otherwise', [
  ['approx_distinct(1)', 1],
  [`date_parse('2014-10-01 01:02', '%Y-%m-%d %H:%i')`, '2014-10-01 01:02:00.000'],
  [`date_format(TIMESTAMP '2014-10-01 01:02:03', '%Y/%m/%d %H:%i:%s')`, '2014/10/01 01:02:03'],
  [`format_datetime(TIMESTAMP '2014-10-01 01:02:03', 'yyyy-MM-dd HH:mm')`, '2014-10-01 01:02'],
  [`from_unixtime(${OCTOBER})`, '2014-10-01 00:00:00.000 UTC'],
  [`to_unixtime(TIMESTAMP '2014-10-01 00:00:00')`, OCTOBER],
  [`regexp_like('abc', 'b.')`, true],
  [`json_extract_scalar('{"a": {"b": "c"}}', '$.a.b')`, 'c'],
  [`url_extract_host('http://user@example.com:80/path?q')`, 'example.com'],
  [`url_extract_path('http://example.com/path/x?q')`, '/path/x'],
])
