import { constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { platform } from 'node:process'
import { hiddenPrefix, randomToken } from './names.js'

/**
 * Writes a small file so that at every instant, a power failure included, `path` holds the old text or the new one.
 * Only its owner can read it. Resolves when the new text is on the disk. Rejects with what the system says.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const part = join(dirname(path), `${hiddenPrefix(path)}${randomToken()}.part`)
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

/** Makes names durable. Windows has no way to do that, and keeps its own journal of names. */
export async function syncFolder(folder: string): Promise<void> {
  if (platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
