import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { createEncoder } from '../../src/kernel/encoder.js'
import { createFramer } from '../../src/kernel/framer.js'
import type { EncodeSpec } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import { encodeByReference } from '../reference/encode.js'
import * as pack from '../support/msgpack/pack.js'
import { planOf } from '../support/msgpack/plan.js'
import { inChunks } from '../support/msgpack/results.js'
import { growsAtMost, processorClock } from '../support/process/growth.js'

t.setTimeout(600_000)

const MIB = 1024 * 1024

/** Encodes without keeping anything: a checksum, the longest piece, and the processor time. */
function run(spec: EncodeSpec, plan: Plan, chunks: Iterable<Uint8Array>) {
  const encoder = createEncoder(spec, plan)
  const hash = createHash('sha256')
  let longest = 0
  let bytes = 0
  const take = (piece: Uint8Array) => {
    hash.update(piece)
    longest = Math.max(longest, piece.length)
    bytes += piece.length
  }
  const took = processorClock()
  take(encoder.begin())
  for (const chunk of chunks) for (const piece of encoder.push(chunk)) take(piece)
  take(encoder.end())
  const ms = took()
  return {
    sha256: hash.digest('hex'),
    longest,
    bytes,
    ms,
    replacedTexts: encoder.replacedTexts,
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Texts that are awkward in one format or another. */
const PATTERNS: Record<string, Buffer> = {
  plain: Buffer.from('plain text '),
  quotes: Buffer.from('"'),
  'newlines and commas': Buffer.from('a,\n'),
  'control characters': Buffer.from('\x01\\'),
  multilingual: Buffer.from('日本語😀é'),
  'broken UTF-8': Buffer.from('e697a5ff f09f98 41 80e2'.replaceAll(' ', ''), 'hex'),
}

for (const [name, pattern] of Object.entries(PATTERNS)) {
  t.test(`cells larger than a piece of output: ${name}`, async (t) => {
    const body = Buffer.alloc(600_001, pattern)
    const text = pack.str(body)
    const cells = [
      pack.fixint(1),
      text,
      pack.array([pack.map([[text, pack.NIL]]), pack.str(body.subarray(0, 100_000))]),
      pack.bin(body),
    ]
    const small = [pack.fixint(2), pack.str('small'), pack.NIL, pack.NIL]
    const rows = [small, cells, small].map((cells) => ({ cells, bytes: pack.array(cells) }))
    const input = Buffer.concat(rows.map((row) => row.bytes))
    const straight = planOf(['a', 'b', 'c', 'd'])
    const reordered = { ...straight, columns: straight.columns.toReversed() }
    const cast = planOf(['a', 'b', 'c', 'd'], 'varchar')
    const specs: EncodeSpec[] = [
      { format: 'csv' },
      { format: 'tsv' },
      { format: 'ndjson' },
      { format: 'msgpack' },
    ]
    for (const spec of specs) {
      for (const [i, plan] of [straight, reordered, cast].entries()) {
        const expected = encodeByReference(spec, plan, rows)
        const actual = run(spec, plan, inChunks(input, [[16_384], [200_001], [input.length]][i]!))
        t.equal(actual.sha256, sha256(expected.bytes), `${spec.format} ${i}`)
        t.equal(actual.replacedTexts, expected.replacedTexts)
        t.ok(actual.longest <= MIB + 65_536, `pieces of ${actual.longest}`)
      }
    }
  })
}

t.test('output far larger than its input leaves in pieces', async (t) => {
  const width = 10_000
  const nils = pack.array(Array<Buffer>(width).fill(pack.NIL))
  const names = planOf(Array.from({ length: width }, (_, i) => `${'long name '.repeat(400)}${i}`))
  const objects = run({ format: 'ndjson' }, names, [nils, nils])
  t.ok(objects.bytes > 70 * MIB)
  t.ok(objects.longest <= MIB + 65_536)
  const texts = run({ format: 'csv', header: false, null: 'N'.repeat(32_768) }, names, [nils])
  t.equal(texts.bytes, width * 32_769)
  t.ok(texts.longest <= MIB + 65_536)
})

/** What copies all that it has at each chunk takes sixteen times as long for four times as much. */
/** Fails unless four times the megabytes take about four times the time. */
function linear(t: Test, what: string, timeOf: (megabytes: number) => number): Promise<void> {
  const work = { small: () => timeOf(8), large: () => timeOf(32) }
  return growsAtMost(t, what, { ...work, most: 12, least: 50, runs: 2 })
}

t.test('a cell of 32 MB in chunks of 16 KiB takes linear time', async (t) => {
  const limits = { cellBytes: 128 * MIB, rowBytes: 128 * MIB }
  const cell = (megabytes: number) =>
    pack.array([pack.str(Buffer.alloc(megabytes * 1_000_000, 'text with "quotes", '))])
  const plan = planOf(['c'])
  for (const format of ['csv', 'ndjson', 'msgpack'] as const) {
    await linear(t, format, (size) => run({ format, limits }, plan, inChunks(cell(size), [16_384])).ms)
  }
  await linear(t, 'framed', (megabytes) => {
    const framer = createFramer({ width: 1, limits })
    const took = processorClock()
    let framed = 0
    for (const chunk of inChunks(cell(megabytes), [16_384]))
      for (const block of framer.push(chunk)) framed += block.bytes.length
    for (const block of framer.end()) framed += block.bytes.length
    t.equal(framed, megabytes * 1_000_000 + 6)
    return took()
  })
})
