import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from '../errors.js'

/** Tells one process from any other, one that was given the same pid later included. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** When the process started, in clock ticks since boot; null where the system does not tell. */
  readonly start: string | null
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), start: procStat(process.pid)?.start ?? null }
}

/** Whether the process may still run. One on another host may: there is no way to know. */
export function mayRun(owner: ProcessIdentity): boolean {
  if (owner.host !== hostname()) return true
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM means that it runs under another user.
    if (systemCode(error) === 'ESRCH') return false
  }
  const stat = procStat(owner.pid)
  if (stat === undefined) return true
  // A container that restarts often gets the same host name and the same small pids again.
  return stat.state !== 'Z' && (owner.start === null || owner.start === stat.start)
}

/** Fields 3 and 22 of `/proc/<pid>/stat`, see proc(5). */
function procStat(of: number): { state: string; start: string } | undefined {
  try {
    const text = readFileSync(`/proc/${of}/stat`, 'latin1')
    // Field 2, the command in parentheses, may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, start: fields[19]! }
  } catch {
    return undefined
  }
}
