import type { Duration } from '../model/duration.js'
import type { OptionShapes } from '../usage.js'
import type { FileTable } from './engine/tables.js'
import type { Fault } from './faults/fault.js'

/** How the sandbox behaves. Everything may be left out. */
export interface SandboxOptions {
  /**
   * The port on 127.0.0.1.
   *
   * @default 0: any that is free
   */
  readonly port?: number
  /**
   * The one API key to accept.
   *
   * @default any
   */
  readonly apiKey?: string
  /**
   * Rows of `sample_datasets.www_access`.
   *
   * @default 5000, as many as Treasure Data's own has
   */
  readonly rows?: number
  /**
   * Rows of `sample_datasets.nasdaq`.
   *
   * @default 10,000
   */
  readonly nasdaqRows?: number
  /** Further tables, from Parquet, CSV, TSV or JSON files. */
  readonly tables?: readonly FileTable[]
  /**
   * A local folder that stands for all buckets and connections.
   *
   * @default none, and exports fail
   */
  readonly exportDir?: string
  /**
   * The resource pools that exist.
   *
   * @default `default`
   */
  readonly pools?: readonly string[]
  /**
   * Whether to open DuckDB and make the tables at once.
   *
   * @default at the first query
   */
  readonly preload?: boolean
  /**
   * How long a job stays queued at least.
   *
   * @default 0
   */
  readonly queueTime?: Duration
  /**
   * How long a job runs at least.
   *
   * @default 0
   */
  readonly runTime?: Duration
  /**
   * The pause before each reply.
   *
   * @default 0
   */
  readonly latency?: Duration
  /**
   * Bytes a second for each connection.
   *
   * @default as fast as it goes
   */
  readonly bytesPerSecond?: number
  /** Faults to begin with, as objects or in their text form, such as `status:503x2@issue`. */
  readonly faults?: readonly (Fault | string)[]
}

export const SANDBOX_OPTIONS: OptionShapes<SandboxOptions> = {
  port: 'count',
  apiKey: 'text',
  rows: 'count',
  nasdaqRows: 'count',
  tables: 'array',
  exportDir: 'text',
  pools: 'texts',
  preload: 'boolean',
  queueTime: 'duration',
  runTime: 'duration',
  latency: 'duration',
  bytesPerSecond: 'number',
  faults: 'array',
}
