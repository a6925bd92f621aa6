import fc from 'fast-check'
import t from 'tap'
import { parseSchedule, parseTime, periodStart } from '../../src/manifest/schedule.js'
import { isoTime } from '../../src/manifest/time-text.js'
import { instantOf, wallClock, zoneNamed } from '../../src/manifest/zone.js'

const begun = (now: string, schedule: string, zone = 'UTC') =>
  isoTime(periodStart(Date.parse(now), parseSchedule(schedule), zoneNamed(zone)), zoneNamed(zone))

t.test('a period begins by the clock of the zone', async (t) => {
  t.equal(begun('2026-11-23T18:30:00Z', 'daily'), '2026-11-23T00:00:00Z')
  t.equal(begun('2026-11-23T18:30:00Z', 'daily', 'Asia/Tokyo'), '2026-11-24T00:00:00+09:00')
  t.equal(begun('2026-11-22T18:30:00Z', 'weekly'), '2026-11-16T00:00:00Z', 'a Sunday ends a week')
  t.equal(begun('2026-11-23T00:00:00Z', 'weekly'), '2026-11-23T00:00:00Z', 'a Monday begins one')
  t.equal(begun('2026-11-23T18:30:00Z', 'monthly'), '2026-11-01T00:00:00Z')
  t.equal(begun('2026-11-23T18:31:02Z', 'hourly', 'Asia/Kolkata'), '2026-11-24T00:00:00+05:30')
  t.equal(begun('2026-11-23T18:31:02Z', '15m'), '2026-11-23T18:30:00Z')
  t.equal(begun('2026-11-23T18:31:02Z', '6h', 'Asia/Tokyo'), '2026-11-24T00:00:00+09:00')
})

t.test('summer time makes no run twice and loses none', async (t) => {
  const zone = 'Europe/Berlin'
  t.equal(begun('2026-03-29T12:00:00Z', 'daily', zone), '2026-03-29T00:00:00+01:00')
  t.equal(begun('2026-03-29T00:30:00Z', '6h', zone), '2026-03-29T00:00:00+01:00', 'before the change')
  t.equal(begun('2026-03-29T03:30:00Z', '6h', zone), '2026-03-29T00:00:00+01:00', 'after it')
  t.not(
    begun('2026-10-25T00:30:00Z', 'hourly', zone),
    begun('2026-10-25T01:30:00Z', 'hourly', zone),
    'two hours',
  )
  t.equal(
    begun('2026-09-06T12:00:00Z', 'daily', 'America/Santiago'),
    '2026-09-06T01:00:00-03:00',
    'a day without midnight',
  )
})

t.test('starts within a period are starts of the same run', async (t) => {
  const schedules = ['hourly', 'daily', 'weekly', 'monthly', '15m', '2h', '6h', '12h']
  const zones = [
    'UTC',
    'Asia/Tokyo',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  ]
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4_000_000_000 }),
      fc.constantFrom(...schedules),
      fc.constantFrom(...zones),
      (second, name, zoneName) => {
        const zone = zoneNamed(zoneName)
        const now = second * 1000
        const start = periodStart(now, parseSchedule(name), zone)
        if (start > now) t.fail(`${name} in ${zoneName} begins after ${now}`)
        if (periodStart(start, parseSchedule(name), zone) !== start)
          t.fail(`${name} in ${zoneName} at ${now}`)
        if (instantOf(wallClock(now, zone).getTime(), zone) > now)
          t.fail(`the clock of ${zoneName} at ${now}`)
      },
    ),
    { numRuns: 1000 },
  )
})

t.test('a time may be a date, have a zone, or be seconds', async (t) => {
  const tokyo = zoneNamed('Asia/Tokyo')
  const times: Record<string, string> = {
    '2026-01-31': '2026-01-30T15:00:00.000Z',
    '2026-01-31T06:00': '2026-01-30T21:00:00.000Z',
    '2026-01-31 06:00:30Z': '2026-01-31T06:00:30.000Z',
    '2026-01-31T06:00+01:00': '2026-01-31T05:00:00.000Z',
    '2026-01-31T06:00 -0530': '2026-01-31T11:30:00.000Z',
    '1769817600': '2026-01-31T00:00:00.000Z',
  }
  for (const [text, instant] of Object.entries(times))
    t.equal(new Date(parseTime(text, tokyo)).toISOString(), instant)
  for (const text of ['', 'today', '2026-02-30', '2026-1-1', '2026-01-31T25:00', '2026-01-31T06'])
    t.throws(() => parseTime(text, tokyo), RangeError, text)
})

t.test('a schedule must divide a day', async (t) => {
  t.equal(parseSchedule('24h'), 'daily')
  for (const text of ['', '7h', '0m', '25h', '1d', '5s', 'yearly', '1.5h'])
    t.throws(() => parseSchedule(text), RangeError, text)
})
