import { messageOf, SluiceError, systemCode } from '../../errors.js'

/** Data that the server refuses for a column or a domain: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const REFUSED = /^22|^23502|^23514/

/** The server has ended the connection, or takes none at the moment; what was asked last may have been done. */
const ENDED = /^08|^57P0[1235]/

/** The server has undone the transaction and would take it at another moment: conflicts, locks, memory, connections. */
const FOR_NOW = /^40|^53[023]|^55P03/

const DISK_FULL = '53100'

/** SQLSTATE: five characters, which no code of the system has. */
const STATE = /^[0-9A-Z]{5}$/

/** Failures of the network; the driver has no code for what it says itself. */
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ENOENT'],
])
const SAID_BY_DRIVER = /^Connection terminated|^timeout expired|connection error and is not queryable/

/** Where a failed COPY was: `COPY orders, line 3, column amount: "many"`. */
const PLACE = /^COPY .*?, line (\d+)(?:, column (.*?))?(?:: "|: null|$)/m

/** The error of the server or the connection. Where a COPY refused a value, that is `E_TYPE` with row and column. */
export function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const { where, code } = error as { where?: unknown; code?: unknown }
  const message = `PostgreSQL: ${messageOf(error)}`
  const meaning = codeFor(error)
  if (typeof where !== 'string') return new SluiceError(meaning, message, { cause: error })
  const [, line, column] = PLACE.exec(where) ?? []
  const isData = line !== undefined && typeof code === 'string' && REFUSED.test(code)
  if (!isData) return new SluiceError(meaning, `${message} (${where.split('\n')[0]})`, { cause: error })
  const cell = column === undefined ? '' : `, column ${JSON.stringify(column)}`
  return new SluiceError('E_TYPE', `row ${line}${cell}: ${message}`, { cause: error })
}

function codeFor(error: unknown): 'E_DATABASE' | 'E_DATABASE_BUSY' | 'E_NO_SPACE' {
  const state = stateOf(error)
  if (state === DISK_FULL) return 'E_NO_SPACE'
  const isForNow = isConnectionLost(error) || (state !== undefined && FOR_NOW.test(state))
  return isForNow ? 'E_DATABASE_BUSY' : 'E_DATABASE'
}

/** Whether the connection has ended, so that what was asked last may have been done. */
export function isConnectionLost(error: unknown): boolean {
  const state = stateOf(error)
  if (state !== undefined) return ENDED.test(state)
  return NETWORK.has(systemCode(error) ?? '') || SAID_BY_DRIVER.test(messageOf(error))
}

function stateOf(error: unknown): string | undefined {
  const code = systemCode(error)
  // `severity` tells an error of the server from EPIPE, which looks the same.
  const { severity } = (error ?? {}) as { severity?: unknown }
  return code !== undefined && severity !== undefined && STATE.test(code) ? code : undefined
}
