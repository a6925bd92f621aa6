import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const KEY = `1/${'c'.repeat(40)}`

/** A sandbox, and a home folder whose profile `local` is it. */
async function world(t: Test, more = '') {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const home = t.testdir({})
  mkdirSync(join(home, '.config', 'td-sluice'), { recursive: true })
  const text = `[local]\nendpoint = ${sandbox.url}\napi_key_command = cat key\ndatabase = sample_datasets\n${more}`
  writeFileSync(join(home, '.config', 'td-sluice', 'config'), text, { mode: 0o600 })
  writeFileSync(join(home, '.config', 'td-sluice', 'key'), `${KEY}\n`)
  return { sandbox, home, cwd: home, env: { PATH: process.env.PATH! } }
}

t.test('a profile has endpoint, key and database of a query', async (t) => {
  const { home, cwd, env } = await world(t)
  const sql = 'select count(1) as n from www_access'
  const args = ['query', sql, '-f', 'csv', '--retries', '0']
  t.match(await runInProcess([...args, '--profile', 'local'], { home, cwd, env }), {
    exit: 0,
    stdout: 'n\n10\n',
  })
  t.match(await runInProcess(args, { home, cwd, env: { ...env, TD_PROFILE: 'local' } }), { exit: 0 })
  t.match(await runInProcess(args, { home, cwd, env }), { exit: 2, stderr: /E_USAGE: no database given/ })
  const wrong = await runInProcess([...args, '--profile', 'lokal'], { home, cwd, env })
  t.match(wrong, { exit: 2, stderr: /E_CONFIG: there is no profile "lokal"; did you mean local\?/ })
})

t.test('--profile says what of it the environment hides', async (t) => {
  const { home, cwd, env } = await world(t)
  const hiding = { home, cwd, env: { ...env, TD_API_KEY: KEY } }
  const { exit, stderr } = await runInProcess(['list', '--profile', 'local'], hiding)
  t.equal(exit, 0)
  t.match(stderr, 'the API key is that of TD_API_KEY: the environment comes before the profile local')
  t.notMatch((await runInProcess(['list', '--profile', 'local'], { home, cwd, env })).stderr, 'profile')
})

t.test('config shows the profile and where each value comes from, and runs no command', async (t) => {
  const { home, cwd, env, sandbox } = await world(t, 'retries = 3\n[broken]\napi_key_command = exit 3\n')
  const path = join(home, '.config', 'td-sluice', 'config')
  const shown = async (args: readonly string[], more = {}) => {
    const { stdout } = await runInProcess(['config', '--json', ...args], {
      home,
      cwd,
      env: { ...env, ...more },
    })
    return JSON.parse(stdout)
  }
  const of = `profile local of ${path}`
  t.match(await shown(['--profile', 'local']), {
    profile: 'local',
    apiKey: '[hidden]',
    endpoint: sandbox.url,
    database: 'sample_datasets',
    retries: 3,
    origins: {
      profile: 'option',
      apiKey: `api_key_command of ${of}`,
      endpoint: of,
      database: of,
      retries: of,
      idleTimeoutMs: 'default',
    },
  })
  t.match(await shown([], { TD_PROFILE: 'local', TD_SITE: 'jp01' }), {
    endpoint: 'https://api.treasuredata.co.jp',
    origins: { profile: 'TD_PROFILE', endpoint: 'TD_SITE' },
  })
  t.match(await shown(['--profile', 'broken']), { apiKey: '[hidden]' })
  t.match(await shown([]), { profile: null, origins: { profile: null } })
})

const MANIFEST = `version: 1
profile: local
exports: [{ name: a, query: select 1 as n, output: a.csv }]
`

t.test('a manifest names the profile of its jobs, and the database is that of the profile', async (t) => {
  const { home, cwd, env } = await world(t)
  writeFileSync(join(cwd, 'exports.yaml'), MANIFEST)
  const { exit, stderr } = await runInProcess(['run', 'exports.yaml'], { home, cwd, env })
  t.equal(exit, 0, stderr)
  t.equal(readFileSync(join(cwd, 'a.csv'), 'utf8'), 'n\n1\n')
  const other = await runInProcess(['run', 'exports.yaml', '--profile', 'x'], { home, cwd, env })
  t.match(other, { exit: 2, stderr: /there is no profile "x"/ }, 'the option comes first')
})

t.test('a manifest has the command for its key, which fails before any request', async (t) => {
  const { home, cwd, env, sandbox } = await world(t)
  const manifest = MANIFEST.replace(
    'profile: local',
    "api_key_command: 'echo locked >&2; exit 7'\non_failure: touch failed",
  )
  writeFileSync(join(cwd, 'exports.yaml'), manifest.replace('{ name', '{ database: sample_datasets, name'))
  const run = () =>
    runInProcess(['run', 'exports.yaml'], { home, cwd, env: { ...env, TD_API_SERVER: sandbox.url } })
  const { exit, stderr } = await run()
  t.equal(exit, 2)
  t.match(
    stderr,
    /E_CONFIG: the command for the API key \(api_key_command of exports\.yaml\) failed with exit code 7: locked/,
  )
  t.doesNotThrow(() => readFileSync(join(cwd, 'failed')), 'on_failure ran')
  t.equal(sandbox.jobs().length, 0)
  writeFileSync(join(cwd, 'key'), KEY)
  writeFileSync(
    join(cwd, 'exports.yaml'),
    manifest
      .replace('echo locked >&2; exit 7', 'cat key')
      .replace('{ name', '{ database: sample_datasets, name'),
  )
  t.match(await run(), { exit: 0 })
})
