// Programs that use the library as it is published, in the current folder: `program.mjs tee|partitions JOB`.
import { csv, job, parquet, partitionBy, pipeline, tee } from '../../../dist/index.js'

const SINKS = {
  tee: () => tee(csv('out.csv'), parquet('out.parquet', { rowGroupSize: 1000 })),
  partitions: () => partitionBy(['n'], (path) => csv(`${path}.csv`), { folder: 'by-n', maxOpenFiles: 4 }),
}

const [kind, id] = process.argv.slice(2)
await pipeline(job(id, { connection: { retryDelay: 5 } }), SINKS[kind]())
