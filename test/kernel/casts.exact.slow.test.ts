/** One table of casts for everything that casts: the encoders of files, rows in JavaScript, and the columns of Parquet. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import t from 'tap'
import { cast, type IterateOptions, type ParquetOptions, rows, type Value } from '../../src/index.js'
import type { CastTarget } from '../../src/model/casts.js'
import { castValue } from '../reference/cast-value.js'
import { Float, Text } from '../reference/exact-decoder.js'
import { Refused } from '../reference/value-text.js'
import { CAST_CASES, type CastCase, REFUSED } from '../support/msgpack/cast-cases.js'
import { memorySource } from '../support/msgpack/encoded-results.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, encodeCell, errorOf, planOf } from '../support/msgpack/plan.js'
import { Raw, writeParquet } from '../support/parquet/file.js'
import { readHyparquet } from '../support/parquet/readers.js'

const TARGETS = [...new Set(CAST_CASES.map(({ cast }) => cast))]
const kept = (target: CastTarget) =>
  CAST_CASES.filter(({ cast, value }) => cast === target && value !== REFUSED)
const refused = CAST_CASES.filter(({ value }) => value === REFUSED)

/** What Parquet has for the text that other formats have. */
function storedValue(target: CastTarget, value: CastCase['value']) {
  if (typeof value !== 'string') return value
  if (target === 'uuid') return value.replaceAll('-', '')
  if (target.startsWith('decimal')) return BigInt(value.replace('.', ''))
  if (target === 'date') return BigInt(Date.parse(`${value}T00:00:00Z`) / 86_400_000)
  if (target !== 'time' && target !== 'timestamp') return value
  const [, clock = '', fraction = ''] = /^(.*:\d\d)(?:\.(\d+))?$/.exec(value)!
  const at = target === 'time' ? `1970-01-01T${clock}Z` : `${clock.replace(' ', 'T')}Z`
  return BigInt(Date.parse(at)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

/** The msgpack that a cast makes, as short as it can be. */
function packed(value: CastCase['value']): Buffer {
  if (value === null) return pack.NIL
  if (typeof value === 'boolean') return value ? pack.TRUE : pack.FALSE
  if (typeof value === 'string') return pack.str(value)
  return typeof value === 'number' ? pack.float64(value) : Buffer.of()
}

t.test('D16: the encoders of files cast exactly or refuse', async (t) => {
  for (const { cast, name, cell, value } of CAST_CASES) {
    const asMsgpack = () =>
      encodeBytes({ format: 'msgpack' }, planOf(['c'], cast), pack.array([cell])).subarray(1)
    const asCsv = () => encodeCell({ format: 'csv', null: 'NULL' }, cell, cast)
    const asTsv = () => encodeCell({ format: 'tsv' }, cell, cast)
    const asJson = () => encodeCell({ format: 'ndjson' }, cell, cast)
    if (value === REFUSED) {
      for (const encode of [asMsgpack, asCsv, asTsv, asJson]) {
        const error = errorOf(encode)
        t.equal(error.code, 'E_TYPE', `${name} as ${cast}`)
        t.match(error.message, /^row 1, column "c": .* cannot be cast to /s)
      }
    } else {
      if (typeof value !== 'bigint') t.strictSame(asMsgpack(), packed(value), `${name} as ${cast}`)
      else t.equal(asCsv(), String(value), `${name} as ${cast}`)
      if (typeof value === 'string') t.equal(JSON.parse(asJson()), value)
    }
  }
})

t.test('D16: rows in JavaScript have the same values', async (t) => {
  const read = async (
    target: CastTarget,
    cells: readonly Buffer[],
    options: Omit<IterateOptions, 'validate' | 'shape'> = {},
  ) => {
    const bytes = Buffer.concat(cells.map((cell) => pack.array([cell])))
    const source = memorySource(bytes, { compression: 'none', schemaText: '[["c",""]]' })
    const found: Value[] = []
    for await (const [value = null] of rows(source, {
      ...options,
      transforms: [cast({ c: target })],
      shape: 'array',
    })) {
      found.push(value)
    }
    return found
  }
  for (const target of TARGETS) {
    const cases = kept(target)
    const found = await read(
      target,
      cases.map(({ cell }) => cell),
      { int64: 'bigint' },
    )
    cases.forEach(({ name, value }, i) => {
      t.ok(Object.is(found[i], value), `${name} as ${target}: ${String(found[i])}`)
    })
  }
  for (const { cast, name, cell } of refused) {
    const message = /^row 1, column "c": /
    await t.rejects(read(cast, [cell]), { code: 'E_TYPE', message }, `${name} as ${cast}`)
  }
})

t.test('D16: so have the columns of Parquet', async (t) => {
  const write = (target: CastTarget, cells: readonly Buffer[], options: ParquetOptions = {}) =>
    writeParquet(
      [['c', 'varchar']],
      cells.map((cell) => [new Raw(cell.toString('hex'))]),
      { ...options, edit: (plan) => cast({ c: target }).apply(plan) },
    )
  for (const target of TARGETS) {
    const cases = kept(target)
    const { bytes, plan } = await write(
      target,
      cases.map(({ cell }) => cell),
    )
    const found = await readHyparquet(bytes, plan)
    cases.forEach(({ name, value }, i) => {
      const stored = storedValue(target, value)
      t.ok(Object.is(found[i]![0], stored), `${name} as ${target}: ${String(found[i]![0])}`)
    })
  }
  for (const target of TARGETS) {
    const cells = refused.filter(({ cast }) => cast === target).map(({ cell }) => cell)
    const { bytes, plan } = await write(target, cells, { onTypeError: 'null' })
    t.strictSame(
      await readHyparquet(bytes, plan),
      cells.map(() => [null]),
      `${target} takes none of them`,
    )
    if (cells.length === 0) continue
    const message = /^row 1, column "c": /
    await t.rejects(write(target, cells), { code: 'E_TYPE', message })
  }
})

const digits = fc.stringMatching(/^\d{1,25}$/)
const near = fc
  .tuple(fc.integer({ min: 50, max: 70 }), fc.integer({ min: -3, max: 3 }))
  .map(([power, step]) => String(2n ** BigInt(power) + BigInt(step)))
const exponent = fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -400, max: 400 }))
/** Numbers as texts: short and long, near to the powers of two, as doubles are printed, with zeros everywhere. */
const numberText = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), fc.oneof(digits, near)).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('', '-'), fc.oneof(digits, near), fc.oneof(digits, fc.constantFrom('0', '000')))
    .map(([sign, whole, decimals]) => `${sign}${whole}.${decimals}`),
  fc
    .tuple(digits, digits, fc.constantFrom('e', 'E', 'e+'), fc.nat(330))
    .map(([whole, decimals, e, power]) => `${whole}.${decimals}${e}${power}`),
  fc.tuple(fc.oneof(digits, near), exponent).map(([whole, power]) => `${whole}e${power}`),
  fc.double({ noNaN: true }).map((value) => String(value)),
  fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 30 }))
    .map(([value, places]) => value.toExponential(places)),
)

t.test('D16: a number in a text becomes what exact arithmetic says, or is refused', async (t) => {
  let accepted = 0
  const check = (target: CastTarget, text: string) => {
    const encode = () =>
      encodeBytes({ format: 'msgpack' }, planOf(['c'], target), pack.array([pack.str(text)])).subarray(1)
    let expected: unknown
    try {
      expected = castValue(new Text(Buffer.from(text)), target)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (errorOf(encode).code !== 'E_TYPE') throw new Error(`${text} as ${target} is to be refused`)
      return
    }
    accepted++
    const made =
      expected instanceof Text
        ? pack.str(Buffer.from(expected.bytes).toString())
        : expected instanceof Float
          ? pack.float64(expected.value)
          : integer(BigInt(expected as bigint))
    if (!encode().equals(made)) throw new Error(`${text} as ${target} is ${encode().toString('hex')}`)
  }
  const both = fc.property(numberText, (text) => {
    check('bigint', text)
    check('double', text)
    check('decimal(38,10)', text)
    check('decimal(12,0)', text)
  })
  fc.assert(both, { numRuns: 300 })
  t.ok(accepted > 100, `${accepted} casts were accepted`)
})

const part = (least: number, most: number, width = 2) =>
  fc.integer({ min: least, max: most }).map((n) => String(n).padStart(width, '0'))
const dateText = fc.tuple(part(0, 9999, 4), part(0, 13), part(0, 32)).map((parts) => parts.join('-'))
const clockText = fc
  .tuple(
    part(0, 24),
    part(0, 60),
    part(0, 60),
    fc.constantFrom('', '.', '.5', '.000', '.123456', '.000000001'),
  )
  .map(([hour, minute, second, fraction]) => `${hour}:${minute}:${second}${fraction}`)
const instantText = fc
  .tuple(dateText, fc.constantFrom(' ', 'T', '', '  '), fc.oneof(fc.constant('00:00:00'), clockText))
  .chain((parts) =>
    fc.constantFrom('', 'Z', ' UTC', '+00:00', ' +01:00', ' Z', 'z').map((zone) => parts.join('') + zone),
  )

t.test('D16: dates and times in texts become what a calendar says, or are refused', async (t) => {
  let accepted = 0
  const texts = fc.oneof(dateText, clockText, instantText)
  const seconds = fc.oneof(
    fc.integer({ min: -70_000_000_000, max: 260_000_000_000 }),
    fc.integer({ min: -800_000, max: 3_000_000 }).map((days) => days * 86_400),
  )
  const agree = (target: CastTarget, cell: Buffer, given: Text | number) => {
    const encode = () =>
      encodeBytes({ format: 'msgpack' }, planOf(['c'], target), pack.array([cell])).subarray(1)
    let expected: Buffer
    try {
      expected = pack.str(Buffer.from((castValue(given, target) as Text).bytes).toString())
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const { code } = errorOf(encode)
      if (code === 'E_TYPE') return
      throw new Error(`${String(given)} as ${target} ends with ${code}`)
    }
    accepted++
    if (!encode().equals(expected))
      throw new Error(`${cell.toString()} as ${target} is ${encode().toString()}`)
  }
  const both = fc.property(texts, seconds, (text, number) => {
    for (const target of ['date', 'time', 'timestamp'] as const) {
      agree(target, pack.str(text), new Text(Buffer.from(text)))
      agree(target, pack.integer('int64', BigInt(number)), number)
    }
  })
  fc.assert(both, { numRuns: 300 })
  t.ok(accepted > 300, `${accepted} casts were accepted`)
})

/** In the fewest bytes. */
function integer(value: bigint): Buffer {
  if (value >= -32n && value < 128n) return pack.fixint(Number(value))
  const kind = value < 0n ? 'int' : 'uint'
  for (const bits of [8, 16, 32, 64] as const) {
    const [least, end] = value < 0n ? [-(2n ** BigInt(bits - 1)), 0n] : [0n, 2n ** BigInt(bits)]
    if (value >= least && value < end) return pack.integer(`${kind}${bits}`, value)
  }
  throw new Error(`${value} has more than 64 bits`)
}
