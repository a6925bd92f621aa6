/**
 * Runs fuzzed results in a process of its own: `child.ts '{"layer":"gzip","cases":1000,"seed":1,…}'`. Each dot
 * begins a batch of cases. `only` repeats one case.
 */
import { appendFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Random } from '../../../bench/random.js'
import { Client } from '../../../src/client/index.js'
import type { Source } from '../../../src/sources/contract.js'
import { job } from '../../../src/sources/job.js'
import { finishedJob } from '../client/job.js'
import { RESULT, serve } from '../client/result.js'
import { ScriptedServer, testConfig } from '../client/server.js'
import { memorySource } from '../msgpack/encoded-results.js'
import { processorClock } from '../process/growth.js'
import { dot, report } from '../process/watched.js'
import { randomOfCase } from '../random/seed.js'
import { type FuzzedResult, type FuzzFormat, fuzzedResult, type Layer, runFuzzed, schemaOf } from './case.js'
import { mutatedReply } from './http.js'

export interface FuzzTask {
  readonly layer: Layer
  readonly cases: number
  readonly seed: number
  /** Of several processes that share the cases, which one this is, and how many there are. */
  readonly worker: readonly [number: number, of: number]
  /** Over how many cases processor time is measured: to ask for it takes a third of a millisecond. */
  readonly batch: number
  /** Milliseconds after which no case begins. */
  readonly withinMs?: number
  /** The number of the only case to run. */
  readonly only?: number
  /** A file that gets some cases and what became of them, for another oracle: one of so many. */
  readonly samples?: { readonly path: string; readonly oneIn: number }
}

export interface FuzzReport {
  readonly cases: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly wrong: readonly string[]
  /** The longest a case took, and the number of that case. */
  readonly slowestMs: number
  readonly slowest: number
  /** Milliseconds of processor time: of all cases, and the most that a batch of them took, the oracle's included. */
  readonly cpuMs: number
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
    // Of small data this thread inflates what has its size announced, zlib's thread what has not.
    expectedBytes: random.oneIn(2) ? bytes.length : undefined,
    schemaText: schemaOf(columns, format),
    expectedRows: rows,
  })
}

interface Connection {
  readonly server: ScriptedServer
  readonly client: Client
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
  const clock = processorClock()
  let [run, cpuMs] = [0, 0]
  for (let i = first; i < end && performance.now() - begin < withinMs; i += step) {
    if (run++ % batch === 0) {
      dot()
      const now = clock()
      busiestMs = Math.max(busiestMs, now - cpuMs)
      cpuMs = now
    }
    const random = randomOfCase(seed, i)
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
    if (samples !== undefined && layer !== 'http' && format === 'ndjson' && random.oneIn(samples.oneIn)) {
      const output = found.outcome === 'success' ? found.output.toString('base64') : null
      appendFileSync(
        samples.path,
        `${JSON.stringify({ ...result, bytes: result.bytes.toString('base64'), output })}\n`,
      )
    }
  }
  await client.close()
  await server.close()
  return {
    cases: run,
    outcomes,
    wrong,
    slowestMs,
    slowest,
    cpuMs: clock(),
    busiestMs,
    peakMib: process.resourceUsage().maxRSS / 1024,
  }
}

process.on('unhandledRejection', (error) => {
  throw error
})
const task: FuzzTask = JSON.parse(process.argv[2]!)
// Most cases end in an error, whose stack takes a tenth of the time and which nobody reads before the case is repeated.
if (task.only === undefined) Error.stackTraceLimit = 0
report(await main(task))
