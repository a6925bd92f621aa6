/** What docs/guides/cron.md shows is tried here, as far as a test can. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { CLI_ARGS } from '../support/cli/run.js'
import { ended, start } from '../support/files/child.js'

const ROOT = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(ROOT, 'docs/guides/cron.md'), 'utf8')

/** The code blocks of a language. */
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, code]) => code!)

const MANIFEST = `version: 1
defaults: { database: sample_datasets }
exports:
  - { name: good, query: select 1 as a, output: good.csv }
  - { name: bad, query: select nope from www_access, output: bad.csv }
`

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

/** A folder with a `td-sluice` that runs the sources. */
function binFolder(t: Test, script = `exec ${[process.execPath, ...CLI_ARGS].join(' ')} "$@"`): string {
  const bin = join(t.testdir({ bin: {} }), 'bin')
  writeFileSync(join(bin, 'td-sluice'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, 'td-sluice'), 0o755)
  return bin
}

const hasJq = spawnSync('jq', ['--version']).status === 0

t.test('the line of the crontab does its work with the environment that cron gives', async (t) => {
  const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
  t.teardown(() => sandbox.close())
  const bin = binFolder(t)
  const folder = join(bin, '../exports')
  mkdirSync(folder)
  writeFileSync(join(folder, 'exports.yaml'), MANIFEST)
  writeFileSync(join(folder, 'td.key'), `${KEY}\n`, { mode: 0o600 })
  const [crontab] = blocks('crontab')
  const variables = [...crontab!.matchAll(/^([A-Z]+)=(.*)$/gm)].map(([, name, value]) => `${name}=${value}`)
  const [, command] = /^(?:\S+ ){5} ?(.*)$/m.exec(crontab!.replace(/^(#|[A-Z]+=).*\n/gm, ''))!
  t.notMatch(command, '%', 'which would be a line end')
  const line = command!.replace('/srv/exports', folder)
  const given = [
    'HOME=/nonexistent',
    'LOGNAME=nobody',
    'SHELL=/bin/sh',
    ...variables,
    `TD_API_SERVER=${sandbox.url}`,
  ]
  const env = given.map((one) => one.replace(/^PATH=/, `PATH=${bin}:`))
  const { exit, stdout, stderr } = await ended(start(['env', '-i', ...env, '/bin/sh', '-c', line]))
  t.equal(exit, 3)
  t.equal(`${stdout}${stderr}`, '', 'no mail')
  t.match(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')), { exitCode: 3 })
  t.equal(readFileSync(join(folder, 'good.csv'), 'utf8'), 'a\n1\n')

  const recipes = blocks('sh').filter((code) => code.startsWith('jq'))
  t.equal(recipes.length, 2)
  if (!hasJq) return
  const [written, failed] = recipes.map((recipe) =>
    execFileSync('sh', ['-c', recipe], { cwd: folder, encoding: 'utf8' }),
  )
  t.match(written, /^\S+Z\tgood\t\d+\t1\t4\t.*good\.csv\n$/)
  t.match(failed, /^\S+Z bad E_JOB_FAILED .*nope.*\n$/)
})

t.test('the script tells apart what exit codes mean', async (t) => {
  const script = blocks('sh').find((code) => code.includes('case'))!
  for (const [code, said] of Object.entries({
    0: '',
    15: 'at work',
    3: 'failed',
    5: 'long',
    6: 'human',
    10: '',
    14: 'run.log',
  })) {
    const bin = binFolder(t, `exit ${code}`)
    const { stdout, status } = spawnSync('sh', ['-c', script], {
      cwd: bin,
      env: { PATH: `${bin}:/usr/bin:/bin` },
      encoding: 'utf8',
    })
    t.equal(status, 0)
    if (said === '') t.equal(stdout, '', code)
    else t.match(stdout, said, code)
  }
})

t.test('the units of systemd are valid, and what they start is a command of ours', async (t) => {
  const bin = binFolder(t)
  const folder = join(bin, '../exports')
  mkdirSync(join(folder, 'units'), { recursive: true })
  writeFileSync(join(folder, 'exports.yaml'), MANIFEST)
  const units = blocks('ini').map((text) => {
    const path = join(folder, 'units', /^# \S*\/(\S+)\n/.exec(text)![1]!)
    writeFileSync(
      path,
      text.replace('/usr/local/bin', bin).replace('User=exports\n', '').replace('/srv/exports', folder),
    )
    return path
  })
  const [, line] = /^ExecStart=(.*)$/m.exec(readFileSync(units[0]!, 'utf8'))!
  await assertRuns(t, line!.split(' ').slice(1), folder)
  if (spawnSync('systemd-analyze', ['--version']).status !== 0)
    return t.comment('there is no systemd-analyze')
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
    encoding: 'utf8',
  })
  const complaints = stderr.split('\n').filter((text) => text.includes('td-exports'))
  t.same(complaints, [])
  t.equal(status, 0, stderr)
  const [, calendar] = /^OnCalendar=(.*)$/m.exec(readFileSync(units[1]!, 'utf8'))!
  t.equal(spawnSync('systemd-analyze', ['calendar', calendar!]).status, 0, calendar!)
})

t.test('the CronJob is YAML, and what it starts is a command of ours', async (t) => {
  const folder = t.testdir({ 'exports.yaml': MANIFEST })
  const job = parse(blocks('yaml')[0]!)
  t.match(job, { apiVersion: 'batch/v1', kind: 'CronJob', spec: { concurrencyPolicy: 'Forbid' } })
  const pod = job.spec.jobTemplate.spec.template.spec
  const [container] = pod.containers
  const mounts = container.volumeMounts.map((mount: { name: string }) => mount.name)
  t.same(
    mounts,
    pod.volumes.map((volume: { name: string }) => volume.name),
  )
  const args = container.args.map((arg: string) => arg.replace(/\/(etc\/td-exports|data)\//, `${folder}/`))
  await assertRuns(t, args, folder)
})

/** Whether the command takes these arguments, and would run the exports. */
async function assertRuns(t: Test, args: readonly string[], cwd: string): Promise<void> {
  const { exit, stdout, stderr } = await runInProcess([...args, '--dry-run'], { cwd })
  t.equal(exit, 0, stderr)
  t.match(stdout, /^2 exports for /)
}

t.test('the table of events has all there are', async (t) => {
  const folders = ['src/cli', 'src/manifest'].map((folder) => join(ROOT, folder))
  const events = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...readFileSync(join(folder, path), 'utf8').matchAll(/event: '([a-z_]+)'/g)])
      .map(([, event]) => event!),
  )
  const reported = [
    ...readFileSync(join(ROOT, 'src/cli/progress/json-reporter.ts'), 'utf8').matchAll(/#fields\('([a-z]+)'/g),
  ]
  t.ok(reported.length > 0)
  for (const event of new Set([...events, ...reported.map(([, event]) => event!), 'job', 'transfer'])) {
    t.ok(new RegExp(`^\\| .*\`${event}\`.* \\|`, 'm').test(page), event)
  }
})
