import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { EngineHost } from '../engine-host.js'
import { schemaText } from '../results/column-names.js'
import { spool } from '../results/renditions.js'
import type { Scratch } from '../scratch.js'
import type { Job } from './job.js'
import { runQuery } from './run-query.js'
import type { Work } from './runner.js'

/** Fast rather than small: the results are read back on the same machine. */
const GZIP_LEVEL = 1

/** Runs the query of a job and keeps its result in the form of msgpack.gz. */
export function queryWork(job: Job, engines: EngineHost, scratch: Scratch): Work {
  const query = {
    sql: String(job.query),
    database: job.database,
    engine: job.type,
    scheduledTime: job.scheduledTime ?? Math.floor(job.createdAt.getTime() / 1000),
  }
  return (signal) =>
    runQuery(engines, query, signal, async (answer) => {
      if (answer.kind === 'done') return { recordsInserted: answer.changed }
      const gzip = createGzip({ level: GZIP_LEVEL, chunkSize: 64 * 1024 })
      const body = await spool(scratch, Readable.from(answer.blocks).compose(gzip))
      return { body, schemaText: schemaText(answer.schema), numRecords: answer.rows(), resultSize: body.size }
    })
}
