import { checkArgument, checkOptions } from '../usage.js'
import type { ClientConfig } from './config/index.js'
import { type ExportTableOptions, exportTable } from './exports.js'
import { Transport } from './http/transport.js'
import { CALL_OPTIONS, type CallOptions, Jobs } from './jobs.js'

/** How long a client bears with a failing, silent or slow server. */
export type Patience = Pick<ClientConfig, 'retries' | 'retryDelayMs' | 'idleTimeoutMs' | 'minBytesPerSecond'>

/** A connection to the TD v3 API. It never shows its key, whatever prints it. */
export class Client {
  /** Scheme, host, port and path prefix. */
  readonly endpoint: string
  /** The database of queries that name none; undefined where there is none. */
  readonly database: string | undefined
  /** How this client repeats what failed, and how long it waits for a silent server. */
  readonly patience: Patience
  /** The operations on jobs. */
  readonly jobs: Jobs
  readonly #transport: Transport

  constructor(config: ClientConfig) {
    this.endpoint = config.endpoint
    this.database = config.database
    const { retries, retryDelayMs, idleTimeoutMs, minBytesPerSecond } = config
    this.patience = { retries, retryDelayMs, idleTimeoutMs, minBytesPerSecond }
    this.#transport = new Transport(config)
    this.jobs = new Jobs(this.#transport, config.database)
  }

  /**
   * Has TD write a table to S3; resolves with the id of the job that does it. The request is sent once, never repeated.
   *
   * @throws SluiceError `E_USAGE` for names and options that cannot be sent, and what {@link Jobs} throws.
   */
  async exportTable(database: string, table: string, options: ExportTableOptions): Promise<string> {
    checkArgument(database, 'the database', 'text')
    checkArgument(table, 'the table', 'text')
    return exportTable(this.#transport, database, table, options)
  }

  /**
   * Finds the API key where a command prints it. Each request does so by itself; this tells before other work that it cannot be had.
   *
   * @throws SluiceError `E_CONFIG` when the command fails, `E_USAGE` for wrong options, and the reason of `signal` when that is aborted.
   */
  async ready(options: CallOptions = {}): Promise<void> {
    checkOptions(options, 'ready', CALL_OPTIONS)
    await this.#transport.ready(options.signal)
  }

  /** Ends all connections. Requests under way fail, and so do later ones. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}
