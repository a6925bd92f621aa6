import type { ClientConfig } from './config.js'
import { type ExportTableOptions, exportTable } from './exports.js'
import { Jobs } from './jobs.js'
import { Transport } from './transport.js'

export type Patience = Pick<ClientConfig, 'retries' | 'retryDelayMs' | 'idleTimeoutMs'>

/** A connection to the TD v3 API. It never shows its key, whatever prints it. */
export class Client {
  /** Scheme, host, port and path prefix. */
  readonly endpoint: string
  /** How this client repeats what failed, and how long it waits for a silent server. */
  readonly patience: Patience
  readonly jobs: Jobs
  readonly #transport: Transport

  constructor(config: ClientConfig) {
    this.endpoint = config.endpoint
    const { retries, retryDelayMs, idleTimeoutMs } = config
    this.patience = { retries, retryDelayMs, idleTimeoutMs }
    this.#transport = new Transport(config)
    this.jobs = new Jobs(this.#transport)
  }

  /** Has TD write a table to S3; returns the id of the job that does it. Sent once, never repeated. */
  exportTable(database: string, table: string, options: ExportTableOptions): Promise<string> {
    return exportTable(this.#transport, database, table, options)
  }

  /** Ends all connections. Requests under way fail, and so do later ones. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}

/** A client for a configuration; throws `E_CONFIG` when it has no API key. Nothing is sent yet. */
export function createClient(config: ClientConfig): Client {
  return new Client(config)
}
