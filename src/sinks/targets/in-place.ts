import { constants } from 'node:fs'
import { type FileHandle, open, readFile, stat, statfs } from 'node:fs/promises'
import { ioError, reworded, SluiceError, systemCode } from '../../errors.js'
import { syncFile } from '../../files/commit-steps.js'

const COPY_BYTES = 1024 * 1024

/** Bytes at the start that come last: until then the file begins with NUL bytes, or is empty. */
const FIRST_BYTES = 4096

/**
 * Whether a rename failed because `path` is a mount point, as of a container that was given a single file. Only a copy
 * gets new bytes there.
 */
export async function isMountPoint(path: string, failure: unknown): Promise<boolean> {
  if (systemCode(failure) !== 'EBUSY') return false
  const table = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '')
  const bytes = Buffer.from(path).toString('latin1')
  return table.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === bytes)
}

/** Spaces and the like are written in octal; see proc_pid_mountinfo(5). */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/**
 * Copies a complete part into a file that cannot be replaced. Its first bytes come last, so that a copy that is cut off is
 * no valid file of any format, unless it is empty. Resolves when the bytes are on the disk.
 *
 * @param onChange called when the old bytes are about to go: from then on the part is the only complete copy
 * @throws SluiceError `E_NO_SPACE` when there is too little room, before anything is changed; `E_IO` and `E_NO_SPACE`,
 * which name the part, when the copy fails.
 */
export async function copyInto(
  path: string,
  part: string,
  name: string,
  onChange: () => void,
): Promise<void> {
  const source = await open(part, 'r')
  let isChanged = false
  try {
    const { size } = await source.stat()
    await assertRoomFor(path, size, name)
    const { O_WRONLY, O_NOFOLLOW } = constants
    const file = await open(path, O_WRONLY | O_NOFOLLOW)
    try {
      isChanged = true
      onChange()
      await file.truncate(0)
      await copy(source, file, Math.min(size, FIRST_BYTES), size)
      await syncFile(file)
      await copy(source, file, 0, Math.min(size, FIRST_BYTES))
      await syncFile(file)
    } finally {
      await file.close()
    }
  } catch (error) {
    const failure = ioError(error, name)
    if (!isChanged) throw failure
    throw reworded(failure, {
      message: `${failure.message}; ${name} is damaged, the complete file is ${part}`,
      hint: 'copy that file away before the next run, which removes it',
    })
  } finally {
    await source.close()
  }
}

async function copy(from: FileHandle, to: FileHandle, start: number, end: number): Promise<void> {
  const buffer = Buffer.alloc(Math.min(COPY_BYTES, end - start))
  for (let at = start; at < end; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - at), at)
    if (bytesRead === 0) throw new SluiceError('E_IO', 'the unfinished file has become shorter')
    for (let done = 0; done < bytesRead; )
      done += (await to.write(buffer, done, bytesRead - done, at + done)).bytesWritten
    at += bytesRead
  }
}

/** The space of the old bytes is free for the new ones. */
async function assertRoomFor(path: string, size: number, name: string): Promise<void> {
  const [{ bavail, bsize }, old] = await Promise.all([statfs(path), stat(path)])
  if (size <= bavail * bsize + old.blocks * 512) return
  throw new SluiceError('E_NO_SPACE', `${name}: ENOSPC: there is no room for ${size} bytes; it is unchanged`)
}
