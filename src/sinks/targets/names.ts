import { dirname, join } from 'node:path'
import { hiddenPrefix, randomToken } from '../../files/names.js'

const PART = /^[\w-]{1,40}\.[0-9a-f]{16}\.part$/

/** Where the bytes of `path` gather until it is complete: beside it, so that a rename suffices. */
export function partPath(path: string, jobId: string | undefined): string {
  const job = jobId?.replace(/[^\w-]/g, '_').slice(0, 40) || 'local'
  return join(dirname(path), `${hiddenPrefix(path)}${job}.${randomToken()}.part`)
}

/** Whether `name`, in the folder of `path`, is an unfinished file for `path`. */
export function isPart(name: string, path: string): boolean {
  const start = hiddenPrefix(path)
  return name.startsWith(start) && PART.test(name.slice(start.length))
}
