import { type Fields, readRecord, writeRecord } from './record.js'

/** What is on record about the bytes of a spool. Bytes beyond `bytes` may be there and are not to be trusted. */
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
