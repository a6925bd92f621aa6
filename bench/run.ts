// td-sluice beside the naive way, from msgpack.gz to CSV and NDJSON, end to end: `npm run bench`.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type Contender, figuresOf, inFolder, runInTurn } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES, type Shape } from './shapes.js'

interface TextContender extends Contender {
  readonly format?: 'csv' | 'ndjson'
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    shape: { type: 'string', multiple: true },
    'naive-runs': { type: 'string', default: '1' },
  },
})
const naiveRuns = Number(values['naive-runs'])

const GUNZIP: TextContender = { name: 'gunzip alone', script: 'gunzip.mjs' }
const CONTENDERS: readonly TextContender[] = [
  GUNZIP,
  { name: 'td-sluice csv', script: 'sluice.mjs', format: 'csv' },
  { name: 'td-sluice ndjson', script: 'sluice.mjs', format: 'ndjson' },
  { name: 'writing csv alone', script: 'write.mjs', format: 'csv' },
  { name: 'writing ndjson alone', script: 'write.mjs', format: 'ndjson' },
  { name: 'naive csv', script: 'naive.mjs', format: 'csv', mostRuns: naiveRuns },
  { name: 'naive ndjson', script: 'naive.mjs', format: 'ndjson', mostRuns: naiveRuns },
]

await inFolder(Number(values.runs), async (folder) => {
  console.log('| shape | contender | wall ms | x gunzip | processor ms | peak MiB | sha256 of the output |')
  console.log('|---|---|---:|---:|---:|---:|---|')
  for (const shape of SHAPES) {
    if (values.shape === undefined || values.shape.includes(shape.name)) await measure(shape, folder)
  }
})

async function measure(shape: Shape, folder: string): Promise<void> {
  const data = await dataset(shape)
  const outputOf = (name: string) => join(folder, `${name}.out`)
  const usages = runInTurn(CONTENDERS, Number(values.runs), ({ name, script, format = '' }) =>
    script === 'write.mjs'
      ? [outputOf(`td-sluice ${format}`), outputOf(name)]
      : [data.path, outputOf(name), format, data.schemaPath],
  )
  const floor = figuresOf(usages.get(GUNZIP)!).wallMs
  for (const [contender, runs] of usages) {
    if (runs.length === 0) continue
    const { wallMs, cpuMs, peakMiB } = figuresOf(runs)
    const hasData = contender.format !== undefined && contender.script !== 'write.mjs'
    const checksum = hasData ? await sha256(outputOf(contender.name)) : ''
    const figures = [wallMs.toFixed(0), (wallMs / floor).toFixed(2), cpuMs.toFixed(0), peakMiB.toFixed(0)]
    console.log(`| ${shape.name} | ${contender.name} | ${figures.join(' | ')} | ${checksum.slice(0, 16)} |`)
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
