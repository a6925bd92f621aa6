// What more processors are good for: the command on one and on two of them, and a model for more. Linux, which has taskset:
// `npm run build && node --import tsx bench/processors.ts`. Files go to memory, where no disk is waited for.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { machine, median } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES, type Shape } from './shapes.js'

interface Times {
  readonly wallMs: number
  /** Of the main thread, which decodes, encodes and starts the process. */
  readonly mainMs: number
  /** Of all threads: those that inflate, read and write, the compiler and the collector of V8 too. */
  readonly cpuMs: number
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' } } })
const SCRIPT = new URL('contenders/threads.mjs', import.meta.url).pathname
const PROCESSORS = [1, 2, 4, 16]
const folder = mkdtempSync('/dev/shm/td-sluice-bench-')

console.log(`${machine()}\nMedians of ${values.runs} runs in turn, csv to a file in memory.\n`)
console.log(
  `| shape | main thread ms | all threads ms | ${PROCESSORS.map((n) => `${n}: model (measured) ms`).join(' | ')} |`,
)
console.log(`|---|---:|---:|${PROCESSORS.map(() => '---:|').join('')}`)
try {
  for (const shape of SHAPES) await measure(shape)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(shape: Shape): Promise<void> {
  const data = await dataset(shape)
  const one: Times[] = []
  const two: Times[] = []
  for (let run = 0; run < Number(values.runs); run++) {
    one.push(runOn('0', data))
    two.push(runOn('0,1', data))
  }
  const of = (times: readonly Times[], key: keyof Times) => median(times.map((time) => time[key]))
  const mainMs = of(two, 'mainMs')
  const cpuMs = of(two, 'cpuMs')
  // The main thread does all that is not beside it; what is beside it is one stream to inflate and writes, hence no more than
  // two threads at a time.
  const model = (processors: number) => Math.max(mainMs, cpuMs / Math.min(processors, 3))
  const measured: Record<number, string> = {
    1: ` (${of(one, 'wallMs').toFixed(0)})`,
    2: ` (${of(two, 'wallMs').toFixed(0)})`,
  }
  const cells = PROCESSORS.map((n) => `${model(n).toFixed(0)}${measured[n] ?? ''}`)
  console.log(`| ${shape.name} | ${mainMs.toFixed(0)} | ${cpuMs.toFixed(0)} | ${cells.join(' | ')} |`)
}

function runOn(processors: string, data: { path: string; schemaPath: string }): Times {
  const output = join(folder, 'output.csv')
  rmSync(output, { force: true })
  const args = ['-c', processors, process.execPath, SCRIPT, data.path, output, 'csv', data.schemaPath]
  const child = spawnSync('taskset', args, { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`${SCRIPT} failed: ${child.stderr}`)
  return JSON.parse(child.stdout)
}
