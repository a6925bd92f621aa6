import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { ioError } from '../../errors.js'
import { syncData } from '../../files/commit-steps.js'
import { removeDurably } from '../../files/durable.js'
import { acquireLock, type FileLock } from '../../files/lock.js'
import { assertOnlyOurs } from '../../files/ownership.js'
import { bodyOf } from '../body.js'
import type { BegunResult } from '../download/delivered.js'
import { prepareSpoolFolder } from './folder.js'
import { type Fields, readRecord, writeRecord } from './record.js'

/** The record of a spool's bytes. The file may have more than `bytes`; do not trust those. */
export interface Checkpoint {
  readonly endpoint: string
  readonly jobId: string
  /** Bytes that were on the disk before this was written. */
  readonly bytes: number
  /** SHA-256 of those, in hexadecimal. */
  readonly sha256: string
  /** Bytes of the whole result, where the server or the job record said. */
  readonly total: number | undefined
  /** The strong ETag the bytes came with. */
  readonly etag: string | undefined
}

const FORMAT = 'td-sluice spool 1'

/** Resolves when it is on the disk. Rejects with what the system says. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeRecord(path, { format: FORMAT, ...checkpoint })
}

/** The last checkpoint, if there is one. Throws `E_IO` for a file that no td-sluice has written. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  return readRecord(path, 'spool', parseCheckpoint)
}

function parseCheckpoint({ format, endpoint, jobId, bytes, sha256, total, etag }: Fields) {
  const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  const valid =
    format === FORMAT &&
    typeof endpoint === 'string' &&
    typeof jobId === 'string' &&
    isSize(bytes) &&
    /^[0-9a-f]{64}$/.test(String(sha256)) &&
    (total === undefined || isSize(total)) &&
    (etag === undefined || typeof etag === 'string')
  return valid ? ({ endpoint, jobId, bytes, sha256, total, etag } as Checkpoint) : undefined
}

/** Whose result it is. */
export interface SpoolKey {
  readonly endpoint: string
  readonly jobId: string
}

/** Bytes and milliseconds between two records of what is on the disk: a killed run loses no more than that. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024
const CHECKPOINT_MS = 1000
const READ_SIZE = 1024 * 1024

/**
 * The compressed bytes of one result in a folder, for the run after this one should this one be killed. Three files,
 * for their owner only: the bytes, a record of them, and a lock that keeps a second run out.
 *
 * The bytes are synced before the record counts them, and the record holds their hash, so what a crash left behind is
 * never taken for more than it is: what is not recorded is cut off, and what does not hash to the record is dropped.
 */
export class Spool {
  readonly #key: SpoolKey
  readonly #paths: { readonly bytes: string; readonly record: string }
  readonly #lock: FileLock
  readonly #handle: FileHandle
  #hash: Hash = createHash('sha256')
  #bytes = 0
  #known: Pick<Checkpoint, 'total' | 'etag'> = { total: undefined, etag: undefined }
  #recorded = { bytes: 0, at: performance.now() }
  #closed = false

  private constructor(
    key: SpoolKey,
    paths: { readonly bytes: string; readonly record: string },
    held: { lock: FileLock; handle: FileHandle },
  ) {
    this.#key = key
    this.#paths = paths
    this.#lock = held.lock
    this.#handle = held.handle
  }

  /**
   * Opens the spool of a result in `folder`, which is created if need be, with what an earlier run has left in it.
   *
   * Throws `E_LOCKED` when another run has it open, `E_CONFIG` when another user could have written what is in it, `E_IO`
   * and `E_NO_SPACE`.
   */
  static async open(folder: string, key: SpoolKey): Promise<Spool> {
    const name = `job-${key.jobId}-${createHash('sha256').update(key.endpoint).digest('hex').slice(0, 8)}`
    const paths = { bytes: join(folder, `${name}.msgpack.gz`), record: join(folder, `${name}.json`) }
    let lock: FileLock | undefined
    let handle: FileHandle | undefined
    try {
      prepareSpoolFolder(folder)
      lock = await acquireLock(paths.bytes)
      const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants
      handle = await open(paths.bytes, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
      assertOnlyOurs(await handle.stat(), paths.bytes)
      const spool = new Spool(key, paths, { lock, handle })
      await spool.#recover()
      return spool
    } catch (error) {
      await handle?.close().catch(() => {})
      lock?.release()
      throw ioError(error, `the spool ${folder}`)
    }
  }

  /** Bytes that are there. */
  get bytes(): number {
    return this.#bytes
  }

  /** The point that a download resumes from; `undefined` if there is nothing yet. */
  get begun(): BegunResult | undefined {
    if (this.#bytes === 0) return undefined
    return { known: { offset: this.#bytes, ...this.#known }, hash: this.#hash.copy() }
  }

  /** Adds what follows, of a result that is `known` to be so large and to have this tag. Throws as `open` does. */
  async append(chunk: Uint8Array, known: Pick<Checkpoint, 'total' | 'etag'>): Promise<void> {
    await this.#doing(async () => {
      await this.#writeAll(chunk)
      this.#hash.update(chunk)
      this.#bytes += chunk.length
      this.#known = known
      const { bytes, at } = this.#recorded
      const due = this.#bytes - bytes >= CHECKPOINT_BYTES || performance.now() - at >= CHECKPOINT_MS
      if (due) await this.#record()
    })
  }

  /** Makes all that was added durable. */
  async sync(): Promise<void> {
    await this.#doing(() => this.#record())
  }

  /** Forgets what is there. */
  async restart(): Promise<void> {
    await this.#doing(() => this.#empty())
  }

  /** All bytes from the first, checked for their number. */
  read(): Readable {
    const file = this.#handle.createReadStream({ start: 0, autoClose: false, highWaterMark: READ_SIZE })
    return bodyOf(file, this.#paths.bytes, this.#bytes)
  }

  /** Leaves the spool to the next run, or removes it. Never rejects. */
  async close(how: 'keep' | 'remove'): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (how === 'remove') {
      // The record first: bytes without one are nothing.
      await removeDurably(this.#paths.record)
      await unlink(this.#paths.bytes).catch(() => {})
    } else if (this.#bytes > this.#recorded.bytes) {
      // Where the disk is full, the last record stays.
      await this.#record().catch(() => {})
    }
    await this.#handle.close().catch(() => {})
    this.#lock.release()
  }

  async #recover(): Promise<void> {
    const checkpoint = await readCheckpoint(this.#paths.record)
    const { endpoint, jobId } = this.#key
    if (checkpoint?.endpoint !== endpoint || checkpoint.jobId !== jobId) return this.#empty()
    const hash = createHash('sha256')
    const size = (await this.#handle.stat()).size
    if (checkpoint.bytes > 0 && checkpoint.bytes <= size) {
      const end = checkpoint.bytes - 1
      const file = this.#handle.createReadStream({
        start: 0,
        end,
        autoClose: false,
        highWaterMark: READ_SIZE,
      })
      for await (const chunk of file) hash.update(chunk)
    }
    if (hash.copy().digest('hex') !== checkpoint.sha256) return this.#empty()
    await this.#handle.truncate(checkpoint.bytes)
    this.#hash = hash
    this.#bytes = checkpoint.bytes
    this.#known = { total: checkpoint.total, etag: checkpoint.etag }
    this.#recorded = { bytes: this.#bytes, at: performance.now() }
  }

  async #empty(): Promise<void> {
    await this.#handle.truncate(0)
    this.#bytes = 0
    this.#hash = createHash('sha256')
    this.#known = { total: undefined, etag: undefined }
    await this.#record()
  }

  async #writeAll(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, done, chunk.length - done, this.#bytes + done)
      done += bytesWritten
    }
  }

  async #record(): Promise<void> {
    await syncData(this.#handle)
    const sha256 = this.#hash.copy().digest('hex')
    await writeCheckpoint(this.#paths.record, {
      ...this.#key,
      bytes: this.#bytes,
      sha256,
      ...this.#known,
    })
    this.#recorded = { bytes: this.#bytes, at: performance.now() }
  }

  async #doing(work: () => Promise<void>): Promise<void> {
    await work().catch((error): never => {
      throw ioError(error, `the spool ${this.#paths.bytes}`)
    })
  }
}
