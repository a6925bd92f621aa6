import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { type CliOptions, ended, startCli } from '../support/cli/run.js'

/** Starts `td-sluice sandbox` and resolves when it serves, with the settings it prints. */
async function served(args: readonly string[], options: CliOptions = {}) {
  const child = startCli(['sandbox', ...args], options)
  t.teardown(() => child.kill('SIGKILL'))
  const result = ended(child)
  let stdout = ''
  child.stdout!.on('data', (chunk) => {
    stdout += chunk
  })
  while (!stdout.includes('TD_API_KEY')) await once(child.stdout!, 'data')
  const env = Object.fromEntries(
    [...stdout.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  )
  return { child, result, env: env as Record<string, string>, stdout }
}

t.test('it prints two lines to paste, serves, and ends well with Ctrl-C', async (t) => {
  const { child, result, env, stdout } = await served(['--rows', '7'])
  t.match(stdout, /^export TD_API_SERVER=http:\/\/127\.0\.0\.1:\d+\nexport TD_API_KEY=\S+\n$/)
  const args = ['query', '-d', 'sample_datasets', 'select count(1) as n from www_access', '-f', 'csv']
  t.match(await runInProcess(args, { env }), { exit: 0, stdout: 'n\n7\n' })
  child.kill('SIGINT')
  const { exit, stderr } = await result
  t.equal(exit, 0)
  t.notMatch(stderr, 'E_')
})

t.test('it accepts the key and the pools of its options, and no others', async (t) => {
  const { child, env, stdout } = await served(['--api-key', "9/it's", '--pool', 'small', '--pool', 'large'])
  t.match(stdout, `export TD_API_KEY='9/it'\\''s'\n`)
  const key = { ...env, TD_API_KEY: "9/it's" }
  const issue = (pool: string) => ['issue', '-d', 'sample_datasets', '-O', pool, 'select 1']
  t.equal((await runInProcess(['list'], { env: { ...env, TD_API_KEY: 'other' } })).exit, 6)
  t.equal((await runInProcess(issue('large'), { env: key })).exit, 0)
  t.match(await runInProcess(issue('default'), { env: key }), {
    exit: 2,
    stderr: /pool default does not exist/,
  })
  child.kill('SIGINT')
})

t.test('G19: in a shell that leads to an account, its lines lead away from it', async (t) => {
  const TREASURE_DATA_API_SERVER = 'https://api.treasuredata.com'
  const { child, stdout } = await served([], { env: { TREASURE_DATA_API_SERVER } })
  t.match(stdout, /^unset TREASURE_DATA_API_SERVER\nexport TD_API_SERVER=http:\/\/127/)
  child.kill('SIGINT')
})

t.test('tables, faults and limits come from its options', async (t) => {
  const cwd = t.testdir({ 'trips.csv': 'id,km\n1,2.5\n2,4\n' })
  const { child, result, env } = await served(
    [
      '--table',
      'trips=trips.csv',
      '--table',
      'other.trips=trips.csv',
      '--fault',
      'status:503@issue',
      '--latency',
      '1ms',
    ],
    { cwd },
  )
  const query = (database: string, ...args: string[]) =>
    runInProcess(
      [
        'query',
        '-d',
        database,
        'select sum(km) as km from trips',
        '-f',
        'csv',
        '--retry-delay',
        '1ms',
        ...args,
      ],
      { env },
    )
  const failed = await query('sample_datasets', '--retries', '0')
  t.equal(failed.exit, 10, failed.stderr)
  t.match(await query('other'), { exit: 0, stdout: 'km\n6.5\n' })
  child.kill('SIGTERM')
  t.equal((await result).exit, 0)
})

t.test('a wrong table or fault is exit 2 before anything is served', async (t) => {
  const cwd = t.testdir()
  for (const args of [
    ['--table', 'nofile'],
    ['--table', `a=${join(cwd, 'missing.csv')}`],
    ['--fault', 'explode'],
  ]) {
    const { exit, stdout, stderr } = await runInProcess(['sandbox', ...args])
    t.same([exit, stdout], [2, ''])
    t.match(stderr, /^td-sluice: E_USAGE: [^\n]+\n/)
  }
})
