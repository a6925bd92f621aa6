import { posix } from 'node:path'
import { sleep, throwIfAborted } from '../../../abort.js'
import { SluiceError } from '../../../errors.js'
import { randomToken } from '../../../files/names.js'
import { livenessOf, type ProcessIdentity, thisProcess } from '../../../files/process-identity.js'
import type { OpenOutputOptions } from '../contract.js'
import { editText, type TextChange, type VersionedPlace } from '../edit-text.js'
import { writeText } from '../write-text.js'
import { remotePath, type SftpAddress, textOfSftp } from './address.js'
import { sftpError, sftpStatus } from './failure.js'
import { openRemote, readRemote, removeRemoteFile } from './open.js'
import {
  closeRemote,
  createRemote,
  noneIfMissing,
  remoteStat,
  removeRemote,
  renameNew,
} from './remote-files.js'
import { type SftpSession, withSession } from './session.js'

/** How long a lock of another machine is waited for before it counts as left behind, in milliseconds: it is held for a few requests. */
const LEFT_MS = 60_000
/** How long other processes may keep it in turn. */
const LONGEST_WAIT_MS = 180_000
const POLL_MS = 100
const UNLOCKS = 3

/** A text on a server, as `Target.edit` changes it: the text is its own version, which a lock beside it keeps for the time of the check. */
export async function editRemote(
  address: SftpAddress,
  change: TextChange,
  options: Pick<OpenOutputOptions, 'signal'>,
): Promise<void> {
  const name = textOfSftp(address)
  const place: VersionedPlace = {
    name,
    failure: (cause) => sftpError(cause, name),
    read: async () => {
      const text = await readRemote(address)
      return { text, version: text }
    },
    replace: async (version, text) => {
      const lock = await takeLock(address, options.signal)
      try {
        if ((await readRemote(address)) !== version) return false
        if (text === undefined) await removeRemoteFile(address)
        else await writeText(await openRemote(address, options), text)
        return true
      } finally {
        await giveBack(address, lock)
      }
    },
  }
  await editText(place, change, options.signal)
}

function lockPathOf(address: SftpAddress): string {
  const path = remotePath(address)
  return posix.join(posix.dirname(path), `.${posix.basename(path).replace(/^\./, '')}.lock`)
}

/** Makes the file that no other process makes at the same time, once those that are there are gone. Returns its content. */
async function takeLock(address: SftpAddress, signal: AbortSignal | undefined): Promise<string> {
  const path = lockPathOf(address)
  const mine = JSON.stringify({ token: randomToken(), ...thisProcess() })
  const started = performance.now()
  let seen: { readonly text: string; readonly since: number } | undefined
  for (;;) {
    throwIfAborted(signal)
    const isMine = await withSession(address, (session) => makeLock(session, path, mine))
    if (isMine) return mine
    const now = performance.now()
    const text = await withSession(address, (session) => readLock(session, path))
    if (text !== undefined && text !== seen?.text) seen = { text, since: now }
    const isLeft = text !== undefined && (isOfDead(text) || now - seen!.since > LEFT_MS)
    if (isLeft) await withSession(address, (session) => breakLock(session, path, text))
    else if (now - started > LONGEST_WAIT_MS)
      throw new SluiceError('E_LOCKED', `${textOfSftp(address)}: another run keeps the lock ${path}`)
    else await sleep(POLL_MS, signal)
  }
}

async function makeLock(session: SftpSession, path: string, content: string): Promise<boolean> {
  let handle: Buffer
  try {
    handle = await createRemote(session, path)
  } catch (error) {
    if (sftpStatus(error) === undefined || (await remoteStat(session, path)) === undefined) throw error
    return false
  }
  const bytes = Buffer.from(content)
  try {
    await session.ask((sftp, done) => sftp.write(handle, bytes, 0, bytes.length, 0, done))
  } finally {
    await closeRemote(session, handle)
  }
  return true
}

async function readLock(session: SftpSession, path: string): Promise<string | undefined> {
  const bytes = await session.ask<Buffer>((sftp, done) => sftp.readFile(path, done)).catch(noneIfMissing)
  return bytes?.toString()
}

/** Removes a lock that was left, unless another process has done so and made its own. */
async function breakLock(session: SftpSession, path: string, expected: string): Promise<void> {
  const aside = `${path}.${randomToken()}`
  try {
    await renameNew(session, path, aside)
  } catch (error) {
    if (sftpStatus(error) === undefined) throw error
    return
  }
  if ((await readLock(session, aside)) === expected) await removeRemote(session, aside)
  else await renameNew(session, aside, path)
}

/** Removes the lock. Never rejects: one that stays is of a process that is gone later. */
async function giveBack(address: SftpAddress, mine: string): Promise<void> {
  const path = lockPathOf(address)
  for (let tries = 0; tries < UNLOCKS; tries++) {
    try {
      return await withSession(address, async (session) => {
        if ((await readLock(session, path)) === mine) await removeRemote(session, path)
      })
    } catch {
      // The connection was lost: the next session is a new one.
    }
  }
}

/** Whether the process that made a lock has ended; one that is being written is alive. */
function isOfDead(text: string): boolean {
  try {
    return livenessOf(JSON.parse(text) as ProcessIdentity) === 'gone'
  } catch {
    return false
  }
}
