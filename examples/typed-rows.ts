// Rows as the schema types them: exact 64-bit integers, dates as Date, a type of one's own.
import { query, rows } from 'td-sluice'

interface Hit {
  time: bigint
  day: Date
  code: bigint
  path: string | null
}

const sql = `select time, cast(from_unixtime(time) as timestamp) as day, code, path
  from www_access order by time limit 100`
const hits = rows<Hit>(query(sql, { database: 'sample_datasets' }), {
  int64: 'bigint',
  timestamps: 'date',
})
let errors = 0
for await (const hit of hits) {
  if (hit.code >= 400n) errors++
  if (hit.day.getUTCFullYear() !== 2014) throw new Error('the sample is of 2014')
}
console.log(`${errors} of 100 requests failed`)
