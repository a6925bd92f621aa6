import { type Client, type ConfigOptions, createClient } from '../client/index.js'

/** What the sources that talk to the API have in common. */
export interface JobSourceOptions extends ConfigOptions {
  /** A client to use, and to leave open; otherwise one is made from the other options and closed in the end. */
  readonly client?: Client | undefined
  /** How long to wait for the job, in milliseconds. Default: as long as it takes. */
  readonly waitTimeoutMs?: number | undefined
  /** The shortest pause between two polls, in milliseconds. Default 500. */
  readonly minPollMs?: number | undefined
  /** The longest pause between two polls, in milliseconds. Default 30,000. */
  readonly maxPollMs?: number | undefined
  /** Tell the engine's own progress in each `JobEvent`, at the price of larger replies to the polls. Default false. */
  readonly engineProgress?: boolean | undefined
  /** Compare the number of bytes with `result_size` of the job record. Default true. */
  readonly verifySize?: boolean | undefined
  /** Connections to download with, 1 to 32. Default: one for results up to 32 MiB, six for larger ones. */
  readonly connections?: number | undefined
  /**
   * A folder that keeps the compressed bytes of a result until the run has succeeded, and, for a query, which job it
   * issued: the same run, started again after it was killed, goes on there. It is created if need be, and
   * only its owner can read what lies in it. With a spool the whole result is downloaded before its first row
   * is decoded.
   */
  readonly spool?: string | undefined
  /** How long a result may keep away after its job has just succeeded, in milliseconds. Default 60,000. */
  readonly resultGraceMs?: number | undefined
}

/** The client to use, and how to let go of it. */
export function clientFor(options: JobSourceOptions): { client: Client; release: () => Promise<void> } {
  if (options.client !== undefined) return { client: options.client, release: async () => {} }
  const client = createClient(options)
  return { client, release: () => client.close() }
}
