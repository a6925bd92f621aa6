// The access log from msgpack.gz to Parquet, end to end: see docs/decisions/parquet-encoder.md for what it decided.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Contender, figuresOf, inFolder, runInTurn } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES } from './shapes.js'

const SLUICE: Contender = { name: 'td-sluice', script: 'sluice.mjs' }
const GUNZIP: Contender = { name: 'gunzip alone', script: 'gunzip.mjs' }
const DUCKDB: Contender = { name: 'DuckDB COPY', script: 'parquet-duckdb.mjs' }
const CONTENDERS: readonly Contender[] = [
  GUNZIP,
  SLUICE,
  DUCKDB,
  { name: 'hyparquet-writer', script: 'parquet-hyparquet-writer.mjs', mostRuns: 1 },
  { name: 'parquetjs-lite', script: 'parquet-parquetjs-lite.mjs', mostRuns: 1 },
]

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, rows: { type: 'string' } },
})
const shape = SHAPES.find(({ name }) => name === 'access log')!
const data = await dataset(shape, values.rows === undefined ? shape.rows : Number(values.rows))

await inFolder(Number(values.runs), async (folder) => {
  console.log(`${data.rows} rows by ${shape.schema.length} columns\n`)
  const outputOf = ({ name }: Contender) => join(folder, `${name}.parquet`)
  const usages = runInTurn(CONTENDERS, Number(values.runs), (contender) => {
    const input = contender === DUCKDB ? outputOf(SLUICE) : data.path
    return [input, outputOf(contender), 'parquet', data.schemaPath]
  })
  const wallOf = (contender: Contender) => figuresOf(usages.get(contender)!).wallMs
  const sizeOf = (contender: Contender) => statSync(outputOf(contender)).size
  console.log(
    '| contender | wall ms | x gunzip | x td-sluice | processor ms | peak MiB | MB | x DuckDB | sum of all columns |',
  )
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---|')
  for (const [contender, runs] of usages) {
    const { wallMs, cpuMs, peakMiB } = figuresOf(runs)
    const hasFile = contender !== GUNZIP
    const figures = [
      wallMs.toFixed(0),
      (wallMs / wallOf(GUNZIP)).toFixed(2),
      (wallMs / wallOf(SLUICE)).toFixed(2),
      cpuMs.toFixed(0),
      peakMiB.toFixed(0),
      hasFile ? (sizeOf(contender) / 1e6).toFixed(1) : '',
      hasFile ? (sizeOf(contender) / sizeOf(DUCKDB)).toFixed(2) : '',
      hasFile ? await checksum(outputOf(contender)) : '',
    ]
    console.log(`| ${contender.name} | ${figures.join(' | ')} |`)
  }
})

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
