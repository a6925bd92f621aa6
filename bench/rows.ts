// Rows of the access log as JavaScript values: td-sluice beside the two msgpack packages one would otherwise take.
import assert from 'node:assert/strict'
import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { createGunzip, gunzipSync } from 'node:zlib'
import { decodeMultiStream } from '@msgpack/msgpack'
import { isNativeAccelerationEnabled, Unpackr } from 'msgpackr'
import { batches, file } from '../src/index.js'
import { createFramer } from '../src/kernel/framer.js'
import { createRowReader } from '../src/rows/reader.js'
import { parseSchema } from '../src/schema/schema-parser.js'
import { identityPlan } from '../src/transforms/columns.js'
import { machine, median } from './contender.js'
import { dataset } from './generate.js'
import { SHAPES } from './shapes.js'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '9' }, rows: { type: 'string', default: '300000' } },
})
const CHUNK_BYTES = 256 * 1024
const shape = SHAPES[0]!
const data = await dataset(shape, Number(values.rows))
const schema = readFileSync(data.schemaPath, 'utf8')
const plan = identityPlan(parseSchema(schema))
const width = plan.columns.length
const inflated = gunzipSync(readFileSync(data.path))
const chunks = Array.from({ length: Math.ceil(inflated.length / CHUNK_BYTES) }, (_, i) =>
  inflated.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
)
const blocks = [...frames(chunks)]
assert.ok(isNativeAccelerationEnabled, 'msgpackr is to run with its native part')

type Batch = (rows: readonly unknown[]) => void

function* frames(pieces: readonly Uint8Array[]) {
  const framer = createFramer({ width })
  for (const piece of pieces) yield* framer.push(piece)
  yield* framer.end()
}

/** msgpackr's own way with chunks that end within a row: its error holds what came before, and where that ended. */
function chunkUnpacker(): (chunk: Buffer) => unknown[] {
  const unpackr = new Unpackr({ int64AsType: 'number' })
  let rest: Buffer | undefined
  return (chunk) => {
    const bytes: Buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    rest = undefined
    try {
      return unpackr.unpackMultiple(bytes) as unknown[]
    } catch (error) {
      const { incomplete, lastPosition, values } = error as Incomplete
      if (!incomplete) throw error
      rest = bytes.subarray(lastPosition)
      return values ?? []
    }
  }
}

interface Incomplete {
  readonly incomplete?: boolean
  readonly lastPosition: number
  readonly values?: unknown[]
}

/** All of the first three get chunks that end anywhere; msgpackr also gets whole rows, cut for it beforehand. */
const contenders: Record<string, (take: Batch) => void | Promise<void>> = {
  'td-sluice, objects': (take) => {
    const read = createRowReader(plan)
    for (const block of frames(chunks)) take(read(block).rows)
  },
  'td-sluice, arrays': (take) => {
    const read = createRowReader(plan, { shape: 'array' })
    for (const block of frames(chunks)) take(read(block).rows)
  },
  'msgpackr unpackMultiple, arrays': (take) => {
    const unpack = chunkUnpacker()
    for (const chunk of chunks) take(unpack(chunk))
  },
  'msgpackr unpackMultiple, arrays, of whole rows': (take) => {
    const unpackr = new Unpackr({ int64AsType: 'number' })
    for (const block of blocks) take(unpackr.unpackMultiple(block.bytes) as unknown[])
  },
  'decodeMultiStream, arrays': async (take) => {
    for await (const row of decodeMultiStream(Readable.from(chunks))) take([row])
  },
  'td-sluice batches() from the file': async (take) => {
    for await (const rows of batches(file(data.path, { schema }))) take(rows)
  },
  'gunzip + msgpackr unpackMultiple from the file': async (take) => {
    const unpack = chunkUnpacker()
    const bytes = createReadStream(data.path).pipe(createGunzip({ chunkSize: CHUNK_BYTES }))
    for await (const chunk of bytes) take(unpack(chunk))
  },
  'gunzip + decodeMultiStream from the file': async (take) => {
    const bytes = createReadStream(data.path).pipe(createGunzip())
    for await (const row of decodeMultiStream(bytes)) take([row])
  },
}

interface Usage {
  readonly wallMs: number
  /** Of all threads, the collector's too; steadier than the clock on a machine that does other things. */
  readonly cpuMs: number
}

const usages = new Map(Object.keys(contenders).map((name) => [name, [] as Usage[]]))
const counts = new Map<string, number>()
for (let run = 0; run < Number(values.runs); run++) {
  for (const [name, decode] of Object.entries(contenders)) {
    let rows = 0
    globalThis.gc?.()
    const started = performance.now()
    const before = process.cpuUsage()
    await decode((batch) => {
      rows += batch.length
    })
    const { user, system } = process.cpuUsage(before)
    usages.get(name)!.push({ wallMs: performance.now() - started, cpuMs: (user + system) / 1000 })
    counts.set(name, rows)
  }
}
await assertEqual()

const medians = (name: string) => ({
  wall: median(usages.get(name)!.map(({ wallMs }) => wallMs)),
  cpu: median(usages.get(name)!.map(({ cpuMs }) => cpuMs)),
})
const own = medians('td-sluice, objects')
console.log(machine())
console.log(`${data.rows} rows by ${width} columns, ${values.runs} runs in turn, values compared: equal.\n`)
console.log('| contender | wall ms | x objects | processor ms | x objects | rows/s by processor time |')
console.log('|---|---:|---:|---:|---:|---:|')
for (const name of usages.keys()) {
  const { wall, cpu } = medians(name)
  const figures = [wall.toFixed(0), (wall / own.wall).toFixed(2), cpu.toFixed(0), (cpu / own.cpu).toFixed(2)]
  const perSecond = Math.round((counts.get(name)! / cpu) * 1000).toLocaleString('en')
  console.log(`| ${name} | ${figures.join(' | ')} | ${perSecond} |`)
}

/** Every value of every row, by every contender. */
async function assertEqual(): Promise<void> {
  const expected = await valuesOf(contenders['decodeMultiStream, arrays']!)
  for (const [name, decode] of Object.entries(contenders)) {
    const actual = await valuesOf(decode)
    assert.equal(actual.length, expected.length, name)
    for (let i = 0; i < actual.length; i++) assert.equal(actual[i], expected[i], `${name}, row ${i + 1}`)
  }
}

async function valuesOf(decode: (take: Batch) => void | Promise<void>): Promise<string[]> {
  const texts: string[] = []
  await decode((batch) => {
    for (const row of batch) texts.push(JSON.stringify(Object.values(row as object)))
  })
  return texts
}
