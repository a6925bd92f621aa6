import { SluiceError, systemCode } from '../errors.js'
import type { Engine } from './engine/engine.js'
import type { FileTable } from './engine/tables.js'
import type { Scratch } from './scratch.js'

export interface EngineHostOptions {
  readonly rows: number
  readonly nasdaqRows: number
  readonly tables: readonly FileTable[]
  readonly scratch: Scratch
}

function missing(error: unknown): unknown {
  const code = systemCode(error)
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error
  return new SluiceError('E_UNSUPPORTED', 'the sandbox runs queries with DuckDB, which is not installed', {
    hint: 'add it with: npm install @duckdb/node-api',
    cause: error,
  })
}

/** Opens the engine when it is first needed: jobs that are only added need no DuckDB. */
export class EngineHost {
  readonly #options: EngineHostOptions
  #engine: Promise<Engine> | undefined

  constructor(options: EngineHostOptions) {
    this.#options = options
  }

  /** Throws `E_UNSUPPORTED` when DuckDB is not installed and `E_USAGE` for a table that cannot be made. */
  get(): Promise<Engine> {
    this.#engine ??= this.#open()
    return this.#engine
  }

  async #open(): Promise<Engine> {
    const { rows, nasdaqRows, tables, scratch } = this.#options
    const [{ Engine }, { tableViews }] = await Promise.all([
      import('./engine/engine.js'),
      import('./engine/tables.js'),
    ]).catch((error) => {
      throw missing(error)
    })
    const folder = await scratch.folder()
    return Engine.open({ views: await tableViews(rows, nasdaqRows, tables, folder), folder })
  }

  async close(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined)
    engine?.close()
  }
}
