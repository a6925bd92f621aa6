// What each row of the matrix runs: a file into csv and into Parquet with three codecs, the result of a job, and a query.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { csv, file, job, parquet, pipeline, query, rows } from 'td-sluice'

const SCHEMA = '[["id","bigint"],["name","varchar"]]'
const SQL = "select * from (values (1, 'one'), (2, null)) as t (id, name)"

/** Resolves to the line that `scripts/test-matrix.mjs` waits for. Works in the folder that holds result.msgpack. */
export async function exercise(endpoint: string, jobId: string): Promise<string> {
  const source = () => file('result.msgpack', { schema: SCHEMA })
  await pipeline(source(), csv('result.csv'))
  for (const codec of ['none', 'snappy', 'gzip'] as const) {
    await pipeline(source(), parquet(`${codec}.parquet`, { codec }))
    const bytes = readFileSync(`${codec}.parquet`)
    const ends = bytes.toString('latin1', 0, 4) + bytes.toString('latin1', bytes.length - 4)
    if (ends !== 'PAR1PAR1') throw new Error(`${codec}.parquet begins and ends with ${ends}`)
  }
  const connection = { endpoint, apiKey: '1/matrix' }
  const names: unknown[] = []
  for await (const row of rows(job(jobId, { connection }))) names.push(row.name)
  for await (const row of rows(query(SQL, { database: 'sample_datasets', connection }))) names.push(row.name)
  const text = readFileSync('result.csv', 'utf8') + names.join()
  return `matrix ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}
