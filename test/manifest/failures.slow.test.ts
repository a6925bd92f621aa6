import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { ERROR_TABLE, type ErrorCode, SluiceError } from '../../src/errors.js'
import { planRun } from '../../src/manifest/plan.js'
import type { ExportReport } from '../../src/manifest/report.js'
import { runPlan } from '../../src/manifest/run.js'
import { finishedJob } from '../support/client/job.js'
import { reply, startServer, testClient } from '../support/client/server.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[]
const BYTES = gzipSync(packRows([[1], [2], [3]]))
const MANIFEST = `version: 1
exports: [{ name: a, database: db, query: select 1, output: a.csv, retries: 1, retry_delay: 1ms }]
`

/** A manifest of one export, a server where its jobs succeed at once, and the way to start it. */
async function oneExport(t: Test) {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  server.always('POST job/issue/trino/db', reply(200, { job: '7', job_id: '7', database: 'db' }))
  const folder = t.testdir({ 'exports.yaml': MANIFEST })
  const file = join(folder, 'exports.yaml')
  return {
    /** Jobs that were issued: a second one has a domain key of its own. */
    jobs: () => new Set(server.of('POST job/issue/trino/db').map(({ form }) => form.get('domain_key'))).size,
    removeOutput: () => rmSync(join(folder, 'a.csv')),
    /** Starts it once. The first word of its job fails the run with `code`. */
    async start(code?: ErrorCode): Promise<ExportReport> {
      const accountFor = () => ({ endpoint: server.url, database: undefined })
      const plan = await planRun({ file, cwd: folder, env: {}, accountFor, scheduledTime: '2026-01-31' })
      let failing = code
      const listener = {
        progress: ({ type }: { type: string }) => {
          if (type !== 'job' || failing === undefined) return
          const error = new SluiceError(failing, 'as the test wants it')
          failing = undefined
          throw error
        },
        info: () => {},
        failure: () => {},
      }
      const report = await runPlan(plan, {
        createClient: () => testClient(t, server, { retries: 0 }),
        force: false,
        env: {},
        signal: new AbortController().signal,
        onAbort: 'leave',
        listener: { ...listener, forExport: () => listener },
      })
      return report.exports[0]!
    },
  }
}

// Most of the time of a run goes into making its state durable, so several run side by side.
t.jobs = 8
t.setTimeout(120_000)
const BESIDE = { buffered: true }

for (const code of CODES) {
  const { job, retryable } = ERROR_TABLE[code]

  t.test(
    `after ${code} a job that is known gets ${job === 'dead' ? 'a' : 'no'} successor`,
    BESIDE,
    async (t) => {
      const { start, jobs, removeOutput } = await oneExport(t)
      await start()
      removeOutput()
      await start(code)
      t.match(await start(), { outcome: /written|skipped/ })
      t.equal(jobs(), job === 'dead' ? 2 : 1)
    },
  )

  const issuesAnother = code === 'E_JOB_FAILED'
  const again = issuesAnother || (retryable && code !== 'E_DEADLINE')
  t.test(`after ${code} a run tries its export ${again ? 'again' : 'no more'}`, BESIDE, async (t) => {
    const { start, jobs } = await oneExport(t)
    const { outcome, tries, error } = await start(code)
    t.equal(tries, again ? 2 : 1)
    t.equal(jobs(), issuesAnother ? 2 : 1)
    t.match({ outcome, error }, again ? { outcome: 'written' } : { outcome: 'failed', error: { code } })
  })
}

t.test('E_NOT_FOUND from issuing makes no second job: it may be about the database', async (t) => {
  const { start, jobs } = await oneExport(t)
  t.match(await start('E_NOT_FOUND'), { outcome: 'failed' })
  t.match(await start(), { outcome: 'written' })
  t.equal(jobs(), 1)
})
