import { constants } from 'node:fs'
import { open, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hiddenPrefix } from './names.js'

/** Where a new text lies before it replaces the old one. */
function partOf(path: string): string {
  return join(dirname(path), `${hiddenPrefix(path)}part`)
}

/**
 * Writes a small file so that at every instant, a power failure included, `path` holds the old text or the new one.
 * Only its owner can read it. Resolves when the new text is on the disk. Rejects with what the system says.
 *
 * One process at a time: whoever writes holds the lock of `path`, so a part that is there is one of a killed run.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const part = partOf(path)
  await rm(part, { force: true })
  const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, path)
  } catch (error) {
    await unlink(part).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
}

/** Removes what {@link writeDurably} wrote, whole or not. Never rejects. */
export async function removeDurably(path: string): Promise<void> {
  for (const name of [path, partOf(path)]) await unlink(name).catch(() => {})
}

/** Makes names durable. Windows has no way to do that, and keeps its own journal of names. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
