import { constants } from 'node:fs'
import { open, readlink, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncData, syncFile, takeStep } from './commit-steps.js'
import { hiddenPrefix } from './names.js'

/** Where a new text lies before it replaces the old one. */
function partOf(path: string): string {
  return join(dirname(path), `${hiddenPrefix(path)}part`)
}

/**
 * Writes a small file so that at every instant, a power failure included, `path` holds the old text or the new one.
 * Only its owner can read it, unless `mode` says otherwise. Resolves when the new text is on the disk. Rejects with what the system says.
 *
 * One process at a time: the writer holds the lock of `path`, so an existing part is one of a killed run.
 */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const part = partOf(path)
  await rm(part, { force: true })
  const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  try {
    try {
      await handle.writeFile(text)
      await syncFile(handle)
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

/**
 * Adds `text` to the end of a file that is there, so that it is on the disk, all of it or nothing. A crash in the middle
 * may leave a beginning of it, or NUL bytes in place of some. Rejects with what the system says.
 */
export async function appendDurably(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW } = constants
  const handle = await open(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
  try {
    const { size } = await handle.stat()
    try {
      await handle.writeFile(text)
      await syncData(handle)
    } catch (error) {
      await handle.truncate(size).catch(() => {})
      throw error
    }
  } finally {
    await handle.close()
  }
}

/**
 * Gives a file that cannot be replaced another text; a crash in the middle leaves a beginning of that. Rejects with what
 * the system says.
 */
export async function overwriteDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  try {
    await handle.truncate(0)
    await handle.writeFile(text)
    await syncData(handle)
  } finally {
    await handle.close()
  }
}

/** The file that `path` leads to through symbolic links, also where that is not there yet. */
export async function throughLinks(path: string): Promise<string> {
  let end = path
  // As many as Linux follows; opening a circle of links then fails.
  for (let links = 0; links < 40; links++) {
    const link = await readlink(end).catch(() => undefined)
    if (link === undefined) return end
    end = resolve(dirname(end), link)
  }
  return path
}

/** Removes what a killed run has left of a {@link writeDurably} to `path`. Never rejects. */
export async function removePart(path: string): Promise<void> {
  await unlink(partOf(path)).catch(() => {})
}

/** Removes what {@link writeDurably} wrote, whole or not. Never rejects. */
export async function removeDurably(path: string): Promise<void> {
  await unlink(path).catch(() => {})
  await removePart(path)
}

interface FolderSync {
  /** Never rejects. */
  readonly ended: Promise<void>
  /** The one that comes after it, for all who ask meanwhile. */
  next?: Promise<string | undefined>
}

/** Syncs under way, by their folders. */
const folderSyncs = new Map<string, FolderSync>()

/**
 * Makes names durable. Windows has no way to do that, and keeps its own journal of names. Resolves with the code of the failure
 * where the file system does not offer it, as CIFS, vboxsf and WSL do not.
 *
 * Who asks while a sync of the folder is under way shares the next one: many files of one folder that become final together
 * need few. That one begins after the names were made that its callers want durable.
 *
 * @throws SluiceError `E_IO` when the disk fails.
 */
export function syncFolder(folder: string): Promise<string | undefined> {
  if (process.platform === 'win32') return Promise.resolve(undefined)
  const underWay = folderSyncs.get(folder)
  if (underWay === undefined) return beginSync(folder)
  underWay.next ??= underWay.ended.then(() => beginSync(folder))
  return underWay.next
}

function beginSync(folder: string): Promise<string | undefined> {
  const result = syncNow(folder)
  const ended = result.then(
    () => {},
    () => {},
  )
  const own: FolderSync = { ended }
  folderSyncs.set(folder, own)
  ended.then(() => {
    if (own.next === undefined) folderSyncs.delete(folder)
  })
  return result
}

function syncNow(folder: string): Promise<string | undefined> {
  return takeStep('fsync of the folder', `the folder ${folder}`, async () => {
    const handle = await open(folder, 'r')
    try {
      await syncFile(handle)
    } finally {
      await handle.close()
    }
  })
}
