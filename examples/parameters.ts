// Values in a query: quoted for the engine, never part of the SQL.
import { query, rows, sql } from 'td-sluice'

const database = 'sample_datasets'
const codes = [404, 500]
const agent = "it's ' or 1=1 --"

const failed = sql`select code, count(1) as n from www_access
  where code in (${codes}) and agent <> ${agent} group by ${sql.identifier('code')}`
for await (const { code } of rows(query(failed, { database }))) console.log(`code ${code}`)

const least = query('select count(1) as n from www_access where code >= :least', {
  database,
  params: { least: 400 },
})
for await (const { n } of rows<{ n: number }>(least)) console.log(n > 0 ? 'some failed' : 'none failed')
