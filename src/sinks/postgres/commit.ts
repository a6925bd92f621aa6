import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError } from '../../errors.js'
import { UnknownCommit } from '../tables/unknown-commit.js'
import type { Ask } from './catalog.js'
import { isConnectionLost } from './database-error.js'

/** How often the server is asked what became of a transaction, and the first pause in milliseconds: 16 seconds in all. */
const TRIES = 6
const PAUSE_MS = 250

/** A connection of its own, to be closed. */
export interface Inquiry {
  readonly ask: Ask
  close(): Promise<void>
}

/**
 * Commits. When the connection ends before the reply, another one is asked what became of the transaction.
 *
 * @param query runs a statement, and resolves with the command that the server says it has done
 * @param inquire makes another connection; absent where the program has made the first one
 * @throws UnknownCommit when the result is unknown, and any error of the server, which has rolled back then
 */
export async function commit(
  query: (statement: string) => Promise<string | undefined>,
  ask: Ask,
  inquire: (() => Promise<Inquiry>) | undefined,
): Promise<void> {
  const id = inquire && (await transactionId(query, ask))
  try {
    // The server ends a transaction that has failed, and reports no error.
    if ((await query('COMMIT')) === 'ROLLBACK')
      throw new SluiceError('E_DATABASE', 'PostgreSQL rolled the transaction back')
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    const outcome = id === undefined ? undefined : await outcomeOf(id, inquire!)
    if (outcome === 'committed') return
    throw outcome === 'aborted' ? error : new UnknownCommit(error)
  }
}

/** `undefined` where the server has no such function, as some that speak its protocol. */
async function transactionId(
  query: (statement: string) => Promise<unknown>,
  ask: Ask,
): Promise<string | undefined> {
  await query('SAVEPOINT td_sluice')
  try {
    const [row] = await ask('SELECT txid_current()::text AS id')
    return row?.id ?? undefined
  } catch (error) {
    if (isConnectionLost(error)) throw error
    await query('ROLLBACK TO SAVEPOINT td_sluice')
    return undefined
  }
}

/** https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT */
async function outcomeOf(id: string, inquire: () => Promise<Inquiry>): Promise<string | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    await delay(PAUSE_MS * 2 ** tries)
    try {
      const { ask, close } = await inquire()
      try {
        const [row] = await ask(`SELECT txid_status(${id}) AS status`)
        if (row?.status !== 'in progress') return row?.status ?? undefined
      } finally {
        await close().catch(() => {})
      }
    } catch {
      // The server may be starting again.
    }
  }
  return undefined
}
