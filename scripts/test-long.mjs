// Runs the long form of some tests: `npm run test:long kill`. Needs a build. Without a name it lists the names.
import { spawnSync } from 'node:child_process'

/** What each name runs; variables of the environment win over those here. */
const SUITES = {
  faults: {
    env: { LOST: '100', FAILURES: '1000' },
    files: [
      'test/faults/whole-runs.long.ts',
      'test/faults/connections.long.ts',
      'test/faults/issue.slow.test.ts',
      'test/faults/process.slow.test.ts',
      'test/sources/download/cuts.long.ts',
      'test/transforms/decode/gunzip.long.ts',
    ],
  },
  kill: {
    files: [
      'test/kill/command.long.ts',
      'test/kill/output.long.ts',
      'test/kill/run.long.ts',
      'test/kill/spool.long.ts',
    ],
  },
  fuzz: { files: ['test/faults/fuzz.long.ts'] },
  kernel: { files: ['test/kernel/equivalence.long.ts'] },
}

const [name, ...args] = process.argv.slice(2)
const suite = Object.hasOwn(SUITES, name ?? '') ? SUITES[name] : undefined
if (suite === undefined) {
  console.error(`usage: npm run test:long ${Object.keys(SUITES).join('|')}`)
  process.exitCode = 2
} else {
  const { status } = spawnSync('npx', ['tap', '--timeout=7200', ...args, ...suite.files], {
    stdio: 'inherit',
    env: { ...suite.env, ...process.env },
  })
  process.exitCode = status ?? 1
}
