/** Exports into places that offer less than a local disk. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CLI_ARGS } from '../support/cli/run.js'
import { run as runCommand } from '../support/files/child.js'
import { noAppendOnly } from '../support/files/places.js'
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
