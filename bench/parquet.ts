import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { median, runContender, type Usage } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES } from './shapes.js'

// The access log from msgpack.gz to Parquet, end to end: see docs/decisions/parquet-encoder.md for what it decided.

interface Contender {
  readonly name: string
  readonly script: string
  /** Slow ones run once. */
  readonly isSlow?: boolean
}

const SLUICE: Contender = { name: 'td-sluice', script: 'sluice.mjs' }
const GUNZIP: Contender = { name: 'gunzip alone', script: 'gunzip.mjs' }
const DUCKDB: Contender = { name: 'DuckDB COPY', script: 'parquet-duckdb.mjs' }
const CONTENDERS: readonly Contender[] = [
  GUNZIP,
  SLUICE,
  DUCKDB,
  { name: 'hyparquet-writer', script: 'parquet-hyparquet-writer.mjs', isSlow: true },
  { name: 'parquetjs-lite', script: 'parquet-parquetjs-lite.mjs', isSlow: true },
]

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, rows: { type: 'string' } },
})
const shape = SHAPES.find(({ name }) => name === 'access log')!
const data = await dataset(shape, values.rows === undefined ? shape.rows : Number(values.rows))
const folder = mkdtempSync(join(tmpdir(), 'td-sluice-bench-'))
try {
  console.log(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${data.rows} rows by ${shape.schema.length} columns`,
  )
  console.log(
    `Medians of ${values.runs} runs taken in turn; every figure includes the start of the process.\n`,
  )
  await measure()
} finally {
  rmSync(folder, { recursive: true })
}

/** Runs the contenders in turn, so that a slow minute of the machine falls on all of them. */
async function measure(): Promise<void> {
  const usages = new Map(CONTENDERS.map((contender) => [contender, [] as Usage[]]))
  for (let run = 0; run < Number(values.runs); run++) {
    for (const contender of CONTENDERS) {
      if (contender.isSlow && run > 0) continue
      usages.get(contender)!.push(runOnce(contender))
    }
  }
  const wallOf = (contender: Contender) => median(usages.get(contender)!.map((usage) => usage.wallMs))
  const sizeOf = (contender: Contender) => statSync(outputOf(contender)).size
  console.log(
    '| contender | wall ms | x gunzip | x td-sluice | processor ms | peak MiB | MB | x DuckDB | sum of all columns |',
  )
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---|')
  for (const [contender, runs] of usages) {
    const wall = wallOf(contender)
    const hasFile = contender !== GUNZIP
    const figures = [
      wall.toFixed(0),
      (wall / wallOf(GUNZIP)).toFixed(2),
      (wall / wallOf(SLUICE)).toFixed(2),
      median(runs.map((usage) => usage.cpuMs)).toFixed(0),
      Math.max(...runs.map((usage) => usage.peakMiB)).toFixed(0),
      hasFile ? (sizeOf(contender) / 1e6).toFixed(1) : '',
      hasFile ? (sizeOf(contender) / sizeOf(DUCKDB)).toFixed(2) : '',
      hasFile ? await checksum(outputOf(contender)) : '',
    ]
    console.log(`| ${contender.name} | ${figures.join(' | ')} |`)
  }
}

function outputOf(contender: Contender): string {
  return join(folder, `${contender.name}.parquet`)
}

function runOnce(contender: Contender): Usage {
  const input = contender === DUCKDB ? outputOf(SLUICE) : data.path
  const output = outputOf(contender)
  return runContender(contender.script, output, [input, output, 'parquet', data.schemaPath])
}

/** The same for files of the same rows, in whatever order or encoding. */
async function checksum(path: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(
    `SELECT sum(hash(t)::HUGEINT) % 1000000007 FROM read_parquet('${path}') t`,
  )
  connection.closeSync()
  return String(reader.getRows()[0]![0])
}
