/** One intent makes one job, whatever is lost on the way. LOST is how many replies are lost, 10 by default. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { csv, pipeline, query } from '../../src/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { ended, runCli, startCli } from '../support/cli/run.js'
import { testClient } from '../support/client/server.js'
import { seeded } from '../support/random/seed.js'

t.setTimeout(600_000)

const LOST = Number(process.env.LOST ?? 10)

t.test(`E5: the reply to issue lost ${LOST} times: one job each time`, async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const client = testClient(t, sandbox, { retryDelay: 0, retries: 5 })
  const random = seeded(t)
  const path = join(t.testdir({}), 'out.csv')
  for (let i = 0; i < LOST; i++) {
    const before = sandbox.jobs().length
    sandbox.faults.add(`lose-response x${1 + random.below(3)}@issue`.replace(' ', ''))
    if (random.oneIn(3)) sandbox.faults.add('status:503@issue')
    const source = query(`select ${i} as n`, {
      connection: client,
      database: 'sample_datasets',
      minPoll: 1,
      maxPoll: 5,
    })
    const report = await pipeline(source, csv(path))
    t.equal(sandbox.jobs().length, before + 1, 'one job')
    t.equal(report.jobId, sandbox.jobs().at(-1)!.id)
    t.equal(readFileSync(path, 'utf8'), `n\n${i}\n`)
    t.strictSame(sandbox.faults.pending(), [])
  }
})

t.test(
  'E7: killed while issuing or waiting, a run with the same domain key takes up the same job',
  async (t) => {
    const sandbox = await startSandbox({ runTime: 300, latency: 60, preload: true })
    t.teardown(() => sandbox.close())
    const random = seeded(t)
    const cwd = t.testdir({})
    const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
    for (const when of ['before the reply', 'while waiting']) {
      const asked = sandbox.log.length
      const before = sandbox.jobs().length
      const key = `intent-${random.below(2 ** 32)}`
      const args = ['query', '-d', 'sample_datasets', 'select 7 as n', '--domain-key', key, '-o', 'out.csv']
      const child = startCli(args, { env, cwd })
      const end = ended(child)
      const isIssued = () => sandbox.jobs().length > before
      const isAsked = () => sandbox.log.slice(asked).some((entry) => entry.endpoint === 'issue')
      while (!(when === 'before the reply' ? isIssued() || isAsked() : isIssued())) await sleep(1)
      if (when === 'before the reply') await sleep(random.below(60))
      if (when === 'while waiting') await sleep(200)
      child.kill('SIGKILL')
      t.equal((await end).exit, 'SIGKILL')
      const again = await runCli(args, { env, cwd })
      t.equal(again.exit, 0, again.stderr)
      t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'n\n7\n')
      t.equal(sandbox.jobs().length, before + 1, `killed ${when}: one job`)
    }
  },
)
