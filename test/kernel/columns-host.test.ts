import fc from 'fast-check'
import t from 'tap'
import { jsonText, packJson } from '../../src/kernel/columns/json-cells.js'
import { plainDigits } from '../../src/kernel/columns/plain-digits.js'
import { columnTree } from '../../src/kernel/columns/tree.js'
import { ZoneOffsets } from '../../src/rows/time.js'
import { parseType } from '../../src/schema/type-parser.js'
import { packCells } from '../support/parquet/file.js'

t.test('digits of a number without an exponent read as the same number', async (t) => {
  t.equal(plainDigits(1e-7), '0.0000001')
  t.equal(plainDigits(-1.5e-7), '-0.00000015')
  t.equal(plainDigits(1.25e21), '1250000000000000000000')
  t.equal(plainDigits(-12.5), '-12.5')
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const digits = plainDigits(value)
      return /^-?\d+(\.\d+)?$/.test(digits) && Number(digits) === value
    }),
  )
})

/** The clock of a region at an instant, as seconds since 1970-01-01 of that clock. */
function clockAt(zone: string, instant: number): number {
  const shown = new Date(instant * 1000).toLocaleString('sv-SE', { timeZone: zone })
  return Date.parse(`${shown.replace(' ', 'T')}Z`) / 1000
}

t.test(
  'offsets of regions agree with their clocks, at all times but the second of two equal ones',
  async (t) => {
    const zones = new ZoneOffsets()
    const regions = [
      'America/New_York',
      'Europe/London',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'America/St_Johns',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...regions),
        fc.integer({ min: Date.UTC(1972, 0) / 1000, max: Date.UTC(2036, 0) / 1000 }),
        (zone, instant) => {
          const clock = clockAt(zone, instant)
          const offset = zones.offset(zone, clock)!
          const found = clock - offset
          return found === instant || (found < instant && clockAt(zone, found) === clock)
        },
      ),
      { numRuns: 500 },
    )
    t.pass()
  },
)

t.test(
  'no offset for a region that is not known, a time that was skipped, a year beyond dates',
  async (t) => {
    const zones = new ZoneOffsets()
    const clock = (text: string) => Date.parse(`${text}Z`) / 1000
    t.equal(zones.offset('Mars/Olympus', 0), undefined)
    t.equal(zones.offset('Europe/Berlin', clock('2026-03-29T02:30:00')), undefined)
    t.equal(zones.offset('Europe/Berlin', clock('2026-03-29T03:00:00')), 7200)
    t.equal(zones.offset('Europe/Berlin', clock('2026-03-29T01:59:59')), 3600)
    t.equal(zones.offset('Europe/Berlin', 9e15), undefined)
  },
)

const tree = (type: string) => columnTree(parseType(type))

t.test('JSON text as msgpack: every digit, the order of keys, keys of the type', async (t) => {
  const same = (text: string, type: string, value: unknown) => {
    const found = packJson(text, tree(type))
    t.ok(found?.equals(packLong(value)), `${text} as ${type}`)
  }
  same('["a", "\\u00e9\\"\\\\"]', 'array(varchar)', ['a', 'é"\\'])
  same(
    '{"2":null,"10":null,"1":null}',
    'map(varchar,varchar)',
    new Map([
      ['2', null],
      ['10', null],
      ['1', null],
    ]),
  )
  same('["[1,2]","{"]', 'array(varchar)', ['[1,2]', '{'])
  same('[true,false,null]', 'array(boolean)', [true, false, null])
  same('[12345678901234567890.5]', 'array(decimal(38,1))', ['12345678901234567890.5'])
  same('[{"a": [1.50, {"b" : "x y"}]}]', 'array(json)', ['{"a":[1.50,{"b":"x y"}]}'])
})

/** Texts with the long header that `MsgpackBytes` always writes. */
function packLong(value: unknown): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    const header = Buffer.of(0xdb, 0, 0, 0, 0)
    header.writeUInt32BE(bytes.length, 1)
    return Buffer.concat([header, bytes])
  }
  const items = Array.isArray(value) ? value : value instanceof Map ? [...value].flat() : undefined
  if (items === undefined) return packCells([[value]]).subarray(5)
  const header = Buffer.of(Array.isArray(value) ? 0xdd : 0xdf, 0, 0, 0, 0)
  header.writeUInt32BE(Array.isArray(value) ? items.length : items.length / 2, 1)
  return Buffer.concat([header, ...items.map(packLong)])
}

t.test('what is no JSON is none', async (t) => {
  for (const text of ['', '[', '[1,]', '{a:1}', "['a']", '[01]', '[1] 2', 'NaN']) {
    t.equal(packJson(text, tree('array(bigint)')), undefined, text)
  }
})

t.test('a value as JSON text', async (t) => {
  const textOf = (value: unknown) =>
    jsonText(packCells([[value]]).subarray(5))
      .subarray(5)
      .toString()
  t.equal(textOf({ a: [1, 'x', null, true] }), '{"a":[1,"x",null,true]}')
  t.equal(textOf(2n ** 64n - 1n), '18446744073709551615')
  t.equal(textOf(Number.NaN), '"NaN"')
  t.equal(textOf(new Map([[1, 2]])), '{"1":2}')
  t.equal(textOf(Buffer.from('hi')), '"aGk="')
  t.equal(textOf(1.5), '1.5')
})
