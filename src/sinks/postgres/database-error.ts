import { messageOf, SluiceError } from '../../errors.js'

/** Data that the server refuses for a column or a domain: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const REFUSED = /^22|^23502|^23514/

/** Where a failed COPY was: `COPY orders, line 3, column amount: "many"`. */
const PLACE = /^COPY .*?, line (\d+)(?:, column (.*?))?(?:: "|: null|$)/m

/** The error of the server or the connection. Where a COPY refused a value, that is `E_TYPE` with row and column. */
export function databaseError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const { where, code } = error as { where?: unknown; code?: unknown }
  const message = `PostgreSQL: ${messageOf(error)}`
  if (typeof where !== 'string') return new SluiceError('E_DATABASE', message, { cause: error })
  const [, line, column] = PLACE.exec(where) ?? []
  const isData = line !== undefined && typeof code === 'string' && REFUSED.test(code)
  if (!isData) return new SluiceError('E_DATABASE', `${message} (${where.split('\n')[0]})`, { cause: error })
  const cell = column === undefined ? '' : `, column ${JSON.stringify(column)}`
  return new SluiceError('E_TYPE', `row ${line}${cell}: ${message}`, { cause: error })
}
