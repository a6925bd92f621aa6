import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { howToAddDuckdb } from '../../src/cli/duckdb.js'
import { ended } from '../support/cli/run.js'
import { NO_TERMINAL, Terminal } from '../support/cli/terminal.js'

t.setTimeout(300_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sluice-duckdb-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** Installs the built command below `path`, where no DuckDB is, with a package.json beside node_modules or without. */
function installed(path: string, isProject: boolean): string {
  const to = join(folder, path, 'node_modules', 'td-sluice')
  mkdirSync(to, { recursive: true })
  cpSync(join(ROOT, 'dist'), join(to, 'dist'), { recursive: true })
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }')
  if (isProject) writeFileSync(join(folder, path, 'package.json'), '{}')
  return join(to, 'dist/cli/start.cjs')
}

function run(main: string, args: readonly string[], cwd: string) {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
  return spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

t.test('without DuckDB the hint is what works for how the command was started', async (t) => {
  const npx = 'npx -p td-sluice -p @duckdb/node-api td-sluice'
  for (const [path, isProject, hint] of [
    ['cache/_npx/0123', true, `start it with DuckDB: ${npx} demo --output 'a b'`],
    ['usr/lib', false, 'add it with: npm install -g @duckdb/node-api'],
    ['project', true, 'add it with: npm install @duckdb/node-api'],
  ] as const) {
    const main = installed(path, isProject)
    const cwd = join(folder, path)
    const { exit, stdout, stderr } = await ended(run(main, ['demo', '-o', 'a b'], cwd))
    t.same([exit, stdout], [2, ''], path)
    t.match(
      stderr,
      /^td-sluice: E_UNSUPPORTED: the sandbox runs queries with DuckDB, which is not installed\n/,
      'nothing before',
    )
    t.ok(stderr.endsWith(`  hint: ${hint}\n`), stderr)
    t.notOk(existsSync(join(cwd, 'a b')), 'and no folder')
  }
  t.equal(
    howToAddDuckdb(join(ROOT, 'src/cli/duckdb.ts'), npx),
    'add it with: npm install @duckdb/node-api',
    'a clone',
  )
})

t.test('DuckDB of the current folder is taken', async (t) => {
  const main = installed('usr/lib2', false)
  const cwd = join(folder, 'with-duckdb')
  mkdirSync(join(cwd, 'node_modules'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules', '@duckdb'), join(cwd, 'node_modules', '@duckdb'))
  const child = run(main, ['sandbox', '--rows', '1'], cwd)
  child.stdout!.once('data', () => child.kill('SIGINT'))
  const { exit, stdout, stderr } = await ended(child)
  t.equal(exit, 0, stderr)
  t.match(stdout, /^export TD_API_SERVER=/)
})

t.test('on a terminal it offers to run the line of npx', { skip: NO_TERMINAL }, async (t) => {
  const main = installed('usr/lib3', false)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\necho "$@" > ${folder}/npx.txt\necho ran\n`, { mode: 0o755 })
  for (const [answer, exit] of [
    ['n', 2],
    ['y', 0],
  ] as const) {
    const terminal = new Terminal([process.execPath, main, 'demo'], {
      env: { PATH: `${bin}:${process.env.PATH}` },
      cwd: folder,
    })
    t.teardown(() => terminal.close())
    await terminal.sees(/npx -p td-sluice -p @duckdb\/node-api td-sluice demo\n\[y\/N\]/)
    t.equal(existsSync(join(folder, 'npx.txt')), false)
    terminal.type(answer, 'Enter')
    t.equal(await terminal.exit(), exit)
  }
  t.equal(
    readFileSync(join(folder, 'npx.txt'), 'utf8'),
    '-y -p td-sluice -p @duckdb/node-api td-sluice demo\n',
  )
})
