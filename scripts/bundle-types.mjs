// Writes the types of dist/: one file an entry point, and those that they share. A compiler that reads the types of this
// package opens six files instead of three hundred.
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const bundle = await rollup({
  input: {
    index: 'src/index.ts',
    postgres: 'src/postgres.ts',
    duckdb: 'src/duckdb.ts',
    'sandbox/index': 'src/sandbox/index.ts',
  },
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
