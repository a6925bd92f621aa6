import { requireObject } from '../errors.js'
import { type ClientConfig, type ConfigOptions, resolveConfig } from './config/index.js'
import { type ExportTableOptions, exportTable } from './exports.js'
import { Transport } from './http/transport.js'
import { Jobs } from './jobs.js'

/** How long a client bears with a failing, silent or slow server. */
export type Patience = Pick<ClientConfig, 'retries' | 'retryDelayMs' | 'idleTimeoutMs' | 'minBytesPerSecond'>

/** A connection to the TD v3 API. It never shows its key, whatever prints it. */
export class Client {
  /** Scheme, host, port and path prefix. */
  readonly endpoint: string
  /** How this client repeats what failed, and how long it waits for a silent server. */
  readonly patience: Patience
  /** The operations on jobs. */
  readonly jobs: Jobs
  readonly #transport: Transport

  constructor(config: ClientConfig) {
    this.endpoint = config.endpoint
    const { retries, retryDelayMs, idleTimeoutMs, minBytesPerSecond } = config
    this.patience = { retries, retryDelayMs, idleTimeoutMs, minBytesPerSecond }
    this.#transport = new Transport(config)
    this.jobs = new Jobs(this.#transport)
  }

  /**
   * Has TD write a table to S3; resolves with the id of the job that does it. The request is sent once, never repeated.
   *
   * @throws SluiceError `E_USAGE` for names and options that cannot be sent, and what {@link Jobs} throws.
   */
  exportTable(database: string, table: string, options: ExportTableOptions): Promise<string> {
    return exportTable(this.#transport, database, table, options)
  }

  /** Ends all connections. Requests under way fail, and so do later ones. */
  close(): Promise<void> {
    return this.#transport.close()
  }
}

/**
 * A client of the v3 API. Options that are left out come from the environment and `~/.td/td.conf`, as `resolveConfig`
 * finds them. Nothing is sent yet.
 *
 * @example
 * ```ts
 * const client = createClient({ site: 'jp01' })
 * const { jobId } = await client.jobs.issue({ query: 'select 1', database: 'sample_datasets' })
 * await client.jobs.wait(jobId)
 * await client.close()
 * ```
 *
 * @throws SluiceError `E_CONFIG` when there is no API key or a value is not valid, `E_USAGE` when options contradict each
 *   other.
 */
export function createClient(options: ConfigOptions | ClientConfig = {}): Client {
  requireObject(options, 'the options of createClient')
  return new Client('origins' in options ? options : resolveConfig(options))
}
