import fc from 'fast-check'
import t from 'tap'
import { parseSchedule, parseTime, periodStart, repeatedPeriods } from '../../src/manifest/schedule.js'
import { isoTime } from '../../src/manifest/time-text.js'
import { instantOf, wallClock, zoneNamed } from '../../src/manifest/zone.js'
import { DAY_MS } from '../../src/model/duration.js'

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

t.test(
  'around every change of the clock periods follow each other, and each start lies in its own',
  async (t) => {
    const changes = {
      'Antarctica/Troll': ['2026-03-29', '2026-10-25'],
      'Australia/Lord_Howe': ['2026-04-04', '2026-10-03'],
      'Europe/Berlin': ['2026-03-29', '2026-10-25'],
      'America/Sao_Paulo': ['2018-11-04'],
    }
    const schedules = ['30m', 'hourly', '2h', '12h']
    for (const [name, days] of Object.entries(changes)) {
      const zone = zoneNamed(name)
      for (const day of days.map((date) => Date.parse(date))) {
        t.not(zone.offset(day - DAY_MS / 2), zone.offset(day + DAY_MS))
        for (const text of schedules) {
          const schedule = parseSchedule(text)
          const everyMs = (schedule as { everyMs: number }).everyMs
          let before = Number.NEGATIVE_INFINITY
          for (let now = day - DAY_MS / 4; now < day + DAY_MS; now += 30 * 60_000) {
            const start = periodStart(now, schedule, zone)
            const what = `${text} in ${name} at ${isoTime(now, zone)} begins at ${isoTime(start, zone)}`
            if (start > now) t.fail(`${what}, in the future`)
            if (start < before) t.fail(`${what}, before the period that had begun`)
            if (now - start >= everyMs + 2 * 3_600_000) t.fail(`${what}, too long ago`)
            if (periodStart(start, schedule, zone) !== start) t.fail(`${what}, which lies in another period`)
            before = start
          }
        }
      }
    }
  },
)

t.test('a period that the clock has skipped begins when it is set', async (t) => {
  t.equal(begun('2026-03-29T01:30:00Z', '2h', 'Antarctica/Troll'), '2026-03-29T03:00:00+02:00')
  t.equal(begun('2026-10-03T15:40:00Z', 'hourly', 'Australia/Lord_Howe'), '2026-10-04T02:30:00+11:00')
  t.equal(begun('2026-04-04T15:10:00Z', 'hourly', 'Australia/Lord_Howe'), '2026-04-05T01:30:00+10:30')
})

t.test('periods of one hour on the clock are known beforehand', async (t) => {
  const of = (schedule: string, name: string) =>
    repeatedPeriods(Date.parse('2026-01-01T00:00:00Z'), parseSchedule(schedule), zoneNamed(name)).map(
      ({ first, second }) => [first, second].map((at) => isoTime(at, zoneNamed(name))),
    )
  t.strictSame(of('hourly', 'Europe/Berlin'), [['2026-10-25T02:00:00+02:00', '2026-10-25T02:00:00+01:00']])
  t.strictSame(of('hourly', 'Australia/Lord_Howe'), [
    ['2026-04-05T01:00:00+11:00', '2026-04-05T01:30:00+10:30'],
  ])
  t.strictSame(of('6h', 'Europe/Berlin'), [])
  t.strictSame(of('daily', 'Europe/Berlin'), [])
  t.strictSame(of('hourly', 'Asia/Tokyo'), [])
})
