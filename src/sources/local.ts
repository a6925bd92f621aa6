import type { Readable } from 'node:stream'
import type { OpenSource } from './contract.js'

/** Options of the sources that know no job. */
export interface LocalOptions {
  /** `hive_result_schema`, as a job record has it: `[["time","bigint"],…]`. Default none: `_col0`, `_col1`, … */
  schema?: string | undefined
}

/** Bytes that come with no job record: packed as their first bytes say, of any number of rows. */
export function localSource(body: Readable, { schema }: LocalOptions, expectedBytes?: number): OpenSource {
  return {
    body,
    compression: 'detect',
    schemaText: schema ?? null,
    jobId: undefined,
    expectedRows: undefined,
    expectedBytes,
    issued: false,
  }
}
