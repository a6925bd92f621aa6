import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Leaves room for what is put around the stem: file names have up to 255 bytes, on encrypted file systems 143. */
const MAX_STEM_BYTES = 72

/** 64 random bits in hexadecimal. */
export function randomToken(): string {
  return randomBytes(8).toString('hex')
}

/** The file that says who is writing `path`. */
export function lockPath(path: string): string {
  return join(dirname(path), `${hiddenPrefix(path)}lock`)
}

/** The path that a file would be the lock of; undefined for one that is not named as a lock. Names that are hashed in it are not found. */
export function lockedPath(lock: string): string | undefined {
  const [, name] = /^\.(.+)\.lock$/s.exec(basename(lock)) ?? []
  return name && join(dirname(lock), name)
}

/** The prefix of the names of all temporary files for `path`. */
export function hiddenPrefix(path: string): string {
  const base = basename(path)
  const stem =
    Buffer.byteLength(base) > MAX_STEM_BYTES
      ? createHash('sha256').update(base).digest('hex').slice(0, 32)
      : base
  return `.${stem}.`
}
