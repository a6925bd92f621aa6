// Cost of walking the tokens alone, beside walking and encoding in one pass; see
// docs/decisions/one-pass-encoding.md. Processor time of one thread, median of several runs taken in turn.
//
//   node --import tsx bench/passes.ts
import { createEncoder } from '../src/kernel/encoder.js'
import { createFramer } from '../src/kernel/framer.js'
import { parseSchema } from '../src/schema/schema-parser.js'
import { identityPlan } from '../src/transforms/columns.js'
import { Packer } from './packer.js'
import { Random } from './random.js'
import { SHAPES } from './shapes.js'

const BYTES = 100_000_000
const CHUNK = 256 * 1024
const RUNS = 5

const shape = SHAPES[0]!
const packer = new Packer()
const random = new Random(1)
for (let i = 0; packer.size < BYTES; i++) shape.row(packer, random, i)
const data = packer.take()
const plan = identityPlan(parseSchema(JSON.stringify(shape.schema)))

const passes: Record<string, () => void> = {
  frame: () => {
    const framer = createFramer({ width: shape.schema.length })
    for (const chunk of chunks()) for (const _ of framer.push(chunk));
  },
  csv: () => encode('csv'),
  ndjson: () => encode('ndjson'),
  msgpack: () => encode('msgpack'),
}

function encode(format: 'csv' | 'ndjson' | 'msgpack'): void {
  const encoder = createEncoder({ format }, plan)
  encoder.begin()
  for (const chunk of chunks()) for (const piece of encoder.push(chunk)) encoder.recycle(piece)
  encoder.end()
}

function* chunks(): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += CHUNK) yield data.subarray(at, at + CHUNK)
}

const times = new Map(Object.keys(passes).map((name) => [name, [] as number[]]))
for (let run = 0; run < RUNS; run++) {
  for (const [name, pass] of Object.entries(passes)) {
    const before = process.cpuUsage()
    pass()
    const { user, system } = process.cpuUsage(before)
    times.get(name)!.push((user + system) / 1000)
  }
}
for (const [name, runs] of times) {
  const median = runs.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)]!
  console.log(`${name}: ${median.toFixed(0)} ms for ${BYTES / 1e6} MB`)
}
