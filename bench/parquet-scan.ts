// Size and scan time of Parquet files of the same rows by several writers: `npm run bench:parquet`. See docs/parquet.md.
//
// Scan time is processor time of DuckDB with one thread, the least of several rounds in which the files take turns.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { file, parquet, pipeline } from '../src/index.js'
import { dataset } from './generate.js'
import { SHAPES } from './shapes.js'

/** The shape by its name, rows for a run of minutes, and a condition that few rows meet. */
const TABLES = [
  { shape: 'access log', rows: 500_000, one: 'id = 9000009250000' },
  { shape: '200 columns', rows: 40_000, one: 'feature_0 < 0.01' },
  { shape: 'long text', rows: 60_000, one: undefined },
  { shape: 'nested', rows: 150_000, one: undefined },
] as const

const CODECS = ['snappy', 'zstd'] as const
type Codec = (typeof CODECS)[number]

const NOT_INSTALLED = 'not installed'

interface Writer {
  readonly name: string
  /** Returns why there is no file, if there is none. `ours` is a file of the same rows. */
  write(codec: Codec, place: Place): Promise<string | undefined>
}

interface Place {
  readonly source: string
  readonly schema: string
  readonly ours: string
  readonly output: string
}

const ours = (page: 'v1' | 'v2'): Writer => ({
  name: `td-sluice ${page}`,
  async write(codec, { source, schema, output }) {
    await pipeline(file(source, { schema }), parquet(output, { codec, page }))
    return undefined
  },
})

const duckdb = (version: 'V1' | 'V2'): Writer => ({
  name: `DuckDB COPY ${version}`,
  async write(codec, { ours, output }) {
    const options = `FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}`
    await connection.run(`COPY (FROM read_parquet('${ours}')) TO '${output}' (${options})`)
    return undefined
  },
})

const python = (name: string, code: string): Writer => ({
  name,
  async write(codec, { ours, output }) {
    try {
      execFileSync('python3', ['-c', `import ${name}`], { stdio: 'ignore' })
    } catch {
      return NOT_INSTALLED
    }
    execFileSync('python3', ['-c', code, ours, output, codec], { stdio: ['ignore', 'inherit', 'inherit'] })
    return undefined
  },
})

const WRITERS: readonly Writer[] = [
  ours('v1'),
  ours('v2'),
  duckdb('V1'),
  duckdb('V2'),
  python(
    'pyarrow',
    'import sys, pyarrow.parquet as p; p.write_table(p.read_table(sys.argv[1]), sys.argv[2], compression=sys.argv[3])',
  ),
  python(
    'polars',
    'import sys, polars as p; p.read_parquet(sys.argv[1]).write_parquet(sys.argv[2], compression=sys.argv[3])',
  ),
]

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, scale: { type: 'string', default: '1' } },
})
const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
const connection: DuckDBConnection = await instance.connect()
const folder = mkdtempSync(join(tmpdir(), 'parquet-scan-'))
try {
  console.log('| table | codec | writer | MB | all columns, ms | one row, ms |')
  console.log('|---|---|---|---:|---:|---:|')
  for (const table of TABLES) await measure(table)
} finally {
  connection.closeSync()
  rmSync(folder, { recursive: true })
}

async function measure({ shape: name, rows, one }: (typeof TABLES)[number]): Promise<void> {
  const shape = SHAPES.find((each) => each.name === name)!
  const data = await dataset(shape, Math.round(rows * Number(values.scale)))
  const schema = JSON.stringify(shape.schema)
  const first = join(folder, 'first.parquet')
  await pipeline(file(data.path, { schema }), parquet(first))
  for (const codec of CODECS) {
    const files: { readonly writer: string; readonly path: string; all: number; one: number }[] = []
    for (const [i, writer] of WRITERS.entries()) {
      const path = join(folder, `${i}.parquet`)
      const missing = await writer.write(codec, { source: data.path, schema, ours: first, output: path })
      if (missing === undefined) files.push({ writer: writer.name, path, all: Infinity, one: Infinity })
      else console.log(`| ${name} | ${codec} | ${writer.name} | ${missing} | | |`)
    }
    for (let run = 0; run < Number(values.runs); run++) {
      for (const each of files) {
        each.all = Math.min(
          each.all,
          await timeOf(`SELECT last(COLUMNS(*)) FROM read_parquet('${each.path}')`),
        )
        if (one === undefined) continue
        each.one = Math.min(each.one, await timeOf(`SELECT * FROM read_parquet('${each.path}') WHERE ${one}`))
      }
    }
    for (const { writer, path, all, one } of files) {
      const mb = (statSync(path).size / 1e6).toFixed(2)
      const point = Number.isFinite(one) ? one.toFixed(1) : ''
      console.log(`| ${name} | ${codec} | ${writer} | ${mb} | ${all.toFixed(1)} | ${point} |`)
    }
  }
}

/** Processor time of a query, in ms. */
async function timeOf(sql: string): Promise<number> {
  const before = process.cpuUsage()
  await connection.runAndReadAll(sql)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
