import t from 'tap'
import { nextPeriod, parseSchedule, periodStart } from '../../src/manifest/schedule.js'
import { isoTime } from '../../src/manifest/time-text.js'
import { chosenTimes, type TimeChoice } from '../../src/manifest/times.js'
import { UTC, type Zone, zoneNamed } from '../../src/manifest/zone.js'
import { DAY_MS, MINUTE_MS } from '../../src/model/duration.js'

/** It is half past three at night on the 20th of January. */
const NOW = Date.parse('2026-01-20T03:30:00Z')

function times(choice: TimeChoice, schedule = 'daily', zone: Zone = UTC, now = NOW): string[] {
  return chosenTimes(choice, parseSchedule(schedule), zone, now).map((time) => isoTime(time, zone))
}

t.test('without a choice it is the present time, with one that time', async (t) => {
  t.strictSame(times({}), ['2026-01-20T00:00:00Z'])
  t.strictSame(times({ scheduledTime: '2026-02-03T04:05' }), ['2026-02-03T04:05:00Z'])
})

t.test('a range has the scheduled times from its begin to its end, both included', async (t) => {
  t.strictSame(times({ from: '2026-01-01', to: '2026-01-03' }), [
    '2026-01-01T00:00:00Z',
    '2026-01-02T00:00:00Z',
    '2026-01-03T00:00:00Z',
  ])
  t.strictSame(times({ from: '2026-01-01T00:01', to: '2026-01-02T00:00' }), ['2026-01-02T00:00:00Z'])
  t.strictSame(times({ from: '2026-01-01', to: '2026-01-18' }, 'weekly'), [
    '2026-01-05T00:00:00Z',
    '2026-01-12T00:00:00Z',
  ])
  t.strictSame(times({ from: '2025-11-02' }, 'monthly'), ['2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'])
})

t.test('a day at the end of a range stands for the whole day, a time for that moment', async (t) => {
  t.equal(times({ from: '2026-01-01', to: '2026-01-02' }, 'hourly').at(-1), '2026-01-02T23:00:00Z')
  t.equal(times({ from: '2026-01-01', to: '2026-01-02T05:00' }, 'hourly').at(-1), '2026-01-02T05:00:00Z')
})

t.test('a range ends with the present time: what is still to come has nothing to export', async (t) => {
  t.strictSame(times({ from: '2026-01-19' }), ['2026-01-19T00:00:00Z', '2026-01-20T00:00:00Z'])
  t.equal(times({ from: '2026-01-19', to: '2026-01-20' }, '6h').at(-1), '2026-01-20T00:00:00Z')
  t.equal(times({ from: '2026-01-19', to: '2027-01-01' }).at(-1), '2026-01-20T00:00:00Z')
})

t.test('the last times include the present one', async (t) => {
  t.strictSame(times({ last: 1 }), ['2026-01-20T00:00:00Z'])
  t.strictSame(times({ last: 3 }), ['2026-01-18T00:00:00Z', '2026-01-19T00:00:00Z', '2026-01-20T00:00:00Z'])
  t.strictSame(times({ last: 2 }, 'monthly'), ['2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'])
})

t.test('what makes no range is refused', async (t) => {
  const cases: [TimeChoice, RegExp][] = [
    [{ from: '2026-01-05', to: '2026-01-01' }, /^--from 2026-01-05 is after --to 2026-01-01$/],
    [{ from: '2026-01-21' }, /^--from 2026-01-21 is after now$/],
    [{ from: '2026-01-21', to: '2026-01-22' }, /^--from 2026-01-21 is still to come$/],
    [{ to: '2026-01-01' }, /^--to needs --from$/],
    [{ from: '2026-01-01T01:00', to: '2026-01-01T02:00' }, /^the schedule has no time from /],
    [{ from: 'yesterday' }, /^--from yesterday: times are /],
    [{ from: '2026-01-01', to: '2026-02-30' }, /^--to 2026-02-30: times are /],
    [{ from: '2026-01-01', last: 3 }, /^--from and --last exclude each other$/],
    [{ from: '2026-01-01', scheduledTime: '2026-01-01' }, /^--scheduled-time and --from exclude each other$/],
  ]
  for (const [choice, message] of cases) t.throws(() => times(choice), { code: 'E_USAGE', message })
  t.throws(() => times({ from: '1990-01-01' }, '15m'), { code: 'E_USAGE', message: /more than 100000/ })
})

t.test(
  'E25: the days of a range begin at midnight by the clock of the zone, summer time or not',
  async (t) => {
    const zone = zoneNamed('Europe/Berlin')
    const now = Date.parse('2026-12-01T00:00:00Z')
    const days = (from: string, to: string) => times({ from, to }, 'daily', zone, now)
    t.strictSame(days('2026-03-28', '2026-03-30'), [
      '2026-03-28T00:00:00+01:00',
      '2026-03-29T00:00:00+01:00',
      '2026-03-30T00:00:00+02:00',
    ])
    t.strictSame(days('2026-10-25', '2026-10-26'), ['2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'])
    t.equal(times({ from: '2026-03-29', to: '2026-03-29' }, 'hourly', zone, now).length, 23)
    t.equal(times({ from: '2026-10-25', to: '2026-10-25' }, 'hourly', zone, now).length, 25)
  },
)

t.test('E25: period follows period without a gap, in zones with odd changes of the clock', async (t) => {
  for (const name of [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Tokyo',
  ]) {
    const zone = zoneNamed(name)
    // Apia left out the 30th of December 2011.
    for (const begin of [
      '2011-12-28T00:00:00Z',
      '2026-03-27T00:00:00Z',
      '2026-04-03T00:00:00Z',
      '2026-10-24T00:00:00Z',
    ]) {
      for (const text of ['15m', 'hourly', '2h', 'daily', 'weekly', 'monthly']) {
        const schedule = parseSchedule(text)
        let at = periodStart(Date.parse(begin), schedule, zone)
        const isLong = text === 'weekly' || text === 'monthly'
        const end = at + (isLong ? 70 : 4) * DAY_MS
        const step = (isLong ? 180 : 15) * MINUTE_MS
        const followed: number[] = [at]
        while (at < end) {
          at = nextPeriod(at, schedule, zone)
          followed.push(at)
        }
        const seen = new Set<number>()
        for (let now = followed[0]!; now < followed.at(-1)!; now += step)
          seen.add(periodStart(now, schedule, zone))
        t.strictSame(followed.slice(0, -1), [...seen], `${name} ${begin} ${text}`)
      }
    }
  }
})
