import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../errors.js'

/** How long nobody may have opened a FIFO to write to it, and how long its writer may be silent, in milliseconds. */
const LONGEST_ABSENCE_MS = 10_000
const LONGEST_SILENCE_MS = 60_000
const POLL_MS = 20

/** More than what a user writes by hand; a device gives bytes without end. */
const MOST_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

/**
 * Reads a file that a user has named: a query, a key, a manifest. A FIFO, as `<(command)` of a shell is one, may let
 * wait for its writer, but not for ever: opened the usual way, it would keep a thread that no signal ends until one
 * comes. Rejects with what the system says.
 */
export async function readNamedFile(path: string): Promise<Buffer> {
  if (isPlain(await stat(path).catch(() => undefined))) return readFile(path)
  const reading = readStream(path)
  for (;;) {
    const next = reading.next()
    if (next.done) return next.value
    await sleep(POLL_MS)
  }
}

/** As {@link readNamedFile}, at once. */
export function readNamedFileSync(path: string): Buffer {
  if (isPlain(statSync(path, { throwIfNoEntry: false }))) return readFileSync(path)
  const reading = readStream(path)
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    const next = reading.next()
    if (next.done) return next.value
    Atomics.wait(clock, 0, 0, POLL_MS)
  }
}

/** Whether the usual way neither waits nor reads without end; with a folder, or nothing there, it fails. */
function isPlain(stats: Stats | undefined): boolean {
  return stats === undefined || stats.isFile() || stats.isDirectory()
}

/** Reads to the end; yields when there is nothing to read yet. */
function* readStream(path: string): Generator<void, Buffer, void> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const isFifo = fstatSync(fd).isFIFO()
    const parts: Buffer[] = []
    let bytes = 0
    let waitedMs = 0
    while (bytes <= MOST_BYTES) {
      const part = readPart(fd)
      // A FIFO that nobody writes to yet looks like one at its end.
      const isAbsent = part?.length === 0 && bytes === 0 && isFifo
      if (part === undefined || isAbsent) {
        const longestMs = isAbsent ? LONGEST_ABSENCE_MS : LONGEST_SILENCE_MS
        if (waitedMs >= longestMs) throw new Error(`nobody has written to it for ${longestMs / 1000} s`)
        waitedMs += POLL_MS
        yield
        continue
      }
      if (part.length === 0) return Buffer.concat(parts)
      parts.push(part)
      bytes += part.length
      waitedMs = 0
    }
    throw new Error(`it has more than ${MOST_BYTES / 1024 / 1024} MiB`)
  } finally {
    closeSync(fd)
  }
}

/** What there is to read; nothing at the end, `undefined` where it may come yet. */
function readPart(fd: number): Buffer | undefined {
  const part = Buffer.allocUnsafe(PIECE_BYTES)
  try {
    return part.subarray(0, readSync(fd, part))
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return undefined
    throw error
  }
}
