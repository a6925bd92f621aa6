// Compiles the AssemblyScript kernel: src/kernel/kernel.wasm for rows, src/kernel/columns.wasm for columns. Part of
// `npm run build` and `npm test`.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'

const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
for (const folder of ['src/kernel/assembly', 'src/kernel/assembly/columns']) {
  execFileSync(process.execPath, [asc, '--config', `${folder}/asconfig.json`, '--target', 'release'], {
    stdio: 'inherit',
  })
}
