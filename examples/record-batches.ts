// Columns instead of rows: each batch is an IPC stream of Apache Arrow, opened without a copy.
import { tableFromIPC } from 'apache-arrow'
import { query, recordBatches } from 'td-sluice'

let bytes = 0n
const source = query('select size from www_access', { database: 'sample_datasets' })
for await (const batch of recordBatches(source)) {
  for (const { size } of tableFromIPC(batch)) bytes += size
}
console.log(`${bytes} bytes in all`)
