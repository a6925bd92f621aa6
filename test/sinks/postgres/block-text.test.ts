import { Writable } from 'node:stream'
import t from 'tap'
import type { SluiceError } from '../../../src/errors.js'
import { limit, pipeline } from '../../../src/index.js'
import { RowBlocks } from '../../../src/kernel/blocks.js'
import { DEFAULT_LIMITS } from '../../../src/model/limits.js'
import type { Plan } from '../../../src/model/plan.js'
import type { SqlType } from '../../../src/model/schema.js'
import { createRowReader, type Value } from '../../../src/rows/reader.js'
import { type BlockText, blockText, type TextColumn } from '../../../src/sinks/postgres/block-text.js'
import { holdsOf } from '../../../src/sinks/postgres/catalog.js'
import { CopyRows, type CopyStream } from '../../../src/sinks/postgres/copy-rows.js'
import { withoutNul } from '../../../src/sinks/postgres/nul.js'
import { rowText } from '../../../src/sinks/postgres/row-text.js'
import { cellsFor } from '../../../src/sinks/tables/cells-for.js'
import type { SqlColumn } from '../../../src/sinks/tables/column.js'
import { memorySource } from '../../support/msgpack/encoded-results.js'
import * as pack from '../../support/msgpack/pack.js'
import { CELLS } from '../../support/postgres/cells.js'

/** With the modifier of each: of `varchar` it is the length and 4. */
const TYPES = [
  ...[
    'int2',
    'int4',
    'int8',
    'oid',
    'numeric',
    'float8',
    'float4',
    'bool',
    'text',
    'json',
    'jsonb',
    'date',
  ].map((type) => [type, -1] as const),
  ...['bytea', 'inet', 'macaddr', 'varbit', 'interval'].map((type) => [type, -1] as const),
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

const VARCHAR = { kind: 'varchar' } as const

function typed(...types: string[]): TextColumn[] {
  return types.map((type) => ({ column: columnOf(type), type: VARCHAR }))
}

function planOf(sources: readonly number[]): Plan {
  const column = { name: 'c', type: { kind: 'null' }, typeText: '' } as const
  return {
    schema: { columns: sources.map(() => column), inferred: false },
    columns: sources.map((source) => ({ source, name: 'c', type: { kind: 'null' } })),
  }
}

/** What the text of COPY stands for in a column: the server reads numbers and JSON from it. */
function meaning(type: string, text: string): string {
  if (text === '\\N\n') return text
  const plain = text.slice(0, -1).replace(/\\(.)/g, (_, letter: string) => UNESCAPED[letter] ?? letter)
  if (type === 'float8') return String(Number(plain) === 0 ? plain.startsWith('-') : Number(plain))
  if (type === 'float4')
    return String(Number(plain) === 0 ? plain.startsWith('-') : Math.fround(Number(plain)))
  return type === 'jsonb' ? JSON.stringify(JSON.parse(plain)) : plain.replace(/ \+00$/, '+00')
}

const UNESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

/** Types whose values always go one by one. */
const LOOKED_AT_NEVER = ['interval', 'bytea']

for (const [type, modifier] of TYPES) {
  t.test(
    `F50: a block for ${type} (${modifier}) has the text of its values, or they are looked at`,
    async (t) => {
      const plan = planOf([0])
      const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
      const read = createRowReader(plan, { shape: 'array', int64: 'bigint', keepTimes: true })
      let whole = 0
      const wrong: string[] = []
      const types: readonly SqlType[] = type === 'float4' ? [VARCHAR, { kind: 'real' }] : [VARCHAR]
      const ways = types.flatMap((sqlType) => [
        { sqlType, nullable: true, cells: CELLS },
        { sqlType, nullable: false, cells: [pack.NIL] },
      ])
      for (const { sqlType, nullable, cells } of ways) {
        const column = columnOf(type, { modifier, nullable })
        const toCell = withoutNul(cellsFor(column.holds, sqlType), column.holds, 'fail')
        let encode: BlockText | undefined
        for (const cell of cells) {
          const [block] = [...blocks.push(pack.array([cell])), ...blocks.end()]
          encode ??= blockText([{ column, type: sqlType }], false, DEFAULT_LIMITS)
          const found = encode?.(block!, blocks.kinds, plan)
          if (found === undefined) {
            // After a miss some blocks are not tried.
            encode = undefined
            continue
          }
          whole++
          const { rows, replacedTexts } = read(block!)
          const [[value]] = rows as unknown as [[Value]]
          const expected = value === null ? null : toCell(value)
          const name = `${type} ${nullable} ${cell.toString('latin1')} ${found.bytes}`
          if (expected === undefined || (expected === null && !nullable)) wrong.push(name)
          else if (meaning(type, `${found.bytes}`) !== meaning(type, `${rowText([[expected]])}`))
            wrong.push(`${name} ${rowText([[expected]])}`)
          else if (found.replacedTexts !== replacedTexts) wrong.push(`${name}: ${found.replacedTexts}`)
        }
      }
      t.strictSame(wrong, [])
      t.equal(whole > 0, !LOOKED_AT_NEVER.includes(type), `${whole} whole blocks`)
    },
  )
}

t.test(
  'the rows of a block get their numbers as a last column, also where cells are looked at',
  async (t) => {
    const rows = Array.from({ length: 12 }, (_, i) => pack.array([pack.str(`{"n":${i}}`), pack.fixint(i)]))
    const plan = planOf([0, 1])
    const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
    const [block] = [...blocks.push(Buffer.concat(rows)), ...blocks.end()]
    const encode = blockText(typed('jsonb', 'int8'), true, DEFAULT_LIMITS)!
    for (const firstRow of [0, 95, 9_999_990]) {
      const expected = rowText(
        rows.map((_, i) => [`{"n":${i}}`, i]),
        firstRow,
      )
      t.equal(`${encode({ ...block!, firstRow }, blocks.kinds, plan)?.bytes}`, `${expected}`)
    }
  },
)

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
    ['timetz', pack.str('10:20:30.123+09:00')],
    ['bool', pack.str('true')],
    ['int8', pack.str('-12345678901234567890'.slice(0, 19))],
    ['oid', pack.integer('uint32', 2n ** 32n - 1n)],
    ['float8', pack.str('-1234.50')],
    ['float4', pack.float64(0.5)],
    ['float4', pack.float32(0.5)],
    ['float8', pack.float32(0.5)],
    ['text', pack.bin(Buffer.from('bytes'))],
    ['inet', pack.str('10.0.0.1')],
    ['json', pack.str('{"a": 1, "a": [-0, "\\\\ \\" \\u0000"]}')],
    ['jsonb', pack.str('{"a": {"b": [1, 2.5, "\\n\\u00e9", null]}, "c": true}')],
    ['jsonb', pack.array([pack.map([[pack.str('a'), pack.float64(0.1)]]), pack.NIL])],
    ['jsonb', pack.float64(2.5)],
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
    const encode = blockText(
      [{ column: columnOf(type, { modifier }), type: VARCHAR }],
      false,
      DEFAULT_LIMITS,
    )!
    t.ok(encode(block!, blocks.kinds, planOf([0])), `${type} ${modifier} ${cell}`)
  }
})

t.test('after a block of no use some are not tried, and later ones are', async (t) => {
  const plan = planOf([0, 1])
  const blocks = new RowBlocks(plan, DEFAULT_LIMITS, true)
  const encode = blockText(typed('date', 'int8'), false, DEFAULT_LIMITS)!
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
  const encode = blockText(typed('int8', 'text'), false, DEFAULT_LIMITS)!
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
