// Bundles src/ into dist/: one file an entry point, and chunks that they share. Node opens and links each module of a
// program one by one, which for some 150 small files takes longer than converting a small result.
//
// Packages in `dependencies` of package.json stay outside, so that an installation shares it and gets its security updates.
// The small packages that the sources use besides are bundled, so that an installation is small and a program's own
// copies of them do not matter; THIRD-PARTY-NOTICES names them with their licenses.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
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
 * Modules that the library imports on demand, by modules that are needed together: each group is one file. Left alone, each
 * `import()` becomes a file, with one more for each set of them that shares some code.
 */
const GROUPS = {
  manifest: ['files/places', 'manifest/plan', 'manifest/run'],
  store: [
    'sinks/targets/store/open',
    'sinks/targets/sftp/remote-ranges',
    'sinks/targets/sftp/edit',
    'sinks/targets/sftp/open',
    'sinks/targets/azure/open',
  ],
  // Gates are small; alone they would split six more files off.
  columns: [
    'kernel/columns/module',
    'sinks/formats/parquet/open',
    'sinks/formats/arrow/open',
    'pipeline/gates/gates',
  ],
  engine: ['sandbox/engine/engine', 'sandbox/engine/tables'],
  tables: [
    'sinks/postgres/index',
    'sinks/postgres/connection',
    'sinks/duckdb/index',
    'sinks/duckdb/connection',
  ],
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

/** Of all builds. */
const COMMON = {
  bundle: true,
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  // The notices carry them.
  legalComments: 'none',
  // Files that the sources read from beside them, so that dist/ can be bundled into one file of a program.
  define: {
    PACKAGE_VERSION: JSON.stringify(version),
    KERNEL_WASM: wasm('kernel'),
    COLUMNS_WASM: wasm('columns'),
    INFLATE_WASM: wasm('inflate'),
  },
  // Drops the branches that read those files: bundlers look into `new URL('…', import.meta.url)`.
  minifySyntax: true,
  // An installation is a quarter smaller without it.
  minifyWhitespace: true,
}

/** Of one file of CommonJS. */
const COMMON_JS = {
  ...COMMON,
  format: 'cjs',
  // The branches that use it are dropped, but after the warning.
  logOverride: { 'empty-import-meta': 'silent' },
}

const library = await build({
  ...COMMON,
  entryPoints: ENTRY_POINTS.map((path) => `src/${path}.ts`),
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
  ...COMMON_JS,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/jest.cjs',
  // Jest has no `import()` either.
  supported: { 'dynamic-import': false },
  // A tenth of a MiB less to install; names that programs see, as of classes, stay.
  minifyIdentifiers: true,
  keepNames: true,
})

/**
 * Of undici, what the command uses. The rest, such as `fetch`, takes longer to run at each start than a request does. Paths
 * inside of the package may change with each of its versions, so only this build of a known version knows them.
 */
const partsOfUndici = {
  name: 'parts-of-undici',
  setup(build) {
    build.onResolve({ filter: /^undici\/index\.js$/ }, () => ({ path: 'undici', namespace: 'undici' }))
    build.onLoad({ filter: /.*/, namespace: 'undici' }, () => ({
      contents: `Object.assign(require('undici/lib/dispatcher/dispatcher.js').prototype, require('undici/lib/api/index.js'))
        exports.Agent = require('undici/lib/dispatcher/agent.js')
        exports.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent.js')
        exports.Pool = require('undici/lib/dispatcher/pool.js')`,
      resolveDir: resolve('.'),
    }))
  },
}

/** The sandbox is no part of the command's file: `start.cjs` gives it a way to import the library's. */
const sandboxBeside = {
  name: 'sandbox-beside',
  setup(build) {
    build.onLoad({ filter: /\/src\/cli\/sandbox-module\.ts$/ }, () => ({
      contents: "export const importSandbox = () => IMPORT_MODULE('../sandbox/index.js')",
    }))
  },
}

/** The command: `start.cjs` runs `main.cjs`, one file of which the compiled code can be kept. */
const command = await build({
  ...COMMON_JS,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli/main.cjs',
  external: COMMON.external.filter((name) => name !== 'undici'),
  // Half a MiB less to install, and to read at each start. The library keeps its names, which programs see in stacks.
  minifyIdentifiers: true,
  // In a script that is compiled by hand `import()` needs a flag of Node. Optional packages are found by `require` as well.
  supported: { 'dynamic-import': false },
  define: { ...COMMON.define, 'import.meta.url': 'MODULE_URL' },
  // The function that Node puts around a file of CommonJS; put around here, it costs no copy at each start.
  banner: {
    js: `(function (require, module, __filename, __dirname, IMPORT_MODULE) {
const MODULE_URL = require('node:url').pathToFileURL(__filename).href;`,
  },
  footer: { js: '})' },
  metafile: true,
  plugins: [partsOfUndici, sandboxBeside],
})
const main = readFileSync('dist/cli/main.cjs', 'latin1')
// It is read as Latin-1, which is the quickest.
if (/[^\0-\x7f]/.test(main)) throw new Error('main.cjs holds characters that are not ASCII')
await build({
  ...COMMON_JS,
  entryPoints: ['src/cli/start.ts'],
  outfile: 'dist/cli/start.cjs',
  define: {
    ...COMMON.define,
    BUILD_ID: JSON.stringify(createHash('sha256').update(main).digest('hex').slice(0, 12)),
  },
})
const inputs = [library, command].flatMap(({ metafile }) => Object.keys(metafile.inputs))
writeFileSync('THIRD-PARTY-NOTICES', noticesOf(inputs))
