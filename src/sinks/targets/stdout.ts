import { constants, fstatSync, readFileSync, type Stats } from 'node:fs'
import { isatty } from 'node:tty'
import { SluiceError } from '../../errors.js'
import type { OpenOutputOptions, Output, Surroundings, Target } from './contract.js'
import { openDescriptor } from './descriptor.js'
import { borrowStream, streamTarget } from './stream.js'

const FD = 1

/** Device number of `/dev/null` on Linux: character device 1, 3. */
const DEV_NULL = 0x103

/** The bits of the open flags that tell reading from writing; see open(2). */
const O_ACCMODE = 3

/** `-`, the name the system has for it, or the stream itself. */
export function stdoutTarget(destination: unknown, around: Surroundings): Target | undefined {
  const named = destination === '-' || destination === '/dev/stdout'
  if (!named && (typeof destination !== 'object' || destination !== process.stdout)) return undefined
  // Tests and programs that drive the command give it a stream of their own.
  if (named && around.stdout !== process.stdout) {
    const { abandon: _, ...target } = streamTarget(around.stdout)!
    return { ...target, name: 'stdout', isStdout: true }
  }
  return {
    name: 'stdout',
    isStdout: true,
    prepare: async () => assertStdoutOpen(),
    open: async (options = {}) => openStdout(options),
  }
}

/**
 * Throws `E_IO` when stdout is closed. Node puts `/dev/null`, open for reading and writing, where a standard stream is
 * closed, so that such a run would succeed and leave nothing. A shell's `> /dev/null` is open for writing only; a
 * parent process that discards stdout may look as if it was closed, and then gets the error too.
 */
export function assertStdoutOpen(): void {
  if (process.stdout.destroyed || process.stdout.writableEnded || isClosed()) {
    throw new SluiceError('E_IO', 'stdout is closed, so the output has nowhere to go', {
      hint: 'give the output a file, or redirect stdout to /dev/null if it is to be thrown away',
    })
  }
}

/** Never ended or destroyed, whatever happens: others may still have something to print. */
export function openStdout(options: OpenOutputOptions): Output {
  assertStdoutOpen()
  // Node writes to a file with one synchronous system call, and takes a short write on a full disk for a whole one.
  if (isFileOrDevice()) return openDescriptor(FD, 'stdout', async () => {}, options)
  return borrowStream(process.stdout, 'stdout', options)
}

function isClosed(): boolean {
  const stats = statsOrNone()
  if (stats === undefined) return true
  if (!stats.isCharacterDevice() || stats.rdev !== DEV_NULL) return false
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${FD}`, 'latin1'))
    return (Number.parseInt(flags?.[1] ?? '', 8) & O_ACCMODE) === constants.O_RDWR
  } catch {
    return false
  }
}

function isFileOrDevice(): boolean {
  const stats = statsOrNone()
  if (stats === undefined || isatty(FD)) return false
  return stats.isFile() || stats.isBlockDevice() || stats.isCharacterDevice()
}

function statsOrNone(): Stats | undefined {
  try {
    return fstatSync(FD)
  } catch {
    return undefined
  }
}
