// Bundles src/ into dist/: one file an entry point, and chunks that they share. Node opens and links each module of a
// program one by one, which for some 150 small files takes longer than converting a small result.
// Dependencies stay outside, so that an installation shares and updates them as usual.
import { copyFileSync, readdirSync } from 'node:fs'
import { build } from 'esbuild'

const CHUNKS = 'dist/chunks'

await build({
  entryPoints: [
    'src/index.ts',
    'src/postgres.ts',
    'src/duckdb.ts',
    'src/sandbox/index.ts',
    'src/cli/main.ts',
  ],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
})
// The kernels are read from beside the chunk that loads them, as they are from beside their loader in src/.
for (const name of readdirSync('src/kernel')) {
  if (name.endsWith('.wasm')) copyFileSync(`src/kernel/${name}`, `${CHUNKS}/${name}`)
}
