// Runs the whole suite again and again, to find tests that are red by chance: `RUNS=10 npm run test:repeat`. Arguments
// name test files: `npm run test:repeat test/cli/*.test.ts`. Needs a build.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTests, testFiles } from './run-tests.mjs'

const RUNS = Number(process.env.RUNS ?? 10)

const named = process.argv.slice(2)
const files = named.length > 0 ? named : await testFiles()
const logs = mkdtempSync(join(tmpdir(), 'td-sluice-repeat-'))
const reds = new Map()
let redRuns = 0
for (let run = 1; run <= RUNS; run++) {
  const began = performance.now()
  const lines = []
  const red = await runTests(files, { print: (line) => lines.push(line) })
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  for (const { file } of red) reds.set(file, (reds.get(file) ?? 0) + 1)
  if (red.length === 0) {
    console.log(`run ${run} of ${RUNS}: green, ${files.length} files, ${seconds} s`)
    continue
  }
  redRuns++
  const log = join(logs, `run-${run}.log`)
  writeFileSync(log, lines.join('\n'))
  console.log(`run ${run} of ${RUNS}: red, ${seconds} s: ${red.map(({ file }) => file).join(', ')}; ${log}`)
}
for (const [file, times] of reds) console.log(`${file}: red in ${times} of ${RUNS} runs`)
console.log(`${redRuns} of ${RUNS} runs red`)
process.exitCode = redRuns === 0 ? 0 : 1
