import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const exportDir = t.testdir()
const sandbox = await startSandbox({ exportDir, rows: 10 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }

const schema = [
  ['n', 'bigint'],
  ['日本', 'array(varchar)'],
] as const
const done = sandbox.addJob({
  id: '100',
  query: "select 1 as n\nfrom t where x = 'a'",
  schema,
  rows: [[1, ['a']]],
})
const failed = sandbox.addJob({
  id: '101',
  query: 'selec',
  status: 'error',
  stderr: 'line 1:1: mismatched input',
})
const running = sandbox.addJob({ id: '102', query: 'select 2', status: 'running', domainKey: 'nightly' })

const cli = (...args: string[]) => runInProcess(args, { env })
const onTerminal = (...args: string[]) => runInProcess(args, { env, terminal: true })

t.test('list prints a table on a terminal, and where it is asked for, newest first', async (t) => {
  const { exit, stdout, stderr } = await cli('list', '-f', 'text')
  t.equal(exit, 0)
  t.equal(stderr, '')
  const lines = stdout.trimEnd().split('\n')
  t.match((await onTerminal('list', '--no-color')).stdout, `${lines[0]!.slice(0, 20)}`)
  t.match(lines[0], /^job\s+status\s+type\s+database\s+created \(UTC\)\s+took\s+rows\s+query$/)
  t.same(
    lines.slice(1, -1).map((line) => line.split(/\s+/).slice(0, 2)),
    [
      [running, 'running'],
      [failed, 'error'],
      [done, 'success'],
    ],
  )
  t.match(lines[3], /select 1 as n from t where x = 'a'$/, 'a query is one line')
  t.equal(lines.at(-1), '3 jobs')
})

t.test('list takes a number, a start and a state', async (t) => {
  const ids = async (...args: string[]) => {
    const { stdout } = await cli('list', '-f', 'json', ...args)
    return JSON.parse(stdout).map((job: { jobId: string }) => job.jobId)
  }
  t.same(await ids('1'), [running])
  t.same(await ids('1', '--skip', '1'), [failed])
  t.same(await ids('-E'), [failed])
  t.same(await ids('-S'), [done])
  t.same(await ids('--status', 'running'), [running])
  t.same(await ids('-R'), [running])
})

t.test('list fits the terminal', async (t) => {
  const { stdout } = await onTerminal('list', '--no-color')
  t.ok(stdout.split('\n').every((line) => line.length <= 80))
})

t.test('show reads like a page: state, facts, schema, query', async (t) => {
  const { exit, stdout } = await cli('show', done)
  t.equal(exit, 0)
  t.match(stdout, /^job 100 {2}success\n\n {2}type +trino\n {2}database +sample_datasets\n/)
  t.match(stdout, /\nSchema\n {2}column {2}type\n {2}n +bigint\n {2}日本 +array\(varchar\)\n/)
  t.match(stdout, "\nQuery\n  select 1 as n\n  from t where x = 'a'\n")
  t.notMatch(stdout, /null|undefined/)
})

t.test('show of a failed job ends with its error', async (t) => {
  const { stdout } = await cli('show', failed)
  t.ok(stdout.endsWith('\nError\n  line 1:1: mismatched input\n'), stdout)
})

t.test('colours are for terminals, and NO_COLOR and --no-color turn them off', async (t) => {
  t.match((await onTerminal('show', failed)).stdout, '\x1b[31merror\x1b[39m')
  t.notMatch((await onTerminal('show', failed, '--no-color')).stdout, '\x1b')
  t.notMatch(
    (await runInProcess(['show', failed], { env: { ...env, NO_COLOR: '1' }, terminal: true })).stdout,
    '\x1b',
  )
  t.notMatch((await cli('show', failed)).stdout, '\x1b')
  t.match((await cli('show', failed, '--color', 'always')).stdout, '\x1b')
  t.notMatch((await onTerminal('show', failed, '--color=never')).stdout, '\x1b')
  t.match((await onTerminal('--color', 'auto', 'show', failed)).stdout, '\x1b')
  t.match((await cli('--color=always', 'show', '--help')).stdout, '\x1b[1mExamples:')
  t.notMatch((await onTerminal('--no-color', 'show', '--help')).stdout, '\x1b')
})

t.test('status by id and by domain key', async (t) => {
  t.match((await cli('status', running)).stdout, /^job 102 {2}running\n/)
  const { stdout } = await cli('status', '--domain-key', 'nightly', '-f', 'json')
  t.match(JSON.parse(stdout), { jobId: running, status: 'running' })
  t.equal((await cli('status', '--domain-key', 'unknown')).exit, 7)
  t.equal((await cli('status', '999')).exit, 7)
})

t.test('stats prints what the API has', async (t) => {
  const { exit, stdout } = await cli('stats', done)
  t.equal(exit, 0)
  t.match(stdout, /records_inserted {2}\d+/)
  t.match(JSON.parse((await cli('stats', done, '-f', 'json')).stdout), { records_inserted: Number })
})

t.test('wait exits 0, 3, 4 or 5 as the job ended, with nothing on stdout', async (t) => {
  const killed = sandbox.addJob({ status: 'killed' })
  const exits = []
  for (const [id, ...options] of [
    [done],
    [failed],
    [killed],
    [running, '--wait-timeout', '200ms'],
  ] as const) {
    const { exit, stdout } = await cli('wait', id, ...options)
    t.equal(stdout, '')
    exits.push(exit)
  }
  t.same(exits, [0, 3, 4, 5])
})

t.test('kill kills what runs, and says so of what has finished', async (t) => {
  const id = sandbox.addJob({ status: 'running' })
  const first = await cli('kill', id)
  t.same([first.exit, first.stdout], [0, ''])
  t.match(first.stderr, `job ${id} was killed; it was running`)
  t.equal(sandbox.jobs().find((job) => job.id === id)?.status, 'killed')
  t.match((await cli('kill', done)).stderr, 'job 100 had finished already: success')
})

t.test('issue prints the id on stdout and does not wait', async (t) => {
  const { exit, stdout, stderr } = await cli('issue', '-d', 'sample_datasets', 'select 1')
  t.same([exit, stderr], [0, ''])
  t.match(stdout, /^\d+\n$/)
  t.ok(sandbox.jobs().some((job) => job.id === stdout.trim()))
})

t.test('issue -w waits and exits as the job ended', async (t) => {
  t.equal((await cli('issue', '-w', '-d', 'sample_datasets', 'select 1')).exit, 0)
  const bad = await cli('issue', '-w', '-d', 'sample_datasets', 'select nope')
  t.equal(bad.exit, 3)
  t.match(bad.stdout, /^\d+\n$/)
})

t.test('a lost reply to issue does not make a second job', async (t) => {
  sandbox.faults.add('lose-response@issue')
  const before = sandbox.jobs().length
  const { exit } = await cli('issue', '-d', 'sample_datasets', 'select 5', '--retry-delay', '1ms')
  t.equal(exit, 0)
  t.equal(sandbox.jobs().length, before + 1)
})

t.test('export result prints the id of the export and waits for it with -w', async (t) => {
  const { exit, stdout, stderr } = await cli(
    'export',
    'result',
    done,
    's3://bucket/result.csv?format=csv',
    '-w',
  )
  t.equal(exit, 0, stderr)
  t.match(stdout, /^\d+\n$/)
  t.ok(readdirSync(exportDir, { recursive: true }).length > 0)
})

t.test('the target of an export can come from a file, and is never printed', async (t) => {
  const cwd = t.testdir({ url: 'mysql://user:hunter2@host/db/table\n' })
  const { stdout, stderr } = await runInProcess(['export', 'result', done, '@url', '-v'], { env, cwd })
  t.match(stdout, /^\d+\n$/)
  t.notMatch(stdout + stderr, 'hunter2')
})

t.test('export table takes its S3 keys from the environment only', async (t) => {
  const args = ['export', 'table', 'sample_datasets', 'www_access', '-b', 'bucket', '-p', 'prefix/', '-w']
  const without = await cli(...args)
  t.equal(without.exit, 2)
  t.match(without.stderr, /hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/)
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hunter2' }
  const { exit, stdout, stderr } = await runInProcess([...args, '-v'], { env: { ...env, ...keys } })
  t.equal(exit, 0, stderr)
  t.notMatch(stdout + stderr, 'hunter2')
  t.equal((await cli(...args, '-a', 'arn:aws:iam::1:role/r')).exit, 0)
})

t.test('config shows where each setting comes from, and never the key', async (t) => {
  const cwd = t.testdir({ key: '1/hunter2\n', 'td.conf': '[account]\napikey = 2/hunter3\n' })
  const shown = async (args: string[], environment: Record<string, string>) => {
    const { exit, stdout, stderr } = await runInProcess(['config', ...args], { env: environment, cwd })
    t.equal(exit, 0, stderr)
    t.notMatch(stdout, 'hunter')
    return stdout
  }
  t.match(await shown([], { TD_API_KEY: '1/hunter2' }), /^API key +set +TD_API_KEY$/m)
  t.match(await shown(['--site', 'jp01'], {}), /^endpoint +https:\/\/api\.treasuredata\.co\.jp +option$/m)
  t.match(await shown([], { TD_CONFIG_PATH: join(cwd, 'td.conf') }), /^API key +set +.*td\.conf$/m)
  t.match(await shown(['--idle-timeout', '5m'], {}), /^idle timeout +5 m 00 s +option$/m)
  t.match(await shown([], {}), /^API key +not set$/m)
  t.equal(readFileSync(join(cwd, 'key'), 'utf8'), '1/hunter2\n')
})
