// The kernel alone, without streams and files, beside inflating the same data: how many nanoseconds a row takes.
// Everything happens in this process and thread; runs are taken in turn and the median counts.
//
//   node --import tsx bench/kernel.ts [--shape NAME]... [--format csv]... [--cast COLUMN:TYPE]... [--share 0.2] [--runs 7]
//
// With --against OLD.wasm the built kernel is compared with another one instead, by their exports alone: passes over the
// same rows in turn, nothing copied out. The ratio is the median of the pairs'; different output is an error.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { createEncoder } from '../src/kernel/encoder.js'
import { newKernel } from '../src/kernel/module.js'
import type { CastTarget } from '../src/model/casts.js'
import type { EncodeSpec } from '../src/model/option-types.js'
import type { Plan } from '../src/model/plan.js'
import { cast } from '../src/transforms/columns.js'
import { median } from './contender.js'
import { packedChunks } from './generate.js'
import { RawKernel } from './raw-kernel.js'
import { SHAPES, type Shape } from './shapes.js'

const { values } = parseArgs({
  options: {
    shape: { type: 'string', multiple: true },
    format: { type: 'string', multiple: true, default: ['csv', 'ndjson'] },
    cast: { type: 'string', multiple: true, default: [] },
    share: { type: 'string', default: '0.2' },
    runs: { type: 'string', default: '7' },
    against: { type: 'string' },
  },
})

/** As the inflater hands them over. */
const CHUNK = 256 * 1024

const { against } = values
if (against === undefined) {
  console.log('| shape | what | ns a row | MB/s | x gunzip | s for all rows | sha256 of the output |')
  console.log('|---|---|---:|---:|---:|---:|---|')
} else {
  console.log('| shape | format | ns a row before | ns a row now | ratio | sha256 of the output |')
  console.log('|---|---|---:|---:|---:|---|')
}
for (const shape of SHAPES) {
  if (values.shape !== undefined && !values.shape.includes(shape.name)) continue
  if (against === undefined) measure(shape)
  else compare(shape, against)
}

function compare(shape: Shape, file: string): void {
  const rows = Math.round(shape.rows * Number(values.share))
  const bytes = generate(shape, rows)
  for (const format of values.format) {
    const spec = { format } as EncodeSpec
    const before = new RawKernel(
      newKernel(file, () => readFileSync(file)),
      spec,
      planOf(shape),
    )
    const now = new RawKernel(newKernel(), spec, planOf(shape))
    const sums = [before, now].map((kernel) => kernel.checksum(bytes))
    if (sums[0] !== sums[1]) throw new Error(`${shape.name} as ${format}: ${sums.join(' is not ')}`)
    const times: { before: number; now: number }[] = []
    // The first passes run what the engine compiled in haste.
    for (let run = -4; run < Number(values.runs); run++) {
      const time = (kernel: RawKernel) => processorSeconds(() => kernel.pass(bytes))
      // By turns the one and the other is first.
      const early = run % 2 === 0 ? time(before) : undefined
      const nowSeconds = time(now)
      const beforeSeconds = early ?? time(before)
      if (run >= 0) times.push({ before: beforeSeconds, now: nowSeconds })
    }
    const ns = [times.map((pair) => pair.before), times.map((pair) => pair.now)].map((runs) =>
      ((median(runs) / rows) * 1e9).toFixed(1),
    )
    const ratio = median(times.map((pair) => pair.now / pair.before)).toFixed(3)
    console.log(`| ${shape.name} | ${format} | ${ns.join(' | ')} | ${ratio} | ${sums[0]} |`)
  }
}

function measure(shape: Shape): void {
  const rows = Math.round(shape.rows * Number(values.share))
  const bytes = generate(shape, rows)
  const packed = gzipSync(bytes, { level: constants.Z_DEFAULT_COMPRESSION })
  const plan = planOf(shape)
  const work = new Map<string, () => void>([['gunzip', () => gunzipSync(packed, { chunkSize: CHUNK })]])
  for (const format of values.format)
    work.set(format, () => encode({ format } as EncodeSpec, plan, bytes, () => {}))
  const times = new Map([...work.keys()].map((name) => [name, [] as number[]]))
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [name, action] of work) times.get(name)!.push(processorSeconds(action))
  }
  const floor = median(times.get('gunzip')!)
  for (const [name, runs] of times) {
    const seconds = median(runs)
    const figures = [
      ((seconds / rows) * 1e9).toFixed(0),
      (bytes.length / seconds / 1e6).toFixed(0),
      (seconds / floor).toFixed(2),
      ((seconds / rows) * shape.rows).toFixed(3),
      name === 'gunzip' ? '' : checksum({ format: name } as EncodeSpec, plan, bytes),
    ]
    console.log(`| ${shape.name} | ${name} | ${figures.join(' | ')} |`)
  }
}

function generate(shape: Shape, rows: number): Buffer {
  return Buffer.concat([...packedChunks(shape, rows)])
}

function planOf(shape: Shape): Plan {
  const type = { kind: 'unknown', text: '' } as const
  const columns = shape.schema.map(([name, typeText]) => ({ name, type, typeText }))
  const plan: Plan = {
    schema: { columns, inferred: false },
    columns: columns.map(({ name }, source) => ({ source, name, type })),
  }
  if (values.cast.length === 0) return plan
  return cast(
    Object.fromEntries(values.cast.map((pair) => pair.split(':'))) as Record<string, CastTarget>,
  ).apply(plan)
}

function encode(spec: EncodeSpec, plan: Plan, bytes: Buffer, take: (piece: Uint8Array) => void): void {
  const encoder = createEncoder(spec, plan)
  take(encoder.begin())
  for (let at = 0; at < bytes.length; at += CHUNK) {
    for (const piece of encoder.push(bytes.subarray(at, at + CHUNK))) take(piece)
  }
  take(encoder.end())
}

/** Time of this process on all its threads, the collector's included: idle neighbours do not count. */
function processorSeconds(action: () => void): number {
  const before = process.cpuUsage()
  action()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

function checksum(spec: EncodeSpec, plan: Plan, bytes: Buffer): string {
  const hash = createHash('sha256')
  encode(spec, plan, bytes, (piece) => hash.update(piece))
  return hash.digest('hex').slice(0, 16)
}
