import { Writable } from 'node:stream'
import type { Random } from '../../../bench/random.js'
import { SluiceError } from '../../../src/errors.js'
import { csv, msgpack, ndjson, pipeline, type Sink } from '../../../src/index.js'
import type { EncodeSpec } from '../../../src/model/formats.js'
import { parquet } from '../../../src/sinks/formats/parquet/index.js'
import type { Source } from '../../../src/sources/contract.js'
import { encodeByReference } from '../../reference/encode.js'
import { soundResult } from '../../reference/result-oracle.js'
import { mutateGzip, packRandomly } from './gzip.js'
import { mutateTokens, randomRows } from './msgpack.js'

/** A result as a server would send it, damaged or not, and what its job record says. */
export interface FuzzedResult {
  readonly bytes: Buffer
  readonly columns: number
  readonly rows: number | undefined
}

export type Layer = 'msgpack' | 'gzip' | 'http'

/** A random result, with up to three mutations in the layer; those of HTTP come when it is sent. */
export function fuzzedResult(layer: Layer, random: Random): FuzzedResult {
  const { columns, count, tokens } = randomRows(random)
  const times = random.below(4)
  let mutated = tokens
  if (layer === 'msgpack') for (let i = 0; i < times; i++) mutated = mutateTokens(mutated, random)
  let bytes = packRandomly(Buffer.concat(mutated), random)
  if (layer === 'gzip')
    for (let i = 0; i < times; i++) bytes = bytes.length > 12 ? mutateGzip(bytes, random) : bytes
  const rows = random.oneIn(4) ? undefined : random.oneIn(20) ? count + 1 : count
  return { bytes, columns, rows }
}

export type FuzzFormat = 'msgpack' | 'csv' | 'ndjson' | 'parquet'

export interface FuzzOutcome {
  /** The code of the error, or `success`. */
  readonly outcome: string
  /** What is wrong with it, if anything. */
  readonly wrong: string | undefined
  readonly output: Buffer
  /** What the run took, and how much processor time, in milliseconds; the comparison is no part of it. */
  readonly wallMs: number
  readonly cpuMs: number
}

/**
 * Runs a result through the pipeline and compares with the oracle: a typed error, or the very rows. What a `faithful`
 * source delivers must not be refused when it is sound.
 */
export async function runFuzzed(
  source: Source,
  result: FuzzedResult,
  format: FuzzFormat,
  faithful: boolean,
): Promise<FuzzOutcome> {
  const chunks: Buffer[] = []
  const sink = sinkOf(
    format,
    new Writable({
      write(chunk, _encoding, done) {
        chunks.push(Buffer.from(chunk))
        done()
      },
    }),
  )
  let outcome = 'success'
  const [begin, cpu] = [performance.now(), process.cpuUsage()]
  try {
    await pipeline(source, sink)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    outcome = error.code
  }
  const { user, system } = process.cpuUsage(cpu)
  const [wallMs, cpuMs] = [performance.now() - begin, (user + system) / 1000]
  const output = Buffer.concat(chunks)
  return { wallMs, cpuMs, outcome, output, wrong: verdict(outcome, output, result, format, faithful) }
}

function sinkOf(format: FuzzFormat, writable: Writable): Sink {
  return { msgpack, csv, ndjson, parquet }[format](writable)
}

function verdict(
  outcome: string,
  output: Buffer,
  result: FuzzedResult,
  format: FuzzFormat,
  faithful: boolean,
): string | undefined {
  const sound = soundResult(result.bytes, result)
  if (outcome === 'E_INTERNAL') return 'a bug surfaced'
  if (outcome !== 'success') {
    // Parquet has types, which these values need not fit. The text of a key inside of a key doubles its escapes at each
    // level, so deep ones are refused where they would be written.
    const explained = format === 'parquet' || (format !== 'msgpack' && outcome === 'E_LIMIT_DEPTH')
    return faithful && sound !== undefined && !explained ? 'a sound result was refused' : undefined
  }
  if (sound === undefined) return 'damage was accepted'
  if (format === 'parquet') return undefined
  if (format === 'msgpack') return output.equals(sound.decoded) ? undefined : 'other bytes'
  const expected = encodeByReference({ format } as EncodeSpec, planOf(result.columns), sound.rows)
  return output.equals(expected.bytes) ? undefined : 'other text'
}

/** Columns without types: any value fits. */
export function schemaOf(columns: number): string {
  return JSON.stringify(Array.from({ length: columns }, (_, i) => [`c${i}`, null]))
}

function planOf(columns: number) {
  const names = Array.from({ length: columns }, (_, i) => ({
    name: `c${i}`,
    type: { kind: 'unknown' as const, text: '' },
    typeText: '',
  }))
  return {
    schema: { columns: names, inferred: false },
    columns: names.map(({ name, type }, source) => ({ source, name, type })),
  }
}
