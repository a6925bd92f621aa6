// A blob of Azure Blob Storage, complete or not there. The container has to be there.
import { csv, pipeline, query } from 'td-sluice'
import { azure } from 'td-sluice/azure'

const connectionString = process.env.AZURE_STORAGE_CONNECTION_STRING ?? ''
const blob = azure('az://results/exports/access.csv.gz', { connectionString })
const report = await pipeline(
  query('select time, path, code from www_access limit 1000', { database: 'sample_datasets' }),
  csv(blob),
)
console.log(`${report.rows} rows in ${report.path}`)
