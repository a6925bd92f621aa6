import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const sandbox = await startSandbox({ rows: 10 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k', TD_DATABASE: 'sample_datasets' }

t.test('SQL that begins with a comment is SQL, and is sent as it was typed', async (t) => {
  for (const sql of [
    '-- daily report / hint: x\nselect 1 as a',
    '--\nselect 1 as a',
    '--daily report\nselect 1 as a',
    '--report\nselect 1 as a',
    '--limit 5\r\nselect 1 as a',
    '/* a */ select 1 as a',
    '/* --b */\n-- c\nselect 1 as a',
    '\n-- a\nselect 1 as a',
  ]) {
    for (const args of [
      ['issue', sql],
      ['issue', '-T', 'presto', '--quiet', sql],
      ['issue', '--', sql],
    ]) {
      const { exit, stderr } = await runInProcess(args, { env })
      t.equal(exit, 0, `${JSON.stringify(args)}: ${stderr}`)
      t.equal(String(sandbox.jobs().at(-1)!.query).trimStart(), sql.trimStart())
    }
  }
  const { exit, stdout } = await runInProcess(['query', '-- a\nselect 2 as b', '-f', 'csv'], { env })
  t.equal(exit, 0)
  t.equal(stdout, 'b\n2\n')
})

t.test('the value of an option and a wrong option stay what they are', async (t) => {
  const cwd = t.testdir()
  const args = ['query', '-o', 'x.csv', '--null', '-- ', 'select null as a, 1 as b']
  t.equal((await runInProcess(args, { env, cwd })).exit, 0)
  t.equal(readFileSync(join(cwd, 'x.csv'), 'utf8'), 'a,b\n-- ,1\n')
  for (const [wrong, named] of [
    ['--limt', '--limt'],
    ['--limit 5', '--limit 5'],
    ['--limt=5\n6', '--limt'],
    ['--no-such=my secret', '--no-such'],
  ] as const) {
    const { exit, stderr } = await runInProcess(['query', wrong, 'select 1'], { env })
    t.equal(exit, 2, wrong)
    t.ok(stderr.startsWith(`td-sluice: E_USAGE: unknown option '${named}'\n`), stderr)
  }
})

t.test('a target with a secret among the arguments is told, and one without is not', async (t) => {
  const jobId = sandbox.addJob({ schema: [['a', 'bigint']], rows: [[1]] })
  const told = async (args: string[], files: Record<string, string> = {}) =>
    /every user of this machine can see the secret/.test(
      (await runInProcess(args, { env, cwd: t.testdir(files) })).stderr,
    )
  for (const [target, expected] of [
    ['mysql://me:pw@h/d', true],
    ['td://1/abc@/d/t', true],
    ['mysql://h/d?password=x', true],
    ['{"type":"s3","secret_access_key":"x"}', true],
    ['s3://bucket/x.csv?format=csv', false],
    ['{"type":"s3","bucket":"b"}', false],
    ['my_connection', false],
  ] as const) {
    t.equal(await told(['issue', 'select 1 as a', '--result-url', target]), expected, `issue -r ${target}`)
    t.equal(await told(['export', 'result', jobId, target]), expected, `export result ${target}`)
    t.equal(await told(['export', 'result', jobId, '@url'], { url: target }), false, `@FILE with ${target}`)
  }
  t.ok(
    await told([
      'export',
      'result',
      jobId,
      '--connection-id',
      '1',
      '--connection-settings',
      '{"password":"x"}',
    ]),
  )
})
