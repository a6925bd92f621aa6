import t from 'tap'
import { SluiceError } from '../../../../src/errors.js'
import { runError, storeError } from '../../../../src/sinks/targets/store/failure.js'

/** An error as the SDK throws it. */
const said = (name: string, status?: number, more: object = {}) =>
  Object.assign(new Error(`said ${name}`), { name, $metadata: { httpStatusCode: status }, ...more })

t.test('what a store or the way to it says has a code, and what to do', async (t) => {
  const cases: [Error, string, RegExp | undefined][] = [
    [said('ExpiredToken', 400), 'E_AUTH', /get new credentials/],
    [said('RequestTimeTooSkewed', 403), 'E_AUTH', /set the clock/],
    [said('InvalidAccessKeyId', 403), 'E_AUTH', /check the credentials/],
    [said('AccessDenied', 403), 'E_FORBIDDEN', /least policy/],
    [said('403', 403), 'E_FORBIDDEN', /least policy/],
    [said('NoSuchBucket', 404), 'E_NOT_FOUND', /name of the bucket/],
    [said('PermanentRedirect', 301), 'E_REDIRECT', /AWS_REGION/],
    [said('AuthorizationHeaderMalformed', 400), 'E_AUTH', /in another region/],
    [said('ConditionalRequestConflict', 409), 'E_LOCKED', undefined],
    [said('SlowDown', 503), 'E_RATE_LIMIT', undefined],
    [said('Unknown', 429), 'E_RATE_LIMIT', undefined],
    [said('InternalError', 500), 'E_HTTP_5XX', undefined],
    [said('RequestTimeout', 400), 'E_TIMEOUT', undefined],
    [said('TimeoutError'), 'E_TIMEOUT', undefined],
    [said('TimeoutError', undefined, { code: 'ECONNRESET' }), 'E_NET', undefined],
    [said('Error', undefined, { code: 'ECONNREFUSED' }), 'E_NET', undefined],
    [said('Error', undefined, { code: 'ENOTFOUND' }), 'E_DNS', /endpoint/],
    [said('Error', undefined, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'E_TLS', undefined],
    [said('NotImplemented', 501), 'E_UNSUPPORTED', undefined],
    [said('QuotaExceeded', 403), 'E_NO_SPACE', /make room/],
    [said('MalformedXML', 400), 'E_IO', undefined],
    [said('CredentialsProviderError'), 'E_CONFIG', /AWS_PROFILE/],
    [new TypeError('x is not a function'), 'E_INTERNAL', undefined],
    [Object.assign(new SyntaxError('not XML'), { $response: {} }), 'E_NET', undefined],
  ]
  for (const [error, code, hint] of cases) {
    const failure = storeError(error, 's3://bucket/key')
    t.equal(failure.code, code, error.message)
    t.match(failure.message, /^s3:\/\/bucket\/key: /)
    if (hint !== undefined) t.match(failure.hint, hint)
    t.equal(failure.cause, error)
  }
  const own = new SluiceError('E_USAGE', 'x')
  t.equal(storeError(own, 'y'), own)
})

t.test('a bucket that vanishes during a run does not say that the job is gone', async (t) => {
  const failure = runError(said('NoSuchBucket', 404), 's3://bucket/key')
  t.match(failure, { code: 'E_IO', message: /NoSuchBucket/, hint: /name of the bucket/ })
})
