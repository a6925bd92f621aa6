import { readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { ERROR_TABLE, type ErrorCode, SluiceError } from '../../../src/errors.js'
import { pipeline } from '../../../src/pipeline/pipeline.js'
import { rowsTo } from '../../../src/sinks/rows-to.js'
import { query } from '../../../src/sources/query.js'
import { finishedJob } from '../../support/client/job.js'
import { reply, type ScriptedServer, startServer, testClient } from '../../support/client/server.js'
import { packRows } from '../../support/msgpack/encoded-results.js'

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[]
const BYTES = gzipSync(packRows([[1], [2], [3]]))

async function serverOf(t: Test): Promise<ScriptedServer> {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.always('POST job/issue/trino/db', reply(200, { job: '7', job_id: '7', database: 'db' }))
  return server
}

/** Runs a query by way of `spool`; with a code, the rows of the whole result meet that failure. */
async function run(t: Test, server: ScriptedServer, spool: string, code?: ErrorCode): Promise<void> {
  const source = query('select 1', { connection: testClient(t, server), database: 'db', minPoll: 1, spool })
  const refuse = () => {
    if (code !== undefined) throw new SluiceError(code, 'as the test wants it')
  }
  await pipeline(source, rowsTo(refuse))
}

t.test('a spool keeps its bytes exactly for failures whose column calls them good', async (t) => {
  const server = await serverOf(t)
  for (const code of CODES) {
    const spool = t.testdir({})
    await t.rejects(run(t, server, spool, code), { code })
    const kept = readdirSync(spool).some((name) => /^job-7-.*\.msgpack\.gz$/.test(name))
    t.equal(kept, ERROR_TABLE[code].bytes === 'good', code)
  }
})

t.test(
  'a query leaves its job to the next run exactly after failures whose column calls it alive',
  async (t) => {
    const server = await serverOf(t)
    for (const code of CODES) {
      const spool = t.testdir({})
      await t.rejects(run(t, server, spool, code), { code })
      const kept = readdirSync(spool).some((name) => /^query-.*\.json$/.test(name))
      t.equal(kept, ERROR_TABLE[code].job === 'alive', code)
    }
  },
)

t.test('a run that succeeds leaves neither bytes nor a job', async (t) => {
  const spool = t.testdir({})
  await run(t, await serverOf(t), spool)
  t.same(readdirSync(spool), [])
})
