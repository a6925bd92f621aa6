import { createHash } from 'node:crypto'
import type { QueryType } from '../client/index.js'
import { formatTime } from './time-text.js'
import { UTC } from './zone.js'

/** The values that identify the job of an export: if one of them differs, it is another job. */
export interface JobIdentity {
  readonly name: string
  /** In milliseconds since 1970. */
  readonly scheduledTime: number
  /** Where the job runs; a job id means nothing elsewhere. */
  readonly endpoint: string
  readonly type: QueryType
  readonly database: string
  readonly sql: string
  readonly engineVersion: string | undefined
  readonly resultUrl: string | undefined
}

/** Which of the jobs for one identity: `1` is the first, a failed one is followed by the next number. */
export interface Attempt {
  /** Empty, or eight hexadecimal digits that `--force` has chosen, so that none of its keys is taken. */
  readonly series: string
  readonly number: number
}

/** SHA-256 over values, in hexadecimal. It stays the same in all versions: the keys of jobs are made of it. */
export function fingerprint(...values: readonly (string | number | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(values.map((value) => value ?? null)))
    .digest('hex')
}

/** SHA-256 of an identity. */
export function identityHash(job: JobIdentity): string {
  const { name, scheduledTime, endpoint, type, database, sql, engineVersion, resultUrl } = job
  return fingerprint(name, scheduledTime, endpoint, type, database, sql, engineVersion, resultUrl)
}

/** Longest part of the name in a key, so that a key has at most 80 characters. */
const LONGEST_NAME = 20

/**
 * `td-sluice-users-20260131T000000Z-0123456789abcdef-1`: the same for each start of the same run, so that a later one
 * finds the job of an earlier one. The API does not say which characters a key may have, and how many: these are safe.
 */
export function domainKey(job: JobIdentity, hash: string, { series, number }: Attempt): string {
  const name = job.name.replaceAll('.', '_').slice(0, LONGEST_NAME)
  const time = formatTime(job.scheduledTime, '%Y%m%dT%H%M%SZ', UTC)
  return ['td-sluice', name, time, hash.slice(0, 16), `${series}${series && '-'}${number}`].join('-')
}
