import t, { type Test } from 'tap'
import type { SluiceError } from '../../src/errors.js'
import { createFramer } from '../../src/kernel/framer.js'
import type { Limits } from '../../src/model/limits.js'
import type { EncodeSpec } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import { encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { errorOf, planOf } from '../support/msgpack/plan.js'
import { inChunks } from '../support/msgpack/results.js'
import { processorClock } from '../support/process/growth.js'

t.setTimeout(600_000)

const TWO = planOf(['a', 'b'])
/** Goes the other way through the kernel: rows are framed before they are encoded. */
const REORDERED: Plan = { ...TWO, columns: TWO.columns.toReversed() }
const WAYS: [string, EncodeSpec, Plan][] = [
  ['csv', { format: 'csv' }, TWO],
  ['csv, reordered', { format: 'csv' }, REORDERED],
  ['ndjson', { format: 'ndjson' }, TWO],
  ['msgpack', { format: 'msgpack' }, TWO],
  ['msgpack, reordered', { format: 'msgpack' }, REORDERED],
]

/** The one error that every way and every chunking ends in, within 100 ms. */
function refusal(t: Test, bytes: Uint8Array, limits: Partial<Limits> = {}): SluiceError {
  const errors: SluiceError[] = []
  const times: number[] = []
  for (const chunk of [bytes.length, 7]) {
    for (const [way, spec, plan] of WAYS) {
      const took = processorClock()
      const { failure } = encodeAll({ ...spec, limits }, plan, inChunks(bytes, [chunk]))
      if (failure === undefined) throw new Error(`${way} did not fail`)
      errors.push(failure)
      times.push(took())
    }
    errors.push(errorOf(() => frameAll(inChunks(bytes, [chunk]), limits)))
  }
  // The median: one of them may have to wait for the collector.
  const median = times.toSorted((a, b) => a - b)[times.length >> 1]!
  if (median > 100) t.fail(`it took ${times.join(', ')} ms`)
  const messages = new Set(
    errors.map((error) => `${error.code} ${error.message.replace(/column .*?: /, '')}`),
  )
  t.equal(messages.size, 1, [...messages].join(' | '))
  return errors[0]!
}

function frameAll(chunks: Iterable<Uint8Array>, limits: Partial<Limits>): void {
  const framer = createFramer({ width: 2, limits })
  for (const chunk of chunks) for (const _ of framer.push(chunk));
  for (const _ of framer.end());
}

const GOOD = pack.array([pack.fixint(1), pack.str('x')])
const afterOne = (...bytes: number[]) => Buffer.concat([GOOD, Buffer.from(bytes)])

t.test('claims of four billion bytes or elements end at a limit before anything is allocated', async (t) => {
  const before = process.memoryUsage().rss
  const claims: [number, string][] = [
    [0xdb, 'E_LIMIT_CELL'],
    [0xc6, 'E_LIMIT_CELL'],
    [0xc9, 'E_LIMIT_CELL'],
    [0xdd, 'E_LIMIT_ROW'],
    [0xdf, 'E_LIMIT_ROW'],
  ]
  for (const [token, code] of claims) {
    const error = refusal(t, afterOne(0x92, token, 0xff, 0xff, 0xff, 0xff, 0x00))
    t.equal(error.code, code)
    t.match(error.message, 'row 2')
  }
  t.equal(refusal(t, afterOne(0xdd, 0xff, 0xff, 0xff, 0xff)).code, 'E_LIMIT_COLUMNS')
  const nested = Array(50).fill([0xdd, 0x01, 0xc9, 0xc3, 0x80]).flat()
  t.equal(refusal(t, afterOne(0x92, ...nested)).code, 'E_LIMIT_ROW')
  t.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024, 'memory stays')
})

t.test('what is beyond a limit is refused, what is at it is not', async (t) => {
  const row = (...cells: Buffer[]) => pack.array(cells)
  const limits = { cellBytes: 100, rowBytes: 300 }
  const accept = (bytes: Buffer, limits: Partial<Limits>) => {
    for (const [way, spec, plan] of WAYS)
      t.equal(encodeAll({ ...spec, limits }, plan, inChunks(bytes, [5])).failure, undefined, way)
    t.doesNotThrow(() => frameAll(inChunks(bytes, [5]), limits))
  }
  const text = (length: number) => pack.str('x'.repeat(length))
  accept(row(text(100), pack.NIL), limits)
  t.equal(refusal(t, row(text(101), pack.NIL), limits).code, 'E_LIMIT_CELL')
  t.equal(refusal(t, row(pack.array([text(101)]), pack.NIL), limits).code, 'E_LIMIT_CELL')
  t.equal(refusal(t, row(text(11), pack.NIL), { cellBytes: 10 }).code, 'E_LIMIT_CELL')
  t.equal(refusal(t, row(pack.ext(1, Buffer.alloc(16)), pack.NIL), { cellBytes: 10 }).code, 'E_LIMIT_CELL')
  const full = row(pack.array([text(100), text(100), text(89)]), pack.NIL)
  t.equal(full.length, 298)
  accept(full, { rowBytes: 298 })
  t.equal(refusal(t, full, { rowBytes: 297 }).code, 'E_LIMIT_ROW')
  const deep = (depth: number) => Buffer.concat([Buffer.alloc(depth - 1, 0x91), Buffer.of(0x90)])
  accept(row(deep(64), pack.NIL), {})
  t.equal(refusal(t, row(deep(65), pack.NIL)).code, 'E_LIMIT_DEPTH')
  accept(row(deep(3), pack.NIL), { depth: 3 })
  t.match(refusal(t, row(deep(4), pack.NIL), { depth: 3 }).message, 'limit of 3')
})

t.test('depth bombs are refused at the limit', async (t) => {
  for (const depth of [65, 10_000, 2_000_000]) {
    for (const open of [0x91, 0x81]) {
      const bomb = Buffer.concat([Buffer.of(0x92), Buffer.alloc(depth, open)])
      t.equal(refusal(t, bomb).code, 'E_LIMIT_DEPTH')
    }
  }
})

t.test('with a raised limit, deep values are written without recursion', async (t) => {
  const depth = 100_000
  const deep = Buffer.concat([Buffer.alloc(depth - 1, 0x91), Buffer.of(0x90)])
  const { bytes } = encodeAll({ format: 'ndjson', limits: { depth } }, planOf(['c']), [pack.array([deep])])
  t.equal(bytes.toString(), `{"c":${'['.repeat(depth)}${']'.repeat(depth)}}\n`)
})

t.test('data cut at any byte is truncated, or one row less', async (t) => {
  const row = pack.array([
    pack.map([[pack.str('key', 2), pack.array([pack.float64(1.5), pack.integer('int64', -1n)], 4)]], 2),
    pack.array([
      pack.ext(5, Buffer.alloc(3)),
      pack.bin(Buffer.alloc(4), 4),
      pack.str('x'.repeat(40)),
      pack.NIL,
    ]),
  ])
  const bytes = Buffer.concat([row, row])
  const frame = (input: Buffer) => {
    try {
      frameAll([input], {})
    } catch (error) {
      return error as SluiceError
    }
    return undefined
  }
  const surprises: string[] = []
  for (let cut = 0; cut < bytes.length; cut++) {
    const input = bytes.subarray(0, cut)
    const ways = WAYS.slice(0, 2).map(([, spec, plan]) => encodeAll(spec, plan, [input]).failure)
    const expected = cut % row.length === 0 ? undefined : 'E_MSGPACK_TRUNCATED'
    for (const error of [...ways, frame(input)]) {
      const place = `inside row ${Math.floor(cut / row.length) + 1}, `
      if (error?.code !== expected || (error && !error.message.includes(place)))
        surprises.push(`${cut}: ${error}`)
    }
  }
  t.same(surprises, [])
})

t.test('what is no row is named', async (t) => {
  const kinds: [Buffer, string][] = [
    [pack.fixint(5), 'an integer'],
    [pack.fixint(-5), 'an integer'],
    [pack.integer('int64', 5n), 'an integer'],
    [pack.map([]), 'a map'],
    [pack.map([], 2), 'a map'],
    [pack.str('x'), 'a text'],
    [pack.str('x', 1), 'a text'],
    [pack.NIL, 'nil'],
    [pack.TRUE, 'a boolean'],
    [pack.bin(Buffer.of(1)), 'binary data'],
    [pack.float32(1), 'a double'],
    [pack.ext(1, Buffer.of(1)), 'an extension value'],
  ]
  for (const [value, kind] of kinds) {
    const error = refusal(t, Buffer.concat([GOOD, value]))
    t.equal(error.code, 'E_ROW_SHAPE')
    t.equal(error.message, `row 2 is ${kind}, not an array`)
  }
  t.equal(refusal(t, afterOne(0xc1)).code, 'E_MSGPACK')
  t.equal(refusal(t, Buffer.of(0xc0)).code, 'E_ROW_SHAPE')
})

t.test('text in the place of a result is not msgpack', async (t) => {
  for (const text of ['<html>', '{"error":1}', 'time,path', '\n', '[1]']) {
    const error = refusal(t, Buffer.from(text))
    t.equal(error.code, 'E_NOT_MSGPACK')
    t.match(error.message, JSON.stringify(text[0]))
  }
})

t.test('a row of another width than the schema is refused', async (t) => {
  for (const width of [0, 1, 3, 16]) {
    const error = refusal(t, Buffer.concat([GOOD, pack.array(Array<Buffer>(width).fill(pack.NIL))]))
    t.equal(error.code, 'E_SCHEMA')
    t.equal(error.message, `row 2 has ${width} cells, but the schema has 2 columns`)
  }
})

t.test('a short row is not taken for one of sixteen cells more', async (t) => {
  for (let width = 16; width < 50; width++) {
    const plan = planOf(Array.from({ length: width }, (_, i) => `c${i}`))
    const short = pack.array(Array<Buffer>(width & 15).fill(pack.NIL))
    for (const format of ['csv', 'ndjson', 'msgpack'] as const) {
      const { failure } = encodeAll({ format }, plan, [Buffer.concat(Array<Buffer>(20).fill(short))])
      if (failure?.code !== 'E_SCHEMA') t.fail(`${format} took ${width & 15} cells for ${width}`)
    }
  }
})

t.test('rows before a failure are written', async (t) => {
  for (const chunk of [1, 1000]) {
    const { bytes, rows } = encodeAll({ format: 'csv' }, TWO, inChunks(afterOne(0x92, 0x01, 0xc1), [chunk]))
    t.equal(bytes.toString(), 'a,b\n1,x\n')
    t.equal(rows, 1)
  }
})
