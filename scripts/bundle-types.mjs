// Writes the types of dist/: one file an entry point, and those that they share. A compiler that reads the types of this
// package opens six files instead of three hundred.
import { resolve } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { ENTRY_POINTS } from './entry-points.mjs'

const entries = new Set(ENTRY_POINTS.map((path) => resolve(`src/${path}.ts`)))
const bundle = await rollup({
  input: Object.fromEntries(ENTRY_POINTS.map((path) => [path, `src/${path}.ts`])),
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  plugins: [dts({ tsconfig: 'tsconfig.build.json' })],
  onwarn({ message }) {
    throw new Error(message)
  },
})
await bundle.write({
  dir: 'dist',
  format: 'es',
  entryFileNames: '[name].d.ts',
  chunkFileNames: 'types/[name].d.ts',
  // One file for all that entry points share, rather than one for each set of those that do; without the types of drivers,
  // which are there only where a program uses their entry point.
  manualChunks: (id) => (entries.has(id) || /\/sinks\/(duckdb|postgres)\//.test(id) ? undefined : 'shared'),
})
