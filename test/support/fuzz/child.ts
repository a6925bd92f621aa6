/**
 * Runs fuzzed results in a process of its own: `child.ts '{"layer":"gzip","cases":1000,"seed":1,…}'`. A dot on stdout
 * begins each case, so that the parent sees a hang; the last line on stderr is a {@link FuzzReport}. `only` repeats one
 * case.
 */
import { appendFileSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Random } from '../../../bench/random.js'
import { Client } from '../../../src/client/index.js'
import type { Source } from '../../../src/sources/contract.js'
import { job } from '../../../src/sources/job.js'
import { finishedJob } from '../client/job.js'
import { RESULT, serve } from '../client/result.js'
import { ScriptedServer, testConfig } from '../client/server.js'
import { memorySource } from '../msgpack/encoded-results.js'
import { type FuzzedResult, type FuzzFormat, fuzzedResult, type Layer, runFuzzed, schemaOf } from './case.js'
import { mutatedReply } from './http.js'

export interface FuzzTask {
  readonly layer: Layer
  readonly cases: number
  readonly seed: number
  /** Of several processes that share the cases, which one this is, and how many there are. */
  readonly worker: readonly [number: number, of: number]
  /** Over how many cases processor time is measured. */
  readonly batch: number
  /** Milliseconds after which no case begins. */
  readonly withinMs?: number
  /** The number of the only case to run. */
  readonly only?: number
  /** A file that gets each tenth case and what became of it, for another oracle. */
  readonly samples?: string
}

export interface FuzzReport {
  readonly outcomes: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
  /** The longest a case took, and the number of that case. */
  readonly slowestMs: number
  readonly slowest: number
  /** The most processor time that a batch of cases took, the oracle's included. */
  readonly busiestMs: number
  /** Peak resident memory of this process, over all cases. */
  readonly peakMib: number
}

/** Parquet takes three times as long as the others, so one case in eight is written as that. */
const FORMATS: readonly FuzzFormat[] = 'msgpack csv ndjson csv ndjson csv ndjson parquet'.split(
  ' ',
) as FuzzFormat[]

const NOTHING: FuzzedResult = { bytes: gzipSync(''), packed: true, columns: 1, rows: 0 }

/** A job whose result comes in one to three damaged replies, then as it is. */
function fuzzedJob(
  { server, client }: Connection,
  result: FuzzedResult,
  format: FuzzFormat,
  random: Random,
): Source {
  const record = { num_records: result.rows ?? null, hive_result_schema: schemaOf(result.columns, format) }
  finishedJob(server, result.bytes, random.oneIn(4) ? { ...record, result_size: null } : record)
  const replies = Array.from({ length: 1 + random.below(3) }, () => mutatedReply(result.bytes, random))
  server.replace(RESULT, replies)
  if (random.oneIn(2)) server.always(RESULT, serve(result.bytes, { etag: '' }))
  return job('7', { connection: client, minPoll: 1, maxPoll: 1 })
}

function inMemory(
  { bytes, packed, columns, rows }: FuzzedResult,
  format: FuzzFormat,
  random: Random,
): Source {
  // Single bytes for small results; many thousand chunks would take long without finding more.
  const most = random.oneIn(20) ? 2000 : 50
  return memorySource(bytes, {
    chunkBytes: Math.max(random.pick([1, 7, 100, 65_536]), Math.ceil(bytes.length / most)),
    compression: packed ? 'gzip' : 'none',
    schemaText: schemaOf(columns, format),
    expectedRows: rows,
  })
}

interface Connection {
  readonly server: ScriptedServer
  readonly client: Client
}

/** Processor time of this process in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function main(task: FuzzTask): Promise<FuzzReport> {
  const { layer, cases, seed, worker, batch, only, samples, withinMs = Number.POSITIVE_INFINITY } = task
  const server = new ScriptedServer()
  await server.listen()
  const client = new Client(testConfig(server, { retries: 2, retryDelay: 0, idleTimeout: 300 }))
  const outcomes: Record<string, number> = {}
  const wrong: string[] = []
  let [slowestMs, slowest, busiestMs] = [0, 0, 0]
  // What is loaded and compiled only once is no part of the first case.
  for (const format of FORMATS)
    await runFuzzed(inMemory(NOTHING, format, new Random(1)), NOTHING, format, true)
  const [first, step, end] = only === undefined ? [worker[0], worker[1], cases] : [only, 1, only + 1]
  const begin = performance.now()
  let [run, cpu] = [0, cpuMs()]
  for (let i = first; i < end && performance.now() - begin < withinMs; i += step) {
    writeSync(1, '.')
    const random = new Random((seed + Math.imul(i, 0x9e3779b1)) | 0)
    const result = fuzzedResult(layer, random)
    const format = random.pick(FORMATS)
    const source =
      layer === 'http'
        ? fuzzedJob({ server, client }, result, format, random)
        : inMemory(result, format, random)
    const found = await runFuzzed(source, result, format, layer !== 'http')
    if (found.wallMs > slowestMs) [slowestMs, slowest] = [found.wallMs, i]
    outcomes[found.outcome] = (outcomes[found.outcome] ?? 0) + 1
    if (found.wrong !== undefined) wrong.push(`case ${i}, ${format}: ${found.wrong} (${found.outcome})`)
    if (samples !== undefined && layer !== 'http' && format === 'ndjson' && random.oneIn(10)) {
      const output = found.outcome === 'success' ? found.output.toString('base64') : null
      appendFileSync(
        samples,
        `${JSON.stringify({ ...result, bytes: result.bytes.toString('base64'), output })}\n`,
      )
    }
    if (++run % batch === 0) {
      const now = cpuMs()
      busiestMs = Math.max(busiestMs, now - cpu)
      cpu = now
    }
  }
  await client.close()
  await server.close()
  return { outcomes, wrong, slowestMs, slowest, busiestMs, peakMib: process.resourceUsage().maxRSS / 1024 }
}

process.on('unhandledRejection', (error) => {
  throw error
})
const report = await main(JSON.parse(process.argv[2]!))
writeSync(2, `${JSON.stringify(report)}\n`)
