import type { Stats } from 'ssh2'
import type { StoredObject } from '../contract.js'
import { changedObject, RangedObject } from '../ranged-object.js'
import { remotePath, type SftpAddress, textOfSftp } from './address.js'
import { sftpError } from './failure.js'
import { closeRemote, remoteStat } from './remote-files.js'
import { type SftpSession, withSession } from './session.js'

/** Servers send no more at a time; some of these are asked for at once, since each takes a round trip. */
const READ_BYTES = 32 * 1024
const AT_ONCE = 32

/** The file that is there now, to be read by ranges; `undefined` without one. @throws SluiceError */
export async function storedRemote(address: SftpAddress): Promise<StoredObject | undefined> {
  const [name, path] = [textOfSftp(address), remotePath(address)]
  const found = await withSession(address, (session) =>
    remoteStat(session, path).catch((error) => {
      throw sftpError(error, name)
    }),
  )
  if (!found?.isFile()) return undefined
  const fetch = (from: number, to: number) =>
    withSession(address, async (session) => {
      try {
        return await readRange(session, path, found, from, to)
      } catch (error) {
        throw sftpError(error, name)
      }
    }).then((bytes) => {
      if (bytes === undefined) throw changedObject(name)
      return bytes
    })
  return new RangedObject({ name, size: found.size, fetch })
}

/** Undefined where the file is not the one of `before` any more, or ends before its size says. */
async function readRange(
  session: SftpSession,
  path: string,
  before: Stats,
  from: number,
  to: number,
): Promise<Uint8Array | undefined> {
  const handle = await session.ask<Buffer>((sftp, done) => sftp.open(path, 'r', done))
  try {
    const { size, mtime } = await session.ask<Stats>((sftp, done) => sftp.fstat(handle, done))
    if (size !== before.size || mtime !== before.mtime) return undefined
    const bytes = Buffer.alloc(to - from)
    let next = 0
    let isShort = false
    const readSome = async () => {
      while (next < bytes.length && !isShort) {
        const at = next
        const end = Math.min(bytes.length, at + READ_BYTES)
        next = end
        if (!(await fill(session, handle, bytes.subarray(at, end), from + at))) isShort = true
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, readSome))
    return isShort ? undefined : bytes
  } finally {
    await closeRemote(session, handle).catch(() => {})
  }
}

/** A server may send less than was asked for. Returns whether all came. */
async function fill(session: SftpSession, handle: Buffer, bytes: Buffer, position: number): Promise<boolean> {
  for (let at = 0; at < bytes.length; ) {
    const count = await session.ask<number>((sftp, done) =>
      sftp.read(handle, bytes, at, bytes.length - at, position + at, done),
    )
    if (count === 0) return false
    at += count
  }
  return true
}
