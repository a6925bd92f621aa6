/**
 * What the process owes its user: stdout, memory, endings. FAILURES is how many runs fail in one process, 60
 * by default.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { csv, pipeline } from '../../src/index.js'
import { runInProcess } from '../support/cli/context.js'
import { CLI_ARGS } from '../support/cli/run.js'
import { finishedJob } from '../support/client/job.js'
import { cut, RESULT } from '../support/client/result.js'
import { reset, startServer, TEST_KEY } from '../support/client/server.js'
import { COLUMNS, csvOf, packRows, textRows } from '../support/faults/run.js'
import { memorySource } from '../support/msgpack/encoded-results.js'

t.setTimeout(600_000)

const FAILURES = Number(process.env.FAILURES ?? 60)

t.test(
  'F10: when the network dies for good, stdout has a beginning of the rows, none twice, and it is no success',
  async (t) => {
    const rows = textRows(100_000)
    const bytes = gzipSync(packRows(rows))
    const server = await startServer(t)
    finishedJob(server, bytes, { num_records: rows.length, hive_result_schema: COLUMNS })
    server.script(RESULT, ...[1, 2].map(() => cut(bytes, Math.floor(bytes.length / 3), 'close')))
    server.always(RESULT, reset())
    const env = { TD_API_SERVER: server.url, TD_API_KEY: TEST_KEY }
    const args = ['dump', '7', '-f', 'csv', '--retries', '2', '--retry-delay', '0ms', '--quiet']
    const { exit, stdout, stderr } = await runInProcess(args, { env })
    t.equal(exit, 10)
    t.match(stderr, /^td-sluice: E_NET: [^\n]+ \(job 7\)\n/)
    t.ok(csvOf(rows).startsWith(stdout), 'a prefix, so nothing twice')
    t.ok(stdout.length > 1000)
  },
)

t.test('F16: a heap of 96 MB is enough for any result', async (t) => {
  const path = join(t.testdir({}), 'rows.msgpack.gz')
  const member = gzipSync(packRows(textRows(200_000)), { level: 1 })
  writeFileSync(path, Buffer.concat(Array<Buffer>(20).fill(member)))
  const args = ['--max-old-space-size=96', ...CLI_ARGS, 'convert', path, '-o', '/dev/null', '-f', 'csv']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  t.strictSame(await once(child, 'close'), [0, null], stderr)
  t.match(stderr, /wrote 4,000,000 rows/)
})

t.test(`F17: ${FAILURES} failed runs leave neither handles nor memory`, async (t) => {
  const path = join(t.testdir({}), 'out.csv')
  const damaged = gzipSync(packRows(textRows(100))).subarray(0, -5)
  const failing = async (runs: number) => {
    for (let i = 0; i < runs; i++) {
      const source = memorySource(damaged, { schemaText: COLUMNS })
      await pipeline(source, csv(path)).then(
        () => t.fail('a success'),
        (error) => {
          if (error.code !== 'E_GZIP_TRUNCATED') throw error
        },
      )
    }
    // What is freed on later turns of the loop does not count.
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
    return { handles: process.getActiveResourcesInfo().length, rss: process.memoryUsage().rss }
  }
  const before = await failing(20)
  const after = await failing(FAILURES)
  t.equal(after.handles, before.handles)
  t.comment(`${((after.rss - before.rss) / 1e6).toFixed(0)} MB more`)
  t.ok(after.rss - before.rss < 100e6)
})
