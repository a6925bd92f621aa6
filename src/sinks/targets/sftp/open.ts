import { posix } from 'node:path'
import type { Stats } from 'ssh2'
import { reworded, SluiceError } from '../../../errors.js'
import type { OpenOutputOptions, Output, OutputChecks } from '../contract.js'
import { remotePath, type SftpAddress, textOfSftp } from './address.js'
import { SFTP_STATUS, sftpError, sftpStatus } from './failure.js'
import { livenessOfPart, newPart, PROBE, partsInUse } from './part.js'
import {
  closeRemote,
  createRemote,
  listFolder,
  makeRemoteFolders,
  noneIfMissing,
  remoteStat,
  removeEmpty,
  removeRemote,
  renameOver,
  resolveLink,
} from './remote-files.js'
import { RemoteOutput } from './remote-output.js'
import { borrowSession, type SftpSession, withSession } from './session.js'

/** Milliseconds after which a run on another machine counts as over when its part got no new bytes. */
const IDLE_MS = 3_600_000

/**
 * Finds out whether a file could be made: login, folder, and the right to make, rename and remove files there.
 *
 * @throws SluiceError as `Target.prepare`.
 */
export async function prepareRemote(
  address: SftpAddress,
  { clobber = true, missingFolder = false }: OutputChecks,
): Promise<void> {
  const name = textOfSftp(address)
  await withSession(address, async (session) => {
    try {
      const path = await resolveLink(session, remotePath(address))
      await checkFile(session, path, name, clobber)
      await probeFolder(session, await roomFor(session, path, name, missingFolder), name)
    } catch (error) {
      throw sftpError(error, name)
    }
  })
}

/** Bytes of the file that is there now. @throws SluiceError */
export async function sizeOfRemote(address: SftpAddress): Promise<number | undefined> {
  return withSession(address, async (session) => {
    const found = await remoteStat(session, remotePath(address)).catch((error) => {
      throw sftpError(error, textOfSftp(address))
    })
    return found?.isFile() ? found.size : undefined
  })
}

/** The text of the file that is there now. @throws SluiceError */
export async function readRemote(address: SftpAddress): Promise<string | undefined> {
  return withSession(address, async (session) => {
    const path = remotePath(address)
    const bytes = await session
      .ask<Buffer>((sftp, done) => sftp.readFile(path, done))
      .catch((error) => {
        if (sftpStatus(error) !== SFTP_STATUS.noSuchFile) throw sftpError(error, textOfSftp(address))
      })
    return bytes?.toString()
  })
}

/** Removes the file that is there now. @throws SluiceError */
export async function removeRemoteFile(address: SftpAddress): Promise<void> {
  await withSession(address, async (session) => {
    await removeRemote(session, remotePath(address)).catch((error) => {
      if (sftpStatus(error) !== SFTP_STATUS.noSuchFile) throw sftpError(error, textOfSftp(address))
    })
  })
}

/** Removes the folder at an address, if it is empty. Never rejects. */
export async function removeRemoteFolder(address: SftpAddress): Promise<void> {
  await withSession(address, (session) => removeEmpty(session, [remotePath(address)])).catch(() => {})
}

/** The files below a folder, and below those in it that are wanted. @throws SluiceError */
export async function listRemote(
  address: SftpAddress,
  isWanted: (folder: string) => boolean,
): Promise<string[]> {
  const root = remotePath(address)
  return withSession(address, async (session) => {
    const found: string[] = []
    const look = async (folder: string): Promise<void> => {
      const path = posix.join(root, folder)
      if (folder === '' && (await remoteStat(session, path)) === undefined) return
      for (const { filename, attrs } of await listFolder(session, path)) {
        const below = posix.join(folder, filename)
        if (!(attrs as Stats).isDirectory()) found.push(below)
        else if (isWanted(filename)) await look(below)
      }
    }
    await look('').catch((error) => {
      throw sftpError(error, textOfSftp(address))
    })
    return found
  })
}

/** Makes the folders above a file. @throws SluiceError */
export async function makeRemoteFolder(address: SftpAddress): Promise<() => Promise<void>> {
  const folder = posix.dirname(remotePath(address))
  const made = await withSession(address, async (session) =>
    makeRemoteFolders(session, folder).catch((error) => {
      throw sftpError(error, `the folder of ${textOfSftp(address)}`)
    }),
  )
  return async () => {
    if (made.length > 0) await withSession(address, (session) => removeEmpty(session, made)).catch(() => {})
  }
}

/**
 * A file that is complete or not there. Its bytes go to a part beside it, which `commit` syncs and renames. Parts of runs that are
 * over are removed here.
 */
export async function openRemote(address: SftpAddress, options: OpenOutputOptions): Promise<Output> {
  const name = textOfSftp(address)
  const loan = await borrowSession(address)
  const { session } = loan
  try {
    const path = await resolveLink(session, remotePath(address))
    const old = await checkFile(session, path, name, options.clobber)
    const part = newPart(path, options.jobId)
    partsInUse.add(part.token)
    try {
      const handle = await createRemote(session, part.path).catch(async (error) => {
        throw await missingFolder(session, path, name, error)
      })
      await sweepParts(session, path, handle, options)
      return new RemoteOutput({ address, path, old, part, handle, loan }, options)
    } catch (error) {
      partsInUse.delete(part.token)
      throw error
    }
  } catch (error) {
    await loan.giveBack()
    throw sftpError(error, name)
  }
}

/** The existing file. @throws SluiceError `E_USAGE` for what is no file, `E_EXISTS` for one that is to stay */
async function checkFile(
  session: SftpSession,
  path: string,
  name: string,
  clobber = true,
): Promise<Stats | undefined> {
  const found = await remoteStat(session, path)
  if (found?.isDirectory()) throw new SluiceError('E_USAGE', `${name} is a folder`)
  if (found !== undefined && !found.isFile()) throw new SluiceError('E_USAGE', `${name} is no regular file`)
  if (found !== undefined && !clobber)
    throw new SluiceError('E_EXISTS', `${name} exists and is not to be replaced`)
  return found
}

/** A path in the folder of a file, or in the nearest one above it that is there. */
async function roomFor(session: SftpSession, path: string, name: string, mayMiss: boolean): Promise<string> {
  for (let at = path; ; at = posix.dirname(at)) {
    const folder = posix.dirname(at)
    const found = await remoteStat(session, folder)
    if (found?.isDirectory()) return at
    if (found !== undefined) throw new SluiceError('E_IO', `${name}: ${folder} is not a folder`)
    if (!mayMiss || folder === posix.dirname(folder)) throw noFolder(folder, name)
  }
}

async function missingFolder(
  session: SftpSession,
  path: string,
  name: string,
  error: unknown,
): Promise<unknown> {
  if (sftpStatus(error) !== SFTP_STATUS.noSuchFile) return error
  const folder = posix.dirname(path)
  return (await remoteStat(session, folder)) === undefined ? noFolder(folder, name) : error
}

function noFolder(folder: string, name: string): SluiceError {
  return new SluiceError('E_IO', `${name}: there is no folder ${folder} on the server`, {
    hint: 'make it there first, or check the path: it starts from the root, and with /~/ from the home folder',
  })
}

/** Makes a file, renames it, and removes it again: some servers take files and do not let go of them. */
async function probeFolder(session: SftpSession, path: string, name: string): Promise<void> {
  const [probe, moved] = [newPart(path, PROBE), newPart(path, PROBE)]
  const folder = posix.dirname(path)
  const steps: readonly (readonly [what: string, step: () => Promise<unknown>])[] = [
    ['made', async () => closeRemote(session, await createRemote(session, probe.path))],
    ['renamed', () => renameOver(session, probe.path, moved.path)],
    ['removed', () => removeRemote(session, moved.path)],
  ]
  for (const [what, step] of steps) {
    try {
      await step()
    } catch (error) {
      for (const part of [probe, moved]) await removeRemote(session, part.path).catch(() => {})
      const failure = sftpError(error, name)
      throw reworded(failure, { message: `${failure.message} (files cannot be ${what} in ${folder})` })
    }
  }
}

/** Removes the parts of runs that are over. A part that was just made tells the time of the server. */
async function sweepParts(
  session: SftpSession,
  path: string,
  handle: Buffer,
  { notice }: OpenOutputOptions,
): Promise<void> {
  const folder = posix.dirname(path)
  const entries = await listFolder(session, folder).catch((error) => {
    // Into some folders files may only be put.
    if (sftpStatus(error) === undefined) throw error
    return []
  })
  const found = entries.flatMap(({ filename, attrs }) => {
    const liveness = livenessOfPart(filename, path)
    return liveness === undefined || liveness === 'alive' ? [] : [{ filename, attrs, liveness }]
  })
  if (found.length === 0) return
  const { mtime: now } = await session.ask<Stats>((sftp, done) => sftp.fstat(handle, done))
  for (const { filename, attrs, liveness } of found) {
    if (liveness === 'unknown' && (now - attrs.mtime) * 1000 < IDLE_MS) continue
    await removeRemote(session, posix.join(folder, filename)).catch(noneIfMissing)
    notice?.({ code: 'N_STALE_PART', message: `removed ${filename}, which an earlier run left unfinished` })
  }
}
