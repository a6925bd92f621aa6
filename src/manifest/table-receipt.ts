import { SluiceError } from '../errors.js'
import { receiptIn } from '../sinks/tables/named-table.js'
import { removalOfReceipt, type TableReceipt } from '../sinks/tables/receipts.js'
import type { PlannedExport } from './planned-export.js'
import { utcTime } from './time-text.js'

/**
 * The receipt of an export whose rows are appended to a table, which must not happen twice: the state is written after the
 * commit, and a run may be killed in between. Other modes can be repeated, and need none.
 */
export function receiptOf({
  name,
  job,
  jobHash,
  writing,
  writingHash,
}: PlannedExport): TableReceipt | undefined {
  if (!('table' in writing) || (writing.tableOptions.mode ?? 'append') !== 'append') return undefined
  const { table } = writing.table
  const text = typeof table === 'string' ? table : table.join('.')
  return { name: `${name} ${utcTime(job.scheduledTime)} ${text}`, content: `${jobHash} ${writingHash}` }
}

/**
 * How many rows an earlier start has appended for this export and time; `undefined` when it has not.
 *
 * @throws SluiceError `E_EXISTS` when they were made by another query, or are wanted again.
 */
export async function appendedRows(planned: PlannedExport, isForced: boolean): Promise<number | undefined> {
  const receipt = receiptOf(planned)
  if (receipt === undefined || !('table' in planned.writing)) return undefined
  const { table } = planned.writing
  const held = await receiptIn(table, receipt.name)
  if (held === undefined) return undefined
  if (held.content === receipt.content && !isForced) return held.rows
  const why = isForced ? 'by an earlier run' : 'by another query, or in another form'
  const time = utcTime(planned.job.scheduledTime)
  throw new SluiceError('E_EXISTS', `the rows for ${time} were appended to ${table.name} ${why}`, {
    hint: `remove them from the table, and their receipt: ${removalOfReceipt(table.table, receipt.name)}`,
  })
}
