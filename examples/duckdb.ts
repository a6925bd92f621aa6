// Into a local DuckDB file, to be asked again and again without another job.
import { DuckDBInstance } from '@duckdb/node-api'
import { pipeline, query } from 'td-sluice'
import { duckdb } from 'td-sluice/duckdb'

await pipeline(
  query('select * from www_access limit 1000', { database: 'sample_datasets' }),
  duckdb('www_access', { database: 'local.duckdb', create: true, mode: 'truncate' }),
)
const connection = await (await DuckDBInstance.create('local.duckdb')).connect()
const found = await connection.runAndReadAll('select count(*)::int from www_access')
console.log(`${found.getRows()[0]?.[0]} rows`)
