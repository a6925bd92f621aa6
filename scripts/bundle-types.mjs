// Writes the types of dist/: one file an entry point, and those that they share. A compiler that reads the types of this
// package opens six files instead of three hundred.
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import { ENTRY_POINTS } from './entry-points.mjs'

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
})
