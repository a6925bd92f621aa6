// Compiles the AssemblyScript kernel: src/kernel/kernel.wasm for rows, src/kernel/columns.wasm for columns,
// src/kernel/inflate.wasm for gzip. Part of `npm run build` and `npm test`.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')

/**
 * What the compiler prints when its last round of optimization made the module a little larger than the one before:
 * here by a few bytes of 28 KiB. Without `converge` the modules are as large within ten bytes.
 */
const NOISE = 'Last converge was suboptimal.\n'

for (const folder of ['src/kernel/assembly', 'src/kernel/assembly/columns', 'src/kernel/assembly/inflate']) {
  const args = [asc, '--config', `${folder}/asconfig.json`, '--target', 'release']
  const { status, error, stderr } = spawnSync(process.execPath, args, {
    stdio: ['inherit', 'inherit', 'pipe'],
    encoding: 'utf8',
  })
  if (error) throw error
  process.stderr.write(stderr.replace(NOISE, ''))
  if (status !== 0) {
    process.exitCode = status ?? 1
    break
  }
}
