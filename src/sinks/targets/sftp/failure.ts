import { type ErrorCode, messageOf, SluiceError, shortageError, systemCode } from '../../../errors.js'
import { networkCode } from '../../../network-code.js'

/** https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-7 */
export const SFTP_STATUS = { noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  [SFTP_STATUS.permissionDenied]: 'E_FORBIDDEN',
  [SFTP_STATUS.unsupported]: 'E_UNSUPPORTED',
  // The server itself has lost the connection to what it serves.
  6: 'E_NET',
  7: 'E_NET',
}

/** The connection of a session has ended, by either side. The last request may have been carried out. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection'
}

/** A server's answer as ssh2 throws it: the status is its code. */
export function sftpStatus(error: unknown): number | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' ? code : undefined
}

/**
 * An error of a session as a {@link SluiceError}.
 *
 * @param what the name of the place: `sftp://host/path`
 */
export function sftpError(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error
  const shortage = shortageError(error)
  if (shortage !== undefined) return shortage
  if (error instanceof LostConnection) {
    const code = networkCode(error.cause) ?? 'E_NET'
    return new SluiceError(code, `${what}: ${messageOf(error)}`, { cause: error })
  }
  const status = sftpStatus(error)
  if (status === undefined) {
    const code = networkCode(error) ?? (systemCode(error) === undefined ? 'E_INTERNAL' : 'E_NET')
    return new SluiceError(code, `${what}: ${messageOf(error)}`, { cause: error })
  }
  const code = STATUS_CODES[status] ?? 'E_IO'
  const hint = code === 'E_FORBIDDEN' ? 'the user of the server needs the right to write there' : undefined
  return new SluiceError(code, `${what}: the server answered: ${messageOf(error)}`, { cause: error, hint })
}
