import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { IssueOptions } from '../../client/index.js'
import { ERROR_TABLE, ioError, SluiceError } from '../../errors.js'
import { removeDurably } from '../../files/durable.js'
import { acquireLock, type FileLock } from '../../files/lock.js'
import { prepareSpoolFolder } from './folder.js'
import { type Fields, readRecord, writeRecord } from './record.js'

/** The request to `job/issue`, and its endpoint. */
export type Intended = Omit<IssueOptions, 'domainKey' | 'signal'> & { readonly endpoint: string }

/**
 * How long after it was recorded an intent may be taken up, in milliseconds: as long as the command waits for a job. The
 * next day's run of the same query wants another result.
 */
const VALID_MS = 24 * 3_600_000
const FORMAT = 'td-sluice intent 1'

/** The name of a random intent, for the API. */
export function newDomainKey(): string {
  return `td-sluice-${randomUUID()}`
}

/**
 * The domain key of a query, on record before the query is issued: whatever happens to the run, the next one for the
 * same query in the same folder issues under the same key, and so finds the same job. The file is named by a hash of what
 * is asked for; neither the SQL nor any secret lies in it.
 */
export class Intent {
  #domainKey = ''
  /** Whether it was another run that recorded it. */
  #found = false
  #closed = false
  readonly #path: string
  readonly #lock: FileLock

  private constructor(path: string, lock: FileLock) {
    this.#path = path
    this.#lock = lock
  }

  /**
   * The intent for `intended` in `folder`, which is created if need be.
   *
   * Throws `E_LOCKED` while another run is at the same query, `E_CONFIG` when another user could have written the record,
   * `E_IO` and `E_NO_SPACE`.
   */
  static async open(folder: string, intended: Intended): Promise<Intent> {
    const path = join(folder, `query-${hashOf(intended)}.json`)
    let intent: Intent | undefined
    try {
      prepareSpoolFolder(folder)
      intent = new Intent(path, await acquireLock(path))
      const domainKey = await recordedKey(path)
      if (domainKey === undefined) await intent.renew()
      else [intent.#domainKey, intent.#found] = [domainKey, true]
      return intent
    } catch (error) {
      await intent?.close('keep')
      throw ioError(error, `the spool ${folder}`)
    }
  }

  get domainKey(): string {
    return this.#domainKey
  }

  get found(): boolean {
    return this.#found
  }

  /** Chooses another key, for another job. Resolves when it is on the disk. Throws as `open` does. */
  async renew(): Promise<void> {
    this.#domainKey = newDomainKey()
    this.#found = false
    const record = { format: FORMAT, domainKey: this.#domainKey, recordedAt: new Date().toISOString() }
    await writeRecord(this.#path, record).catch((error) => {
      throw ioError(error, `the spool ${this.#path}`)
    })
  }

  /** Leaves the intent to the next run, or forgets it. Never rejects. */
  async close(how: 'keep' | 'remove'): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (how === 'remove') await removeDurably(this.#path)
    this.#lock.release()
  }
}

/** Whether the next run may attach to the job of a run that failed so; otherwise it needs a job of its own. */
export function leavesJobAlive(failure: unknown): boolean {
  return !(failure instanceof SluiceError) || ERROR_TABLE[failure.code].job === 'alive'
}

/** All that decides about the rows of the result or where else they go, in 24 hexadecimal digits. */
function hashOf({ endpoint, database, type, query, engineVersion, scheduledTime, ...rest }: Intended) {
  const { table } = rest
  // Without one it is the hash of before there were any: what was under way goes on.
  const named = table === undefined ? [] : [table]
  const target = [rest.resultUrl, rest.resultConnectionId, rest.resultConnectionSettings, ...named]
  const all = [endpoint, database, type ?? 'trino', query, engineVersion, scheduledTime, ...target]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 24)
}

/** The key of the last run, unless that was too long ago. */
async function recordedKey(path: string): Promise<string | undefined> {
  const record = await readRecord(path, 'query', parseIntent)
  if (record === undefined) return undefined
  const age = Date.now() - Date.parse(record.recordedAt)
  return Math.abs(age) <= VALID_MS ? record.domainKey : undefined
}

function parseIntent({ format, domainKey, recordedAt }: Fields) {
  const valid = format === FORMAT && typeof domainKey === 'string' && domainKey !== ''
  return valid ? { domainKey, recordedAt: String(recordedAt) } : undefined
}
