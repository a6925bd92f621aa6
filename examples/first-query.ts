// A query becomes a CSV file: complete and verified, or not there at all.
import { csv, pipeline, query, select } from 'td-sluice'

const report = await pipeline(
  query('select * from www_access order by time limit 1000', { database: 'sample_datasets' }),
  select(['time', 'path', 'code']),
  csv('access.csv.gz'),
)
console.log(`${report.rows} rows in ${report.path}`)
