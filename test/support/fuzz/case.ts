import { Writable } from 'node:stream'
import { parquetReadObjects } from 'hyparquet'
import type { Random } from '../../../bench/random.js'
import { SluiceError } from '../../../src/errors.js'
import { csv, msgpack, ndjson, pipeline, type Sink } from '../../../src/index.js'
import type { EncodeSpec } from '../../../src/model/option-types.js'
import { parquet } from '../../../src/sinks/formats/parquet/index.js'
import type { Source } from '../../../src/sources/contract.js'
import { encodeByReference } from '../../reference/encode.js'
import { decodeExactly, Text } from '../../reference/exact-decoder.js'
import { type Sound, soundResult } from '../../reference/result-oracle.js'
import { binary, ValueText } from '../../reference/value-text.js'
import { planOf } from '../msgpack/plan.js'
import { mutateGzip, packRandomly } from './gzip.js'
import { mutateTokens, randomRows } from './msgpack.js'

/** A result as a server would send it, damaged or not, and what its job record says. */
export interface FuzzedResult {
  readonly bytes: Buffer
  /** Whether the bytes are gzip, as a server sends them, or the rows alone, as a file may hold them. */
  readonly packed: boolean
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
  // Packing takes longer than all else. Damage of rows is found behind it, so most go without.
  const packed = layer !== 'msgpack' || random.oneIn(8)
  let bytes: Buffer = Buffer.concat(mutated)
  if (packed) bytes = packRandomly(bytes, random)
  if (layer === 'gzip')
    for (let i = 0; i < times; i++) bytes = bytes.length > 12 ? mutateGzip(bytes, random) : bytes
  const rows = random.oneIn(4) ? undefined : random.oneIn(20) ? count + 1 : count
  return { bytes, packed, columns, rows }
}

export type FuzzFormat = 'msgpack' | 'csv' | 'ndjson' | 'parquet'

export interface FuzzOutcome {
  /** The code of the error, or `success`. */
  readonly outcome: string
  /** What is wrong with it, if anything. */
  readonly wrong: string | undefined
  readonly output: Buffer
  /** What the run took in milliseconds; the comparison is no part of it. */
  readonly wallMs: number
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
  const begin = performance.now()
  try {
    await pipeline(source, sink)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    outcome = error.code
  }
  const wallMs = performance.now() - begin
  const output = Buffer.concat(chunks)
  return { wallMs, outcome, output, wrong: await verdict(outcome, output, result, format, faithful) }
}

function sinkOf(format: FuzzFormat, writable: Writable): Sink {
  return { msgpack, csv, ndjson, parquet }[format](writable)
}

async function verdict(
  outcome: string,
  output: Buffer,
  result: FuzzedResult,
  format: FuzzFormat,
  faithful: boolean,
): Promise<string | undefined> {
  const sound = soundResult(result.bytes, result)
  if (outcome === 'E_INTERNAL') return 'a bug surfaced'
  if (outcome !== 'success') {
    // The text of a key inside of a key doubles its escapes at each level, so deep ones are refused where they would be
    // written. A limit of the format is no damage.
    const explained = format !== 'msgpack' && outcome === 'E_LIMIT_DEPTH'
    return faithful && sound !== undefined && !explained ? 'a sound result was refused' : undefined
  }
  if (sound === undefined) return 'damage was accepted'
  if (format === 'parquet') return (await sameCells(output, sound)) ? undefined : 'other cells'
  if (format === 'msgpack') return output.equals(sound.decoded) ? undefined : 'other bytes'
  const expected = encodeByReference(
    { format } as EncodeSpec,
    planOf(Array.from({ length: result.columns }, (_, i) => `c${i}`)),
    sound.rows,
  )
  return output.equals(expected.bytes) ? undefined : 'other text'
}

/** Whether a Parquet file of columns of JSON has these rows, by another reader. */
async function sameCells(output: Buffer, sound: Sound): Promise<boolean> {
  const file = output.buffer.slice(output.byteOffset, output.byteOffset + output.length) as ArrayBuffer
  const parsers = { stringFromBytes: binary }
  const read = (await parquetReadObjects({ file, parsers })) as Record<string, string | null>[]
  if (read.length !== sound.rows.length) return false
  return sound.rows.every(({ cells }, row) =>
    cells.every((cell, column) => (read[row]![`c${column}`] ?? null) === jsonCell(cell)),
  )
}

/** What a column of JSON holds, a character a byte: texts and bytes as they are, anything else as its JSON. */
function jsonCell(packed: Uint8Array): string | null {
  const value = decodeExactly(packed)
  if (value === null) return null
  const text = new ValueText('replace')
  if (value instanceof Text) return text.text(value)
  return value instanceof Uint8Array ? text.text(new Text(value)) : text.json(value)
}

/** Columns without types for formats of text, and of JSON for Parquet: any value fits. */
export function schemaOf(columns: number, format: FuzzFormat): string {
  const type = format === 'parquet' ? 'json' : null
  return JSON.stringify(Array.from({ length: columns }, (_, i) => [`c${i}`, type]))
}
