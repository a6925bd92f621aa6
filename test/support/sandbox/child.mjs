// Runs a sandbox in a process of its own, for what only shows when the process ends or lacks DuckDB.
// Usage: node --import=tsx sandbox-child.mjs exit | no-duckdb | serve
import { readdirSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'

const [, , mode] = process.argv
const HIDE_DUCKDB = `
  export function resolve(specifier, context, next) {
    if (!specifier.startsWith('@duckdb/')) return next(specifier, context)
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
if (mode === 'no-duckdb') register(`data:text/javascript,${encodeURIComponent(HIDE_DUCKDB)}`)

const { SANDBOX_API_KEY, startSandbox } = await import('../../../src/sandbox/index.js')
const headers = { authorization: `TD1 ${SANDBOX_API_KEY}` }
const sandbox = await startSandbox()
const said = {}

async function issue() {
  const body = new URLSearchParams({ query: 'SELECT 1' })
  const reply = await fetch(`${sandbox.url}/v3/job/issue/trino/sample_datasets`, {
    method: 'POST',
    headers,
    body,
  })
  return { status: reply.status, ...(await reply.json()) }
}

if (mode === 'no-duckdb') {
  const id = sandbox.addJob({ rows: [[1]] })
  said.result = (await fetch(`${sandbox.url}/v3/job/result/${id}?format=json`, { headers })).status
  said.issue = await issue()
  said.preload = await startSandbox({ preload: true }).catch(({ code, hint }) => ({ code, hint }))
  await sandbox.close()
} else {
  await issue()
  while (sandbox.jobs()[0].status !== 'success') await new Promise((resolve) => setTimeout(resolve, 5))
  said.folders = readdirSync(tmpdir())
}
process.stdout.write(JSON.stringify(said))
process.exitCode = 0
// Until it is killed, or whoever started it is gone.
if (mode === 'serve') process.stdin.on('end', () => process.exit()).resume()
if (mode === 'exit') process.stdout.write('\n', () => process.exit())
