import type { CastTarget } from '../../../src/model/plan.js'
import * as pack from './pack.js'

/** A cell that is cast, and its value then as JavaScript has it, a `bigint` column as `bigint`; `refused` ends the run. */
export interface CastCase {
  readonly cast: CastTarget
  /** For the messages of a test. */
  readonly name: string
  readonly cell: Buffer
  readonly value: string | bigint | number | boolean | null | typeof REFUSED
}

export const REFUSED = Symbol('refused')

const text = (value: string) => ({ name: JSON.stringify(value), cell: pack.str(value) })
const double = (value: number) => ({
  name: `the double ${Object.is(value, -0) ? '-0' : value}`,
  cell: pack.float64(value),
})
const single = (value: number) => ({ name: `the single ${value}`, cell: pack.float32(value) })
const int64 = (value: bigint) => ({ name: `int64 ${value}`, cell: pack.integer('int64', value) })
const uint64 = (value: bigint) => ({ name: `uint64 ${value}`, cell: pack.integer('uint64', value) })
const NULL = { name: 'NULL', cell: pack.NIL }
const TRUE = { name: 'true', cell: pack.TRUE }
const FALSE = { name: 'false', cell: pack.FALSE }
const BYTES = { name: 'bytes', cell: pack.bin(Buffer.of(0xff, 0x00)) }
const INSTANT = { name: 'a timestamp', cell: pack.ext(-1, Buffer.from('00000001000000006955b900', 'hex')) }
const EXTENSION = { name: 'an extension', cell: pack.ext(5, Buffer.of(1)) }
const LIST = { name: 'an array', cell: pack.array([pack.fixint(1), pack.str('x"')]) }
const TIMES = {
  name: 'a map',
  cell: pack.map([
    [pack.str('a'), INSTANT.cell],
    [pack.str('a'), pack.fixint(2)],
  ]),
}

type Given = Pick<CastCase, 'name' | 'cell'>
type Row = readonly [given: Given, value: CastCase['value']]

const NOT_NUMBERS = [
  '',
  ' ',
  '-',
  '+',
  '.',
  'e',
  ' 5',
  '5 ',
  '+5',
  '.5',
  '5.',
  '1e',
  '1e+',
  '--1',
  '1_000',
  '1,000',
  '0x10',
  '12n',
  '１２',
  '٣',
  'true',
  'nan',
  '-NaN',
  'inf',
  'Infinity ',
  '5\0',
  '1e1.5',
]

const BIGINTS: readonly Row[] = [
  [NULL, null],
  [int64(-(2n ** 63n)), -(2n ** 63n)],
  [int64(2n ** 63n - 1n), 2n ** 63n - 1n],
  [uint64(2n ** 63n - 1n), 2n ** 63n - 1n],
  [uint64(2n ** 63n), REFUSED],
  [uint64(2n ** 64n - 1n), REFUSED],
  [double(-0), 0n],
  [double(2 ** 53 + 2), 2n ** 53n + 2n],
  [double(2 ** 63 - 1024), 2n ** 63n - 1024n],
  [double(2 ** 63), REFUSED],
  [double(1e19), REFUSED],
  [double(-(2 ** 63)), -(2n ** 63n)],
  [double(-(2 ** 63) - 2048), REFUSED],
  [double(1.5), REFUSED],
  [double(-0.1), REFUSED],
  [double(1e300), REFUSED],
  [double(NaN), REFUSED],
  [double(Infinity), REFUSED],
  [single(3), 3n],
  [single(0.5), REFUSED],
  [TRUE, 1n],
  [FALSE, 0n],
  [text('0'), 0n],
  [text('-0'), 0n],
  [text('012'), 12n],
  [text('-007'), -7n],
  [text('000000000000000000000000000012'), 12n],
  [text('999999999999999999'), 999999999999999999n],
  [text('9223372036854775807'), 2n ** 63n - 1n],
  [text('9223372036854775808'), REFUSED],
  [text('-9223372036854775808'), -(2n ** 63n)],
  [text('-9223372036854775809'), REFUSED],
  [text('9223372036854775807.000'), 2n ** 63n - 1n],
  [text('9223372036854775807.5'), REFUSED],
  [text('18446744073709551615'), REFUSED],
  [text('99999999999999999999'), REFUSED],
  [text('2.00'), 2n],
  [text('-2.50'), REFUSED],
  [text('0.000'), 0n],
  [text('1e3'), 1000n],
  [text('1.5E+1'), 15n],
  [text('20e-1'), 2n],
  [text('25e-1'), REFUSED],
  [text('1e18'), 10n ** 18n],
  [text('1e19'), REFUSED],
  [text('9.223372036854775807e18'), 2n ** 63n - 1n],
  [text('0e999999999999'), 0n],
  [text('1e999999999999'), REFUSED],
  [text('1e-999999999999'), REFUSED],
  [text(`1${'0'.repeat(5000)}e-5000`), 1n],
  [text('NaN'), REFUSED],
  [text('Infinity'), REFUSED],
  ...NOT_NUMBERS.map((wrong): Row => [text(wrong), REFUSED]),
]

const DOUBLES: readonly Row[] = [
  [NULL, null],
  [int64(2n ** 53n), 2 ** 53],
  [int64(2n ** 53n + 1n), REFUSED],
  [int64(2n ** 53n + 2n), 2 ** 53 + 2],
  [int64(-(2n ** 53n) - 1n), REFUSED],
  [int64(2n ** 63n - 1n), REFUSED],
  [int64(-(2n ** 63n)), -(2 ** 63)],
  [uint64(2n ** 63n), 2 ** 63],
  [uint64(2n ** 64n - 1n), REFUSED],
  [uint64(2n ** 64n - 2048n), 2 ** 64 - 2048],
  [double(-0), -0],
  [double(5e-324), 5e-324],
  [double(NaN), NaN],
  [double(-Infinity), -Infinity],
  [single(Math.fround(0.1)), Math.fround(0.1)],
  [TRUE, 1],
  [FALSE, 0],
  [text('0'), 0],
  [text('-0'), -0],
  [text('-0.00'), -0],
  [text('0e400'), 0],
  [text('012'), 12],
  [text('-00.5'), -0.5],
  [text('2.00'), 2],
  [text('0.1'), 0.1],
  [text('123456789.123456789'), 123456789.12345679],
  [text('0.1000000000000000055511151231257827021181583404541015625'), 0.1],
  [text('9007199254740992'), 2 ** 53],
  [text('9007199254740993'), REFUSED],
  [text('-9007199254740993'), REFUSED],
  [text('009007199254740993'), REFUSED],
  [text('9007199254740993.0'), REFUSED],
  [text('9007199254740993.5'), 9007199254740994],
  [text('9007199254740994'), 2 ** 53 + 2],
  [text('9223372036854775807'), REFUSED],
  [text('9223372036854775808'), 2 ** 63],
  [text('18446744073709551615'), REFUSED],
  [text('99999999999999900000000'), REFUSED],
  [text('100000000000000000000000'), REFUSED],
  [text('99999999999999991611392'), 1e23],
  [text(String(10n ** 22n)), 1e22],
  [text(String(2n ** 1000n)), 2 ** 1000],
  [text(String(2n ** 1000n + 1n)), REFUSED],
  [text('1e23'), 1e23],
  [text('1E+21'), 1e21],
  [text('9.223372036854776e18'), 2 ** 63],
  [text('9.007199254740993e15'), REFUSED],
  [text('9007199254740993e0'), REFUSED],
  [text('9.2233720368547758E18'), 2 ** 63],
  [text('6.189700196426902e+26'), 2 ** 89],
  [text('1.8014398509481985e16'), REFUSED],
  [text('1.80143985094819850e16'), REFUSED],
  [text('1.7976931348623157e308'), Number.MAX_VALUE],
  [text('-1.7976931348623157E308'), -Number.MAX_VALUE],
  [text('1.8e308'), REFUSED],
  [text('1e400'), REFUSED],
  [text('-1e400'), REFUSED],
  [text('9'.repeat(400)), REFUSED],
  [text('5e-324'), 5e-324],
  [text('2.2250738585072011e-308'), 2.225073858507201e-308],
  [text('1e-400'), REFUSED],
  [text('-1e-400'), REFUSED],
  [text(`0.${'0'.repeat(400)}1`), REFUSED],
  [text('1e999999999999'), REFUSED],
  [text('1e-999999999999'), REFUSED],
  [text('NaN'), NaN],
  [text('Infinity'), Infinity],
  [text('-Infinity'), -Infinity],
  ...NOT_NUMBERS.map((wrong): Row => [text(wrong), REFUSED]),
]

const BOOLEANS: readonly Row[] = [
  [NULL, null],
  [TRUE, true],
  [FALSE, false],
  [int64(1n), true],
  [uint64(0n), false],
  [int64(2n), REFUSED],
  [int64(-1n), REFUSED],
  [uint64(2n ** 64n - 1n), REFUSED],
  [double(1), REFUSED],
  [double(-0), REFUSED],
  [text('true'), true],
  [text('FALSE'), false],
  [text('tRuE'), true],
  ...['', '1', '0', 't', 'yes', ' true', 'true ', 'truе', 'ｔｒｕｅ', 'NaN'].map(
    (wrong): Row => [text(wrong), REFUSED],
  ),
]

const TEXTS: readonly Row[] = [
  [NULL, null],
  [int64(-(2n ** 63n)), '-9223372036854775808'],
  [uint64(2n ** 64n - 1n), '18446744073709551615'],
  [double(0.1), '0.1'],
  [double(1e21), '1e+21'],
  [double(5e-324), '5e-324'],
  [double(NaN), 'NaN'],
  [single(Math.fround(0.1)), '0.10000000149011612'],
  [TRUE, 'true'],
  [FALSE, 'false'],
  [text(''), ''],
  [text(' 012 '), ' 012 '],
  [BYTES, '/wA='],
  [INSTANT, '2026-01-01T00:00:00.000000001Z'],
  [EXTENSION, '{"type":5,"data":"AQ=="}'],
  [LIST, '[1,"x\\""]'],
  [TIMES, '{"a":"2026-01-01T00:00:00.000000001Z","a":2}'],
]

/** No number, and no text of one. */
const OTHERS = [BYTES, INSTANT, EXTENSION, LIST, TIMES].map((given): Row => [given, REFUSED])

const BY_CAST: Readonly<Record<CastTarget, readonly Row[]>> = {
  varchar: TEXTS,
  bigint: [...BIGINTS, ...OTHERS],
  double: [...DOUBLES, ...OTHERS],
  boolean: [...BOOLEANS, ...OTHERS],
}

export const CAST_CASES: readonly CastCase[] = Object.entries(BY_CAST).flatMap(([cast, rows]) =>
  rows.map(([{ name, cell }, value]) => ({ cast: cast as CastTarget, name, cell, value })),
)
