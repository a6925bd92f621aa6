import t from 'tap'
import { databaseError } from '../../../src/sinks/postgres/database-error.js'

const ofServer = (code: string) => Object.assign(new Error('no'), { code, severity: 'ERROR' })
const ofSystem = (code: string) => Object.assign(new Error('no'), { code })

t.test('a failure is retryable when the server or the connection may be good again by itself', async (t) => {
  const expected: readonly (readonly [string, readonly Error[]])[] = [
    [
      'E_DATABASE_BUSY',
      ['40001', '40P01', '53300', '53200', '55P03', '57P01', '57P03', '08006'].map(ofServer),
    ],
    ['E_DATABASE_BUSY', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'].map(ofSystem)],
    ['E_DATABASE_BUSY', [new Error('Connection terminated unexpectedly'), new Error('timeout expired')]],
    ['E_NO_SPACE', [ofServer('53100')]],
    ['E_DATABASE', ['28P01', '42501', '42P01', '23505', '57014', '25006', '57P04'].map(ofServer)],
    ['E_DATABASE', [new Error('SASL: client password must be a string')]],
  ]
  for (const [code, errors] of expected)
    for (const error of errors)
      t.equal(databaseError(error).code, code, `${code} ${error.message} ${'code' in error}`)
})
