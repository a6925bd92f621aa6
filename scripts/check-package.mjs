// Packs the built package, looks at what is in it, installs it into an empty project and uses it there.
// Needs `npm run build` before it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ALLOWED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/[\w./-]+\.(js|d\.ts|wasm))$/
const REQUIRED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/chunks/kernel.wasm',
  'dist/chunks/columns.wasm',
]
const LARGEST_KIB = 400

const folder = mkdtempSync(join(tmpdir(), 'td-sluice-package-'))
const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder]))
  const paths = packed.files.map((file) => file.path)
  for (const path of paths) assert.match(path, ALLOWED, `${path} does not belong into the package`)
  for (const path of REQUIRED) assert.ok(paths.includes(path), `${path} is missing from the package`)
  assert.ok(packed.size < LARGEST_KIB * 1024, `the package has grown to ${packed.size} bytes`)

  const project = join(folder, 'project')
  execFileSync('mkdir', [project])
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  npm(
    [
      'install',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      join(folder, packed.filename),
    ],
    project,
  )

  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const command = join(project, 'node_modules/.bin/td-sluice')
  assert.equal(execFileSync(command, ['--version'], { encoding: 'utf8' }).trim(), version)

  // One row, [1, "a,b"], written by hand.
  writeFileSync(join(project, 'result.msgpack'), Buffer.from('9201a3612c62', 'hex'))
  const convert = [
    'convert',
    'result.msgpack',
    '--schema',
    '[["id","bigint"],["name","varchar"]]',
    '-f',
    'csv',
  ]
  assert.equal(execFileSync(command, convert, { cwd: project, encoding: 'utf8' }), 'id,name\n1,"a,b"\n')

  writeFileSync(
    join(project, 'program.js'),
    `import { file, ndjson, pipeline, select } from 'td-sluice'
const source = file('result.msgpack', { schema: '[["id","bigint"],["name","varchar"]]' })
const report = await pipeline(source, select(['name']), ndjson(process.stdout))
console.error(report.rows)`,
  )
  const printed = execFileSync(process.execPath, ['program.js'], {
    cwd: project,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  assert.equal(printed, '{"name":"a,b"}\n')
  console.log(
    `${packed.filename}: ${paths.length} files, ${Math.round(packed.size / 1024)} KiB, installs and runs`,
  )
} finally {
  rmSync(folder, { recursive: true })
}
