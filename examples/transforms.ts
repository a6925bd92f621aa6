// Shaping on the way: edits of the plan cost nothing per row, functions see typed rows, several calls at once if they
// wait for something.
import { csv, filter, map, ndjson, open, pipeline, query, rename, select, tap } from 'td-sluice'

const countries = new Map([['1', 'JP']])
const lookUp = async (host: string) => countries.get(host.slice(0, 1)) ?? 'elsewhere'

let failed = 0
const report = await pipeline(
  query('select * from www_access limit 300', { database: 'sample_datasets' }),
  select(['time', 'host', 'code']),
  rename({ host: 'address' }),
  tap((row) => {
    if (Number(row.code) >= 400) failed++
  }),
  filter((row) => row.code === 200),
  map(async (row) => ({ time: row.time, country: await lookUp(String(row.address)) }), {
    concurrency: 8,
    columns: { time: 'bigint', country: 'varchar' },
  }),
  ndjson('countries.ndjson'),
)
console.log(`${report.rows} rows read, ${failed} had failed`)

// What a result is before its first row: the columns that are written are chosen by its schema.
const result = await open(query('select * from www_access limit 100', { database: 'sample_datasets' }))
console.log(`job ${result.jobId} has ${result.expectedRows} rows`)
const names = result.schema.columns.filter(({ type }) => type.kind !== 'varchar').map(({ name }) => name)
await result.to(select(names), csv('numbers.csv'))
