import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import {
  callbackError,
  ERROR_TABLE,
  type ErrorCode,
  ioError,
  messageOf,
  reworded,
  SluiceError,
} from '../src/errors.js'

t.test('every code has an exit code that the documentation promises', async (t) => {
  const promised = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 129, 130, 141, 143]
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

t.test('what was thrown without a message is named all the same', async (t) => {
  t.equal(messageOf(Object.create(null)), '[object Object]')
  t.equal(messageOf(Symbol('s')), 'Symbol(s)')
  t.equal(callbackError(Object.create(null), 'the function').message, 'the function failed: [object Object]')
})

t.test('JSON of an error has what a program or a log needs, down the chain of causes', async (t) => {
  const socket = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const below = new SluiceError('E_NET', 'the connection broke', { cause: socket, retryAfterMs: 5 })
  const error = new SluiceError('E_CALLBACK', 'the function failed', {
    cause: below,
    jobId: '7',
    hint: 'again',
  })
  t.strictSame(JSON.parse(JSON.stringify(error)), {
    name: 'SluiceError',
    code: 'E_CALLBACK',
    message: 'the function failed',
    hint: 'again',
    exitCode: 1,
    retryable: false,
    jobId: '7',
    cause: {
      name: 'SluiceError',
      code: 'E_NET',
      message: 'the connection broke',
      exitCode: 10,
      retryable: true,
      retryAfterMs: 5,
      cause: { name: 'Error', code: 'ECONNRESET', message: 'read ECONNRESET' },
    },
  })
})

t.test('JSON of an error keeps all lines of a message, and makes no hint of them', async (t) => {
  const error = new SluiceError('E_CALLBACK', 'first line\nsecond line\n(Did you mean x?)')
  t.match(error.toJSON(), { message: 'first line\nsecond line\n(Did you mean x?)', hint: undefined })
})

t.test('JSON of an error ends where causes make a circle, are no errors, or are many', async (t) => {
  const circle = new Error('a')
  circle.cause = new Error('b', { cause: circle })
  t.strictSame(JSON.parse(JSON.stringify(new SluiceError('E_CALLBACK', 'c', { cause: circle }))).cause, {
    name: 'Error',
    message: 'a',
    cause: { name: 'Error', message: 'b' },
  })
  const causes = ['text', 7, Symbol('s'), Object.create(null), { message: 'issue', path: ['a'] }]
  const messages = causes.map((cause) => new SluiceError('E_TYPE', 'x', { cause }).toJSON().cause?.message)
  t.strictSame(messages, ['text', '7', 'Symbol(s)', '[object Object]', 'issue'])
  let deep = new Error('0')
  for (let i = 1; i < 50; i++) deep = new Error(String(i), { cause: deep })
  t.equal(JSON.stringify(new SluiceError('E_CALLBACK', 'x', { cause: deep })).match(/"message"/g)?.length, 8)
})

t.test('G2: JSON of an error hides keys and passwords that another library has quoted', async (t) => {
  const key = `12/${'0af1'.repeat(10)}`
  const cause = new Error(`cannot open postgres://me:pass-word@host/db?secret=hidden-one with ${key}`)
  const error = new SluiceError('E_DATABASE', `TD1 ${key}: https://u:pass-word@host/`, {
    cause,
    hint: `use "password": "pass-word"`,
  })
  const text = JSON.stringify(error)
  for (const secret of [key, 'pass-word', 'hidden-one']) t.notOk(text.includes(secret), text)
  t.match(text, /postgres:\/\/host\/db/)
})

t.test('a wrong code, message or options of an error of a program is a wrong use', async (t) => {
  const calls = [
    () => new SluiceError('E_NOTHING' as never, 'x'),
    () => new SluiceError('toString' as never, 'x'),
    () => new SluiceError(undefined as never, 'x'),
    () => new SluiceError('E_USAGE', 5 as never),
    () => new SluiceError('E_USAGE', 'x', null as never),
    () => new SluiceError('E_USAGE', 'x', 'y' as never),
  ]
  for (const call of calls) t.throws(call, { name: 'SluiceError', code: 'E_USAGE' })
})

t.test('an error of another copy of the package is recognised, in both directions', async (t) => {
  const folder = t.testdir({})
  const copies = await Promise.all(
    (['esm', 'cjs'] as const).map(async (format) => {
      const outfile = join(folder, `copy.${format === 'esm' ? 'mjs' : 'cjs'}`)
      await build({ entryPoints: ['src/errors.ts'], bundle: true, platform: 'node', format, outfile })
      return (await import(pathToFileURL(outfile).href)) as typeof import('../src/errors.js')
    }),
  )
  const classes = [SluiceError, ...copies.map((copy) => copy.SluiceError)]
  t.equal(new Set(classes).size, 3)
  for (const Made of classes) {
    const error = new Made('E_LOCKED', 'busy')
    for (const Asked of classes) {
      t.ok(error instanceof Asked)
      t.ok(Asked.is(error))
    }
    t.equal(ioError(error, 'out.csv'), error)
  }
  class Special extends SluiceError {}
  t.ok(new Special('E_NET', 'x') instanceof SluiceError)
  t.notOk(new SluiceError('E_NET', 'x') instanceof Special)
  for (const other of [new Error('x'), { code: 'E_NET', name: 'SluiceError' }, null, 'E_NET', undefined]) {
    t.notOk(other instanceof SluiceError)
    t.notOk(SluiceError.is(other))
  }
})
