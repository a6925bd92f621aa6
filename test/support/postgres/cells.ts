import * as pack from '../msgpack/pack.js'

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
const JSON_TEXTS = [
  ...[
    '{}',
    ' [ ] ',
    '{"a":{"b":[1,-2.50,1e5,1E-2,true,false,null,"x"]},"c":"\u00e9"}',
    '"text"',
    '-0',
    '-0.0e1',
    '[-0]',
  ],
  ...[
    '{"a":1,"a":2}',
    '{"a":1,"b":{"a":1}}',
    '[{"a":1},{"a":2}]',
    '{"\\u0061":1,"a":2}',
    '{"a":"\\u0000"}',
    '{"":1}',
  ],
  ...[
    '"\\\\\\" \\/\\b\\f\\n\\r\\t\\u00E9"',
    '"\\\\u0000"',
    '"\\x"',
    '"\\u12"',
    '"a\tb"',
    '[1,\t2\n,\r3]',
    '"\u0001"',
  ],
  ...[
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a":1,}',
    '[1 2]',
    '1 2',
    '[',
    '{',
    ']',
    '"',
    '"a',
    'tru',
    'trues',
    'nul',
  ],
  ...[
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    '1e+',
    '--1',
    '[1}',
    '{"a":1]',
    '[[]',
    '[]]',
    "['a']",
    '[1]x',
    '123456789012345678901',
  ],
  ...[`${'['.repeat(70)}${']'.repeat(70)}`, `[${'{"k":['.repeat(20)}${']}'.repeat(20)}]`],
]
/** Of a bit string, an address, an interval. */
const FORMS = [
  '0101',
  '192.168.0.1',
  '::1/64',
  '08:00:2b:01:02:03',
  '2 03:04:05.000',
  'a\ufffdb',
  '10:20:30 UTC',
]
const TEXTS = [
  '',
  ...JSON_TEXTS,
  ...FORMS,
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
/** Values of results, of all kinds, and near to what columns of tables hold. */
export const CELLS: readonly Buffer[] = [
  pack.NIL,
  pack.TRUE,
  pack.FALSE,
  pack.fixint(5),
  pack.fixint(-5),
  ...[...NUMBERS, ...LARGE].flatMap((value) => pack.INTEGER_FORMS.map((form) => pack.integer(form, value))),
  ...[0.1, -0, 3, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -2.5].map((value) => pack.float64(value)),
  // Those of four and eight characters look like base64.
  ...[0.5, Math.fround(0.1), -0, 7, 1234, 12_345_678, 1e21, Number.POSITIVE_INFINITY, Number.NaN].map(
    (value) => pack.float32(value),
  ),
  ...[Math.fround(0.1), 16_777_217, 1e-50].map((value) => pack.float64(value)),
  ...TEXTS.map((text) => pack.str(text)),
  ...([1, 2, 4] as const).map((width) => pack.str('wide', width)),
  pack.str('a\0b'),
  pack.str(Buffer.from([0x61, 0xff, 0x62])),
  // The base64 of the second one is `true`, that of the third `1234`.
  ...['', 'bytes', '\xb6\xbb\x9e', '\xd7\x6d\xf8'].map((bytes) => pack.bin(Buffer.from(bytes, 'latin1'))),
  pack.array([pack.fixint(1)]),
  pack.array([
    ...[0.1, -0, 1e21, 1e300, 5e-324, Number.NaN].map((value) => pack.array([pack.float64(value)])),
    pack.integer('uint64', 2n ** 64n - 1n),
  ]),
  ...[0.1, -0, 1e21, 1e-7, 3, Number.NaN].map((value) => pack.array([pack.float64(value)])),
  pack.array([pack.str('a\0"\\\u2028\u007f/'), pack.bin(Buffer.from('b')), pack.TRUE, pack.float32(0.1)]),
  pack.array([]),
  pack.map([[pack.str('k'), pack.NIL]]),
  pack.map([
    [pack.str('k'), pack.NIL],
    [pack.str('k'), pack.TRUE],
  ]),
  pack.map([
    [pack.fixint(1), pack.str('x')],
    [pack.TRUE, pack.map([])],
  ]),
  pack.ext(-1, Buffer.from([0, 0, 0, 1])),
  pack.ext(5, Buffer.from([1, 2])),
]
