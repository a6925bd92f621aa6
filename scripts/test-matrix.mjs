// Installs the packed package where its users run it, and uses it there: `npm run test:matrix`, or
// `npm run test:matrix bun webpack` for some rows. Needs a build, and a package registry. Prints a table at its end.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONVERT, CSV, EXPECTED, startMatrixSandbox, writeProject } from './matrix/exercise.mjs'

/** A command that takes longer hangs. */
const MINUTES = 10
const COMMAND = 'node_modules/td-sluice/dist/cli/start.cjs'

/** Prints the line; in TypeScript. */
const MAIN = `import { exercise } from './exercise.mjs'
exercise(process.argv[2]!, process.argv[3]!).then(console.log)`

const BUNDLE_ESM =
  '--banner:js=import{createRequire}from"node:module";const require=createRequire(import.meta.url)'
const ESBUILD = ['node_modules/.bin/esbuild', 'program.mjs', '--bundle', '--platform=node']
const VITE = `export default { build: { ssr: 'main.ts', target: 'node20' }, ssr: { noExternal: true } }`
const ROLLUP = `import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import nodeResolve from '@rollup/plugin-node-resolve'
export default {
  input: 'program.mjs',
  output: { file: 'out/main.mjs', inlineDynamicImports: true },
  external: /^node:/,
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs({ ignore: ['node:sqlite'] }), json()],
  onwarn() {},
}`
const WEBPACK = `module.exports = { mode: 'production', target: 'node20', entry: './program.mjs', output: { filename: 'main.cjs', path: __dirname + '/out' } }`
const ROUTE = `import { exercise } from '../../exercise.mjs'
export const dynamic = 'force-dynamic'
export async function GET(request: Request) {
  const { searchParams } = new URL(request.url)
  return new Response(await exercise(searchParams.get('endpoint')!, searchParams.get('job')!))
}`
const NEXT_SERVER = `const { spawn } = require('node:child_process')
const server = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-p', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
server.stdout.on('data', async (chunk) => {
  const [url] = /http:..localhost:\\d+/.exec(chunk) ?? []
  if (!url) return
  const [endpoint, job] = process.argv.slice(2)
  const reply = await fetch(url + '/export?endpoint=' + encodeURIComponent(endpoint) + '&job=' + job)
  console.log(await reply.text())
  server.kill()
})`
/** A test file for Jest, after the line that brings in the program. */
const jestTest = (imports) => `${imports}
test('exports', async () => { console.log(await exercise(process.env.ENDPOINT, process.env.JOB)) }, 60_000)`
const JEST_MAPPED = `module.exports = { moduleNameMapper: { '^td-sluice$': '<rootDir>/node_modules/td-sluice/dist/jest.cjs' } }`

const nodeRow = (version) => ({
  packages: [`node@${version}`],
  run: ['program.mjs', 'program.cjs', 'worker.mjs'].map((file) => ['node_modules/.bin/node', file]),
  command: ['node_modules/.bin/node', COMMAND],
  version: ['node_modules/.bin/node', '--version'],
})
const typescriptRow = (version) => ({
  packages: [`typescript@${version}`, '@types/node@20'],
  build: [
    [
      'node_modules/.bin/tsc',
      '--strict',
      '--skipLibCheck',
      'false',
      '--lib',
      'es2022',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--outDir',
      'out',
      'program.ts',
    ],
  ],
  run: [['node', 'program.mjs']],
  version: ['node_modules/.bin/tsc', '--version'],
})

/**
 * Each row: the packages it needs, files beside the program, commands that build it, commands that run it and get the endpoint
 * and the job, and what starts the td-sluice command there.
 */
const ROWS = {
  'node-20': nodeRow(20),
  'node-22': nodeRow(22),
  'node-24': nodeRow(24),
  'node-latest': nodeRow('latest'),
  'node-permission': {
    packages: ['node@24'],
    run: [
      ['node_modules/.bin/node', '--permission', '--allow-fs-read=*', '--allow-fs-write=*', 'program.mjs'],
    ],
    version: ['node_modules/.bin/node', '--version'],
  },
  'node-hardened': {
    packages: [],
    run: [
      ['--frozen-intrinsics'],
      ['--disallow-code-generation-from-strings'],
      ['--disable-proto=throw'],
    ].map((flags) => ['node', ...flags, 'program.mjs']),
    version: ['node', '--version'],
  },
  bun: {
    packages: ['bun'],
    scripts: ['bun'],
    run: [['node_modules/.bin/bun', 'program.mjs']],
    command: ['node_modules/.bin/bun', COMMAND],
    version: ['node_modules/.bin/bun', '--version'],
  },
  'bun-build': {
    packages: ['bun'],
    scripts: ['bun'],
    build: [['node_modules/.bin/bun', 'build', 'program.mjs', '--target=node', '--outfile=out/main.mjs']],
    run: [['node', 'out/main.mjs']],
    version: ['node_modules/.bin/bun', '--version'],
  },
  deno: {
    packages: ['deno'],
    scripts: ['deno'],
    run: [['node_modules/.bin/deno', 'run', '-A', 'program.mjs']],
    command: ['node_modules/.bin/deno', 'run', '-A', COMMAND],
    version: ['node_modules/.bin/deno', '--version'],
  },
  'esbuild-esm': {
    packages: ['esbuild'],
    build: [
      [...ESBUILD, '--format=esm', BUNDLE_ESM, '--outfile=out/main.mjs'],
      // Chunks, as a function with a cold start has them.
      [
        ...ESBUILD,
        '--format=esm',
        BUNDLE_ESM,
        '--minify',
        '--splitting',
        '--outdir=split',
        '--out-extension:.js=.mjs',
      ],
    ],
    run: [
      ['node', 'out/main.mjs'],
      ['node', 'split/program.mjs'],
    ],
    version: ['node_modules/.bin/esbuild', '--version'],
  },
  'esbuild-cjs': {
    packages: ['esbuild'],
    build: [
      [...ESBUILD, '--outfile=out/main.cjs'],
      [...ESBUILD, '--minify', '--keep-names', '--outfile=out/minified.cjs'],
    ],
    run: [
      ['node', 'out/main.cjs'],
      ['node', 'out/minified.cjs'],
    ],
    version: ['node_modules/.bin/esbuild', '--version'],
  },
  rollup: {
    packages: ['rollup', '@rollup/plugin-commonjs', '@rollup/plugin-json', '@rollup/plugin-node-resolve'],
    files: { 'rollup.config.mjs': ROLLUP },
    build: [['node_modules/.bin/rollup', '-c', '--silent']],
    run: [['node', 'out/main.mjs']],
    version: ['node_modules/.bin/rollup', '--version'],
  },
  webpack: {
    packages: ['webpack', 'webpack-cli'],
    files: { 'webpack.config.cjs': WEBPACK },
    build: [['node_modules/.bin/webpack', '-c', 'webpack.config.cjs']],
    run: [['node', 'out/main.cjs']],
    version: ['node_modules/.bin/webpack', '--version'],
  },
  'vite-ssr': {
    packages: ['vite'],
    files: { 'vite.config.mjs': VITE, 'main.ts': MAIN },
    build: [['node_modules/.bin/vite', 'build', '--logLevel', 'warn']],
    run: [['node', 'dist/main.js']],
    version: ['node_modules/.bin/vite', '--version'],
  },
  ncc: {
    packages: ['@vercel/ncc'],
    build: [['node_modules/.bin/ncc', 'build', 'program.mjs', '-o', 'out']],
    run: [['node', 'out/index.mjs']],
    version: ['node_modules/.bin/ncc', '--version'],
  },
  next: {
    packages: ['next', 'react', 'react-dom', 'typescript@5', '@types/node@20', '@types/react'],
    files: { 'app/export/route.ts': ROUTE, 'server.cjs': NEXT_SERVER },
    build: [['node_modules/.bin/next', 'build']],
    run: [['node', 'server.cjs']],
    version: ['node_modules/.bin/next', '--version'],
  },
  jest: {
    packages: ['jest'],
    files: {
      'export.test.mjs': jestTest("import { exercise } from './exercise.mjs'"),
      'jest.config.mjs': `export default { testMatch: ['**/*.test.mjs'] }`,
    },
    run: [['node', '--experimental-vm-modules', 'node_modules/.bin/jest', '--silent=false']],
    version: ['node_modules/.bin/jest', '--version'],
  },
  'jest-commonjs': {
    packages: ['jest'],
    files: {
      'package.json': '{ "private": true }',
      'export.test.js': jestTest("const { exercise } = require('./exercise.cjs')"),
      'jest.config.js': JEST_MAPPED,
    },
    run: [['node_modules/.bin/jest', '--silent=false']],
    version: ['node_modules/.bin/jest', '--version'],
  },
  pnpm: {
    packages: [],
    client: 'pnpm',
    run: [['node', 'program.mjs']],
    command: ['node_modules/.bin/td-sluice'],
    version: ['npx', '-y', 'pnpm@10', '--version'],
  },
  'yarn-pnp': {
    packages: [],
    client: 'yarn',
    run: [['npx', '-y', '@yarnpkg/cli-dist', 'node', 'program.mjs']],
    command: ['npx', '-y', '@yarnpkg/cli-dist', 'td-sluice'],
    version: ['npx', '-y', '@yarnpkg/cli-dist', '--version'],
  },
  'typescript-5.4': typescriptRow('5.4'),
  'typescript-5.9': typescriptRow('5.9'),
  'typescript-latest': typescriptRow('latest'),
}

const folder = mkdtempSync(join(tmpdir(), 'td-sluice-matrix-'))
const wanted = process.argv.slice(2)
const sandbox = await startMatrixSandbox()
try {
  const packed = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
  })
  const tarball = join(folder, JSON.parse(packed.stdout)[0].filename)
  const results = []
  for (const [name, row] of Object.entries(ROWS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const project = join(folder, name)
    const began = performance.now()
    const failure = await tryRow(row, project, tarball, sandbox.args)
    const version = failure ? '' : /[\d.]+\d/.exec((await run(row.version, project)).output)?.[0]
    results.push([
      name,
      version,
      failure ? 'fails' : 'passes',
      `${((performance.now() - began) / 1000).toFixed(0)} s`,
    ])
    console.log(results.at(-1).join(' | '))
    if (failure) {
      console.log(failure.replace(/^/gm, '    '))
      process.exitCode = 1
    }
    rmSync(project, { recursive: true, force: true })
  }
  console.log(`\n| where | version | result |\n|---|---|---|`)
  for (const [name, version, result] of results) console.log(`| ${name} | ${version} | ${result} |`)
} finally {
  await sandbox.close()
  rmSync(folder, { recursive: true })
}

/** The failure of a row of the matrix, or `undefined`. */
async function tryRow(row, project, tarball, args) {
  writeProject(project, row.files)
  // To Jest an argument is the name of a test.
  const given = row.packages[0] === 'jest' ? [] : args
  const steps = [
    ...[...installs(row, tarball), ...(row.build ?? [])].map((command) => ({ command, expected: '' })),
    ...row.run.map((command) => ({ command: [...command, ...given], expected: EXPECTED })),
    ...(row.command ? [{ command: [...row.command, ...CONVERT], expected: CSV }] : []),
  ]
  for (const { command, expected } of steps) {
    const { code, output } = await run(command, project, { ENDPOINT: args[0], JOB: args[1] })
    const failure =
      code !== 0 ? `exit ${code}` : output.includes(expected) ? undefined : 'not the expected text'
    if (failure) return `${command.join(' ')}: ${failure}\n${output.slice(-3000)}`
  }
  return undefined
}

function installs(row, tarball) {
  if (row.client === 'pnpm') return [['npx', '-y', 'pnpm@10', 'add', tarball]]
  if (row.client === 'yarn') return [['npx', '-y', '@yarnpkg/cli-dist', 'add', `td-sluice@file:${tarball}`]]
  const install = ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...row.packages]
  return row.scripts
    ? [install, ...row.scripts.map((name) => ['npm', 'rebuild', name, '--foreground-scripts'])]
    : [install]
}

/** Runs a command to its end, or ends it after some minutes. */
function run([command, ...args], cwd, env = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, CI: '1', NEXT_TELEMETRY_DISABLED: '1', ...env },
      timeout: MINUTES * 60_000,
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => done({ code: 127, output: String(error) }))
    child.on('close', (code, signal) => done({ code: code ?? signal, output }))
  })
}
