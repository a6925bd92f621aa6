// What more processors are good for: the command on one and on two of them, and a model for more. Linux, which has taskset:
// `npm run build && node --import tsx bench/processors.ts`. Files go to memory, where no disk is waited for.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, figuresOf, machine, runInTurn } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES, type Shape } from './shapes.js'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } })
const ONE: Contender = { name: 'one', script: 'sluice.mjs', processors: '0' }
const TWO: Contender = { name: 'two', script: 'sluice.mjs', processors: '0,1' }
const PROCESSORS = [1, 2, 4, 16]
const folder = mkdtempSync('/dev/shm/td-sluice-bench-')

console.log(`${machine()}\nMedians of ${values.runs} runs in turn, csv to a file in memory.\n`)
const models = PROCESSORS.map((n) => `${n}: model (measured) ms`).join(' | ')
console.log(`| shape | main thread ms | all threads ms | ${models} |`)
console.log(`|---|---:|---:|${PROCESSORS.map(() => '---:|').join('')}`)
try {
  for (const shape of SHAPES) await measure(shape)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(shape: Shape): Promise<void> {
  const data = await dataset(shape)
  const usages = runInTurn([ONE, TWO], Number(values.runs), () => [
    data.path,
    join(folder, 'output.csv'),
    'csv',
    data.schemaPath,
  ])
  const [one, two] = [figuresOf(usages.get(ONE)!), figuresOf(usages.get(TWO)!)]
  // The main thread does all that is not beside it; what is beside it is one stream to inflate and writes, hence no more than
  // two threads at a time.
  const model = (processors: number) => Math.max(two.mainMs, two.cpuMs / Math.min(processors, 3))
  const measured: Readonly<Record<number, number>> = { 1: one.wallMs, 2: two.wallMs }
  const cells = PROCESSORS.map((n) => {
    const wallMs = measured[n]
    return model(n).toFixed(0) + (wallMs === undefined ? '' : ` (${wallMs.toFixed(0)})`)
  })
  console.log(`| ${shape.name} | ${two.mainMs.toFixed(0)} | ${two.cpuMs.toFixed(0)} | ${cells.join(' | ')} |`)
}
