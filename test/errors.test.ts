import t from 'tap'
import { ERROR_TABLE, type ErrorCode, ioError, messageOf, reworded, SluiceError } from '../src/errors.js'

t.test('every code has an exit code that the documentation promises', async (t) => {
  const promised = [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 129, 130, 141, 143]
  const used = new Set(Object.values(ERROR_TABLE).map((entry) => entry.exitCode))
  t.strictSame(
    [...used].toSorted((a, b) => a - b),
    promised,
  )
})

t.test('an error carries what a program needs to decide', async (t) => {
  const cause = new Error('below')
  const error = new SluiceError('E_DEADLINE', 'too late', { cause, jobId: '12', hint: 'attach again' })
  t.match(error, {
    code: 'E_DEADLINE',
    exitCode: 5,
    retryable: true,
    jobId: '12',
    hint: 'attach again',
    cause,
  })
  t.ok(error instanceof Error)
  t.notOk('cause' in new SluiceError('E_USAGE', 'wrong'))
})

t.test('a failure of the operating system keeps its meaning', async (t) => {
  const cases: [string, ErrorCode][] = [
    ['ENOSPC', 'E_NO_SPACE'],
    ['EDQUOT', 'E_NO_SPACE'],
    ['EFBIG', 'E_NO_SPACE'],
    ['EPIPE', 'E_BROKEN_PIPE'],
    ['EACCES', 'E_IO'],
  ]
  for (const [code, expected] of cases) {
    t.equal(ioError(Object.assign(new Error('x'), { code }), 'out.csv').code, expected)
  }
  const own = new SluiceError('E_LOCKED', 'busy')
  t.equal(ioError(own, 'out.csv'), own)
})

t.test('a failure in other words keeps its code, job, cause and hint', async (t) => {
  const cause = new Error('below')
  const error = new SluiceError('E_NET', 'cut', { cause, jobId: '12', hint: 'try', retryAfterMs: 5 })
  const kept = { code: 'E_NET', jobId: '12', retryAfterMs: 5, cause }
  t.match(reworded(error, { message: 'cut twice' }), { ...kept, message: 'cut twice', hint: 'try' })
  t.match(reworded(error, { hint: 'wait' }), { ...kept, message: 'cut', hint: 'wait' })
  t.notOk('cause' in reworded(new SluiceError('E_USAGE', 'wrong'), {}))
})

t.test('a message is one line', async (t) => {
  t.equal(messageOf(new Error('first\n  second\n')), 'first second')
  t.equal(messageOf('text'), 'text')
})
