// What a result is before its first row: the columns that are written are chosen by its schema.
import { csv, open, query, select } from 'td-sluice'

const result = await open(query('select * from www_access limit 100', { database: 'sample_datasets' }))
console.log(`job ${result.jobId} has ${result.expectedRows} rows`)
const names = result.schema.columns.filter(({ type }) => type.kind !== 'varchar').map(({ name }) => name)
const report = await result.to(select(names), csv('numbers.csv'))
console.log(`${report.rowsWritten} rows of ${names.join(', ')}`)
