import t from 'tap'
import { Raw, writeParquet } from '../../../support/parquet/file.js'
import { DuckDB } from '../../../support/parquet/readers.js'
import { readsAs } from '../../../support/parquet/same.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

/** A type and a cell that does not fit it, with what the message shows of the cell. */
const MISFITS: readonly (readonly [type: string, cell: unknown, shown: string])[] = [
  ['boolean', 1, '1'],
  ['boolean', 'true', '"true"'],
  ['tinyint', 128, '128'],
  ['tinyint', -129, '-129'],
  ['smallint', 32768, '32768'],
  ['integer', 2147483648, '2147483648'],
  ['integer', -2147483649, '-2147483649'],
  ['bigint', 2n ** 63n, '9223372036854775808'],
  ['bigint', 1.5, '1.5'],
  ['bigint', 1e300, '1e+300'],
  ['bigint', Number.NaN, 'NaN'],
  ['bigint', '12', '"12"'],
  ['bigint', true, 'true'],
  ['double', '1.5', '"1.5"'],
  ['double', 2n ** 53n + 1n, '9007199254740993'],
  ['real', 16777217, '16777217'],
  ['real', 1e300, '1e+300'],
  ['varchar', 5, '5'],
  ['varchar', [1], '[1]'],
  ['varbinary', 5, '5'],
  ['date', '2026-02-29', '"2026-02-29"'],
  ['date', '2026-13-01', '"2026-13-01"'],
  ['date', '2026-1-1', '"2026-1-1"'],
  ['date', '2026-01-01 ', '"2026-01-01 "'],
  ['date', '2026-01-01 00:00:00', '"2026-01-01 00:00:00"'],
  ['date', 20000, '20000'],
  ['date', new Date('2026-01-01T12:00:00Z'), '"2026-01-01T12:00:00.000Z"'],
  ['date', '', '""'],
  ['time', '24:00:00', '"24:00:00"'],
  ['time', '12:60:00', '"12:60:00"'],
  ['time', '12:00', '"12:00"'],
  ['time', '12:00:00.1234567', '"12:00:00.1234567"'],
  ['timestamp', '2026-01-01', '"2026-01-01"'],
  ['timestamp', '2026-01-01 00:00', '"2026-01-01 00:00"'],
  ['timestamp', '2026-01-01 00:00:60', '"2026-01-01 00:00:60"'],
  ['timestamp', '2026-01-01 00:00:00.', '"2026-01-01 00:00:00."'],
  ['timestamp', '2026-01-01 00:00:00.0000001', '"2026-01-01 00:00:00.0000001"'],
  ['timestamp', '2026-01-01 00:00:00.123456789', '"2026-01-01 00:00:00.123456789"'],
  ['timestamp', '2026-01-01 00:00:00.000000000001', '"2026-01-01 00:00:00.000000000001"'],
  ['timestamp', new Raw('d7ff000000046955b900'), '"2026-01-01T00:00:00.000000001Z"'],
  ['timestamp', new Raw('c70cff075bcd15000000006955b900'), '"2026-01-01T00:00:00.123456789Z"'],
  ['timestamp with time zone', new Raw('d7ff000017706955b900'), '"2026-01-01T00:00:00.000001500Z"'],
  ['timestamp with time zone', '2026-01-01 00:00:00.0000001 UTC', '"2026-01-01 00:00:00.0000001 UTC"'],
  ['timestamp', '2026-01-01 00:00:00 UTC', '"2026-01-01 00:00:00 UTC"'],
  ['timestamp', 1_700_000_000, '1700000000'],
  ['timestamp with time zone', '2026-01-01 00:00:00', '"2026-01-01 00:00:00"'],
  ['timestamp with time zone', '2026-01-01 00:00:00 Mars/Olympus', '"2026-01-01 00:00:00 Mars/Olympus"'],
  [
    'timestamp with time zone',
    '2026-03-08 02:30:00 America/New_York',
    '"2026-03-08 02:30:00 America/New_York"',
  ],
  ['timestamp with time zone', '2026-01-01 00:00:00+99:00', '"2026-01-01 00:00:00+99:00"'],
  ['decimal(4,2)', '100', '"100"'],
  ['decimal(4,2)', '1.234', '"1.234"'],
  ['decimal(4,2)', 100, '100'],
  ['decimal(4,2)', 1.234, '1.234'],
  ['decimal(4,2)', Number.POSITIVE_INFINITY, 'Infinity'],
  ['decimal(4,2)', '', '""'],
  ['decimal(4,2)', '1e2', '"1e2"'],
  ['decimal(4,2)', '1.', '"1."'],
  ['decimal(38,0)', '100000000000000000000000000000000000000', '"100000000000000000000000000000000000000"'],
  ['uuid', '12345678-9abc-def0-1234-56789abcdeg0', '"12345678-9abc-def0-1234-56789abcdeg0"'],
  ['uuid', '123456789abcdef0123456789abcdef0', '"123456789abcdef0123456789abcdef0"'],
  ['array(bigint)', 1, '1'],
  ['array(bigint)', [1, 'x'], '"x"'],
  ['array(bigint)', '[1,', '"[1,"'],
  ['array(bigint)', '{"a":1}', '{"a":1}'],
  ['array(bigint)', '[18446744073709551615]', '18446744073709551615'],
  ['map(varchar,bigint)', [1], '[1]'],
  ['map(varchar,bigint)', { a: 'x' }, '"x"'],
  ['map(varchar,bigint)', new Raw('81 c0 01'), 'null'],
  ['map(bigint,bigint)', '{"a":1}', '"a"'],
  ['map(bigint,bigint)', { a: 1 }, '"a"'],
  ['map(boolean,bigint)', { yes: 1 }, '"yes"'],
  ['map(double,bigint)', { '': 1 }, '""'],
  ['map(tinyint,bigint)', { 300: 1 }, '"300"'],
  ['row(a bigint, b varchar)', [1], '[1]'],
  ['row(a bigint, b varchar)', { a: 1, c: 2 }, '{"a":1,"c":2}'],
  ['row(a bigint, b varchar)', { a: 'x' }, '"x"'],
]

for (const [type, cell, shown] of MISFITS) {
  t.test(`${type} refuses ${shown}`, async (t) => {
    const rows = [
      [0, null],
      [1, null],
      [2, cell],
    ]
    await t.rejects(
      writeParquet(
        [
          ['id', 'bigint'],
          ['the column', type],
        ],
        rows,
      ),
      {
        code: 'E_TYPE',
        exitCode: 12,
        message: `row 3, column "the column": ${shown} does not fit the type ${type}`,
      },
    )
    const file = await writeParquet(
      [
        ['id', 'bigint'],
        ['c', type],
      ],
      rows,
      { onTypeError: 'null' },
    )
    await readsAs(
      t,
      duckdb,
      file,
      [
        [0n, null],
        [1n, null],
        [2n, null],
      ],
      'with --on-type-error null',
    )
    t.strictSame(
      file.notices.map(({ code, message }) => [code, message.split(' ')[0]]),
      [['N_CELLS_NULLED', '1']],
    )
  })
}

t.test('a nested cell with a misfit becomes NULL as a whole', async (t) => {
  const type = 'row(a array(bigint), m map(varchar,double))'
  const cells = [[[[1, 2], { x: 1 }]], [[[3, 'four'], { y: 2 }]], [[[5], { z: 'six' }]], [[[7, 8, 9], {}]]]
  const file = await writeParquet([['c', type]], cells, { onTypeError: 'null' })
  const first = [[1n, 2n], { pairs: [['x', 1]] }]
  await readsAs(t, duckdb, file, [[first], [null], [null], [[[7n, 8n, 9n], { pairs: [] }]]])
  t.match(file.notices, [{ code: 'N_CELLS_NULLED', message: /^2 / }])
})

t.test('rows are counted from the beginning of the result, over pages and row groups', async (t) => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [i === 98_765 ? 'x' : i])
  await t.rejects(writeParquet([['n', 'integer']], rows, { rowGroupSize: 40_000 }), {
    message: 'row 98766, column "n": "x" does not fit the type integer',
  })
})

t.test('a long value is cut in the message', async (t) => {
  const error = await writeParquet([['n', 'integer']], [['y'.repeat(5000)]]).catch((error) => error)
  t.equal(error.code, 'E_TYPE')
  t.ok(error.message.length < 200)
})

t.test('text that is not UTF-8 is replaced and counted, or refused', async (t) => {
  const schema = [['c', 'varchar']] as const
  const rows = [[new Raw('a3 61ff62')], ['ok'], [new Raw('a2 e38f')]]
  const file = await writeParquet(schema, rows)
  await readsAs(t, duckdb, file, [['a\ufffdb'], ['ok'], ['\ufffd']])
  t.equal(file.result.replacedTexts, 2)
  await t.rejects(writeParquet(schema, rows, { invalidUtf8: 'fail' }), {
    code: 'E_UTF8',
    message: 'row 1, column "c": the text is not valid UTF-8',
  })
})
