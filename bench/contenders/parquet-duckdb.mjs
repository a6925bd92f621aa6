// DuckDB's own writer, in C++ and on one thread: COPY of the same table, which is in memory already. Loading it is not
// counted; the memory is that of the table too.
import { DuckDBInstance } from '@duckdb/node-api'

const [table, output] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection = await instance.connect()
await connection.run(`CREATE TABLE t AS SELECT * FROM read_parquet('${table}')`)
const before = process.cpuUsage()
const start = performance.now()
await connection.run(`COPY t TO '${output}' (FORMAT parquet, COMPRESSION snappy)`)
const wallMs = performance.now() - start
const { user, system } = process.cpuUsage(before)
const peakMiB = process.resourceUsage().maxRSS / 1024
process.stdout.write(`${JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakMiB })}\n`)
