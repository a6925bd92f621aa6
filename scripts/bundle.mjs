// Bundles src/ into dist/: one file an entry point, and chunks that they share. Node opens and links each module of a
// program one by one, which for some 150 small files takes longer than converting a small result.
//
// What package.json has in `dependencies` stays outside, so that an installation shares it and gets its security updates.
// The small packages that the sources use besides are bundled, so that an installation is small and a program's own
// copies of them do not matter; THIRD-PARTY-NOTICES names them with their licenses.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { ENTRY_POINTS } from './entry-points.mjs'
import { noticesOf } from './notices.mjs'

const { version, dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const wasm = (name) => JSON.stringify(readFileSync(`src/kernel/${name}.wasm`, 'base64'))

/**
 * Turns `require('node:…')` inside of bundled CommonJS packages into imports. Left alone it becomes a call that fails in an
 * ES module.
 */
const importBuiltins = {
  name: 'import-builtins',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `import builtin from ${JSON.stringify(path)}\nmodule.exports = builtin`,
    }))
  },
}

/**
 * What the command imports when it is needed, by modules that are needed together: each group is one file. Left alone, each
 * `import()` becomes a file, with one more for each set of them that shares some code: 171 files, of which `convert` opened 76.
 * What is heavy and that others of its group can do without stays out, such as the logger and the reader of Parquet.
 */
const GROUPS = {
  start: [
    ...['files/leftovers', 'cli/run', 'cli/commands/index'],
    ...['cli/failure', 'cli/progress/text-reporter', 'cli/progress/live-progress'],
  ],
  commands: [
    ...readdirSync('src/cli/commands')
      .filter((file) => file !== 'index.ts')
      .map((file) => `cli/commands/${file.replace(/\.ts$/, '')}`),
    ...['cli/completion/commands', 'cli/completion/bash', 'cli/completion/fish', 'cli/completion/zsh'],
    ...['cli/topics', 'cli/duckdb'],
  ],
  results: [
    ...['cli/write-result', 'cli/text/preview', 'cli/places', 'cli/collector', 'cli/text-or-file'],
    ...['cli/schema-source', 'sources/local'],
  ],
  api: [
    ...['cli/with-client', 'cli/wait', 'cli/sql', 'cli/text/job', 'cli/text/job-json', 'cli/text/print'],
    ...[
      'cli/terminal/page',
      'cli/terminal/table',
      'client/index',
      'client/config/index',
      'client/config/proxies',
    ],
    ...['sources/job', 'sources/query'],
  ],
  manifest: [
    ...[
      'cli/failed-run',
      'cli/text/plan',
      'cli/progress/export-reporter',
      'files/places',
      'manifest/failed-start',
    ],
    ...['manifest/plan', 'manifest/report', 'manifest/run', 'manifest/time-text'],
  ],
  inspect: ['inspect/index', 'inspect/parquet-file', 'cli/text/inspect', 'cli/terminal/locale'],
  parquet: ['kernel/columns/module', 'sinks/formats/parquet/open'],
  engine: ['sandbox/engine/engine', 'sandbox/engine/tables'],
}

/**
 * Has `import('./a.js')` import the group of `a`. That has more exports than was asked for, each name of which means one thing in all
 * of src/, as a test says.
 */
const importGroups = {
  name: 'import-groups',
  setup(build) {
    const src = resolve('src')
    const groupOf = new Map(
      Object.entries(GROUPS).flatMap(([group, names]) => names.map((name) => [`${src}/${name}.ts`, group])),
    )
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const group = groupOf.get(resolve(resolveDir, path).replace(/\.js$/, '.ts'))
      return group && { path: group, namespace: 'group', sideEffects: false }
    })
    build.onLoad({ filter: /.*/, namespace: 'group' }, ({ path: group }) => ({
      contents: GROUPS[group].map((name) => `export * from './${name}.js'`).join('\n'),
      resolveDir: src,
    }))
  },
}

/** Of both builds. */
const COMMON = {
  bundle: true,
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  // The notices carry them.
  legalComments: 'none',
  // What the sources read from files beside them, so that dist/ can be bundled into one file of a program.
  define: {
    PACKAGE_VERSION: JSON.stringify(version),
    KERNEL_WASM: wasm('kernel'),
    COLUMNS_WASM: wasm('columns'),
    INFLATE_WASM: wasm('inflate'),
  },
  // Drops the branches that read those files: bundlers look into `new URL('…', import.meta.url)`.
  minifySyntax: true,
}

const { metafile } = await build({
  ...COMMON,
  entryPoints: [...ENTRY_POINTS, 'cli/main'].map((path) => `src/${path}.ts`),
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
  metafile: true,
  plugins: [importBuiltins, importGroups],
})
// For Jest, which takes no ES modules without a flag of Node. Not exported: a program that got both builds would have two
// classes of each name.
await build({
  ...COMMON,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/jest.cjs',
  format: 'cjs',
  // Jest has no `import()` either.
  supported: { 'dynamic-import': false },
  // The branches that use it are dropped, but after the warning.
  logOverride: { 'empty-import-meta': 'silent' },
  minifyWhitespace: true,
})
writeFileSync('THIRD-PARTY-NOTICES', noticesOf(Object.keys(metafile.inputs)))
