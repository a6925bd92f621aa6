// Compiles the AssemblyScript kernel: src/kernel/kernel.wasm for rows, src/kernel/columns.wasm for columns,
// src/kernel/inflate.wasm for gzip. Part of `npm run build` and `npm test`. Modules built from the same sources are kept.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const asc = require.resolve('assemblyscript/bin/asc.js')
const SOURCES = 'src/kernel/assembly'
const MODULES = { kernel: SOURCES, columns: `${SOURCES}/columns`, inflate: `${SOURCES}/inflate` }
/** Identifies the sources of the modules beside it. */
const KEY_FILE = 'src/kernel/built-from.key'

/**
 * The compiler's note that its last round of optimization made the module a little larger than the one before:
 * here by a few bytes of 28 KiB. Without `converge` the modules are as large within ten bytes.
 */
const NOISE = 'Last converge was suboptimal.\n'

function key() {
  const hash = createHash('sha256')
  const sources = readdirSync(SOURCES, { recursive: true }).filter((name) => /\.(ts|json)$/.test(name))
  for (const path of [...sources.sort().map((name) => `${SOURCES}/${name}`), fileURLToPath(import.meta.url)])
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  return hash.update(require('assemblyscript/package.json').version).digest('hex')
}

async function compile(folder) {
  const args = [asc, '--config', `${folder}/asconfig.json`, '--target', 'release']
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'inherit', 'pipe'] })
  let messages = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    messages += text
  })
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  process.stderr.write(messages.replace(NOISE, ''))
  if (status !== 0) throw new Error(`the compiler ended with ${status} for ${folder}`)
}

const built = existsSync(KEY_FILE) && readFileSync(KEY_FILE, 'utf8')
const now = key()
if (built !== now || !Object.keys(MODULES).every((name) => existsSync(`src/kernel/${name}.wasm`))) {
  rmSync(KEY_FILE, { force: true })
  await Promise.all(Object.values(MODULES).map(compile))
  writeFileSync(KEY_FILE, now)
}
