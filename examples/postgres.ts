// Into a table of PostgreSQL, in one transaction. PGHOST, PGDATABASE and so on say where.
import { pipeline, query } from 'td-sluice'
import { postgres } from 'td-sluice/postgres'

const report = await pipeline(
  query('select * from www_access limit 1000', { database: 'sample_datasets' }),
  postgres('www_access', { create: true, mode: 'truncate' }),
)
console.log(`${report.rows} rows`)
