import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Room in a file name of 255 bytes for what is put around the stem. */
const MAX_STEM_BYTES = 128

const PART = /^[\w-]{1,40}\.[0-9a-f]{16}\.part$/

/** 64 random bits in hexadecimal. */
export function randomToken(): string {
  return randomBytes(8).toString('hex')
}

/** Where the bytes of `path` gather until it is complete: beside it, so that a rename suffices. */
export function partPath(path: string, jobId: string | undefined): string {
  const job = jobId?.replace(/[^\w-]/g, '_').slice(0, 40) || 'local'
  return join(dirname(path), `${prefix(path)}${job}.${randomToken()}.part`)
}

/** Whether `name`, in the folder of `path`, is an unfinished file for `path`. */
export function isPart(name: string, path: string): boolean {
  const start = prefix(path)
  return name.startsWith(start) && PART.test(name.slice(start.length))
}

/** The file that says who is writing `path`. */
export function lockPath(path: string): string {
  return join(dirname(path), `${prefix(path)}lock`)
}

function prefix(path: string): string {
  const base = basename(path)
  const stem =
    Buffer.byteLength(base) > MAX_STEM_BYTES
      ? createHash('sha256').update(base).digest('hex').slice(0, 32)
      : base
  return `.${stem}.`
}
