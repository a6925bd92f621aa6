import { constants } from 'node:fs'
import { type FileHandle, open, readdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hiddenPrefix, randomToken } from '../../files/names.js'
import type { OpenOutputOptions } from './contract.js'

const PART = /^[\w-]{1,40}\.[0-9a-f]{16}\.part$/

/** Where the bytes of `path` gather until it is complete: beside it, so that a rename suffices. */
export function partPath(path: string, jobId: string | undefined): string {
  const job = jobId?.replace(/[^\w-]/g, '_').slice(0, 40) || 'local'
  return join(dirname(path), `${hiddenPrefix(path)}${job}.${randomToken()}.part`)
}

/** Stands in the name of a probe in place of a job's id: as long as the longest id, and not an id itself. */
const PROBE = 'probe'.padEnd(40, '_')

/** A name as long as that of any part of `path`. */
export function probePath(path: string): string {
  return partPath(path, PROBE)
}

/**
 * Removes the probes of `path` that a killed run left. Without a lock: a run whose probe vanishes knows that the place is
 * good, as another one has just come as far.
 */
export async function sweepProbes(path: string): Promise<void> {
  const folder = dirname(path)
  const start = `${hiddenPrefix(path)}${PROBE}.`
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(start) && isPart(name, path)) await unlink(join(folder, name)).catch(() => {})
  }
}

/** Makes a part, and follows no link that somebody may have put in its place. */
export function createPart(part: string, mode = 0o600): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  return open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
}

/** Removes the parts of `path`. To be called under its lock: they belong to runs that died. */
export async function sweepParts(path: string, { notice }: OpenOutputOptions): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    if (!isPart(name, path)) continue
    await unlink(join(folder, name))
    notice?.({ code: 'N_STALE_PART', message: `removed ${name}, which an earlier run left unfinished` })
  }
}

/** Whether `name`, in the folder of `path`, is an unfinished file for `path`. */
function isPart(name: string, path: string): boolean {
  const start = hiddenPrefix(path)
  return name.startsWith(start) && PART.test(name.slice(start.length))
}
