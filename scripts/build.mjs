// `npm run build`: dist/, as it is published. The kernel and the types, which take longest, are made at the same time.
import { rmSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
const types = import('./bundle-types.mjs')
await import('./build-kernel.mjs')
await import('./bundle.mjs')
await import('./man.mjs')
await types
