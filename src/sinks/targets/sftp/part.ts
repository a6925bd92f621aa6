import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { hiddenPrefix, randomToken } from '../../../files/names.js'
import { type Liveness, livenessOf, thisProcess } from '../../../files/process-identity.js'

/** Stands in the name of a probe's part in place of a job's id. */
export const PROBE = 'probe'

/** Job, holder, token. */
const PART = /^[\w-]{1,20}\.([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-([0-9a-f]{8})\.([0-9a-f]{16})\.part$/

/** Tokens of parts of this thread that are in use. */
export const partsInUse = new Set<string>()

/** A new part. */
export interface Part {
  readonly path: string
  readonly token: string
}

/**
 * Where the bytes of a remote file gather until it is complete: beside it, so that a rename suffices. The name tells whose it is, as
 * nothing on the server does: the process, its start, the thread, and the machine.
 */
export function newPart(path: string, jobId: string | undefined): Part {
  const job = jobId?.replace(/[^\w-]/g, '_').slice(0, 20) || 'local'
  const token = randomToken()
  const name = `${hiddenPrefix(path)}${job}.${holder().join('-')}.${token}.part`
  return { path: posix.join(posix.dirname(path), name), token }
}

/** Where an old file waits on a server that replaces none. */
export function asidePath(path: string): string {
  return posix.join(posix.dirname(path), `${hiddenPrefix(path)}old`)
}

/** Whether the maker of the part `name` of `path` still lives; `undefined` for another file. */
export function livenessOfPart(name: string, path: string): Liveness | undefined {
  const start = hiddenPrefix(path)
  const found = name.startsWith(start) ? PART.exec(name.slice(start.length)) : null
  if (found === null) return undefined
  const [, pid, since, thread, machine, token] = found
  const me = thisProcess()
  const mine = holder()
  if (machine !== mine[3]) return 'unknown'
  if (pid !== mine[0] || since !== mine[1]) {
    const started = since === '0' ? null : String(Number.parseInt(since!, 36))
    return livenessOf({ ...me, pid: Number.parseInt(pid!, 36), start: started, thread: undefined })
  }
  if (thread !== mine[2]) return 'unknown'
  return partsInUse.has(token!) ? 'alive' : 'gone'
}

function holder(): readonly [pid: string, start: string, thread: string, machine: string] {
  const { pid, start, host, boot, pidns, thread } = thisProcess()
  const machine = createHash('sha256')
    .update(JSON.stringify([host, boot, pidns]))
    .digest('hex')
    .slice(0, 8)
  return [pid.toString(36), Number(start ?? 0).toString(36), (thread?.id ?? 0).toString(36), machine]
}
