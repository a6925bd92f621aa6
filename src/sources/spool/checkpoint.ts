import { SluiceError } from '../../errors.js'

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

export function checkpointText(checkpoint: Checkpoint): string {
  return `${JSON.stringify({ format: FORMAT, ...checkpoint }, null, 2)}\n`
}

/** Throws `E_IO` for a text that no td-sluice has written: it may belong to something else. */
export function parseCheckpoint(text: string, path: string): Checkpoint {
  const { format, endpoint, jobId, bytes, sha256, total, etag } = parseObject(text)
  const isSize = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  const valid =
    format === FORMAT &&
    typeof endpoint === 'string' &&
    typeof jobId === 'string' &&
    isSize(bytes) &&
    /^[0-9a-f]{64}$/.test(String(sha256)) &&
    (total === undefined || isSize(total)) &&
    (etag === undefined || typeof etag === 'string')
  if (valid) return { endpoint, jobId, bytes, sha256, total, etag } as Checkpoint
  throw new SluiceError('E_IO', `${path} is no record of a spool`, {
    hint: 'move it away, or name another folder with --spool',
  })
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
