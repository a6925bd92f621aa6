// Inflating alone, by zlib in its thread and by the inflater of our own on this one: processor time of both as stages of a stream,
// and of the inflater without any. Everything happens in this process; runs are taken in turn.
//
//   node --import tsx bench/inflate.ts [--shape NAME]... [--share 0.1] [--runs 9]
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { Inflater } from '../src/kernel/inflater.js'
import type { Stage } from '../src/transforms/decode/detect.js'
import { StrictGunzip } from '../src/transforms/decode/gunzip.js'
import { InlineGunzip } from '../src/transforms/decode/inline-gunzip.js'
import { median } from './contender.js'
import { packedChunks } from './generate.js'
import { SHAPES, type Shape } from './shapes.js'

const { values } = parseArgs({
  options: {
    shape: { type: 'string', multiple: true },
    share: { type: 'string', default: '0.1' },
    runs: { type: 'string', default: '9' },
  },
})

const MIB = 1024 * 1024

console.log('| shape | MB packed | MB | how | ms, median | ms, least | x zlib |')
console.log('|---|---:|---:|---|---:|---:|---:|')
for (const shape of SHAPES) {
  if (values.shape === undefined || values.shape.includes(shape.name)) await measure(shape)
}

async function measure(shape: Shape): Promise<void> {
  const bytes = generate(shape, Math.round(shape.rows * Number(values.share)))
  const packed = gzipSync(bytes)
  // As a file is read.
  const chunks = Array.from({ length: Math.ceil(packed.length / MIB) }, (_, i) =>
    packed.subarray(i * MIB, (i + 1) * MIB),
  )
  const ways: [string, () => Promise<void>][] = [
    ['zlib', () => flow(new StrictGunzip(), chunks)],
    ['inline', () => flow(new InlineGunzip(), chunks)],
    ['without streams', async () => inflateAll(chunks)],
  ]
  const times = new Map(ways.map(([name]) => [name, [] as number[]]))
  for (let run = -2; run < Number(values.runs); run++) {
    for (const [name, action] of ways) {
      const before = process.cpuUsage()
      await action()
      const { user, system } = process.cpuUsage(before)
      // The first runs compile.
      if (run >= 0) times.get(name)!.push((user + system) / 1000)
    }
  }
  const floor = Math.min(...times.get('zlib')!)
  for (const [name, runs] of times) {
    const least = Math.min(...runs)
    const figures = [median(runs).toFixed(1), least.toFixed(1), (least / floor).toFixed(2)]
    const sizes = [packed.length, bytes.length].map((size) => (size / 1e6).toFixed(1))
    console.log(`| ${[shape.name, ...sizes, name, ...figures].join(' | ')} |`)
  }
}

async function flow(stage: Stage, chunks: readonly Uint8Array[]): Promise<void> {
  Readable.from(chunks).pipe(stage)
  for await (const chunk of stage) stage.recycle?.(chunk)
}

function inflateAll(chunks: readonly Uint8Array[]): void {
  const inflater = new Inflater()
  for (const chunk of chunks) for (const _ of inflater.feed(chunk));
  inflater.end()
  inflater.close()
}

function generate(shape: Shape, rows: number): Buffer {
  return Buffer.concat([...packedChunks(shape, rows)])
}
