import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { median, runContender, type Usage } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES, type Shape } from './shapes.js'

interface Contender {
  readonly name: string
  readonly script: string
  readonly format: 'csv' | 'ndjson' | undefined
}

const CONTENDERS: readonly Contender[] = [
  { name: 'gunzip alone', script: 'gunzip.mjs', format: undefined },
  { name: 'td-sluice csv', script: 'sluice.mjs', format: 'csv' },
  { name: 'td-sluice ndjson', script: 'sluice.mjs', format: 'ndjson' },
  { name: 'writing csv alone', script: 'write.mjs', format: 'csv' },
  { name: 'writing ndjson alone', script: 'write.mjs', format: 'ndjson' },
  { name: 'naive csv', script: 'naive.mjs', format: 'csv' },
  { name: 'naive ndjson', script: 'naive.mjs', format: 'ndjson' },
]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    shape: { type: 'string', multiple: true },
    'naive-runs': { type: 'string', default: '1' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'td-sluice-bench-'))
try {
  console.log(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`,
  )
  console.log(
    `Medians of ${values.runs} runs taken in turn; every figure includes the start of the process.\n`,
  )
  console.log('| shape | contender | wall ms | x gunzip | processor ms | peak MiB | sha256 of the output |')
  console.log('|---|---|---:|---:|---:|---:|---|')
  const wanted = values.shape
  for (const shape of SHAPES) {
    if (wanted === undefined || wanted.includes(shape.name)) await measure(shape)
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** Runs the contenders in turn, so that a slow minute of the machine falls on all of them. */
async function measure(shape: Shape): Promise<void> {
  const data = await dataset(shape)
  const usages = new Map(CONTENDERS.map((contender) => [contender, [] as Usage[]]))
  for (let run = 0; run < Number(values.runs); run++) {
    for (const contender of CONTENDERS) {
      const isNaive = contender.script === 'naive.mjs'
      if (isNaive && run >= Number(values['naive-runs'])) continue
      const output = outputOf(contender.name)
      const { script, format } = contender
      const args =
        script === 'write.mjs'
          ? [outputOf(`td-sluice ${format}`), output]
          : [data.path, output, format ?? '', data.schemaPath]
      usages.get(contender)!.push(runContender(contender.script, output, args))
    }
  }
  const floor = median(usages.get(CONTENDERS[0]!)!.map((usage) => usage.wallMs))
  for (const [contender, runs] of usages) {
    if (runs.length === 0) continue
    const wall = median(runs.map((usage) => usage.wallMs))
    const hasData = contender.format !== undefined && contender.script !== 'write.mjs'
    const checksum = hasData ? await sha256(outputOf(contender.name)) : ''
    const figures = [
      wall.toFixed(0),
      (wall / floor).toFixed(2),
      median(runs.map((usage) => usage.cpuMs)).toFixed(0),
      Math.max(...runs.map((usage) => usage.peakMiB)).toFixed(0),
    ]
    console.log(`| ${shape.name} | ${contender.name} | ${figures.join(' | ')} | ${checksum.slice(0, 16)} |`)
  }
}

function outputOf(name: string): string {
  return join(folder, `${name}.out`)
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
