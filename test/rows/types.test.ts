import { encode } from '@msgpack/msgpack'
import t from 'tap'
import { createExtension } from '../../src/rows/extension.js'
import { toJson } from '../../src/rows/json.js'
import { createRowReader, type RowReadOptions, type Value } from '../../src/rows/reader.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import { identityPlan } from '../../src/transforms/columns.js'

/** What a cell of a column of that type becomes. */
function read(type: string, cell: unknown, options: RowReadOptions = {}): Value {
  const plan = identityPlan(parseSchema(JSON.stringify([['c', type]])))
  const bytes = encode([cell], { useBigInt64: true })
  return createRowReader(plan, { ...options, shape: 'array' })({ bytes, rows: 1, firstRow: 0 }).rows[0]![0]!
}

/** Null-prototype objects as plain ones, for comparing. */
const plain = (value: Value) => structuredClone(value)

t.test('int64 gives every value of a bigint column the same type', async (t) => {
  const big = 2n ** 60n + 1n
  t.equal(read('bigint', 7), 7)
  t.throws(() => read('bigint', big), {
    code: 'E_TYPE',
    message: `row 1, column "c": the integer ${big} is beyond 2^53 and would lose digits as a number`,
    hint: /int64/,
  })
  t.equal(read('bigint', 7, { int64: 'bigint' }), 7n)
  t.equal(read('long', big, { int64: 'bigint' }), big)
  t.equal(read('bigint', 7, { int64: 'string' }), '7')
  t.equal(read('bigint', -big, { int64: 'string' }), `${-big}`)
  t.equal(read('integer', 7, { int64: 'bigint' }), 7, 'an integer column has 32 bits')
  t.equal(read('bigint', null, { int64: 'bigint' }), null)
})

t.test('timestamps are texts, dates or seconds', async (t) => {
  const cases: [string, string, number][] = [
    ['timestamp', '2026-11-01 10:20:30.123', 1793528430.123],
    ['timestamp(6)', '2026-11-01 10:20:30.123456', 1793528430.123456],
    ['timestamp', '1969-12-31 23:59:59.5', -0.5],
    ['date', '2026-11-01', 1793491200],
    ['date', '0001-01-01', -62135596800],
    ['timestamp(3) with time zone', '2026-11-01 10:20:30.123 UTC', 1793528430.123],
    ['timestamp(3) with time zone', '2026-11-01 10:20:30.123 +09:00', 1793496030.123],
    ['timestamp(3) with time zone', '2026-11-01 10:20:30.123 Asia/Tokyo', 1793496030.123],
    ['timestamp(0) with time zone', '2026-07-01 00:00:00 America/New_York', 1782878400],
    ['timestamp(0) with time zone', '2026-11-01 01:30:00 America/New_York', 1793511000],
    ['timestamp', '2026-11-01T10:20:30Z', 1793528430],
  ]
  for (const [type, text, seconds] of cases) {
    t.equal(read(type, text), text)
    t.equal(read(type, text, { timestamps: 'epoch' }), seconds, text)
    const date = read(type, text, { timestamps: 'date' }) as Date
    t.equal(date.getTime(), Math.floor(seconds * 1000 + 1e-4), text)
  }
  const stamp = new Date(1_000_000_000_123)
  t.equal(read('timestamp', stamp), '2001-09-09T01:46:40.123Z')
  t.equal(read('timestamp', stamp, { timestamps: 'epoch' }), 1_000_000_000.123)
  t.strictSame(read('timestamp', stamp, { timestamps: 'date' }), stamp)
  t.equal(read('time(3)', '10:20:30.123', { timestamps: 'date' }), '10:20:30.123', 'a time is no instant')
  for (const wrong of [
    'soon',
    '2026-02-30',
    '2026-03-08 02:30:00 America/New_York',
    '2026-13-01',
    '2026-11-01 25:00:00',
    '2026-11-01 00:00:00 No/Where',
    5,
  ]) {
    t.throws(() => read('timestamp', wrong, { timestamps: 'date' }), {
      code: 'E_TYPE',
      message: /^row 1, column "c": /,
      hint: /timestamps/,
    })
  }
})

t.test('D17: digits finer than a microsecond are kept as text, and never dropped', async (t) => {
  const texts: [string, string][] = [
    ['timestamp(9)', '2026-11-01 10:20:30.123456789'],
    ['timestamp(7)', '2026-11-01 10:20:30.1234567'],
    ['timestamp(12)', '2026-11-01 10:20:30.000000000001'],
    ['timestamp(8) with time zone', '2026-11-01 10:20:30.12345670 +09:00'],
    ['timestamp(9) with time zone', '2026-11-01 10:20:30.100000001 Asia/Tokyo'],
  ]
  for (const [type, text] of texts) {
    t.equal(read(type, text), text)
    for (const timestamps of ['date', 'epoch'] as const) {
      t.throws(() => read(type, text, { timestamps }), {
        code: 'E_TYPE',
        message: `row 1, column "c": ${JSON.stringify(text)} is finer than a microsecond, and would lose digits`,
        hint: /timestamps/,
      })
    }
  }
  for (const decimals of ['123456', '123456000', '1234560', '123456000000', '000000000']) {
    const text = `2026-11-01 10:20:30.${decimals}`
    t.equal(read('timestamp(12)', text, { timestamps: 'epoch' }), Number(`1793528430.${decimals}`))
  }
  t.equal(read('time(9)', '10:20:30.123456789', { timestamps: 'date' }), '10:20:30.123456789')
  const interval = '1 02:03:04.123456789'
  t.equal(read('interval day to second', interval, { timestamps: 'date' }), interval)
})

t.test('D17: so are those of msgpack timestamps', async (t) => {
  const second = 1_793_528_430n
  const long = (nanoseconds: number, seconds = second) => {
    const data = new DataView(new ArrayBuffer(12))
    data.setUint32(0, nanoseconds)
    data.setBigInt64(4, seconds)
    return createExtension(-1, new Uint8Array(data.buffer))
  }
  const short = (nanoseconds: bigint) => {
    const data = Buffer.alloc(8)
    data.writeBigUInt64BE((nanoseconds << 34n) | second)
    return createExtension(-1, new Uint8Array(data))
  }
  for (const stamp of [long(123_456_789), short(123_456_789n)]) {
    t.equal(read('timestamp', stamp), '2026-11-01T10:20:30.123456789Z')
    t.equal(read('timestamp(9) with time zone', stamp), '2026-11-01T10:20:30.123456789Z')
    for (const timestamps of ['date', 'epoch'] as const) {
      t.throws(() => read('timestamp', stamp, { timestamps }), {
        code: 'E_TYPE',
        message: /finer than a microsecond/,
      })
    }
    t.strictSame(read('', stamp), stamp, 'in a column of unknown type it is what a program can write again')
    t.equal(toJson([stamp]), '["2026-11-01T10:20:30.123456789Z"]')
  }
  t.strictSame(read('', long(123_456_000)), new Date(1_793_528_430_123), 'a Date keeps milliseconds')
  t.equal(read('timestamp', long(1, -2n)), '1969-12-31T23:59:58.000000001Z')
  // Neither is a time: nanoseconds of more than a second, a second beyond the years that a Date has.
  for (const odd of [long(1_000_000_000), long(0, 2n ** 62n)]) t.strictSame(read('timestamp', odd), odd)
})

t.test('decimals keep their digits unless numbers are wanted', async (t) => {
  const exact = '12345678901234567890.12345678'
  t.equal(read('decimal(38,8)', exact), exact)
  t.equal(read('decimal(38,8)', exact, { decimals: 'number' }), 12345678901234567000)
  t.equal(read('decimal(5,1)', 1.5), '1.5')
  t.equal(read('decimal(5,0)', 2n ** 60n), `${2n ** 60n}`, 'an integer beyond 2^53 does not need int64')
  t.equal(read('decimal(12,8)', 1e-7), '0.00000010')
  t.equal(read('decimal(5,1)', 2n ** 60n, { decimals: 'number' }), 2 ** 60)
  t.throws(() => read('decimal(5,1)', 'many', { decimals: 'number' }), { code: 'E_TYPE' })
})

t.test('arrays, maps and rows are the same as msgpack and as JSON text', async (t) => {
  const pairs: [string, unknown, string, unknown][] = [
    ['array(bigint)', [1, null, 3], '[1,null,3]', [1, null, 3]],
    ['array(array(varchar))', [['a'], []], '[["a"],[]]', [['a'], []]],
    ['map(varchar,double)', { a: 1.5, b: null }, '{"a":1.5,"b":null}', { a: 1.5, b: null }],
    ['row(x bigint, "y z" varchar)', [1, 'b'], '[1,"b"]', { x: 1, 'y z': 'b' }],
    ['row(x bigint, "y z" varchar)', { x: 1, 'y z': 'b' }, '{"x":1,"y z":"b"}', { x: 1, 'y z': 'b' }],
    ['struct<x:int,y:array<string>>', [1, ['b']], '[1,["b"]]', { x: 1, y: ['b'] }],
    ['row(bigint, varchar)', [1, 'b'], '[1,"b"]', [1, 'b']],
    ['array(row(x bigint))', [[1], [2]], '[[1],[2]]', [{ x: 1 }, { x: 2 }]],
    ['map(varchar,varchar)', {}, '{}', {}],
  ]
  for (const [type, packed, text, expected] of pairs) {
    t.strictSame(plain(read(type, packed)), expected, type)
    t.strictSame(plain(read(type, text)), expected, `${type} as text`)
  }
  const map = new Map([
    [1, 'a'],
    [2, 'b'],
  ])
  t.strictSame(read('map(bigint,varchar)', '{"1":"a","2":"b"}'), map, 'keys are of the type of the key')
  const wide = new Map([[1n, 'a']])
  t.strictSame(read('map(bigint,varchar)', '{"1":"a"}', { int64: 'bigint' }), wide)
  t.equal(read('array(bigint)', 'not JSON'), 'not JSON', 'what is no JSON stays as it came')
  t.equal(read('array(bigint)', '5'), '5')
  t.equal(read('json', '[1]'), '[1]', 'json is a text type')
  t.equal(read('varchar', '[1]'), '[1]')
})

t.test('options reach into nested values', async (t) => {
  const options = { int64: 'bigint', timestamps: 'epoch', decimals: 'number' } as const
  t.strictSame(read('array(bigint)', [1, 2n ** 60n], options), [1n, 2n ** 60n])
  t.strictSame(read('array(bigint)', `[1,${2n ** 60n},"\\u00005"]`, options), [1n, 2n ** 60n, '\u00005'])
  t.throws(() => read('array(bigint)', `[${2n ** 60n}]`), { code: 'E_TYPE', hint: /int64/ })
  t.strictSame(read('array(bigint)', `[${2n ** 60n}]`, { int64: 'string' }), [`${2n ** 60n}`])
  t.strictSame(plain(read('map(varchar,date)', { a: '1970-01-02' }, options)), { a: 86400 })
  t.strictSame(plain(read('row(d decimal(4,2))', ['1.50'], options)), { d: 1.5 })
})

t.test('keys that are special in JavaScript are data, however they come', async (t) => {
  const text = '{"__proto__":"a","constructor":"b"}'
  for (const cell of [text, new Map([['__proto__', 'a']])]) {
    const value = read(
      'map(varchar,varchar)',
      cell instanceof Map ? JSON.parse('{"__proto__":"a"}') : cell,
    ) as object
    t.equal(Object.getPrototypeOf(value), null)
    t.ok(Object.keys(value).includes('__proto__'))
  }
})

t.test('nullifySpecial takes NaN and the infinities for NULL', async (t) => {
  for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    t.ok(Object.is(read('double', special), special))
    t.equal(read('double', special, { nullifySpecial: true }), null)
    t.strictSame(read('array(double)', [special, 1], { nullifySpecial: true }), [null, 1])
    t.strictSame(read('', [special], { nullifySpecial: true }), [null], 'in a column of unknown type too')
  }
  t.equal(read('double', 1.5, { nullifySpecial: true }), 1.5)
})

t.test('other values pass as they are', async (t) => {
  t.strictSame(read('varbinary', Uint8Array.of(1)), Uint8Array.of(1))
  t.strictSame(read('varchar', createExtension(5, Uint8Array.of(1))), createExtension(5, Uint8Array.of(1)))
  t.equal(read('bigint', 'text', { int64: 'bigint' }), 'text', 'a value that is not of its column’s type')
  t.equal(read('interval day to second', '1 00:00:00.000'), '1 00:00:00.000')
})
