import t from 'tap'
import {
  csv,
  type JobEvent,
  type ProgressEvent,
  type ProgressListener,
  pipeline,
  query,
  rows,
  SluiceError,
} from '../../src/index.js'
import { killOnAbort } from '../../src/pipeline/kill-on-abort.js'
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
  const source = query('select 1', { connection: testClient(t, server), database: 'db', minPoll: 5 })
  const kills = () => server.requests.filter(({ path }) => path.includes('job/kill/7')).length
  return { source, kills, events, options: { signal: aborter.signal, onProgress } }
}

const KILLED = reply(200, record('killed', { former_status: 'running' }))

t.test('an abort leaves the job alone unless it is to be killed, and a notice says which', async (t) => {
  for (const [onAbort, expected, code, message] of [
    [undefined, 0, 'N_JOB_LEFT', 'job 7 goes on; td-sluice dump 7 attaches to it'],
    ['leave', 0, 'N_JOB_LEFT', 'job 7 goes on; td-sluice dump 7 attaches to it'],
    ['kill', 1, 'N_KILLED', 'job 7 was killed'],
  ] as const) {
    const { source, kills, events, options } = await runningJob(t, KILLED)
    const run = pipeline(source, csv(memoryWritable().writable), { ...options, onAbort })
    await t.rejects(run, { code: 'E_INTERRUPTED', jobId: '7' })
    t.equal(kills(), expected, `onAbort: ${onAbort}`)
    t.same(events.at(-1), { type: 'notice', code, message, jobId: '7' })
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

/** Work that tells of a job in this state, issued by this run or not, and then is aborted. */
async function abortedWith(event: Pick<JobEvent, 'status' | 'issued'>): Promise<string[]> {
  const aborter = new AbortController()
  const seen: string[] = []
  const policy = {
    signal: aborter.signal,
    onAbort: 'kill' as const,
    onProgress: (event: ProgressEvent) => {
      if (event.type === 'notice') seen.push(event.code)
    },
    kill: async (jobId: string) => seen.push(`kill ${jobId}`),
  }
  const work = async (onProgress: ProgressListener) => {
    onProgress({ type: 'job', jobId: '7', elapsedMs: 0, ...event })
    aborter.abort()
    aborter.signal.throwIfAborted()
  }
  await killOnAbort(policy, work).catch(() => {})
  return seen
}

t.test('only a job that this run issued and that still runs is killed', async (t) => {
  t.same(await abortedWith({ status: 'running', issued: true }), ['kill 7', 'N_KILLED'])
  t.same(await abortedWith({ status: 'running', issued: false }), [])
  t.same(await abortedWith({ status: 'success', issued: true }), [], 'nothing is left to kill')
})

t.test('a failure that is no abort kills nothing', async (t) => {
  let killed = 0
  const policy = {
    jobId: '7',
    signal: new AbortController().signal,
    onAbort: 'kill' as const,
    onProgress: () => {},
    kill: async () => killed++,
  }
  const failure = new SluiceError('E_DEADLINE', 'the job still runs')
  await t.rejects(
    killOnAbort(policy, async () => {
      throw failure
    }),
    { code: 'E_DEADLINE', jobId: '7' },
  )
  t.equal(killed, 0)
})
