import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect, csv, pipeline, rows } from '../src/index.js'
import { startSandbox } from '../src/sandbox/index.js'
import { resultOf } from './support/msgpack/encoded-results.js'

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

/** Everything that is told on the channels during a test. */
function listen(t: Test) {
  const told: { channel: string; message: Record<string, unknown> }[] = []
  for (const name of ['run', 'request', 'job']) {
    const channel = `td-sluice:${name}`
    const listener = (message: unknown) => {
      told.push({ channel: name, message: message as Record<string, unknown> })
    }
    subscribe(channel, listener)
    t.teardown(() => unsubscribe(channel, listener))
  }
  return (name: string) => told.filter(({ channel }) => channel === name).map(({ message }) => message)
}

t.test('a query tells of its run, its job and its requests, and no secret', async (t) => {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 100, preload: true })
  t.teardown(() => sandbox.close())
  const heard = listen(t)
  const td = connect({ endpoint: sandbox.url, apiKey: KEY, database: 'sample_datasets' })
  const secret = 'hidden-in-the-query'
  const report = await pipeline(td.query(`select '${secret}' as a`), csv(join(t.testdir(), 'out.csv')))
  const [start, end] = heard('run')
  t.match(start, { event: 'start', source: 'query' })
  t.match(end, { event: 'end', run: start!.run, jobId: report.jobId, rows: 1, bytesIn: report.bytesIn })
  t.notOk('errorCode' in end!)
  t.ok((end!.durationMs as number) > 0)
  const jobs = heard('job')
  t.match(jobs[0], { run: start!.run, jobId: report.jobId, issued: true })
  t.equal(jobs.at(-1)!.status, 'success')
  const requests = heard('request')
  t.match(requests[0], { method: 'POST', path: '/v3/job/issue/trino/sample_datasets', status: 200 })
  t.ok(requests.some(({ path }) => path === `/v3/job/result/${report.jobId}`))
  t.ok(
    requests.every(({ host, durationMs }) => host === new URL(sandbox.url).host && Number(durationMs) >= 0),
  )
  const all = JSON.stringify([heard('run'), jobs, requests])
  t.notMatch(all, secret)
  t.notMatch(all, KEY)
})

t.test('a failure is told by its code', async (t) => {
  const heard = listen(t)
  const td = connect({ endpoint: 'http://127.0.0.1:1', apiKey: KEY, retries: 1, retryDelay: 1 })
  await t.rejects(pipeline(td.job('12'), csv(join(t.testdir(), 'out.csv'))), { code: 'E_NET' })
  t.match(heard('run'), [
    { event: 'start', source: 'job' },
    { event: 'end', errorCode: 'E_NET', rows: 0 },
  ])
  t.equal(heard('request').length, 2, 'each try')
  t.match(heard('request')[0], { method: 'GET', path: '/v3/job/status/12', errorCode: 'E_NET' })
})

t.test('each run has a number of its own, and ends once, also when its loop is left', async (t) => {
  const heard = listen(t)
  const source = () => resultOf([['id', 'bigint']], [[1], [2]])
  for await (const _ of rows(source())) break
  for await (const _ of rows(source()));
  const [first, left, second, done] = heard('run')
  t.equal(heard('run').length, 4)
  t.match(left, { event: 'end', run: first!.run, errorCode: 'E_INTERRUPTED' })
  t.not(second!.run, first!.run)
  t.match(done, { event: 'end', run: second!.run, rows: 2, jobId: '42' })
})
