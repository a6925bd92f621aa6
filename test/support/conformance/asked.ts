import { decodeMulti } from '@msgpack/msgpack'
import { Engine } from '../../../src/sandbox/engine/engine.js'
import { tableViews } from '../../../src/sandbox/engine/tables.js'
import { DONE, Failure } from './case.js'

/** 2014-10-02 00:00:00 UTC, when the jobs are scheduled. */
const SCHEDULED_TIME = 1_412_208_000

export interface Asked {
  /** The rows of a query, those of one column as its values; DONE; or the Failure that it is. */
  answer(sql: string, engine?: string): Promise<unknown>
  /** Milliseconds of processor time that DuckDB and the translation take for a query before its first row. */
  planned(sql: string): Promise<number>
  close(): void
}

/** An engine with the sample tables, asked without a server. */
export async function askedEngine(folder: string): Promise<Asked> {
  const engine = await Engine.open({ views: await tableViews(5000, 1000, [], folder), folder })
  const started = (sql: string, type: string) =>
    engine.start({ sql, database: 'sample_datasets', engine: type, scheduledTime: SCHEDULED_TIME })
  return {
    async answer(sql, type = 'trino') {
      const running = await started(sql, type)
      try {
        const found = await running.answer
        if (found.kind === 'done') return DONE
        const rows: unknown[] = []
        for await (const block of found.blocks) rows.push(...(decodeMulti(block) as Iterable<unknown[]>))
        return rows.map((row) => ((row as unknown[]).length === 1 ? (row as unknown[])[0] : row))
      } catch (error) {
        return new Failure((error as Error).message)
      } finally {
        running.end()
      }
    },
    async planned(sql) {
      const from = process.cpuUsage()
      const running = await started(`EXPLAIN ${sql}`, 'trino')
      const found = await running.answer
      if (found.kind === 'rows') for await (const _ of found.blocks);
      running.end()
      const { user, system } = process.cpuUsage(from)
      return (user + system) / 1000
    },
    close: () => engine.close(),
  }
}
