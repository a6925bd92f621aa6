import t from 'tap'
import { csv, type ProgressEvent, pipeline, query, rows, type SluiceError } from '../../src/index.js'
import { record, status } from '../support/client/job.js'
import { reply, type Step, startServer, testClient } from '../support/client/server.js'
import { memoryWritable } from '../support/streams/writables.js'

/** A job that never ends, and a signal that is aborted once the job is known to run. */
async function runningJob(t: Parameters<typeof startServer>[0], killed: Step) {
  const server = await startServer(t)
  server.script('POST job/issue/trino/db', reply(200, { job: '7', job_id: '7', database: 'db' }))
  server.always('GET job/status/7', status('running'))
  server.always('POST job/kill/7', killed)
  const aborter = new AbortController()
  const events: ProgressEvent[] = []
  const onProgress = (event: ProgressEvent) => {
    events.push(event)
    if (event.type === 'job' && event.status === 'running') aborter.abort()
  }
  const source = query('select 1', { client: testClient(t, server), database: 'db', minPollMs: 5 })
  const kills = () => server.requests.filter(({ path }) => path.includes('job/kill/7')).length
  return { source, kills, events, options: { signal: aborter.signal, onProgress } }
}

const KILLED = reply(200, record('killed', { former_status: 'running' }))

t.test('an abort leaves the job alone unless it is to be killed', async (t) => {
  for (const [onAbort, expected] of [
    [undefined, 0],
    ['leave', 0],
    ['kill', 1],
  ] as const) {
    const { source, kills, options } = await runningJob(t, KILLED)
    const run = pipeline(source, csv(memoryWritable().writable), { ...options, onAbort })
    await t.rejects(run, { code: 'E_INTERRUPTED', jobId: '7' })
    t.equal(kills(), expected, `onAbort: ${onAbort}`)
  }
})

t.test('an abort of a loop kills the job too', async (t) => {
  const { source, kills, options } = await runningJob(t, KILLED)
  const error = (await rows(source, { ...options, onAbort: 'kill' })
    .next()
    .catch((e) => e)) as SluiceError
  t.match(error, { code: 'E_INTERRUPTED', jobId: '7' })
  t.equal(kills(), 1)
})

t.test('a job that cannot be killed is a notice; the run ends as it would', async (t) => {
  const { source, events, options } = await runningJob(t, reply(403, { message: 'no' }))
  await t.rejects(rows(source, { ...options, onAbort: 'kill' }).next(), { code: 'E_INTERRUPTED' })
  t.match(events.at(-1), { type: 'notice', code: 'N_NOT_KILLED', message: /^job 7 could not be killed/ })
})
