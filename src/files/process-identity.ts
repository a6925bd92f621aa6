import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { isMainThread, threadId } from 'node:worker_threads'
import { systemCode } from '../errors.js'

/** Tells one thread of one process from any other, one that is given the same pid later included. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** When the process started, in clock ticks since boot; null where the system does not tell. */
  readonly start: string | null
  /** Names this boot of the kernel; null where the system does not tell, undefined in locks of older versions. */
  readonly boot?: string | null | undefined
  /** Names the table of processes that the pid belongs to: each container has its own. Null and undefined as above. */
  readonly pidns?: string | null | undefined
  /** The thread that is meant, where it is not the main one. */
  readonly thread?: ThreadIdentity | undefined
}

export interface ThreadIdentity {
  /** Node's number of it. */
  readonly id: number
  /** The system's number of it; null where the system does not tell. */
  readonly tid: number | null
  readonly start: string | null
}

/** `unknown`: it runs under another kernel, or in a container, or the system does not tell. */
export type Liveness = 'alive' | 'gone' | 'unknown'

let me: ProcessIdentity | undefined

/** This thread of this process. */
export function thisProcess(): ProcessIdentity {
  me ??= identify()
  return me
}

function identify(): ProcessIdentity {
  const common = { pid: process.pid, host: hostname() }
  const own = procStat('self')
  // /proc may be that of another table of processes, after `unshare --pid` without `--mount-proc` for example.
  if (own?.pid !== process.pid) return { ...common, start: null, boot: null, pidns: null, ...thread(null) }
  return {
    ...common,
    start: own.start,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()) ?? null,
    pidns: attempt(() => String(statSync('/proc/self/ns/pid').ino)) ?? null,
    // A call that does not wait runs on the very thread that makes it.
    ...thread(attempt(() => Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1])) ?? null),
  }
}

function thread(tid: number | null): Pick<ProcessIdentity, 'thread'> {
  if (isMainThread) return {}
  const start = tid === null ? undefined : procStat(`self/task/${tid}`)?.start
  return { thread: { id: threadId, tid: start === undefined ? null : tid, start: start ?? null } }
}

/** Whether `owner` still runs, as far as this process can tell. */
export function livenessOf(owner: ProcessIdentity): Liveness {
  const { host, boot, pidns } = thisProcess()
  if (owner.boot === undefined) return owner.host === host ? livenessByPid(owner) : 'unknown'
  if (owner.boot !== null && owner.boot === boot && owner.pidns !== null && owner.pidns === pidns)
    return livenessByPid(owner)
  // Other systems have one table of processes: a pid that is not in it belongs to no process.
  if (process.platform !== 'linux' && owner.host === host && !hasPid(owner.pid)) return 'gone'
  return 'unknown'
}

function livenessByPid(owner: ProcessIdentity): Liveness {
  if (!hasPid(owner.pid)) return 'gone'
  const stat = procStat(`${owner.pid}`)
  if (stat === undefined) return 'unknown'
  // A zombie has ended; another start is that of another process under the same pid.
  if (stat.state === 'Z' || (owner.start !== null && owner.start !== stat.start)) return 'gone'
  if (owner.start === null) return 'unknown'
  const { thread } = owner
  if (thread === undefined) return 'alive'
  if (thread.tid === null) return 'unknown'
  return procStat(`${owner.pid}/task/${thread.tid}`)?.start === thread.start ? 'alive' : 'gone'
}

function hasPid(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM means that it runs under another user.
    return systemCode(error) !== 'ESRCH'
  }
}

/** Fields 1, 3 and 22 of `/proc/<of>/stat`, see proc(5). */
function procStat(of: string): { pid: number; state: string; start: string } | undefined {
  const text = attempt(() => readFileSync(`/proc/${of}/stat`, 'latin1'))
  if (text === undefined) return undefined
  // Field 2, the command in parentheses, may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid: Number.parseInt(text, 10), state: fields[0]!, start: fields[19]! }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
