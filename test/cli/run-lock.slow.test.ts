import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { ended, runCli, startCli } from '../support/cli/run.js'
import { undated } from '../support/cli/undated.js'

t.setTimeout(600_000)

const MANIFEST = `version: 1
defaults: { database: sample_datasets }
exports:
  - { name: a, query: select 1 as a, output: a.csv }
  - { name: b, query: select 2 as b, output: b.csv }
on_failure: touch hooked
`

t.test('E14: of two runs of a manifest at once, one works and the other exits 15', async (t) => {
  const sandbox = await startSandbox({ runTime: 2000, rows: 10, preload: true })
  t.teardown(() => sandbox.close())
  const cwd = t.testdir({ 'exports.yaml': MANIFEST })
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'key-of-the-test' }
  const running = startCli(['run', 'exports.yaml'], { env, cwd })
  const first = ended(running)
  while (sandbox.jobs().length < 2) await sleep(20)
  // However long the second takes to start, the first is still at work.
  running.kill('SIGSTOP')
  const second = await runCli(['run', 'exports.yaml'], { env, cwd })
  running.kill('SIGCONT')
  t.equal(second.exit, 15)
  t.match(
    undated(second.stderr),
    /^td-sluice: E_LOCKED: another run of exports\.yaml is at work, since \S+: .* by process \d+\n/,
  )
  t.notOk(existsSync(join(cwd, 'hooked')), 'which is no failure of the exports')
  const { exit, stderr } = await first
  t.equal(exit, 0, stderr)
  t.equal(readFileSync(join(cwd, 'b.csv'), 'utf8'), 'b\n2\n')
  t.equal(sandbox.jobs().length, 2)
  t.notOk(existsSync(join(cwd, '.exports.yaml.state.json.lock')))
})

t.test('E14: the lock of a dead run is taken over, and what it left unwritten is removed', async (t) => {
  const sandbox = await startSandbox({ runTime: 60_000, rows: 10, preload: true })
  t.teardown(() => sandbox.close())
  const cwd = t.testdir({ 'exports.yaml': MANIFEST })
  const part = join(cwd, '.exports.yaml.state.json.part')
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'key-of-the-test' }
  const killed = startCli(['run', 'exports.yaml'], { env, cwd })
  const end = ended(killed)
  while (sandbox.jobs().length < 2) await sleep(20)
  killed.kill('SIGKILL')
  t.equal((await end).exit, 'SIGKILL')
  t.ok(existsSync(join(cwd, '.exports.yaml.state.json.lock')))
  writeFileSync(part, '{')
  const next = startCli(['run', 'exports.yaml'], { env, cwd })
  const over = ended(next)
  while (existsSync(part)) await sleep(20)
  await sleep(300)
  next.kill('SIGTERM')
  const { exit, stderr } = await over
  t.equal(exit, 143, stderr)
  t.equal(sandbox.jobs().length, 2, 'it attached to the jobs of the dead one')
})
