// Runs the whole suite again and again, to find tests that are red by chance: `RUNS=10 npm run test:repeat`. Further
// arguments go to tap: `npm run test:repeat test/cli/*.test.ts`. Needs a build.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTap } from './tap-report.mjs'

const RUNS = Number(process.env.RUNS ?? 10)

const logs = mkdtempSync(join(tmpdir(), 'td-sluice-repeat-'))
const reds = new Map()
let redRuns = 0
for (let run = 1; run <= RUNS; run++) {
  const began = performance.now()
  const lines = []
  const { status, red } = await runTap(process.argv.slice(2), { print: (line) => lines.push(line) })
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  for (const { file } of red) reds.set(file, (reds.get(file) ?? 0) + 1)
  if (status === 0 && red.length === 0) {
    console.log(`run ${run} of ${RUNS}: green, ${seconds} s`)
    continue
  }
  redRuns++
  const log = join(logs, `run-${run}.log`)
  writeFileSync(log, lines.join('\n'))
  const files = red.map(({ file }) => file).join(', ')
  console.log(`run ${run} of ${RUNS}: red, ${seconds} s: ${files || `tap ended with ${status}`}; ${log}`)
}
for (const [file, times] of reds) console.log(`${file}: red in ${times} of ${RUNS} runs`)
console.log(`${redRuns} of ${RUNS} runs red`)
process.exitCode = redRuns === 0 ? 0 : 1
