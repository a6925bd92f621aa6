import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** The signals that the command may be started to survive, with their numbers in the masks of /proc. */
const NUMBERS = { SIGHUP: 1, SIGINT: 2 } as const

type IgnoredSignal = keyof typeof NUMBERS

const SHELL = /^(?:[abdkz]|da|mk|ba|pdk|ya)?sh(?:93)?$|^busybox$/

const O_ACCMODE = 3
const O_WRONLY = 1

/**
 * The signals that the command was started to survive. Node sets all signals to their defaults before any JavaScript runs,
 * so that nothing in the process itself tells of `nohup` or `trap ''`; this looks at what those leave elsewhere: at the
 * parent, which under `trap ''` is a shell that ignores them too, and at stdin, which nohup opens for writing only
 * where it was a terminal.
 *
 * Other parents ignore SIGINT while their child does not: those that wait in system(3), such as `time`. Outside of Linux
 * nothing is known.
 */
export function ignoredSignals(parent: number): readonly IgnoredSignal[] {
  const ignored = ignoredBy(parent)
  const isTrap = { SIGHUP: true, SIGINT: SHELL.test(basename(linkOf(`/proc/${parent}/exe`))) }
  const found = new Set(ignored.filter((signal) => isTrap[signal]))
  if (isUnderNohup()) found.add('SIGHUP')
  return [...found]
}

/** See proc(5). */
function ignoredBy(pid: number): IgnoredSignal[] {
  const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? []
  const bits = BigInt(`0x${mask ?? 0}`)
  const signals = Object.keys(NUMBERS) as IgnoredSignal[]
  return signals.filter((signal) => (bits >> BigInt(NUMBERS[signal] - 1)) & 1n)
}

function isUnderNohup(): boolean {
  const [, flags] = /^flags:\s*([0-7]+)$/m.exec(textOf('/proc/self/fdinfo/0')) ?? []
  if (flags === undefined || (Number.parseInt(flags, 8) & O_ACCMODE) !== O_WRONLY) return false
  return linkOf('/proc/self/fd/0') === '/dev/null'
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
