import { posix } from 'node:path'
import type { FileEntryWithStats, Stats } from 'ssh2'
import { SFTP_STATUS, sftpStatus } from './failure.js'
import { asidePath } from './part.js'
import type { SftpSession } from './session.js'

/** The file at a path, links followed; `undefined` if there is none. */
export function remoteStat(session: SftpSession, path: string): Promise<Stats | undefined> {
  return session.ask<Stats>((sftp, done) => sftp.stat(path, done)).catch(noneIfMissing)
}

/** The target of a link; other paths unchanged. */
export async function resolveLink(session: SftpSession, path: string): Promise<string> {
  const found = await session.ask<Stats>((sftp, done) => sftp.lstat(path, done)).catch(noneIfMissing)
  return found?.isSymbolicLink() ? session.ask<string>((sftp, done) => sftp.realpath(path, done)) : path
}

/** Makes a file that must not be there. */
export function createRemote(session: SftpSession, path: string): Promise<Buffer> {
  return session.ask<Buffer>((sftp, done) => sftp.open(path, 'wx', done))
}

export function closeRemote(session: SftpSession, handle: Buffer): Promise<void> {
  return session.ask((sftp, done) => sftp.close(handle, done))
}

export function removeRemote(session: SftpSession, path: string): Promise<void> {
  return session.ask((sftp, done) => sftp.unlink(path, done))
}

export function listFolder(session: SftpSession, path: string): Promise<FileEntryWithStats[]> {
  return session.ask<FileEntryWithStats[]>((sftp, done) => sftp.readdir(path, done))
}

/** Renames a file to a name that must not be there; the protocol has it so, and most servers keep to it. */
export function renameNew(session: SftpSession, from: string, to: string): Promise<void> {
  return session.ask((sftp, done) => sftp.rename(from, to, done))
}

/**
 * Renames a file over the one that may be there, at once where the server can. Others have none for a moment.
 *
 * @returns how it was done
 */
export async function renameOver(
  session: SftpSession,
  from: string,
  to: string,
): Promise<'at once' | 'in steps'> {
  if (session.has('posix-rename@openssh.com')) {
    await session.ask((sftp, done) => sftp.ext_openssh_rename(from, to, done))
    return 'at once'
  }
  try {
    await renameNew(session, from, to)
    return 'at once'
  } catch (error) {
    if (sftpStatus(error) === undefined || (await remoteStat(session, to)) === undefined) throw error
  }
  const aside = asidePath(to)
  await removeRemote(session, aside).catch(noneIfMissing)
  await renameNew(session, to, aside)
  try {
    await renameNew(session, from, to)
  } catch (error) {
    await renameNew(session, aside, to).catch(() => {})
    throw error
  }
  await removeRemote(session, aside).catch(() => {})
  return 'in steps'
}

/** Makes a folder and those above it that are missing, and returns the paths of those that it made, the topmost first. */
export async function makeRemoteFolders(session: SftpSession, folder: string): Promise<string[]> {
  const missing: string[] = []
  for (let path = folder; (await remoteStat(session, path)) === undefined; path = posix.dirname(path)) {
    missing.unshift(path)
    if (path === posix.dirname(path)) break
  }
  const made: string[] = []
  for (const path of missing) {
    try {
      await session.ask((sftp, done) => sftp.mkdir(path, done))
      made.push(path)
    } catch (error) {
      // Another output may have made it at the same time.
      if (!(await remoteStat(session, path))?.isDirectory()) throw error
    }
  }
  return made
}

/** Removes folders that are empty, the last one first. Never rejects. */
export async function removeEmpty(session: SftpSession, folders: readonly string[]): Promise<void> {
  for (const folder of [...folders].reverse())
    await session.ask((sftp, done) => sftp.rmdir(folder, done)).catch(() => {})
}

/** Whether the file system of a path is full, as far as the server tells. */
export async function isFull(session: SftpSession, path: string): Promise<boolean> {
  if (!session.has('statvfs@openssh.com')) return false
  const found = await session
    .ask<{ f_bavail?: number }>((sftp, done) => sftp.ext_openssh_statvfs(path, done as never))
    .catch(() => undefined)
  return found?.f_bavail === 0
}

export function noneIfMissing(error: unknown): undefined {
  if (sftpStatus(error) !== SFTP_STATUS.noSuchFile) throw error
}
