// Packs the built package, looks at what is in it, installs it into an empty project and uses it there: as a command, from a
// program, bundled into one file, and with its types checked. Then it runs the quick form of the matrix: what needs no other
// packages than those of this project. Needs `npm run build` before it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { CONVERT, CSV, EXPECTED, SCHEMA, startMatrixSandbox, writeProject } from './matrix/exercise.mjs'

const ALLOWED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-NOTICES|dist\/[\w./-]+\.(c?js|d\.ts|1)|(docs|examples)\/[\w./-]+\.(md|ts|sql|yaml|schema\.json))$/
const REQUIRED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'THIRD-PARTY-NOTICES',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/jest.cjs',
  'dist/cli/start.cjs',
  'dist/cli/main.cjs',
  'dist/td-sluice.1',
  'docs/command-line.md',
  'examples/first-query.ts',
]
const LARGEST_KIB = 1700
const MOST_TYPE_FILES = 11
const MOST_FILES = 150
/** Of an installation with all that it depends on. */
const LARGEST_INSTALL_MB = 8

/** How Node runs the program: as a module, by `require`, in a thread, as Jest has it, and with what a hardened service switches on. */
const WAYS = [
  ['program.mjs'],
  ['program.cjs'],
  ['worker.mjs'],
  ['jest.cjs'],
  ['--frozen-intrinsics', 'program.mjs'],
  ['--disallow-code-generation-from-strings', 'program.mjs'],
  ['--disable-proto=throw', 'program.mjs'],
]

const folder = mkdtempSync(join(tmpdir(), 'td-sluice-package-'))
const sandbox = await startMatrixSandbox()
const project = join(folder, 'project')
const run = async (command, args, cwd = project) => (await promisify(execFile)(command, args, { cwd })).stdout
try {
  const [packed] = JSON.parse(
    await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.'),
  )
  const paths = packed.files.map((file) => file.path)
  for (const path of paths) assert.match(path, ALLOWED, `${path} does not belong into the package`)
  for (const path of REQUIRED) assert.ok(paths.includes(path), `${path} is missing from the package`)
  assert.ok(packed.size < LARGEST_KIB * 1024, `the package has grown to ${packed.size} bytes`)
  assert.ok(paths.length <= MOST_FILES, `the package has ${paths.length} files`)
  const types = paths.filter((path) => path.endsWith('.d.ts'))
  assert.ok(types.length <= MOST_TYPE_FILES, types.join('\n'))
  for (const path of types)
    assert.doesNotMatch(
      readFileSync(path, 'utf8'),
      /\b(Buffer|\w+Array)<ArrayBuffer/,
      `${path}: before 5.7 TypeScript knows no such type`,
    )

  writeProject(project)
  const program = readFileSync(join(project, 'program.cjs'), 'utf8')
  const mapped = program.replaceAll(
    'require("td-sluice")',
    "require('./node_modules/td-sluice/dist/jest.cjs')",
  )
  assert.notEqual(mapped, program)
  writeFileSync(join(project, 'jest.cjs'), mapped)
  const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', [...install, join(folder, packed.filename)])
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'))
  const scripted = Object.keys(lock.packages).filter((path) => lock.packages[path].hasInstallScript)
  assert.deepEqual(scripted, [], 'these packages run a script when they are installed')
  const installed = readdirSync(join(project, 'node_modules'), { recursive: true })
  assert.deepEqual(
    installed.filter((path) => /\.node$|binding\.gyp$/.test(path)),
    [],
    'these files are native code',
  )
  const megabytes = bytesBelow(join(project, 'node_modules')) / 1e6
  assert.ok(megabytes <= LARGEST_INSTALL_MB, `an installation takes ${megabytes.toFixed(2)} MB`)

  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const command = join(project, 'node_modules/.bin/td-sluice')
  assert.equal((await run(command, ['--version'])).trim(), version)
  assert.equal(await run(command, CONVERT), CSV)

  // The other entry points that need no driver, and a transform.
  const entries = `import { csv, file, ndjson, parquet, pipeline, select } from 'td-sluice'
import { formatOf } from 'td-sluice/advanced'
import { inspect } from 'td-sluice/inspect'
import { runManifest } from 'td-sluice/manifest'
import type { Sandbox } from 'td-sluice/sandbox'
export type Endpoint = Sandbox['url']
async function main(): Promise<void> {
  const source = () => file('result.msgpack', { schema: '${SCHEMA}' })
  await pipeline(source(), parquet('result.parquet'))
  await pipeline(source(), csv('result.csv'))
  const report = await pipeline(source(), select(['name']), ndjson(process.stdout))
  console.error(report.rows)
  const { columns } = await inspect('result.parquet')
  if (columns.length !== 2 || formatOf('x.csv')?.format !== 'csv') throw new Error('it is another file')
  // It comes to no export without a manifest.
  await runManifest('none.yaml', { connection: { apiKey: '1/x' } }).catch(({ code }) => {
    if (code !== 'E_IO') throw new Error(code)
  })
}
main()`
  writeFileSync(join(project, 'entries.ts'), entries)
  const uses = async (path, cwd) => {
    assert.equal(await run(process.execPath, [path], cwd), '{"name":"a,b"}\n', path)
    assert.equal(readFileSync(join(cwd, 'result.csv'), 'utf8'), CSV)
    assert.equal(readFileSync(join(cwd, 'result.parquet')).subarray(0, 4).toString(), 'PAR1')
  }
  // CommonJS packages in an ES module need it: https://esbuild.github.io/content-types/#es-module-interop
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
  const bundles = {
    esm: { format: 'esm', banner: { js } },
    cjs: { format: 'cjs', outExtension: { '.js': '.cjs' } },
    chunks: { format: 'esm', banner: { js }, minify: true, splitting: true },
  }
  for (const [name, options] of Object.entries(bundles)) {
    // In a folder of its own: nothing of the package lies beside or above it.
    const alone = join(folder, name)
    writeProject(alone)
    const { warnings } = await build({
      entryPoints: { entries: join(project, 'entries.ts'), exercise: join(project, 'program.mjs') },
      outdir: join(alone, 'out'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      outExtension: { '.js': '.mjs' },
      logLevel: 'silent',
      ...options,
    })
    assert.deepEqual(warnings, [], `${name}: a bundler warns`)
    const end = name === 'cjs' ? 'cjs' : 'mjs'
    await uses(`out/entries.${end}`, alone)
    await exercises([`out/exercise.${end}`], alone)
  }

  // The strictest that a compiler may ask of the types of a package.
  const tsc = resolve('node_modules/typescript/bin/tsc')
  const options = ['--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes', '--lib', 'es2023']
  const files = ['--module', 'nodenext', '--target', 'es2023', '--outDir', '.', 'entries.ts', 'program.ts']
  await run(process.execPath, [
    tsc,
    ...options,
    '--typeRoots',
    resolve('node_modules/@types'),
    '--types',
    'node',
    ...files,
  ])
  await uses('entries.js', project)
  for (const args of WAYS) await exercises(args, project)
  console.log(
    `${packed.filename}: ${paths.length} files, ${types.length} of them types, ${Math.round(packed.size / 1024)} KiB; ` +
      `installed ${megabytes.toFixed(2)} MB; runs, bundled too`,
  )
} finally {
  await sandbox.close()
  rmSync(folder, { recursive: true })
}

/** The line that each row of the matrix must print. */
async function exercises(args, cwd) {
  assert.equal(
    (await run(process.execPath, [...args, ...sandbox.args], cwd)).trim(),
    EXPECTED,
    args.join(' '),
  )
}

function bytesBelow(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}
