import t from 'tap'
import type { Duration } from '../src/model/duration.js'
import { checkOptions, toMilliseconds } from '../src/usage.js'

t.test('a duration is milliseconds, or a text with a unit', async (t) => {
  const cases: [Duration, number][] = [
    [0, 0],
    [1500, 1500],
    ['500ms', 500],
    ['60s', 60_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
  ]
  for (const [given, ms] of cases) t.equal(toMilliseconds('wait', given, 7), ms, String(given))
  t.equal(toMilliseconds('wait', undefined, 7), 7)
  t.equal(toMilliseconds('wait', undefined, undefined), undefined)
})

t.test('what is no duration is a wrong use', async (t) => {
  const wrong = [
    '60',
    '2 hours',
    '-1s',
    '',
    '30d',
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 31,
    null,
    {},
  ]
  for (const value of wrong) {
    t.throws(
      () => toMilliseconds('waitTimeout', value as never, 7),
      { code: 'E_USAGE', message: /^waitTimeout must be a duration: milliseconds as a number, or a text/ },
      String(value),
    )
  }
  t.throws(() => toMilliseconds('idleTimeout', 0, 7, 1), { code: 'E_USAGE', message: /at least 1 ms/ })
})

t.test('an unknown option is named with the one that is meant, else with all there are', async (t) => {
  const shapes = { database: 'text', retries: 'count' } as const
  t.throws(() => checkOptions({ databse: 'x' }, 'query', shapes), {
    code: 'E_USAGE',
    message: 'query has no option "databse"; did you mean database?',
    hint: 'the options of query are database and retries',
  })
  t.throws(() => checkOptions({ toString: 1 }, 'query', shapes), {
    message: 'query has no option "toString"',
  })
  t.throws(() => checkOptions({ retries: '3' }, 'query', shapes), {
    code: 'E_USAGE',
    message: 'the option retries of query must be a whole number from 0 on',
  })
  for (const options of [null, 'text', 1, [], () => 1]) {
    t.throws(() => checkOptions(options, 'query', shapes), {
      message: 'the options of query must be an object',
    })
  }
  checkOptions({ database: undefined, unknown: undefined }, 'query', shapes)
})
