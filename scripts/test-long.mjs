// Runs the long form of some tests: `npm run test:long kill`. Needs a build. Without a name it lists the names. At the
// end it prints what was measured, as rows of the table "Measured" in docs/reliability.md.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledPath, compileTests } from './compile-tests.mjs'

/** What each name runs; variables of the environment win over those here. */
const SUITES = {
  faults: {
    env: { LOST: '100', FAILURES: '1000', TEXTS: 'long' },
    files: [
      'test/faults/whole-runs.long.ts',
      'test/faults/connections.long.ts',
      'test/faults/issue.slow.test.ts',
      'test/faults/process.slow.test.ts',
      'test/faults/texts.slow.test.ts',
      'test/sources/download/cuts.long.ts',
      'test/transforms/decode/gunzip.long.ts',
    ],
  },
  kill: {
    // Each file has two runs under way at a time.
    args: ['--jobs=1'],
    files: [
      'test/kill/backfill.long.ts',
      'test/kill/command.long.ts',
      'test/kill/output.long.ts',
      'test/kill/run.long.ts',
      'test/kill/spool.long.ts',
      'test/kill/watermark.long.ts',
    ],
  },
  places: {
    files: ['test/places/places.long.ts', 'test/places/containers.long.ts', 'test/places/clocks.long.ts'],
  },
  fuzz: { files: ['test/faults/fuzz.long.ts'] },
  inspect: { env: { MUTANTS: '200' }, files: ['test/inspect/parquet-damage.slow.test.ts'] },
  memory: { env: { MEMBERS: '20' }, files: ['test/memory.slow.test.ts'] },
  kernel: { files: ['test/kernel/equivalence.long.ts'] },
  inflate: {
    // Ten hours, as long as it may take by itself, and a little more.
    args: ['--timeout=37000'],
    files: ['test/kernel/inflate.long.ts'],
  },
}

const [name, ...args] = process.argv.slice(2)
const suite = Object.hasOwn(SUITES, name ?? '') ? SUITES[name] : undefined
if (suite === undefined) {
  console.error(`usage: npm run test:long ${Object.keys(SUITES).join('|')}`)
  process.exitCode = 2
} else {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-figures-'))
  const figures = join(folder, 'figures')
  await compileTests()
  const begin = performance.now()
  const { status } = spawnSync(
    'npx',
    ['tap', '--timeout=7200', ...(suite.args ?? []), ...args, ...suite.files.map(compiledPath)],
    {
      stdio: 'inherit',
      env: { ...suite.env, ...process.env, FIGURES: figures },
    },
  )
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1)
  console.log(`${name}: exit ${status}, ${minutes} minutes`)
  if (existsSync(figures)) console.log(readFileSync(figures, 'utf8'))
  rmSync(folder, { recursive: true })
  process.exitCode = status ?? 1
}
