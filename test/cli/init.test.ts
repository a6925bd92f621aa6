import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

t.test('init writes a manifest that a dry run accepts and that runs, and says what to do next', async (t) => {
  const sandbox = await startSandbox({ apiKey: 'key-of-the-test', rows: 100 })
  t.teardown(() => sandbox.close())
  const cwd = t.testdir({})
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'key-of-the-test' }
  const run = (...args: string[]) => runInProcess(args, { cwd, env })
  const { exit, stdout, stderr } = await run('init', 'my exports')
  t.same([exit, stderr], [0, ''])
  t.match(stdout, /^wrote my exports\/exports\.yaml\nwrote my exports\/requests\.sql\n/)
  t.match(stdout, "td-sluice run 'my exports/exports.yaml' --dry-run")
  t.same(readdirSync(join(cwd, 'my exports')).sort(), ['exports.yaml', 'requests.sql'])
  const manifest = 'my exports/exports.yaml'
  t.match(await run('run', manifest, '--dry-run'), { exit: 0, stdout: /requests/ })
  t.equal(sandbox.jobs().length, 0)
  t.match(await run('run', manifest, '--scheduled-time', '2026-02-01'), { exit: 0 })
  t.ok(existsSync(join(cwd, 'my exports/out/2026-01-31/requests.csv.gz')))
  t.ok(existsSync(join(cwd, 'my exports/out/2026-01-31/codes.parquet')))
})

t.test('G18: init shows escape sequences in the name of a folder as text', async (t) => {
  const { exit, stdout } = await runInProcess(['init', 'a\u001b[31mb\u009b'], { cwd: t.testdir({}) })
  t.equal(exit, 0)
  t.match(stdout, /^wrote a\\x1b\[31mb\\x9b\/exports\.yaml\n/)
  t.notMatch(stdout, /[\u001b\u0080-\u009f]/)
})

t.test('init replaces nothing, and then writes nothing', async (t) => {
  const cwd = t.testdir({})
  for (const name of ['exports.yaml', 'requests.sql']) {
    const folder = t.testdir({ [name]: 'mine' })
    const { exit, stderr } = await runInProcess(['init'], { cwd: folder })
    t.equal(exit, 15)
    t.match(stderr, new RegExp(`E_EXISTS: ${name} exists`))
    t.same(readdirSync(folder), [name])
    t.equal(readFileSync(join(folder, name), 'utf8'), 'mine')
  }
  writeFileSync(join(cwd, 'file'), '')
  t.match(await runInProcess(['init', 'file/below'], { cwd }), {
    exit: 14,
    stderr: /E_IO: the folder file\/below/,
  })
  const answer = await runInProcess(['init', 'new', '--json'], { cwd })
  t.same(JSON.parse(answer.stdout), {
    manifest: 'new/exports.yaml',
    files: ['new/exports.yaml', 'new/requests.sql'],
  })
})
