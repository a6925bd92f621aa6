import {
  Client,
  type ClientConfig,
  type ConfigOptions,
  checkConfigOptions,
  resolveConfig,
} from '../client/index.js'
import { requireObject, requireShape } from '../errors.js'
import type { SqlTemplate } from '../sql/template.js'
import type { JobSourceOptions } from './attach.js'
import type { Source } from './contract.js'
import { job } from './job.js'
import { type QueryOptions, query } from './query.js'

/**
 * A connection to one account of Treasure Data: its jobs, and sources that read results through it. It never shows its
 * key, whatever prints it. Idle connections keep no program running, so `close` is needed only to cut off what runs.
 */
export class Connection extends Client {
  /**
   * As the function `query`, through this connection.
   *
   * @throws SluiceError as `query` does.
   */
  query(sql: string | SqlTemplate, options: Omit<QueryOptions, 'connection'> = {}): Source {
    requireObject(options, 'the options of query')
    return query(sql, { ...options, connection: this })
  }

  /**
   * As the function `job`, through this connection.
   *
   * @throws SluiceError as `job` does.
   */
  job(jobId: string | number, options: Omit<JobSourceOptions, 'connection'> = {}): Source {
    requireObject(options, 'the options of job')
    return job(jobId, { ...options, connection: this })
  }

  /** `await using connection = connect()` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * How to reach Treasure Data, said once: what is left out comes from the environment and `~/.td/td.conf`, as
 * `resolveConfig` finds it. Nothing is sent yet.
 *
 * @example
 * const td = connect({ site: 'jp01', database: 'sample_datasets' })
 * await pipeline(td.query('select * from www_access'), csv('access.csv'))
 * for await (const job of td.jobs.list({ status: 'running' })) console.log(job.jobId)
 * @throws SluiceError `E_CONFIG` when there is no API key or a value is not valid, `E_USAGE` for options that are unknown,
 *   have another shape or contradict each other.
 */
export function connect(options: ConfigOptions | ClientConfig = {}): Connection {
  if (isResolved(options)) return new Connection(checked(options))
  checkConfigOptions(options, 'connect')
  return new Connection(resolveConfig(options))
}

/** Throws `E_USAGE` for what only looks like a configuration. */
function checked(config: ClientConfig): ClientConfig {
  const { endpoint, apiKey, proxies, userAgent } = config
  const hasTexts = typeof endpoint === 'string' && typeof userAgent === 'string'
  const isWhole = hasTexts && typeof proxies === 'object' && proxies !== null
  const isSecret = apiKey === undefined || typeof apiKey?.obtain === 'function'
  requireShape(isWhole && isSecret, 'the configuration', 'one that resolveConfig has made')
  return config
}

function isResolved(options: ConfigOptions | ClientConfig): options is ClientConfig {
  return typeof options === 'object' && options !== null && 'origins' in options
}
