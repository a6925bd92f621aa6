import { Writable } from 'node:stream'
import t from 'tap'
import type { SluiceError } from '../../../src/errors.js'
import { limit, pipeline } from '../../../src/index.js'
import { RowBlocks } from '../../../src/kernel/blocks.js'
import { DEFAULT_LIMITS } from '../../../src/model/limits.js'
import type { Plan } from '../../../src/model/plan.js'
import { createRowReader, type Value } from '../../../src/rows/reader.js'
import { blockText } from '../../../src/sinks/postgres/block-text.js'
import { holdsOf } from '../../../src/sinks/postgres/catalog.js'
import { CopyRows, type CopyStream } from '../../../src/sinks/postgres/copy-rows.js'
import { rowText } from '../../../src/sinks/postgres/row-text.js'
import { cellsFor } from '../../../src/sinks/tables/cells-for.js'
import type { SqlColumn } from '../../../src/sinks/tables/column.js'
import { memorySource } from '../../support/msgpack/encoded-results.js'
import * as pack from '../../support/msgpack/pack.js'

/** With the modifier of each: of `varchar` it is the length and 4. */
const TYPES = [
  ...['int2', 'int4', 'int8', 'oid', 'numeric', 'float8', 'float4', 'bool', 'text', 'jsonb', 'date'].map(
    (type) => [type, -1] as const,
  ),
  ['varchar', 7],
  ['bpchar', 7],
  ['name', -1],
  ['uuid', -1],
  ['time', -1],
  ['timetz', -1],
  ['timestamp', -1],
  ['timestamp', 3],
  ['timestamptz', -1],
  ['timestamptz', 0],
  ['numeric', ((3 << 16) | (-2 & 0x7ff)) + 4],
  ['numeric', ((2 << 16) | 4) + 4],
  ['numeric', ((10 << 16) | 2) + 4],
] as const

function columnOf(type: string, { modifier = -1, nullable = true } = {}): SqlColumn {
  return { name: 'c', typeText: type, holds: holdsOf(type, modifier), nullable, generated: false }
}

const NUMBERS = [7n, -1n, 127n, 128n, 255n, 32_767n, 32_768n, -32_768n, -32_769n, 65_535n, 2n ** 31n - 1n]
const LARGE = [
  2n ** 31n,
  -(2n ** 31n),
  -(2n ** 31n) - 1n,
  2n ** 32n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
]
const DAYS =
  '2026-11-01 2024-02-29 2023-02-29 1900-02-29 2000-02-29 2026-04-31 0000-01-01 0001-01-01 9999-12-31 2026-13-01 2026-1-01 today'.split(
    ' ',
  )
/** Of a day, and of a moment. */
const CLOCKS = [
  ...'10:20:30 10:20:30.123 24:00:00 10:20 10:20:30. 10:20:30.1234567 10:20:30+09:00'.split(' '),
  ...'00:00:00 10:20:30 24:00:00 10:20:60 10:20 10:20:30.123456000 10:20:30.1x'
    .split(' ')
    .map((time) => `2026-11-01 ${time}`),
  ...['2026-11-01T10:20:30', '2026-11-01 ', '2026-02-30 10:20:30', '2026-02-30 10:20:30 UTC'],
  ...['2026-11-01 10:20:30 UTC', '2026-11-01 10:20:30UTC', '0000-01-01 00:00:00 UTC'],
]
const UUIDS = ['2a86e4085a59', '2A86E4085A59', '2a86e4085a5g'].map((end) => `12151fd2-7586-11e9-8f9e-${end}`)
const PLAIN =
  '0 -0 0.00 -0.00 -0.5 0.05 0.005 00.5 12345678.9 123456789.5 1.100 1. .5 12345678.90 +5 1e2 NaN Infinity -12.25 1500 12300 0.0012 - 99999999.99'.split(
    ' ',
  )
const LENGTHS = [
  ...['abc', 'abcd', 'a\\b', '\\\\', 'a\tb', 'a\tbc', '日本語x', '😀😀😀', '😀😀😀😀'],
  ...['é'.repeat(31), 'é'.repeat(32), 'x'.repeat(63), 'x'.repeat(64)],
]
const TEXTS = [
  '',
  'plain',
  '\\N',
  '\\.',
  'a\tb\nc\rd\\e',
  '025',
  'true',
  '1.5',
  '日本語',
  'long text',
  '{}',
  ...DAYS,
  ...CLOCKS,
  ...['3', '6', '9'].map((digits) => `2026-11-01 10:20:30.${'123456789'.slice(0, Number(digits))}`),
  ...['UTC', '+00:00', '+09:00', 'Asia/Tokyo', 'utc', 'CET'].map((zone) => `2026-11-01 10:20:30.000 ${zone}`),
  ...UUIDS,
  ...PLAIN,
  ...LENGTHS,
  ' 5',
  'ab ',
]
const CELLS: readonly Buffer[] = [
  pack.NIL,
  pack.TRUE,
  pack.FALSE,
  pack.fixint(5),
  pack.fixint(-5),
  ...[...NUMBERS, ...LARGE].flatMap((value) => pack.INTEGER_FORMS.map((form) => pack.integer(form, value))),
  ...[0.1, -0, 3, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -2.5].map((value) => pack.float64(value)),
  pack.float32(0.5),
  ...TEXTS.map((text) => pack.str(text)),
  ...([1, 2, 4] as const).map((width) => pack.str('wide', width)),
  pack.str('a\0b'),
  pack.str(Buffer.from([0x61, 0xff, 0x62])),
  pack.bin(Buffer.from('bytes')),
  pack.array([pack.fixint(1)]),
  pack.map([[pack.str('k'), pack.NIL]]),
  pack.ext(-1, Buffer.from([0, 0, 0, 1])),
]

function planOf(sources: readonly number[]): Plan {
  const column = { name: 'c', type: { kind: 'null' }, typeText: '' } as const
  return {
    schema: { columns: sources.map(() => column), inferred: false },
    columns: sources.map((source) => ({ source, name: 'c', type: { kind: 'null' } })),
  }
}

for (const [type, modifier] of TYPES) {
  t.test(
    `F50: a block for ${type} (${modifier}) has the text of its values, or they are looked at`,
    async (t) => {
      const plan = planOf([0])
      const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
      const read = createRowReader(plan, { shape: 'array', int64: 'bigint', keepTimes: true })
      let whole = 0
      const wrong: string[] = []
      for (const nullable of [true, false]) {
        const column = columnOf(type, { modifier, nullable })
        const toCell = cellsFor(column.holds, { kind: 'varchar' })
        for (const cell of CELLS) {
          const [block] = [...blocks.push(pack.array([cell])), ...blocks.end()]
          // A new one for each: after a miss some blocks are not tried.
          const found = blockText([column], DEFAULT_LIMITS)?.(block!, blocks.kinds, plan)
          if (found === undefined) continue
          whole++
          const { rows, replacedTexts } = read(block!)
          const [[value]] = rows as unknown as [[Value]]
          const expected = value === null ? null : toCell(value)
          const name = `${type} ${nullable} ${cell.toString('hex')}`
          if (expected === undefined || (expected === null && !nullable)) wrong.push(name)
          else if (`${found.bytes}`.replace(/ \+00\n$/, '+00\n') !== `${rowText([[expected]])}`)
            wrong.push(name)
          else if (found.replacedTexts !== replacedTexts) wrong.push(`${name}: ${found.replacedTexts}`)
        }
      }
      t.strictSame(wrong, [])
      const isLookedAt = ['oid', 'timetz', 'jsonb', 'float4'].includes(type)
      t.equal(whole > 0, !isLookedAt, `${whole} whole blocks`)
    },
  )
}

t.test('values that nearly all results have are not looked at', async (t) => {
  const cases: [string, Buffer][] = [
    ['int8', pack.integer('uint64', 2n ** 63n - 1n)],
    ['int8', pack.integer('int64', -(2n ** 63n))],
    ['int4', pack.integer('uint32', 1_700_000_000n)],
    ['int2', pack.integer('uint16', 32_767n)],
    ['float8', pack.float64(-2.5)],
    ['float8', pack.fixint(3)],
    ['bool', pack.TRUE],
    ['text', pack.str('a\tb', 4)],
    ['text', pack.NIL],
    ['date', pack.str('2026-11-01')],
    ['date', pack.NIL],
    ['time', pack.str('10:20:30.123')],
    ['timestamp', pack.str('2026-11-01 10:20:30.123')],
    ['timestamptz', pack.str('2026-11-01 10:20:30.123 UTC')],
    ['numeric', pack.str('-12345678901234567890.125')],
    ['numeric', pack.str('0.00')],
    ['uuid', pack.str('12151fd2-7586-11e9-8f9e-2a86e4085a59')],
  ]
  const limited: [string, number, Buffer][] = [
    ['numeric', ((10 << 16) | 2) + 4, pack.str('-12345678.90')],
    ['numeric', ((10 << 16) | 2) + 4, pack.str('0.5000')],
    ['numeric', ((10 << 16) | 2) + 4, pack.fixint(7)],
    ['timestamp', 3, pack.str('2026-11-01 10:20:30.123')],
    ['varchar', 7, pack.str('日\t語')],
    ['bpchar', 7, pack.str('ab')],
  ]
  const all = [...cases.map(([type, cell]) => [type, -1, cell] as const), ...limited]
  for (const [type, modifier, cell] of all) {
    const blocks = new RowBlocks(planOf([0]), DEFAULT_LIMITS, true)
    const [block] = [...blocks.push(pack.array([cell])), ...blocks.end()]
    const encode = blockText([columnOf(type, { modifier })], DEFAULT_LIMITS)!
    t.ok(encode(block!, blocks.kinds, planOf([0])), `${type} ${modifier} ${cell}`)
  }
})

t.test('after a block of no use some are not tried, and later ones are', async (t) => {
  const plan = planOf([0, 1])
  const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
  const encode = blockText([columnOf('date'), columnOf('int8')], DEFAULT_LIMITS)!
  const isTaken = (...texts: string[]) => {
    const rows = texts.map((text) => pack.array([pack.str(text), pack.fixint(1)]))
    const [block] = [...blocks.push(Buffer.concat(rows)), ...blocks.end()]
    return encode(block!, blocks.kinds, plan) !== undefined
  }
  t.equal(isTaken('2026-11-01', '2026-11-02'), true)
  t.equal(isTaken('2026-11-01', '2026-11-31'), false)
  t.strictSame([isTaken('2026-11-01'), isTaken('2026-11-01')], [false, true])
  t.strictSame(
    [isTaken('x'), isTaken('2026-11-01'), isTaken('y'), isTaken('2026-11-01')],
    [false, false, false, false],
  )
  const later = Array.from({ length: 4 }, () => isTaken('2026-11-01'))
  t.ok(later.includes(true), 'misses do not last')
})

t.test('the kinds of a column are those of where it comes from, and of one block', async (t) => {
  const plan = planOf([1, 0])
  const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
  const encode = blockText([columnOf('int8'), columnOf('text')], DEFAULT_LIMITS)!
  const textOf = (...cells: Buffer[]) => {
    const [block] = [...blocks.push(pack.array(cells)), ...blocks.end()]
    return encode(block!, blocks.kinds, plan)?.bytes.toString()
  }
  t.equal(textOf(pack.str('025'), pack.fixint(7)), '7\t025\n')
  t.equal(textOf(pack.fixint(7), pack.str('025')), undefined)
  t.equal(textOf(pack.str('a\0'), pack.fixint(7)), undefined)
  t.equal(textOf(pack.str('next'), pack.fixint(8)), '8\tnext\n', 'nothing is left of the blocks before')
})

t.test('blocks that are looked at and others keep their order and their count, up to a limit', async (t) => {
  const columns = [columnOf('int8'), columnOf('float8')]
  const rows = Array.from({ length: 60_000 }, (_, i) =>
    // In some blocks a double comes as a text.
    pack.array([
      pack.integer('uint32', BigInt(i)),
      i % 30_000 === 9 ? pack.str('0.5') : pack.float64(i + 0.25),
    ]),
  )
  for (const wanted of [60_000, 41_234]) {
    const parts: Buffer[] = []
    const write = (chunk: Buffer, _encoding: string, done: () => void) => {
      parts.push(chunk)
      done()
    }
    const copy: CopyStream = Object.assign(new Writable({ write }), { rowCount: wanted })
    const source = memorySource(Buffer.concat(rows), {
      compression: 'none',
      schemaText: '[["n","bigint"],["d","double"]]',
      chunkBytes: 100_000,
    })
    const report = await pipeline(source, limit(wanted), {
      format: 'test',
      open: async (context) => {
        const cells = columns.map((column) => ({
          column,
          toCell: cellsFor(column.holds, { kind: 'varchar' }),
        }))
        const sink = new CopyRows(copy, cells, false, context, (error) => error as SluiceError)
        return {
          input: sink.input,
          get rows() {
            return sink.input.rows
          },
          commit: async () => {
            await sink.finish()
            return { path: undefined, bytesOut: sink.bytes, replacedTexts: 0 }
          },
          discard: () => sink.abandon(),
        }
      },
    })
    const expected = Array.from({ length: wanted }, (_, i) => [i, i % 30_000 === 9 ? 0.5 : i + 0.25])
    t.ok(Buffer.concat(parts).equals(rowText(expected)), `${wanted} rows`)
    t.equal(report.bytesOut, rowText(expected).length)
  }
})
