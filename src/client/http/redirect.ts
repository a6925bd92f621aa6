import { SluiceError } from '../../errors.js'
import { printable } from '../printable.js'
import type { Reply } from './reply.js'

const MAX_REDIRECTS = 5
const FOLLOWED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Where a 3xx reply to a request for `from` leads: a path of the same origin. Throws `E_REDIRECT` for other origins,
 * which must never see the key, for a request that is not a GET, and for more than five in a row.
 */
export function redirectTarget(reply: Reply, method: string, from: URL, soFar: number): string {
  const location = reply.headers.get('location')
  if (!FOLLOWED.has(reply.status) || location === undefined) {
    throw new SluiceError('E_PROTOCOL', `the server answered HTTP ${reply.status} without a place to go`)
  }
  if (method !== 'GET') {
    throw new SluiceError('E_REDIRECT', `the server redirects a ${method} request (HTTP ${reply.status})`)
  }
  if (soFar >= MAX_REDIRECTS) {
    throw new SluiceError('E_REDIRECT', `more than ${MAX_REDIRECTS} redirects in a row`)
  }
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (to === undefined || to.origin !== from.origin || to.username !== '' || to.password !== '') {
    const where = to === undefined ? 'something that is no URL' : printable(to.origin, 100)
    throw new SluiceError('E_REDIRECT', `the server redirects to ${where}, outside ${from.origin}`, {
      hint: 'the API key goes to the configured endpoint only; correct the endpoint if it has moved',
    })
  }
  return to.pathname + to.search
}
