// What a failure tells, what may be tried again without a second job, and why rows are only believed after the loop.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { csv, pipeline, query, rows, SluiceError } from 'td-sluice'

/** Runs a query into a file, and again where that may help: as the same job, since the key stays. */
async function persistently(sql: string, path: string, tries = 3) {
  const domainKey = `report-${randomUUID()}`
  for (let tried = 1; ; tried++) {
    try {
      return await pipeline(query(sql, { database: 'sample_datasets', domainKey }), csv(path))
    } catch (error) {
      if (!(error instanceof SluiceError && error.retryable) || tried === tries) throw error
      await sleep(error.retryAfterMs ?? 1000 * 2 ** tried)
    }
  }
}

const report = await persistently('select time, path from www_access limit 100', 'report.csv')
console.log(`${report.rows} rows`)

try {
  await persistently('select * from no_such_table', 'report.csv')
} catch (error) {
  if (!(error instanceof SluiceError)) throw error
  switch (error.code) {
    case 'E_JOB_FAILED':
      console.log(`job ${error.jobId} failed: ${error.message}`)
      break
    case 'E_AUTH':
    case 'E_CONFIG':
      console.log(`${error.message}; ${error.hint}`)
      break
    default:
      console.log(`${error.code}: ${error.message}`)
  }
  console.log(`the command would have ended with exit code ${error.exitCode}`)
}

const paths: string[] = []
const source = query('select path from www_access limit 100', { database: 'sample_datasets' })
for await (const { path } of rows<{ path: string }>(source)) paths.push(path)
// Only here it is known that these are all rows, and whole ones.
console.log(`${paths.length} paths`)
