import t from 'tap'
import { asSluiceError, sleep } from '../src/abort.js'
import { callbackError, SluiceError } from '../src/errors.js'

const foreign = Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
const convert = (error: unknown) => new SluiceError('E_NET', 'converted', { cause: error })

t.test('a SluiceError stays as it is, in an aborted run as well', async (t) => {
  const own = new SluiceError('E_NO_SPACE', 'the disk is full')
  t.equal(asSluiceError(own), own)
  t.equal(asSluiceError(own, AbortSignal.abort(), convert), own)
})

t.test('any other error of an aborted run is the abort', async (t) => {
  const reason = new SluiceError('E_TERMINATED', 'stopped by SIGTERM')
  t.equal(asSluiceError(foreign, AbortSignal.abort(reason), convert), reason)
  t.match(asSluiceError(foreign, AbortSignal.abort('enough'), convert), {
    code: 'E_INTERRUPTED',
    cause: 'enough',
  })
})

t.test('a foreign error goes through the converter, and without one is a bug', async (t) => {
  const { signal } = new AbortController()
  t.match(asSluiceError(foreign, signal, convert), { code: 'E_NET', cause: foreign })
  t.match(asSluiceError(foreign, signal), { code: 'E_INTERNAL', message: 'Premature close', cause: foreign })
  t.match(asSluiceError('text'), { code: 'E_INTERNAL', message: 'text' })
})

t.test('a pause ends with the error of its signal', async (t) => {
  const reason = new SluiceError('E_TERMINATED', 'stopped by SIGTERM')
  await t.rejects(sleep(60_000, AbortSignal.abort(reason)), reason)
})

t.test('what a function of the program throws is E_CALLBACK, and its SluiceError stays', async (t) => {
  const cause = new Error('no such user')
  t.match(callbackError(cause, 'the function for row 3'), {
    code: 'E_CALLBACK',
    message: 'the function for row 3 failed: no such user',
    cause,
  })
  const own = new SluiceError('E_TYPE', 'refused')
  t.equal(callbackError(own, 'the function for row 3'), own)
})
