// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { undated } from '../support/cli/undated.js'
import { manifestFolders, outcomes, RUN_KEY, TWO, TWO_SQL } from '../support/manifest/folder.js'
import { nodeWarnings } from '../support/process/warnings.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

t.test('another scheduled time, query or database is another job; another format is not', async (t) => {
  const { run, edit, jobs, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  await run(['--scheduled-time', '2026-02-01'])
  t.equal(jobs().length, 2)
  t.equal(jobs()[1]!.scheduledTime, Date.parse('2026-02-01') / 1000, 'which TD_SCHEDULED_TIME() tells')
  edit('output: a.csv', 'output: a.csv, null_text: x, limit: 0')
  await run()
  t.equal(jobs().length, 2, 'the same result is written anew')
  t.equal(read('a.csv'), 'a\n')
  edit('select 1', 'select 2')
  await run()
  t.equal(jobs().length, 3)
})

t.test('a missing or changed output is written again, from the same job', async (t) => {
  const { run, cwd, jobs, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  rmSync(join(cwd, 'a.csv'))
  t.match(undated((await run()).stderr), /^a: attaching to job \d+$/m)
  t.equal(read('a.csv'), 'a\n1\n')
  writeFileSync(join(cwd, 'a.csv'), 'a')
  await run()
  t.equal(read('a.csv'), 'a\n1\n')
  t.equal(jobs().length, 1)
})

t.test('without its state a run finds the jobs by their keys', async (t) => {
  const { run, cwd, jobs } = folderOf(t, TWO, TWO_SQL)
  const world = { env: { WORD: 'x' } }
  await run([], world)
  rmSync(join(cwd, 'exports.yaml.state.json'))
  t.equal((await run([], world)).exit, 0)
  t.equal(jobs().length, 2)
})

t.test('--force issues a new job and writes again, whatever is known', async (t) => {
  const { run, jobs, cwd, report } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  t.same(outcomes(await report(['--force'])), ['a written'])
  t.equal(jobs().length, 2)
  t.same(outcomes(await report()), ['a skipped'], 'the forced one counts')
  rmSync(join(cwd, 'exports.yaml.state.json'))
  await run(['--force'])
  t.equal(jobs().length, 3)
  t.equal(new Set(jobs().map((job) => job.domainKey)).size, 3)
})

t.test('retries issue a new job for a failed one, under a key of its own', async (t) => {
  const { report, jobs } = folderOf(
    t,
    "exports: [{ name: a, query: 'select nope from www_access', output: a.csv, retries: 2, retry_delay: 1ms }]\n",
  )
  const { exports } = await report()
  t.match(exports[0], { tries: 3, outcome: 'failed' })
  t.match(
    jobs().map((job) => job.domainKey),
    [/-[0-9a-f]{16}-1$/, /-[0-9a-f]{16}-2$/, /-[0-9a-f]{16}-3$/],
  )
})

t.test('retries download again without a new job where only that failed', async (t) => {
  const { report, jobs } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv, retries: 1, retry_delay: 1ms }]\n",
  )
  sandbox.faults.add('status:503@result')
  t.teardown(() => sandbox.faults.clear())
  const { exports } = await report(['--retries', '0'])
  t.match(exports[0], { tries: 2, outcome: 'written' })
  t.equal(jobs().length, 1)
})

t.test(
  'a job that had failed before the start is replaced at once, also when only its key tells of it',
  async (t) => {
    const { run, report, jobs, cwd, edit } = folderOf(
      t,
      "exports: [{ name: a, query: 'select x from gone.b', output: a.csv }]\n",
    )
    t.equal((await run()).exit, 3)
    t.equal((await run()).exit, 3)
    t.equal(jobs().length, 2)
    rmSync(join(cwd, 'exports.yaml.state.json'))
    const { exports } = await report()
    t.match(exports[0], { tries: 3, outcome: 'failed' }, 'two found dead, one issued')
    t.equal(jobs().length, 3)
    edit('select x from gone.b', 'select 1 as a')
    t.same(outcomes(await report()), ['a written'])
  },
)

t.test('sixteen exports may wait for their next tries at the same time', async (t) => {
  const names = Array.from({ length: 16 }, (_, i) => `e${i}`)
  const { run, edit } = folderOf(
    t,
    `concurrency: 16
exports:
${names.map((name) => `  - { name: ${name}, query: 'select 1 as a', output: ${name}.csv }`).join('\n')}
`,
  )
  edit('database: sample_datasets', 'database: sample_datasets, retries: 1, retry_delay: 500ms')
  const warnings = nodeWarnings(t)
  const { exit, stderr } = await run(['--retries', '0'], { env: { TD_API_SERVER: 'http://127.0.0.1:1' } })
  t.equal(exit, 10)
  t.equal(stderr.match(/trying again in 0\.5 s/g)?.length, 16)
  t.same(warnings, [])
})

t.test('a stopped run leaves its jobs, and the next start finishes them', async (t) => {
  const slow = await startSandbox({ runTime: 2000, rows: 10 })
  t.teardown(() => slow.close())
  const { run, report } = folderOf(t, TWO, TWO_SQL)
  const stopping = new AbortController()
  const env = { WORD: 'x', TD_API_SERVER: slow.url }
  const waiting = setInterval(() => {
    if (slow.jobs().length === 2) stopping.abort(new SluiceError('E_TERMINATED', 'stopped by SIGTERM'))
  }, 20)
  t.teardown(() => clearInterval(waiting))
  const { exit, stderr } = await run(['--report', 'stopped.json'], { env, signal: stopping.signal })
  t.equal(exit, 143, stderr)
  t.same(
    slow.jobs().filter((job) => job.status === 'killed'),
    [],
  )
  t.same(outcomes(await report([], { env })), ['one written', 'two written'])
  t.equal(slow.jobs().length, 2)
})

t.test('with --on-interrupt kill the jobs are killed, and the next start issues others', async (t) => {
  const slow = await startSandbox({ runTime: 60_000, rows: 10 })
  t.teardown(() => slow.close())
  const { run } = folderOf(t, "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n")
  const stopping = new AbortController()
  const env = { TD_API_SERVER: slow.url }
  const waiting = setInterval(() => {
    if (slow.jobs().length > 0 && slow.log.some((entry) => entry.url.includes('/status/')))
      stopping.abort(new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C'))
  }, 20)
  t.teardown(() => clearInterval(waiting))
  t.equal((await run(['--on-interrupt', 'kill'], { env, signal: stopping.signal })).exit, 130)
  t.equal(slow.jobs()[0]!.status, 'killed')
  const again = new AbortController()
  const issued = setInterval(() => {
    if (slow.jobs().length > 1) again.abort(new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C'))
  }, 20)
  t.teardown(() => clearInterval(issued))
  t.equal((await run([], { env, signal: again.signal })).exit, 130)
  t.equal(slow.jobs().length, 2)
})

t.test('a state that cannot be used is told, not guessed', async (t) => {
  const { run, cwd, jobs } = folderOf(t, TWO, TWO_SQL)
  writeFileSync(join(cwd, 'exports.yaml.state.json'), '{"version": 1')
  const { exit, stderr } = await run([], { env: { WORD: 'x' } })
  t.equal(exit, 2)
  t.match(
    stderr,
    /E_CONFIG: .*exports\.yaml\.state\.json is no state of a manifest.*\n {2}hint: move it away/,
  )
  t.equal(jobs().length, 0)
})

t.test('without --scheduled-time all starts of a day are the same run', async (t) => {
  const { cwd, jobs } = folderOf(
    t,
    "exports: [{ name: today, query: 'select 1 as a', output: '${date}.csv' }]\n",
  )
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY }
  const run = () => runInProcess(['run', 'exports.yaml'], { cwd, env })
  const before = new Date().toISOString().slice(0, 10)
  t.match((await run()).stderr, 'complete: 1 written, 0 skipped')
  const after = (await run()).stderr
  if (new Date().toISOString().slice(0, 10) !== before) return t.comment('midnight has passed')
  t.match(after, 'complete: 0 written, 1 skipped')
  t.equal(jobs().length, 1)
  t.ok(existsSync(join(cwd, `${before}.csv`)))
})

t.test('a job that is known but gone is replaced', async (t) => {
  const { run, jobs, cwd, read } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv }]\n",
  )
  await run()
  rmSync(join(cwd, 'a.csv'))
  const path = join(cwd, 'exports.yaml.state.json')
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(jobs()[0]!.id, '999999'))
  const { exit, stderr } = await run()
  t.equal(exit, 0, stderr)
  t.match(stderr, 'note: a: job 999999 of an earlier start gives no result; issuing another')
  t.equal(read('a.csv'), 'a\n1\n')
  t.equal(jobs().length, 2)
})

t.test('a result that never was is not asked for again with a new job', async (t) => {
  const { run, jobs } = folderOf(
    t,
    "exports: [{ name: a, query: 'create table if not exists sink (a int)', output: a.csv, retries: 3, retry_delay: 1ms }]\n",
  )
  for (const _ of [1, 2]) {
    const { exit, stderr } = await run()
    t.equal(exit, 7, stderr)
    t.match(stderr, 'hint: start it again with --only a --force, which issues a new job')
  }
  t.equal(jobs().length, 1)
})

t.test('E5: a run whose replies are lost has one job for each export', async (t) => {
  const { run, jobs } = folderOf(t, TWO, TWO_SQL)
  sandbox.faults.add('lose-responsex3@issue')
  t.teardown(() => sandbox.faults.clear())
  const { exit, stderr } = await run([], { env: { WORD: 'x' } })
  t.equal(exit, 0, stderr)
  t.match(undated(stderr), /^note: (one|two): E_NET: .*; trying again in /m)
  t.equal(jobs().length, 2)
})

t.test('the start after a failure issues the job whose number was kept', async (t) => {
  const { run, jobs, cwd } = folderOf(
    t,
    "exports: [{ name: a, query: 'select nope from www_access', output: a.csv }]\n",
  )
  await run()
  const path = join(cwd, 'exports.yaml.state.json')
  t.match(readFileSync(path, 'utf8'), /"attempt":2,"jobId":null/)
  const { stderr } = await run()
  t.notMatch(stderr, 'earlier start')
  t.equal(jobs().length, 2)
})

t.test('a job that takes longer than wait_timeout is left to the next start', async (t) => {
  const slow = await startSandbox({ runTime: 1500, rows: 10 })
  t.teardown(() => slow.close())
  const { report } = folderOf(
    t,
    "exports: [{ name: a, query: 'select 1 as a', output: a.csv, wait_timeout: 200ms, retries: 3 }]\n",
  )
  const env = { TD_API_SERVER: slow.url }
  const first = await report([], { env })
  t.match(first.exports[0], { outcome: 'failed', tries: 1, error: { code: 'E_DEADLINE', exitCode: 5 } })
  while (slow.jobs()[0]!.status !== 'success') await sleep(50)
  t.same(outcomes(await report([], { env })), ['a written'])
  t.equal(slow.jobs().length, 1)
})
