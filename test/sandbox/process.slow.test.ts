import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { LOADER_ARGS, runnable } from '../support/process/modules.js'

const CHILD = runnable(new URL('../support/sandbox/child.mjs', import.meta.url))

async function child(mode: string, folder: string) {
  const { stdout } = await promisify(execFile)(process.execPath, [...LOADER_ARGS, CHILD, mode], {
    env: { ...process.env, TMPDIR: folder },
  })
  return JSON.parse(stdout)
}

t.test('without DuckDB jobs that were added are served, and queries say how to add it', async (t) => {
  const said = await child('no-duckdb', t.testdir())
  t.equal(said.result, 200)
  t.match(said.issue, { status: 500, error: /DuckDB, which is not installed/ })
  t.match(said.preload, { code: 'E_UNSUPPORTED', hint: /npm install @duckdb\/node-api/ })
})

t.test('a process that ends without closing the sandbox leaves no files', async (t) => {
  const folder = t.testdir()
  const said = await child('exit', folder)
  const ours = (names: string[]) => names.filter((name) => name.startsWith('td-sluice-sandbox-'))
  t.equal(ours(said.folders).length, 1)
  t.strictSame(ours(await readdir(folder)), [])
})
