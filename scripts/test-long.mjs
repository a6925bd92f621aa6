// Runs the long form of some tests: `npm run test:long kill`. Needs a build. Without a name it lists the names. At the
// end it prints what was measured, as rows of the table "Measured" in docs/reliability.md.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests } from './run-tests.mjs'

/** The suite of each name; variables of the environment win over those here. */
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
    jobs: 1,
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
  public: { files: ['test/inspect/public-files.long.ts'] },
  memory: { env: { MEMBERS: '20' }, files: ['test/memory.slow.test.ts'] },
  kernel: { files: ['test/kernel/equivalence.long.ts'] },
  inflate: { files: ['test/kernel/inflate.long.ts'] },
}

const [name] = process.argv.slice(2)
const suite = Object.hasOwn(SUITES, name ?? '') ? SUITES[name] : undefined
if (suite === undefined) {
  console.error(`usage: npm run test:long ${Object.keys(SUITES).join('|')}`)
  process.exitCode = 2
} else {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-figures-'))
  const figures = join(folder, 'figures')
  const begin = performance.now()
  const red = await runTests(suite.files, {
    jobs: suite.jobs,
    timeout: suite.timeout ?? 7200,
    env: { ...suite.env, ...process.env, FIGURES: figures },
    print: (line) => console.log(line),
  })
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1)
  console.log(`${name}: ${red.length} of ${suite.files.length} files failed, ${minutes} minutes`)
  if (existsSync(figures)) console.log(readFileSync(figures, 'utf8'))
  rmSync(folder, { recursive: true })
  process.exitCode = red.length === 0 ? 0 : 1
}
