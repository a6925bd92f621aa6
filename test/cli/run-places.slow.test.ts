/** Exports into places that offer less than a local disk. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CLI_ARGS } from '../support/cli/run.js'
import { run as runCommand } from '../support/files/child.js'
import { noAppendOnly, noMounts, runMounted } from '../support/files/places.js'
import { noStrace } from '../support/files/strace.js'
import { manifestFolders, RUN_KEY } from '../support/manifest/folder.js'

t.setTimeout(600_000)

const { sandbox, folderOf } = await manifestFolders(t)

const MANIFEST = `exports:
  - { name: one, query: 'select 1 as a', output: out/one.csv }
  - { name: two, query: 'select 2 as a', output: out/two.csv }
`

t.test(
  'F21: exports end where no folder can be synced, the state included',
  { skip: noStrace },
  async (t) => {
    const { cwd, time, run, jobs } = folderOf(t, MANIFEST)
    const paths = [cwd, join(cwd, 'out')].flatMap((folder) => ['-P', folder])
    const strace = ['strace', '-f', '-qq', '-o', '/dev/null', ...paths, '-e', 'inject=fsync:error=EINVAL']
    const command = [process.execPath, ...CLI_ARGS, 'run', 'exports.yaml', '--scheduled-time', time]
    const env = { ...process.env, TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY }
    const { exit, stderr } = await runCommand([...strace, ...command], { env, cwd })
    t.equal(exit, 0, stderr)
    const told = stderr.split('\n').filter((line) => line.includes('cannot be synced: EINVAL'))
    t.equal(told.length, 1, 'it is told once')
    t.match((await run()).stderr, /complete: 0 written, 2 skipped/)
    t.equal(jobs().length, 2)
  },
)

t.test('F22: a state that is a mounted file is read on, whole or cut off', { skip: noMounts }, async (t) => {
  const { cwd, time, jobs } = folderOf(t, MANIFEST)
  const [host, state] = [join(cwd, 'host'), join(cwd, 'exports.yaml.state.json')]
  for (const path of [host, state]) writeFileSync(path, '')
  const command = [
    'env',
    `TD_API_SERVER=${sandbox.url}`,
    `TD_API_KEY=${RUN_KEY}`,
    process.execPath,
    ...CLI_ARGS,
  ]
  const run = (at: string) =>
    runMounted(`mount --bind ${host} ${state}`, [
      ...command,
      'run',
      join(cwd, 'exports.yaml'),
      '--scheduled-time',
      at,
    ])
  const first = await run(time)
  t.equal(first.exit, 0, first.stderr)
  appendFileSync(host, '{"name":"one","ti')
  const second = await run('2026-02-01')
  t.equal(second.exit, 0, second.stderr)
  for (const at of [time, '2026-02-01']) t.match((await run(at)).stderr, /2 skipped/)
  t.equal(jobs().length, 4)
  t.notMatch(readFileSync(host, 'utf8'), /"ti$/m)
})

t.test(
  'F24: nothing is issued for an output whose folder takes no file',
  { skip: noAppendOnly },
  async (t) => {
    const { cwd, run, jobs } = folderOf(t, MANIFEST)
    const out = join(cwd, 'out')
    mkdirSync(out)
    await runCommand(['chattr', '+i', out])
    try {
      const { exit, stderr } = await run()
      t.equal(exit, 14)
      t.match(stderr, /E_IO: one: the folder .*out: EPERM/)
      t.match(stderr, /hint: write to a folder that this user may write to/)
      t.equal(jobs().length, 0)
    } finally {
      await runCommand(['chattr', '-i', out])
    }
    t.equal((await run()).exit, 0)
  },
)
