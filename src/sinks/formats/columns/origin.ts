import { VERSION } from '../../../version.js'
import type { SinkContext } from '../../contract.js'
import type { FileColumn } from './file-plan.js'

/** Where a file comes from, as its key-value metadata tell it; see docs/parquet.md. */
export function originOf(
  { jobId, querySha256 }: SinkContext,
  columns: readonly FileColumn[],
): Readonly<Record<string, string>> {
  return {
    ...(jobId === undefined ? {} : { 'td_sluice.job_id': jobId }),
    ...(querySha256 === undefined ? {} : { 'td_sluice.query_sha256': querySha256 }),
    'td_sluice.schema': JSON.stringify(columns.map(({ name, typeText }) => [name, typeText])),
    'td_sluice.writer': `td-sluice ${VERSION}`,
  }
}
