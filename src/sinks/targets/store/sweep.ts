import { livenessOf, thisProcess } from '../../../files/process-identity.js'
import { type ClaimKey, hashOf, readClaimKey, shortHashOf } from './claim-key.js'
import type { Bucket } from './client.js'
import { isMissing } from './failure.js'

/** An upload is made within this time after its first claim, in milliseconds. */
const CREATED_WITHIN_MS = 30_000

/** Milliseconds after which a run on another host counts as over when its upload of the very same key got no new part. */
const IDLE_MS = 3_600_000

/** The same for any upload below a folder, where runs of several hosts may work side by side. */
const IDLE_BELOW_MS = 24 * IDLE_MS

/** Tokens of this process's own claims that are in use. */
export const claimsInUse = new Set<string>()

interface FoundUpload {
  readonly key: string
  readonly id: string
  readonly beganAt: number
}

interface FoundClaim extends ClaimKey {
  readonly upload: FoundUpload
}

/** Which uploads to sweep. */
export interface SweepOptions {
  /**
   * Those of one claim, held or not.
   *
   * @default those of runs that are over
   */
  readonly only?: string
  /** Whether `key` is the beginning of the keys, rather than one. */
  readonly isPrefix?: boolean
  readonly signal?: AbortSignal | undefined
}

/** Unfinished uploads that were found. */
export interface Swept {
  /** How many were aborted. */
  readonly aborted: number
  /** Ids of those of the very key that stay. */
  readonly left: readonly string[]
}

/**
 * Aborts the uploads of one key, or below one, that runs of td-sluice have left, and removes their claims.
 *
 * @throws errors of the SDK
 */
export async function sweepUploads(
  bucket: Bucket,
  key: string,
  { only, isPrefix = false, signal }: SweepOptions = {},
): Promise<Swept> {
  const uploads = await listUploads(bucket, key, signal)
  const claims = uploads.flatMap((upload): FoundClaim[] => {
    const claim = readClaimKey(upload.key)
    return claim === undefined || (claim.key !== key && !isPrefix) ? [] : [{ ...claim, upload }]
  })
  const isMeant = (claim: FoundClaim) => (only === undefined ? isOver(claim) : claim.token === only)
  const aborted = new Set<FoundUpload>()
  for (const claim of claims.filter(isMeant)) {
    const theirs: FoundUpload[] = []
    let lastSignAt = claim.upload.beganAt
    for (const upload of uploads.filter(({ key }) => key === claim.key)) {
      if (!covers(claim, upload, claims)) continue
      const { parts, lastPartAt } = await stateOf(bucket, upload, signal)
      // Without a hash only one that never got a part can be theirs.
      if (claim.hash !== undefined || parts === 0) theirs.push(upload)
      lastSignAt = Math.max(lastSignAt, lastPartAt)
    }
    const mayRun = only === undefined && !isOwn(claim) && livenessOf(claim.holder) === 'unknown'
    if (mayRun && Date.now() - lastSignAt < (isPrefix ? IDLE_BELOW_MS : IDLE_MS)) continue
    for (const upload of theirs) {
      await abort(bucket, upload, signal)
      aborted.add(upload)
    }
    await abort(bucket, claim.upload, signal)
  }
  const left = uploads.filter((upload) => upload.key === key && !aborted.has(upload))
  return { aborted: aborted.size, left: left.map(({ id }) => id) }
}

/** Whether an upload may be the one that a claim is about. */
function covers(claim: FoundClaim, upload: FoundUpload, claims: readonly FoundClaim[]): boolean {
  const hash = hashOf(upload.id)
  if (claim.hash !== undefined) return claim.hash === hash
  const ofKey = claims.filter(({ key }) => key === claim.key)
  if (claim.others.includes(shortHashOf(upload.id)) || ofKey.some((other) => other.hash === hash))
    return false
  const second = ofKey.find((other) => other.token === claim.token && other.hash !== undefined)
  // Another run is about to name its upload.
  const isNamed = ({ token }: FoundClaim) =>
    ofKey.some((other) => other.token === token && other.hash !== undefined)
  if (ofKey.some((other) => other.token !== claim.token && !isOver(other) && !isNamed(other))) return false
  // Stores tell whole seconds.
  const since = Math.floor(claim.upload.beganAt / 1000) * 1000
  const until = second?.upload.beganAt ?? claim.upload.beganAt + CREATED_WITHIN_MS
  return upload.beganAt >= since && upload.beganAt <= until
}

async function listUploads(bucket: Bucket, prefix: string, signal?: AbortSignal): Promise<FoundUpload[]> {
  const found: FoundUpload[] = []
  for (let marker = {}; ; ) {
    const page = await bucket.listUploads({ Prefix: prefix, ...marker }, signal)
    for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
      if (Key !== undefined && UploadId !== undefined)
        found.push({ key: Key, id: UploadId, beganAt: Initiated?.getTime() ?? Date.now() })
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return found
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

function isOver(claim: FoundClaim): boolean {
  return isOwn(claim) ? !claimsInUse.has(claim.token) : livenessOf(claim.holder) !== 'alive'
}

function isOwn({ holder }: FoundClaim): boolean {
  return JSON.stringify(holder) === JSON.stringify(thisProcess())
}

/** How many parts an upload has, and when the last one came. */
async function stateOf(bucket: Bucket, { key, id }: FoundUpload, signal?: AbortSignal) {
  let [parts, lastPartAt] = [0, 0]
  try {
    for (let marker = {}; ; ) {
      const page = await bucket.listParts({ Key: key, UploadId: id, ...marker }, signal)
      parts += page.Parts?.length ?? 0
      for (const { LastModified } of page.Parts ?? [])
        lastPartAt = Math.max(lastPartAt, LastModified?.getTime() ?? 0)
      if (!page.IsTruncated || page.NextPartNumberMarker === undefined) break
      marker = { PartNumberMarker: page.NextPartNumberMarker }
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return { parts, lastPartAt }
}

/** Another run may have been quicker. */
async function abort(bucket: Bucket, { key, id }: FoundUpload, signal?: AbortSignal): Promise<void> {
  await bucket.abortUpload({ Key: key, UploadId: id }, signal).catch((error) => {
    if (!isMissing(error)) throw error
  })
}
