import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire, Module, register } from 'node:module'
import { join, sep } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SluiceError } from '../errors.js'
import type { Session } from './session.js'
import { shellQuoted } from './terminal/shell.js'

const DUCKDB = '@duckdb/node-api'

/**
 * Sees to it that the sandbox finds DuckDB: beside this package, or else in the current folder. On a terminal it offers to run the
 * command by npx, which brings both; resolves with false when that has been done.
 *
 * @param name the command that needs it
 * @throws SluiceError `E_UNSUPPORTED` with what to type, where it is not there.
 */
export async function duckdbIsThere(name: string, session: Session): Promise<boolean> {
  const { cwd, signal, stdinIsTerminal, stderrIsTerminal } = session.context
  if (foundFrom(fileURLToPath(import.meta.url)) !== undefined) return true
  const there = foundFrom(join(cwd, 'package.json'))
  if (there !== undefined) {
    takeFrom(there)
    return true
  }
  const words = [
    name,
    ...session.given.flatMap(({ option, value }) => [option.long!, ...(value ? [value] : [])]),
  ]
  const npx = ['-p', 'td-sluice', '-p', DUCKDB, 'td-sluice', ...words]
  const line = ['npx', ...npx].map(shellQuoted).join(' ')
  if (stdinIsTerminal && stderrIsTerminal && (await agreed(line, session))) {
    // Ctrl-C reaches it, too: it is in the same group of processes.
    const child = spawn('npx', ['-y', ...npx], { stdio: 'inherit', cwd, shell: sep === '\\' })
    const [code] = await once(child, 'close')
    signal.throwIfAborted()
    if (code !== 0) throw new SluiceError('E_UNSUPPORTED', `npx ended with exit code ${code}`)
    return false
  }
  throw new SluiceError('E_UNSUPPORTED', 'the sandbox runs queries with DuckDB, which is not installed', {
    hint: howToAddDuckdb(fileURLToPath(import.meta.url), line),
  })
}

/** The command to type, by the place of the package that was started; `npx` is the line that starts it with DuckDB. */
export function howToAddDuckdb(file: string, npx: string): string {
  const parts = file.split(sep)
  if (parts.includes('_npx')) return `start it with DuckDB: ${npx}`
  const at = parts.lastIndexOf('node_modules')
  // A project has its package.json beside node_modules, the folder of global packages has none.
  const isGlobal = at !== -1 && !existsSync([...parts.slice(0, at), 'package.json'].join(sep))
  return `add it with: npm install ${isGlobal ? '-g ' : ''}${DUCKDB}`
}

/** The module as `file` would import it; undefined where it is not installed. */
function foundFrom(file: string): string | undefined {
  try {
    return createRequire(file).resolve(DUCKDB)
  } catch {
    return undefined
  }
}

type Resolve = (request: string, ...rest: unknown[]) => string

/**
 * Has the sandbox take DuckDB from `path`: its modules import it, and one resolves its parts as `require` does, which on Node 20
 * the hooks of `module.register` do not reach.
 */
function takeFrom(path: string): void {
  const url = JSON.stringify(pathToFileURL(path).href)
  const hook = `export const resolve = (name, context, next) =>
    name === '${DUCKDB}' ? { url: ${url}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
  const loader = Module as unknown as { _resolveFilename: Resolve }
  const resolve = loader._resolveFilename
  loader._resolveFilename = (request, ...rest) => (request === DUCKDB ? path : resolve(request, ...rest))
}

async function agreed(line: string, { context }: Session): Promise<boolean> {
  const { stdin, stderr, signal } = context
  const asking = createInterface({ input: stdin(), output: stderr })
  try {
    const question = `the sandbox runs queries with DuckDB, which is not installed; run this now?\n  ${line}\n[y/N] `
    return /^y(es)?$/i.test((await asking.question(question, { signal })).trim())
  } finally {
    asking.close()
  }
}
