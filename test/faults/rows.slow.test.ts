/** Rows and schemas that are damaged, hostile or strange, through the whole pipeline. */
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { csv, ndjson, rows } from '../../src/index.js'
import { parquet } from '../../src/sinks/formats/parquet/index.js'
import { memorySource, resultOf } from '../support/msgpack/encoded-results.js'
import * as pack from '../support/msgpack/pack.js'
import { runResult } from '../support/pipeline/run-result.js'
import { growsAtMost, processorClock } from '../support/process/growth.js'

t.setTimeout(600_000)

const ONE = '[["c","varchar"]]'

/** A result of raw msgpack, of one column unless a schema is given. */
function raw(bytes: Uint8Array, schemaText: string | null = ONE, more: object = {}) {
  return memorySource(gzipSync(bytes), { schemaText, ...more })
}

const row = (...cells: Buffer[]) => pack.array(cells)
const hex = (text: string) => Buffer.from(text, 'hex')

t.test('D2: every chunking gives the same bytes', async (t) => {
  const schema = JSON.stringify(['a', 'b', 'c'].map((name) => [name, null]))
  const cells = [
    pack.str('a"b\n日本'),
    pack.integer('uint64', 2n ** 64n - 1n),
    pack.map([[pack.str('k'), pack.NIL]]),
  ]
  const packed = gzipSync(Buffer.concat([row(...cells), row(...cells.toReversed())]))
  const whole = await runResult(memorySource(packed, { schemaText: schema }), csv)
  for (let chunkBytes = 1; chunkBytes <= packed.length; chunkBytes++) {
    const { text } = await runResult(memorySource(packed, { schemaText: schema, chunkBytes }), csv)
    if (text !== whole.text) t.fail(`in chunks of ${chunkBytes} bytes`)
  }
  t.match(whole.text, /^a,b,c\n"a""b\n日本",18446744073709551615,"\{""k"":null\}"\n/)
})

t.test('D3: a claim beyond any limit is refused at once, and nothing is allocated for it', async (t) => {
  for (const [claim, code] of [
    ['dcffff', 'E_LIMIT_COLUMNS'],
    ['ddffffffff', 'E_LIMIT_COLUMNS'],
    ['91db ffffffff', 'E_LIMIT_CELL'],
    ['91c6 ffffffff', 'E_LIMIT_CELL'],
    ['91c9 ffffffff 01', 'E_LIMIT_CELL'],
    ['91dd ffffffff', 'E_LIMIT_ROW'],
    ['91df ffffffff', 'E_LIMIT_ROW'],
    [`91${'dd01c9c380'.repeat(50)}`, /E_LIMIT_(CELL|ROW)/],
  ] as const) {
    const before = process.memoryUsage().arrayBuffers
    const took = processorClock()
    const { outcome } = await runResult(raw(hex(claim.replaceAll(' ', ''))), csv)
    t.match(outcome, code, claim.slice(0, 20))
    // Four billion elements would take minutes.
    t.ok(took() < 5000, 'no work either')
    t.ok(process.memoryUsage().arrayBuffers - before < 64 * 1024 * 1024)
  }
})

t.test('D4: nesting has a limit, and what is within it can be written', async (t) => {
  for (const opener of [[0x91], [0x81, 0xa0]]) {
    const nested = (depth: number) =>
      raw(Buffer.concat([hex('91'), Buffer.from(Array<number[]>(depth).fill(opener).flat()), hex('c0')]))
    t.equal((await runResult(nested(64), ndjson)).outcome, 'ok')
    for (const depth of [65, 10_000, 2_000_000]) {
      const { outcome } = await runResult(nested(depth), ndjson)
      t.match(outcome, /E_LIMIT_(DEPTH|CELL|ROW)/, `${depth} deep`)
    }
  }
})

t.test('D5: cells up to the limit pass, and time grows with them evenly', async (t) => {
  const cell = (bytes: number) => raw(row(pack.str(Buffer.alloc(bytes, 'x'), 4)), ONE, { chunkBytes: 16_384 })
  const MIB = 1024 * 1024
  const limits = { cellBytes: 80 * MIB, rowBytes: 80 * MIB }
  const timeOf = async (bytes: number) => {
    const took = processorClock()
    const { outcome, text } = await runResult(cell(bytes), csv, { limits })
    t.equal(outcome, 'ok')
    t.equal(text.length, bytes + 3)
    return took()
  }
  t.equal((await runResult(cell(16 * MIB - 100), csv)).outcome, 'ok')
  t.match((await runResult(cell(16 * MIB + 1), csv)).outcome, /E_LIMIT_(CELL|ROW)/)
  const work = { small: () => timeOf(16 * MIB), large: () => timeOf(64 * MIB) }
  await growsAtMost(t, 'four times the bytes', { ...work, most: 10, least: 100, runs: 1 })
})

t.test('D6: every kind of value is exact, and 0xc1 is none', async (t) => {
  t.equal((await runResult(raw(hex('91c1')), csv)).outcome, 'E_MSGPACK')
  for (const [cell, text] of [
    [pack.integer('uint64', 2n ** 64n - 1n), '18446744073709551615'],
    [pack.integer('int64', -(2n ** 63n)), '-9223372036854775808'],
    [pack.float64(0.1), '0.1'],
    [pack.float32(0.1), '0.10000000149011612'],
    [pack.float64(-0), '0'],
    [pack.float64(Number.NaN), 'NaN'],
    [pack.float64(-Infinity), '-Infinity'],
    [pack.bin(hex('00ff')), 'AP8='],
    [pack.ext(-1, hex('00000001')), '1970-01-01T00:00:01Z'],
    [pack.ext(-1, hex('0000000400000001')), '1970-01-01T00:00:01.000000001Z'],
    [pack.ext(-1, hex('000000010000000000000001')), '1970-01-01T00:00:01.000000001Z'],
    [pack.ext(7, hex('ab')), '{"type":7,"data":"qw=="}'],
  ] as const) {
    const inCsv = await runResult(raw(row(cell)), csv)
    t.equal(parse(inCsv.text, { from: 2 })[0]?.[0], text)
    const inJson = await runResult(raw(row(cell)), ndjson)
    t.notMatch(inJson.text, 'null', 'nothing becomes null in silence')
  }
})

t.test('D7: what is not a row is refused, with its number', async (t) => {
  for (const [bytes, code] of [
    [hex('80'), /E_NOT_MSGPACK|E_ROW_SHAPE/],
    [Buffer.from('<html></html>'), /E_NOT_MSGPACK|E_ROW_SHAPE/],
    [Buffer.concat([row(pack.NIL), hex('c0')]), 'E_ROW_SHAPE'],
    [Buffer.concat([row(pack.NIL), hex('81a1610a')]), 'E_ROW_SHAPE'],
  ] as const) {
    const { outcome, message } = await runResult(raw(bytes), csv)
    t.match(outcome, code)
    if (outcome === 'E_ROW_SHAPE' && bytes[0] === 0x91) t.match(message, /row 2\b/)
  }
})

t.test('D8: a row of another width is refused, with its number and both widths', async (t) => {
  for (const cells of [0, 1, 3]) {
    const odd = row(...Array<Buffer>(cells).fill(pack.NIL))
    const bytes = Buffer.concat([row(pack.NIL, pack.NIL), odd, row(pack.NIL, pack.NIL)])
    const { outcome, message } = await runResult(raw(bytes, '[["a",null],["b",null]]'), csv)
    t.equal(outcome, 'E_SCHEMA')
    t.match(message, new RegExp(`row 2 .*\\b${cells}\\b.*\\b2\\b`))
  }
})

t.test('D9: a value of another type than declared is written as it is, or refused by Parquet', async (t) => {
  const source = resultOf([['n', 'bigint']], [[1], ['two'], [3]])
  t.equal((await runResult(source, csv)).text, 'n\n1\ntwo\n3\n')
  t.equal((await runResult(source, ndjson)).text, '{"n":1}\n{"n":"two"}\n{"n":3}\n')
  t.match(await runResult(source, parquet), { outcome: 'E_TYPE', message: /row 2, column "n"/ })
})

t.test('D10: schemas that are missing, senseless or endless', async (t) => {
  const bytes = row(pack.fixint(1), pack.fixint(2))
  for (const none of [null, '', ' ']) {
    t.match(await runResult(raw(bytes, none), csv), {
      text: '_col0,_col1\n1,2\n',
      notices: ['N_SCHEMA_MISSING'],
    })
  }
  for (const wrong of ['[["a"', '{}', '"a"', '[1]', 'process.exit(3)', '[[["a"],"b"]]']) {
    t.equal((await runResult(raw(bytes, wrong), csv)).outcome, 'E_SCHEMA', wrong)
  }
  const endless = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => [`c${i}`, 'bigint']))
  t.equal((await runResult(raw(bytes, endless), csv)).outcome, 'E_LIMIT_COLUMNS')
})

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  '10',
  '2',
  '1',
  '😀',
  'a\n"b',
]

t.test('D11: column names that are special in JavaScript keep their order and their values', async (t) => {
  const untouched = Object.getOwnPropertyNames(Object.prototype).join()
  const source = resultOf(
    NAMES.map((name) => [name, 'bigint'] as const),
    [NAMES.map((_, i) => i)],
  )
  const { text } = await runResult(source, ndjson)
  t.equal(text, `{${NAMES.map((name, i) => `${JSON.stringify(name)}:${i}`).join()}}\n`)
  t.strictSame(parse((await runResult(source, csv)).text)[0], NAMES)
  for await (const object of rows(source)) {
    t.notOk(object instanceof Object)
    for (const [i, name] of NAMES.entries()) t.equal(object[name], i, name)
  }
  t.equal(Object.getOwnPropertyNames(Object.prototype).join(), untouched)
  const long = 'n'.repeat(4096)
  t.equal((await runResult(resultOf([[long, 'bigint']], [[1]]), csv)).text, `${long}\n1\n`)
})

t.test('D12: columns of one name lose no value', async (t) => {
  const source = resultOf(
    ['a', 'a', 'a_2'].map((name) => [name, 'bigint'] as const),
    [[1, 2, 3]],
  )
  t.equal((await runResult(source, csv)).text, 'a,a,a_2\n1,2,3\n')
  const object = JSON.parse((await runResult(source, ndjson)).text)
  t.strictSame(Object.values(object), [1, 2, 3])
})

t.test('D13: text that is not UTF-8 is replaced and counted, passed on, or refused', async (t) => {
  for (const broken of ['ff', 'c0af', 'eda080', 'f09f98']) {
    const source = () => raw(row(pack.str(hex(broken))))
    const expected = new TextDecoder().decode(hex(broken))
    const replaced = await runResult(source(), csv)
    t.match(replaced, { text: `c\n${expected}\n`, report: { replacedTexts: 1 } })
    const refused = await runResult(source(), (to) => csv(to, { invalidUtf8: 'fail' }))
    t.match(refused, { outcome: 'E_UTF8', message: /row 1, column "c"/ })
    t.equal((await runResult(source(), (to) => csv(to, { invalidUtf8: 'raw' }))).outcome, 'ok')
  }
  for (const odd of ['a\0b', '\u2028', '\ufeffx', 'e\u0301']) {
    const { text } = await runResult(raw(row(pack.str(odd))), ndjson)
    t.equal(JSON.parse(text).c, odd)
  }
})

t.test('D14: map keys are data, whatever they are', async (t) => {
  const map = pack.map([
    [pack.str('__proto__'), pack.fixint(1)],
    [pack.str('a'), pack.fixint(2)],
    [pack.str('a'), pack.fixint(3)],
    [pack.fixint(7), pack.fixint(4)],
    [pack.NIL, pack.fixint(5)],
  ])
  const { text } = await runResult(raw(row(map)), ndjson)
  t.equal(text, '{"c":{"__proto__":1,"a":2,"a":3,"7":4,"null":5}}\n')
  t.equal(({} as Record<string, unknown>).a, undefined)
})

t.test('D15: the number of rows must be that of the job record', async (t) => {
  const source = (expectedRows: number | undefined) =>
    resultOf([['n', 'bigint']], [[1], [2], [3]], { expectedRows })
  for (const announced of [2, 4]) t.equal((await runResult(source(announced), csv)).outcome, 'E_ROW_COUNT')
  t.equal((await runResult(source(undefined), csv)).outcome, 'ok')
  t.equal((await runResult(source(4), csv, { verifyCount: false })).outcome, 'ok')
})

t.test('C7, D15: what expands without end stops at the first row too many', async (t) => {
  const bomb = gzipSync(Buffer.alloc(40_000_000, row(pack.fixint(0))))
  const { outcome, text } = await runResult(memorySource(bomb, { schemaText: ONE, expectedRows: 1000 }), csv)
  t.equal(outcome, 'E_ROW_COUNT')
  t.ok(text.length < 8_000_000, `${text.length} bytes were written of 40,000,000`)
})
