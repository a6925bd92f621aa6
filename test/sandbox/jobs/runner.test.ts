import t from 'tap'
import { JobStore } from '../../../src/sandbox/jobs/job-store.js'
import { Runner } from '../../../src/sandbox/jobs/runner.js'

t.test('a killed job makes room at once, even if its work goes on for a while', async (t) => {
  const jobs = new JobStore()
  const runner = new Runner({ queueMs: 0, runMs: 0 })
  const add = () => jobs.create({ type: 'trino', database: 'd', query: 'q' })
  const ends: (() => void)[] = []
  const stubborn = [add(), add()]
  for (const job of stubborn) runner.submit(job, () => new Promise((resolve) => ends.push(() => resolve({}))))
  const next = add()
  const ran = new Promise<void>((resolve) => {
    runner.submit(next, async () => {
      resolve()
      return {}
    })
  })
  while (ends.length < 2) await new Promise(setImmediate)
  t.equal(next.status, 'queued', 'two at a time')
  runner.kill(stubborn[0]!)
  await ran
  t.equal(stubborn[0]!.status, 'killed')
  const last = [add(), add()]
  let running = 0
  for (const job of last) {
    runner.submit(job, () => {
      running += 1
      return new Promise((resolve) => ends.push(() => resolve({})))
    })
  }
  while (running === 0) await new Promise(setImmediate)
  ends[0]!()
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
  t.equal(running, 1, 'the end of the killed work makes no room a second time')
  for (const end of ends) end()
  while (running < 2) await new Promise(setImmediate)
  for (const end of ends) end()
  await runner.close()
})

t.test('a job that ends with an error makes room at once', async (t) => {
  const jobs = new JobStore()
  const runner = new Runner({ queueMs: 0, runMs: 0 })
  const add = () => jobs.create({ type: 'trino', database: 'd', query: 'q' })
  const failing = [add(), add(), add(), add()]
  for (const job of failing) runner.submit(job, () => Promise.reject(new Error('broken')))
  const next = add()
  await new Promise<void>((resolve) => {
    runner.submit(next, async () => {
      resolve()
      return {}
    })
  })
  t.strictSame(
    failing.map(({ status, stderr }) => [status, /broken/.test(stderr ?? '')]),
    failing.map(() => ['error', true]),
  )
  await runner.close()
})

t.test('a job that was killed while it waited for room takes none', async (t) => {
  const jobs = new JobStore()
  const runner = new Runner({ queueMs: 0, runMs: 0 })
  const add = () => jobs.create({ type: 'trino', database: 'd', query: 'q' })
  const ends: (() => void)[] = []
  for (const job of [add(), add()])
    runner.submit(job, () => new Promise((resolve) => ends.push(() => resolve({}))))
  while (ends.length < 2) await new Promise(setImmediate)
  const waiting = [add(), add(), add()]
  for (const job of waiting) {
    runner.submit(job, async () => t.fail('its work began') as never)
    runner.kill(job)
  }
  const next = add()
  const ran = new Promise<void>((resolve) => {
    runner.submit(next, async () => {
      resolve()
      return {}
    })
  })
  ends[0]!()
  await ran
  t.strictSame(
    waiting.map(({ status }) => status),
    waiting.map(() => 'killed'),
  )
  for (const end of ends) end()
  await runner.close()
})
