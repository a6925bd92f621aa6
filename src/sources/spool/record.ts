import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { SluiceError, systemCode } from '../../errors.js'
import { writeDurably } from '../../files/durable.js'
import { assertOnlyOurs } from '../../files/ownership.js'

/** The names of the files in a spool: bytes of a result, what is on record of them, and the key of a query. */
export const SPOOL_FILES = { names: /^(job-.*\.(msgpack\.gz|json)|query-[0-9a-f]{24}\.json)$/, deep: false }

/** Fields of a record, unchecked. */
export type Fields = Readonly<Record<string, unknown>>

/** Writes one of the small files of a spool, all or nothing. Rejects with what the system says. */
export async function writeRecord(path: string, record: object): Promise<void> {
  await writeDurably(path, `${JSON.stringify(record, null, 2)}\n`)
}

/**
 * Reads a record of a `what`; undefined where there is no such file. Throws `E_IO` for a file of which `parse` makes
 * nothing: it may belong to something else; and `E_CONFIG` for one that another user could have written.
 */
export async function readRecord<T>(
  path: string,
  what: string,
  parse: (fields: Fields) => T | undefined,
): Promise<T | undefined> {
  let text: string
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await handle.stat()
      assertOnlyOurs(stats, path)
      // A FIFO would wait for its writer.
      text = stats.isFile() ? await handle.readFile('utf8') : ''
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
  const record = parse(parseObject(text))
  if (record !== undefined) return record
  throw new SluiceError('E_IO', `${path} is no record of a ${what}`, {
    hint: 'move it away, or name another folder with --spool',
  })
}

function parseObject(text: string): Fields {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
