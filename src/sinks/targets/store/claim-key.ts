import { createHash } from 'node:crypto'
import { type ProcessIdentity, thisProcess } from '../../../files/process-identity.js'

/**
 * Says in the store itself whose an upload is, so that a later run finds what a killed one has left, and never takes a
 * stranger's for it. The metadata of an upload cannot be read. So each one has a claim: a second upload, which never gets a
 * part, with a key that tells the process and the upload. Claims are no objects: no reader sees them, they start no event and
 * need no right to delete, and the bucket rule for unfinished uploads covers them.
 *
 * The first claim comes before the upload and does not name it, but others of the same key that are there; the second one
 * names it. Whenever the run is killed, one of them is there.
 */
const CLAIM = /^(.+)\.td-sluice\.([A-Za-z0-9_-]+)\.([0-9a-f]{16})(?:\.([0-9a-f]{32})|\.not-([0-9a-f]+))?$/s

/** A key has no more bytes. */
const MOST_KEY_BYTES = 1024

/** Of an upload in a first claim: digits of its hash, and how many uploads it names at most. */
const SHORT_HASH = 8
const MOST_NAMED = 16

/** Content of the key of a claim. */
export interface ClaimKey {
  /** Of the upload that is claimed. */
  readonly key: string
  readonly holder: ProcessIdentity
  readonly token: string
  /** Of the id of the upload; absent in the first claim. */
  readonly hash: string | undefined
  /** In the first claim, short hashes of uploads that are others'. */
  readonly others: readonly string[]
}

/**
 * The key of a claim of this process, for an upload or for one that is still to come; `undefined` where it would be too long. Then
 * only the bucket rule covers the upload.
 */
export function claimKey(
  key: string,
  token: string,
  about: { readonly id: string } | { readonly others: readonly string[] },
): string | undefined {
  const holder = Buffer.from(JSON.stringify(thisProcess())).toString('base64url')
  const claim = `${key}.td-sluice.${holder}.${token}${endOf(about)}`
  return Buffer.byteLength(claim) > MOST_KEY_BYTES ? undefined : claim
}

function endOf(about: { readonly id: string } | { readonly others: readonly string[] }): string {
  if ('id' in about) return `.${hashOf(about.id)}`
  const others = about.others.slice(0, MOST_NAMED).map(shortHashOf)
  return others.length === 0 ? '' : `.not-${others.join('')}`
}

export function readClaimKey(claim: string): ClaimKey | undefined {
  const [, key, holder, token, hash, named = ''] = CLAIM.exec(claim) ?? []
  if (key === undefined) return undefined
  try {
    const identity: ProcessIdentity = JSON.parse(Buffer.from(holder!, 'base64url').toString())
    if (typeof identity.pid !== 'number' || typeof identity.host !== 'string') return undefined
    const others = named.match(new RegExp(`.{${SHORT_HASH}}`, 'g')) ?? []
    return { key, holder: identity, token: token!, hash, others }
  } catch {
    return undefined
  }
}

/** Of the id of an upload, which may be too long for a key. */
export function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 32)
}

export function shortHashOf(id: string): string {
  return hashOf(id).slice(0, SHORT_HASH)
}
