// Compiles the AssemblyScript kernel to src/kernel/kernel.wasm. Part of `npm run build` and `npm test`.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'

const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
execFileSync(
  process.execPath,
  [asc, '--config', 'src/kernel/assembly/asconfig.json', '--target', 'release'],
  {
    stdio: 'inherit',
  },
)
