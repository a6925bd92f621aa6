import { DuckDBBlobValue, DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import t from 'tap'
import { sql } from '../../src/sql/template.js'
import { tokensOf } from '../../src/sql/tokens.js'
import { type SqlScalar, type SqlValue, valueText } from '../../src/sql/value.js'
import { withPlainTexts } from '../support/sql/unicode-texts.js'

const trino = (value: SqlValue) => valueText(value, 'trino', undefined)
const hive = (value: SqlValue) => valueText(value, 'hive', undefined)

/** Any text that UTF-8 can hold, but for NUL, and with what some grammar gives a meaning to. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ...["'", "''", '"', '\\', '\\u0041', '\\0041', '--', '/*', '*/', ';', '$', '{', ':code', '`', 'U&'],
        ...['\n', '\r\n', '\t', '\u0001', '\u007f', '\u0085', '\u2028', '\u2029', '\ufeff', '\ufffd', '🙂'],
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join('').replaceAll('\0', ''))

/** Runs one query of many values, and calls back with what came of each. */
async function selected<T>(values: readonly T[], render: (value: T) => string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  try {
    const query = `select ${values.map((value) => render(value)).join(', ')}`
    const { length } = [...tokensOf(query, 'trino')].filter(({ isOpen }) => isOpen)
    if (length !== 0) throw new Error('a literal is open')
    return (await connection.runAndReadAll(withPlainTexts(query))).getRows()[0] as unknown[]
  } finally {
    connection.closeSync()
  }
}

t.test('a text comes back from DuckDB byte for byte', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 50 }), async (values) => {
      const found = await selected(values, (value) => `encode(${trino(value)})`)
      values.forEach((value, i) => {
        const { bytes } = found[i] as DuckDBBlobValue
        if (!Buffer.from(value).equals(bytes)) t.fail(`${JSON.stringify(value)} became ${trino(value)}`)
      })
    }),
    { numRuns: 40 },
  )
  const long = `it's\n${'é🙂\\'.repeat(500_000)}`
  const [bytes] = await selected([long], (value) => `encode(${trino(value)})`)
  t.ok(Buffer.from(long).equals((bytes as DuckDBBlobValue).bytes), 'one of 4 MB as well')
})

t.test('numbers, bytes, instants and decimals come back from DuckDB as they were', async (t) => {
  const doubles = fc.double().filter((value) => !Number.isInteger(value))
  await fc.assert(
    fc.asyncProperty(
      fc.array(doubles, { minLength: 1 }),
      fc.array(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), { minLength: 1 }),
      fc.array(fc.uint8Array(), { minLength: 1 }),
      async (numbers, integers, bytes) => {
        const same = async (values: readonly SqlScalar[], back: (found: unknown) => unknown) => {
          const found = await selected(values, (value) =>
            `- -${trino(value)}`.slice(values === bytes ? 3 : 0),
          )
          return values.every((value, i) => Object.is(back(found[i]), back(value)))
        }
        return (
          (await same(numbers, (found) => found)) &&
          (await same(integers, (found) => BigInt(found as bigint))) &&
          (await same(bytes, (found) =>
            Buffer.from(found instanceof DuckDBBlobValue ? found.bytes : (found as Uint8Array)).toString(
              'hex',
            ),
          ))
        )
      },
    ),
    { numRuns: 30 },
  )
  const smallest = -(2n ** 63n)
  const parts = [
    [smallest, `${smallest}`, 'BIGINT'],
    [200, '200', 'INTEGER'],
    [0.1, '0.1', 'DOUBLE'],
    [sql.double(3), '3.0', 'DOUBLE'],
    [-0, '-0.0', 'DOUBLE'],
    [Number.NaN, 'nan', 'DOUBLE'],
    [Number.NEGATIVE_INFINITY, '-inf', 'DOUBLE'],
    [sql.double(1e300), '1e+300', 'DOUBLE'],
    [true, 'true', 'BOOLEAN'],
    [sql.decimal('-0012.3400'), '-12.3400', 'DECIMAL(6,4)'],
    [sql.decimal(`0.${'9'.repeat(38)}`), `.${'9'.repeat(38)}`, 'DECIMAL(38,38)'],
    [sql.decimal('+7'), '7', 'DECIMAL(1,0)'],
    [sql.date('2026-01-31'), '2026-01-31', 'DATE'],
    [new Date('2026-01-31T06:00:00.123Z'), '2026-01-31 06:00:00.123', 'TIMESTAMP'],
    [sql.timestamp('2026-01-31T06:00:00.123456'), '2026-01-31 06:00:00.123456', 'TIMESTAMP'],
    [sql.timestamp('2026-01-01 06:00+09:00'), '2025-12-31 21:00:00', 'TIMESTAMP'],
  ] as const
  const shown = await selected(
    parts,
    ([value]) => `${trino(value)}::varchar || ' ' || typeof(${trino(value)})`,
  )
  t.strictSame(
    shown,
    parts.map(([, text, type]) => `${text} ${type}`),
  )
})

t.test('lists and names mean what they hold', async (t) => {
  t.equal(trino([1, 'a', -2]), "(1, 'a', (-2))")
  t.equal(valueText(['a', "b'"], 'trino', '('), "'a', 'b'''")
  t.equal(valueText([1, null], 'trino', '['), '1, NULL')
  t.equal(trino(null), 'NULL')
  t.equal(trino(sql.identifier('a"b', 'Ü')), '"a""b"."Ü"')
  t.equal(hive(sql.identifier('a`b', 'c"')), '`a``b`.`c"`')
  const query = `select "a ""b" from (select 1 as ${trino(sql.identifier('a "b'))}) as t`
  t.strictSame(await selected([query], (text) => `(${text})`), [1])
})

t.test('Hive gets its own forms', async (t) => {
  t.equal(hive("it's \\ $x;\n"), "'it\\u0027s \\u005c \\u0024x\\u003b\\u000a'")
  t.equal(hive(new Uint8Array([10, 255])), "unhex('0AFF')")
  t.equal(hive(new Date('2026-01-31T06:00Z')), "CAST('2026-01-31 06:00:00.000' AS TIMESTAMP)")
  t.equal(hive(sql.timestamp('2026-01-31 06:00:00-01:30')), "CAST('2026-01-31 07:30:00' AS TIMESTAMP)")
  t.equal(trino(sql.timestamp('2026-01-31 06:00:00Z')), "TIMESTAMP '2026-01-31 06:00:00 UTC'")
  fc.assert(
    fc.property(texts, (value) => {
      const text = hive(value)
      const tokens = [...tokensOf(text, 'hive')]
      if (!/^'(?:[^'"\\$;\x00-\x1f\x7f]|\\u[0-9a-f]{4})*'$/.test(text) || tokens.length !== 1) return false
      const back = text
        .slice(1, -1)
        .replace(/\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      return back === value
    }),
  )
})

t.test('what no query can hold exactly is refused by name', async (t) => {
  const refused: readonly (readonly [value: unknown, why: RegExp])[] = [
    ['a\0b', /NUL/],
    ['a\ud83d', /surrogate/],
    ['\udc00', /surrogate/],
    [2 ** 53, /beyond 2\^53.*bigint/],
    [2n ** 63n, /beyond 64 bits; sql\.decimal/],
    [-(2n ** 63n) - 1n, /beyond 64 bits/],
    [undefined, /undefined is no value/],
    [{}, /Object is no value/],
    [() => 1, /a function is no value/],
    [[[1]], /a list in a list/],
    [[], /empty/],
    [[1, null], /NOT IN then finds nothing/],
    [new Date(Number.NaN), /invalid/],
    [new Date(Date.UTC(10_000, 0)), /1 to 9999/],
    [new Uint16Array(1), /Uint16Array/],
    [sql.identifier(''), /empty/],
    [sql.identifier('a\n'), /control/],
    [sql.decimal('1'.repeat(39)), /39 digits/],
    [sql.decimal('1e5'), /no decimal/],
    [sql.decimal('.'), /no decimal/],
    [sql.date('2026-02-30'), /no date/],
    [sql.date('0000-01-01'), /no date/],
    [sql.timestamp('2026-02-30 00:00'), /no timestamp/],
    [sql.timestamp('2026-01-31'), /no timestamp/],
    [sql.timestamp('2026-01-31 24:00'), /no timestamp/],
    [sql.timestamp("2026-01-31 00:00'"), /no timestamp/],
    [sql.timestamp('0001-01-01 00:00+09:00'), /1 to 9999/],
  ]
  for (const [value, why] of refused) t.throws(() => trino(value as SqlValue), { message: why }, String(why))
  t.throws(() => hive(sql.identifier('a$b')), { message: /Hive holds \$/ })
  t.throws(() => hive(sql.timestamp(`2026-01-31 00:00:00.${'1'.repeat(10)}`)), { message: /nanosecond/ })
  t.ok(trino(sql.timestamp(`2026-01-31 00:00:00.${'1'.repeat(12)}`)), 'Trino has picoseconds')
})
