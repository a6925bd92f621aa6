import t from 'tap'
import { Raw, writeParquet } from '../../../support/parquet/file.js'
import { type Canonical, DuckDB } from '../../../support/parquet/readers.js'
import { readsAs } from '../../../support/parquet/same.js'

/** Type, cells as they come, values as both readers have them (see `Canonical`). */
type Case = readonly [name: string, type: string, cells: readonly unknown[], values: readonly Canonical[]]

const MIN64 = -(2n ** 63n)
const MAX64 = 2n ** 63n - 1n
/** Microseconds since 1970, of a time of UTC. */
const at = (iso: string, micros = 0n) => BigInt(Date.parse(iso)) * 1000n + micros
const day = (iso: string) => BigInt(Date.parse(`${iso}T00:00:00Z`) / 86_400_000)
const long = 'x'.repeat(100_000)

const CASES: readonly Case[] = [
  ['true, false and NULL', 'boolean', [true, false, null, true], [true, false, null, true]],
  ['nine booleans, one more than a byte', 'boolean', Array(9).fill(true), Array(9).fill(true)],
  ['tinyint at its ends', 'tinyint', [-128, 127, 0, null], [-128n, 127n, 0n, null]],
  ['smallint at its ends', 'smallint', [-32768, 32767, null], [-32768n, 32767n, null]],
  ['integer at its ends', 'integer', [-2147483648, 2147483647, null], [-2147483648n, 2147483647n, null]],
  ['int, as Hive calls it', 'int', [1, -1], [1n, -1n]],
  ['bigint at its ends', 'bigint', [MIN64, MAX64, null], [MIN64, MAX64, null]],
  ['bigints beyond 2^53', 'bigint', [2n ** 53n + 1n, -(2n ** 53n) - 1n], [2n ** 53n + 1n, -(2n ** 53n) - 1n]],
  ['bigints that came as unsigned', 'bigint', [new Raw('cf 7fffffffffffffff')], [MAX64]],
  [
    'every width of msgpack integers',
    'bigint',
    [1, -1, 200, -100, 60_000, -30_000, 4e9, -2e9],
    [1n, -1n, 200n, -100n, 60_000n, -30_000n, 4_000_000_000n, -2_000_000_000n],
  ],
  ['a whole float in a bigint', 'bigint', [new Raw('cb 4014000000000000')], [5n]],
  ['long, as TD calls it', 'long', [7], [7n]],
  ['double: ordinary', 'double', [0.1, -1.5, 1e300, 5e-324], [0.1, -1.5, 1e300, 5e-324]],
  [
    'double: NaN and infinities',
    'double',
    [Number.NaN, Infinity, -Infinity, null],
    [Number.NaN, Infinity, -Infinity, null],
  ],
  ['double: minus zero', 'double', [new Raw('cb 8000000000000000'), 0], [-0, 0]],
  ['double: integers that are exact', 'double', [3, 2n ** 53n], [3, 2 ** 53]],
  ['double: from single precision', 'double', [new Raw('ca 3dcccccd')], [Math.fround(0.1)]],
  ['real: single precision', 'real', [new Raw('ca 3dcccccd'), null], [Math.fround(0.1), null]],
  ['real: from a double', 'real', [0.1, 16777216], [Math.fround(0.1), 16777216]],
  ['real: NaN and infinities', 'real', [Number.NaN, Infinity, -Infinity], [Number.NaN, Infinity, -Infinity]],
  ['float, as Hive calls it', 'float', [1.5], [1.5]],
  ['texts', 'varchar', ['a', '', null, 'üñí', '日本語', '🙂'], ['a', '', null, 'üñí', '日本語', '🙂']],
  ['texts with a NUL and controls', 'varchar', ['a\0b', '\n\t\r'], ['a\0b', '\n\t\r']],
  ['a text of 100,000 bytes', 'varchar', [long, 'short'], [long, 'short']],
  [
    'texts of 31, 32, 255, 256, 65535 and 65536 bytes',
    'varchar',
    [31, 32, 255, 256, 65535, 65536].map((n) => 'y'.repeat(n)),
    [31, 32, 255, 256, 65535, 65536].map((n) => 'y'.repeat(n)),
  ],
  ['varchar of a length', 'varchar(5)', ['abc'], ['abc']],
  ['char', 'char(3)', ['a  '], ['a  ']],
  ['string, as Hive calls it', 'string', ['s'], ['s']],
  ['json as text', 'json', ['{"a":1}', null], ['{"a":1}', null]],
  [
    'json that came as a value',
    'json',
    [{ a: [1, null, 'x'] }, [true], 12, 2n ** 63n - 1n],
    ['{"a":[1,null,"x"]}', '[true]', '12', '9223372036854775807'],
  ],
  ['text that came as binary', 'varchar', [Buffer.from('héé')], ['héé']],
  ['IP addresses', 'ipaddress', ['10.0.0.1', '::1'], ['10.0.0.1', '::1']],
  ['intervals', 'interval day to second', ['2 00:00:00.000'], ['2 00:00:00.000']],
  ['binary', 'varbinary', [Buffer.from([0, 255, 1]), Buffer.alloc(0), null], ['00ff01', '', null]],
  ['binary that came as text', 'varbinary', [new Raw('a2 fffe')], ['fffe']],
  ['Hive binary', 'binary', [Buffer.from('z')], ['7a']],
  ['dates', 'date', ['1970-01-01', '2026-11-01', '1969-12-31', null], [0n, day('2026-11-01'), -1n, null]],
  [
    'dates: leap days',
    'date',
    ['2000-02-29', '2024-02-29', '1600-02-29'],
    [day('2000-02-29'), day('2024-02-29'), day('1600-02-29')],
  ],
  [
    'dates: far away',
    'date',
    ['0001-01-01', '9999-12-31', '1582-10-04'],
    [day('0001-01-01'), day('9999-12-31'), day('1582-10-04')],
  ],
  [
    'dates: beyond four digits',
    'date',
    ['+10000-01-01', '-0001-12-31'],
    [day('+010000-01-01'), day('-000001-12-31')],
  ],
  ['dates that came as timestamps', 'date', [new Date('2026-01-02T00:00:00Z')], [day('2026-01-02')]],
  [
    'timestamps with 0 to 6 decimals',
    'timestamp',
    ['2026-01-02 03:04:05', '2026-01-02 03:04:05.1', '2026-01-02 03:04:05.123', '2026-01-02 03:04:05.123456'],
    [
      at('2026-01-02T03:04:05Z'),
      at('2026-01-02T03:04:05.100Z'),
      at('2026-01-02T03:04:05.123Z'),
      at('2026-01-02T03:04:05.123Z', 456n),
    ],
  ],
  [
    'timestamps of nanoseconds, with zeros beyond them',
    'timestamp(9)',
    ['2026-01-02 03:04:05.123456789', '2026-01-02 03:04:05.000000000000'],
    [at('2026-01-02T03:04:05.123Z', 456n) * 1000n + 789n, at('2026-01-02T03:04:05Z') * 1000n],
  ],
  [
    'timestamps: before 1970, year 1, year 9999',
    'timestamp(6)',
    ['1969-12-31 23:59:59.999999', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', null],
    [-1n, at('0001-01-01T00:00:00Z'), at('9999-12-31T23:59:59.999Z', 999n), null],
  ],
  ['timestamps with a T', 'timestamp', ['2026-01-02T03:04:05.5'], [at('2026-01-02T03:04:05.500Z')]],
  [
    'timestamps as msgpack has them',
    'timestamp',
    [
      new Date('2026-01-02T03:04:05Z'),
      new Date('2026-01-02T03:04:05.678Z'),
      new Date('1900-01-01T00:00:00.001Z'),
    ],
    [at('2026-01-02T03:04:05Z'), at('2026-01-02T03:04:05.678Z'), at('1900-01-01T00:00:00.001Z')],
  ],
  [
    'timestamps with time zone: UTC',
    'timestamp(3) with time zone',
    ['2026-01-02 03:04:05.678 UTC', '2026-01-02 03:04:05Z', null],
    [at('2026-01-02T03:04:05.678Z'), at('2026-01-02T03:04:05Z'), null],
  ],
  [
    'timestamps with time zone: offsets',
    'timestamp with time zone',
    ['2026-01-02 03:04:05 +09:00', '2026-01-02 03:04:05-03:30', '2026-01-02 00:00:00.000 +00:00'],
    [at('2026-01-01T18:04:05Z'), at('2026-01-02T06:34:05Z'), at('2026-01-02T00:00:00Z')],
  ],
  [
    'timestamps with time zone: regions',
    'timestamp with time zone',
    [
      '2026-01-02 03:04:05.000 Asia/Tokyo',
      '2026-07-01 12:00:00 America/New_York',
      '2026-01-01 12:00:00 America/New_York',
    ],
    [at('2026-01-01T18:04:05Z'), at('2026-07-01T16:00:00Z'), at('2026-01-01T17:00:00Z')],
  ],
  [
    'timestamps with time zone: a time shown twice is the first',
    'timestamp with time zone',
    [
      '2026-11-01 01:30:00 America/New_York',
      '2026-11-01 00:30:00 America/New_York',
      '2026-11-01 02:30:00 America/New_York',
    ],
    [at('2026-11-01T05:30:00Z'), at('2026-11-01T04:30:00Z'), at('2026-11-01T07:30:00Z')],
  ],
  [
    'timestamps with time zone: half hours',
    'timestamp with time zone',
    ['2026-01-01 05:30:00 Asia/Kolkata', '2026-01-01 05:45:00 Asia/Kathmandu'],
    [at('2026-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z')],
  ],
  [
    'timestamp with local time zone, as Hive calls it',
    'timestamp with local time zone',
    ['2026-01-02 03:04:05 UTC'],
    [at('2026-01-02T03:04:05Z')],
  ],
  [
    'times',
    'time',
    ['00:00:00', '23:59:59.999999', '12:34:56.5', null],
    [0n, 86_399_999_999n, 45_296_500_000n, null],
  ],
  ['times of a precision', 'time(3)', ['01:02:03.004'], [3_723_004_000n]],
  ['times with time zone stay text', 'time with time zone', ['01:02:03+09:00'], ['01:02:03+09:00']],
  [
    'decimal in 32 bits',
    'decimal(9,2)',
    ['1234567.89', '-1234567.89', '0', '0.01', null],
    [123456789n, -123456789n, 0n, 1n, null],
  ],
  ['decimal at the end of 32 bits', 'decimal(9,0)', ['999999999', '-999999999'], [999999999n, -999999999n]],
  ['decimal in 64 bits', 'decimal(18,4)', ['12345678901234.5678', '-0.0001'], [123456789012345678n, -1n]],
  [
    'decimal at the end of 64 bits',
    'decimal(18,18)',
    ['0.999999999999999999', '-0.999999999999999999'],
    [999999999999999999n, -999999999999999999n],
  ],
  [
    'decimal of 19 digits',
    'decimal(19,0)',
    ['9999999999999999999', '-9999999999999999999', null],
    [9999999999999999999n, -9999999999999999999n, null],
  ],
  [
    'decimal of 38 digits',
    'decimal(38,10)',
    [
      '9999999999999999999999999999.9999999999',
      '-9999999999999999999999999999.9999999999',
      '-0.0000000001',
      '0',
    ],
    [10n ** 38n - 1n, 1n - 10n ** 38n, -1n, 0n],
  ],
  [
    'decimals of every precision',
    'decimal(28,0)',
    ['9999999999999999999999999999', '-1'],
    [10n ** 28n - 1n, -1n],
  ],
  [
    'decimals with fewer and more zeros',
    'decimal(10,3)',
    ['1', '1.5', '1.500000', '+2', '007.1'],
    [1000n, 1500n, 1500n, 2000n, 7100n],
  ],
  [
    'decimals that came as integers',
    'decimal(20,2)',
    [12, -12, 10n ** 17n, new Raw('cf 00000000000000ff')],
    [1200n, -1200n, 10n ** 19n, 25500n],
  ],
  [
    'decimals that came as doubles',
    'decimal(12,2)',
    [12.34, -0.07, 1e9, 0.1, 1234567890.12],
    [1234n, -7n, 100000000000n, 10n, 123456789012n],
  ],
  [
    'decimals that came as tiny and huge doubles',
    'decimal(38,10)',
    [1e-10, 1e27, -2.5e-7],
    [1n, 10n ** 37n, -2500n],
  ],
  [
    'decimals that came in single precision',
    'decimal(5,1)',
    [new Raw('ca 3dcccccd'), new Raw('ca 41480000')],
    [1n, 125n],
  ],
  [
    'decimal without parameters',
    'decimal',
    ['12345678901234567890123456789012345678'],
    [12345678901234567890123456789012345678n],
  ],
  [
    'uuids as text',
    'uuid',
    ['12345678-9ABC-def0-1234-56789abcdef0', 'ffffffff-ffff-ffff-ffff-ffffffffffff', null],
    ['123456789abcdef0123456789abcdef0', 'f'.repeat(32), null],
  ],
  [
    'uuids as bytes',
    'uuid',
    [Buffer.from('00112233445566778899aabbccddeeff', 'hex')],
    ['00112233445566778899aabbccddeeff'],
  ],
  [
    'a list of integers',
    'array(bigint)',
    [[1, 2, 3], [], null, [null], [4]],
    [[1n, 2n, 3n], [], null, [null], [4n]],
  ],
  ['a list of texts', 'array(varchar)', [['a', null, ''], [], ['b']], [['a', null, ''], [], ['b']]],
  ['a list of booleans', 'array(boolean)', [[true, null, false]], [[true, null, false]]],
  ['a list of doubles', 'array(double)', [[Number.NaN, 0.5]], [[Number.NaN, 0.5]]],
  ['a list of decimals', 'array(decimal(20,2))', [['1.25', 3]], [[125n, 300n]]],
  [
    'a list of 100,000',
    'array(integer)',
    [Array.from({ length: 100_000 }, (_, i) => i)],
    [Array.from({ length: 100_000 }, (_, i) => BigInt(i))],
  ],
  [
    'lists of lists',
    'array(array(integer))',
    [[[1], [], null, [2, 3]], [], null, [[]]],
    [[[1n], [], null, [2n, 3n]], [], null, [[]]],
  ],
  [
    'lists of lists of lists',
    'array(array(array(varchar)))',
    [[[['a'], []], []], [[null]]],
    [[[['a'], []], []], [[null]]],
  ],
  ['Hive arrays', 'array<int>', [[1, 2]], [[1n, 2n]]],
  [
    'lists that came as JSON text',
    'array(bigint)',
    ['[1, 2, 9007199254740993]', '[]', 'null', ' [ -5 ] '],
    [[1n, 2n, 9007199254740993n], [], null, [-5n]],
  ],
  [
    'lists of decimals that came as JSON text',
    'array(decimal(38,5))',
    ['[12345678901234567890.12345]'],
    [[1234567890123456789012345n]],
  ],
  [
    'lists of texts that came as JSON text',
    'array(varchar)',
    ['["a","\\u00e9\\n",null]'],
    [['a', 'é\n', null]],
  ],
  ['lists of doubles that came as JSON text', 'array(double)', ['[1.5,"NaN",-2]'], [[1.5, Number.NaN, -2]]],
  [
    'a map',
    'map(varchar,bigint)',
    [{ a: 1, b: null }, {}, null],
    [
      {
        pairs: [
          ['a', 1n],
          ['b', null],
        ],
      },
      { pairs: [] },
      null,
    ],
  ],
  [
    'a map with integer keys',
    'map(integer,varchar)',
    [new Raw('82 01 a161 02 a162')],
    [
      {
        pairs: [
          [1n, 'a'],
          [2n, 'b'],
        ],
      },
    ],
  ],
  [
    'maps whose keys came as texts, as in JSON: integers',
    'map(bigint,varchar)',
    [{ 1: 'a', '-9007199254740993': 'b' }, new Raw('82 a131 a161 02 a162')],
    [
      {
        pairs: [
          [1n, 'a'],
          [-9007199254740993n, 'b'],
        ],
      },
      {
        pairs: [
          [1n, 'a'],
          [2n, 'b'],
        ],
      },
    ],
  ],
  [
    'maps whose keys came as texts: doubles',
    'map(double,bigint)',
    [{ '1.0': 1, '-1.5E7': 2, NaN: 3 }],
    [
      {
        pairs: [
          [1, 1n],
          [-1.5e7, 2n],
          [Number.NaN, 3n],
        ],
      },
    ],
  ],
  [
    'lists of maps whose keys came as texts: booleans',
    'array(map(boolean,bigint))',
    [[{ true: 1 }, {}, { false: null }]],
    [[{ pairs: [[true, 1n]] }, { pairs: [] }, { pairs: [[false, null]] }]],
  ],
  ['Hive maps', 'map<string,int>', [{ k: 3 }], [{ pairs: [['k', 3n]] }]],
  [
    'maps of lists',
    'map(varchar,array(integer))',
    [{ a: [1, null], b: [], c: null }],
    [
      {
        pairs: [
          ['a', [1n, null]],
          ['b', []],
          ['c', null],
        ],
      },
    ],
  ],
  [
    'maps of maps',
    'map(varchar,map(varchar,double))',
    [{ a: { x: 0.5 }, b: {} }],
    [
      {
        pairs: [
          ['a', { pairs: [['x', 0.5]] }],
          ['b', { pairs: [] }],
        ],
      },
    ],
  ],
  [
    'lists of maps',
    'array(map(varchar,varchar))',
    [[{ a: 'b' }, {}, null]],
    [[{ pairs: [['a', 'b']] }, { pairs: [] }, null]],
  ],
  [
    'maps that came as JSON text',
    'map(bigint,double)',
    ['{"10":1.5,"9":2,"9007199254740993":null}'],
    [
      {
        pairs: [
          [10n, 1.5],
          [9n, 2],
          [9007199254740993n, null],
        ],
      },
    ],
  ],
  [
    'maps with boolean keys that came as JSON text',
    'map(boolean,integer)',
    ['{"true":1,"false":0}'],
    [
      {
        pairs: [
          [true, 1n],
          [false, 0n],
        ],
      },
    ],
  ],
  [
    'a row as an array',
    'row(a bigint, b varchar)',
    [[1, 'x'], [null, null], null],
    [[1n, 'x'], [null, null], null],
  ],
  [
    'a row as a map',
    'row(a bigint, b varchar)',
    [{ a: 1, b: 'x' }, { b: 'y' }, {}],
    [
      [1n, 'x'],
      [null, 'y'],
      [null, null],
    ],
  ],
  ['a row as a map in another order', 'row(a bigint, b varchar)', [{ b: 'x', a: 2 }], [[2n, 'x']]],
  ['Hive structs', 'struct<x:int,y:string>', [{ x: 1, y: 'z' }], [[1n, 'z']]],
  [
    'rows in rows',
    'row(a row(b row(c integer)))',
    [[[[5]]], [[null]], [null], null],
    [[[[5n]]], [[null]], [null], null],
  ],
  [
    'rows with lists and maps',
    'row(tags array(varchar), m map(varchar,integer))',
    [
      [['a', 'b'], { k: 1 }],
      [[], {}],
      [null, null],
    ],
    [
      [['a', 'b'], { pairs: [['k', 1n]] }],
      [[], { pairs: [] }],
      [null, null],
    ],
  ],
  [
    'lists of rows',
    'array(row(a integer, b varchar))',
    [[[1, 'x'], [2, null], null], []],
    [[[1n, 'x'], [2n, null], null], []],
  ],
  [
    'rows that came as JSON text',
    'row(a bigint, j json, t array(integer))',
    ['{"a":1,"j":{"x":[1.0,2]},"t":[3]}', '[2,null,[]]'],
    [
      [1n, '{"x":[1.0,2]}', [3n]],
      [2n, null, []],
    ],
  ],
  ['rows without field names', 'row(bigint, varchar)', [[1, 'x']], [[1n, 'x']]],
  [
    'ten levels of lists',
    `${'array('.repeat(10)}integer${')'.repeat(10)}`,
    [nest(10, 7), nest(9, null)],
    [nest(10, 7n), nest(9, null)] as Canonical[],
  ],
  ...[
    'boolean',
    'tinyint',
    'bigint',
    'real',
    'double',
    'varchar',
    'varbinary',
    'date',
    'timestamp',
    'time',
    'decimal(9,2)',
    'decimal(18,2)',
    'decimal(38,2)',
    'uuid',
    'array(integer)',
    'map(varchar,integer)',
    'row(a integer)',
  ].map((type): Case => [`only NULL in ${type}`, type, [null, null, null], [null, null, null]]),
]

/** A value inside of so many lists. */
function nest(levels: number, value: unknown): unknown {
  return levels === 0 ? value : [nest(levels - 1, value)]
}

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

for (const [name, type, cells, values] of CASES) {
  t.test(`${type}: ${name}`, async (t) => {
    for (const page of ['v1', 'v2'] as const) {
      const file = await writeParquet(
        [['c', type]],
        cells.map((cell) => [cell]),
        { page },
      )
      const rows = values.map((value) => [value])
      await readsAs(t, duckdb, file, rows, `pages ${page}`)
    }
  })
}
