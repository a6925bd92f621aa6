// Packs the built package, looks at what is in it, installs it into an empty project and uses it there: as a command, from a
// program, bundled into one file, and with its types checked. Needs `npm run build` before it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

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
const MOST_TYPE_FILES = 9
const MOST_FILES = 150
/** Of an installation with all that it depends on. */
const LARGEST_INSTALL_MIB = 8

const SCHEMA = '[["id","bigint"],["name","varchar"]]'
const CSV = 'id,name\n1,"a,b"\n'

const folder = mkdtempSync(join(tmpdir(), 'td-sluice-package-'))
const project = join(folder, 'project')
const run = (command, args, cwd = project) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.'),
  )
  const paths = packed.files.map((file) => file.path)
  for (const path of paths) assert.match(path, ALLOWED, `${path} does not belong into the package`)
  for (const path of REQUIRED) assert.ok(paths.includes(path), `${path} is missing from the package`)
  assert.ok(packed.size < LARGEST_KIB * 1024, `the package has grown to ${packed.size} bytes`)
  assert.ok(paths.length <= MOST_FILES, `the package has ${paths.length} files`)
  const types = paths.filter((path) => path.endsWith('.d.ts'))
  assert.ok(types.length <= MOST_TYPE_FILES, types.join('\n'))

  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  run('npm', [...install, join(folder, packed.filename)])
  const mib = bytesBelow(join(project, 'node_modules')) / 1024 / 1024
  assert.ok(mib <= LARGEST_INSTALL_MIB, `an installation takes ${mib.toFixed(1)} MiB`)

  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const command = join(project, 'node_modules/.bin/td-sluice')
  assert.equal(run(command, ['--version']).trim(), version)

  // One row, [1, "a,b"], written by hand.
  writeFileSync(join(project, 'result.msgpack'), Buffer.from('9201a3612c62', 'hex'))
  assert.equal(run(command, ['convert', 'result.msgpack', '--schema', SCHEMA, '-f', 'csv', '--quiet']), CSV)

  // Both kernels, and a transform.
  const program = `import { csv, file, ndjson, parquet, pipeline, select } from 'td-sluice'
import { formatOf } from 'td-sluice/advanced'
import { inspect } from 'td-sluice/inspect'
import { runManifest } from 'td-sluice/manifest'
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
  writeFileSync(join(project, 'program.ts'), program)
  const uses = (path, cwd) => {
    assert.equal(run(process.execPath, [path], cwd), '{"name":"a,b"}\n', path)
    assert.equal(readFileSync(join(cwd, 'result.csv'), 'utf8'), CSV)
    assert.equal(readFileSync(join(cwd, 'result.parquet')).subarray(0, 4).toString(), 'PAR1')
  }
  const bundles = { 'program.mjs': 'esm', 'program.cjs': 'cjs' }
  for (const [name, format] of Object.entries(bundles)) {
    // In a folder of its own: nothing of the package lies beside or above it.
    const alone = join(folder, format)
    mkdirSync(alone)
    writeFileSync(join(alone, 'result.msgpack'), Buffer.from('9201a3612c62', 'hex'))
    const { warnings } = await build({
      entryPoints: [join(project, 'program.ts')],
      outfile: join(alone, name),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      // CommonJS packages in an ES module need it: https://esbuild.github.io/content-types/#es-module-interop
      banner:
        format === 'esm'
          ? {
              js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
            }
          : {},
      logLevel: 'silent',
    })
    assert.deepEqual(warnings, [], `${format}: a bundler warns`)
    uses(name, alone)
  }

  // The strictest that a compiler may ask of the types of a package.
  const tsc = resolve('node_modules/typescript/bin/tsc')
  const options = ['--strict', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes', '--lib', 'es2023']
  const files = ['--module', 'nodenext', '--target', 'es2023', '--outDir', '.', 'program.ts']
  run(process.execPath, [
    tsc,
    ...options,
    '--typeRoots',
    resolve('node_modules/@types'),
    '--types',
    'node',
    ...files,
  ])
  uses('program.js', project)
  console.log(
    `${packed.filename}: ${paths.length} files, ${types.length} of them types, ${Math.round(packed.size / 1024)} KiB; ` +
      `installed ${mib.toFixed(1)} MiB; runs, bundled too`,
  )
} finally {
  rmSync(folder, { recursive: true })
}

function bytesBelow(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}
