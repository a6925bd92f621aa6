import t from 'tap'
import { GuessedColumn, momentOf } from '../../../src/inspect/tables/guess.js'

const typeOf = (cells: readonly string[]) => new GuessedColumn('x', [null, ...cells], false).type

t.test('types of texts are those that every cell of the sample fits', async (t) => {
  for (const [type, ...cells] of [
    ['boolean', 'true', 'FALSE'],
    ['bigint', '0', '-12', '9223372036854775807'],
    ['decimal(38,0)', '1', '9223372036854775808'],
    ['double', '1', '1.50', '-2e3', 'NaN', '.5'],
    ['date', '2026-02-28', '2024-02-29'],
    ['timestamp', '2026-01-31 12:00:00', '2026-01-31T12:00:00.123456'],
    ['timestamp with time zone', '2026-01-31T12:00:00Z', '2026-01-31 12:00:00.5 +09:00'],
    ['varchar', '007', '12'],
    ['varchar', '2026-02-30'],
    ['varchar', '1', 'x'],
    ['varchar', ''],
    ['varchar', '1.5', 'true'],
    [''],
  ] as const)
    t.equal(typeOf(cells), type, cells.join(' '))
})

t.test('in JSON a text is no number', async (t) => {
  t.equal(new GuessedColumn('x', ['1', '2'], true).type, 'varchar')
  t.equal(new GuessedColumn('x', [1, 2n ** 62n], true).type, 'bigint')
  t.equal(new GuessedColumn('x', [1, 2.5], true).type, 'double')
  t.equal(new GuessedColumn('x', [true, null], true).type, 'boolean')
  t.equal(new GuessedColumn('x', [[1], { a: 1 }], true).type, 'json')
})

t.test('a later cell of another kind makes the type varchar', async (t) => {
  const column = new GuessedColumn('x', ['1', '2'], false)
  t.strictSame(
    [column.measure!('9007199254740993'), column.measure!('3'), column.type],
    [9007199254740993n, 3, 'bigint'],
  )
  t.strictSame([column.measure!('x'), column.type], ['x', 'varchar'])
})

t.test('moments are those of their zones, in nanoseconds', async (t) => {
  t.equal(momentOf('1970-01-02'), 86_400_000_000_000n)
  t.equal(momentOf('1970-01-01 09:00:00.000000001+09:00'), 1n)
  t.equal(momentOf('1970-01-01T00:00'), 0n)
  t.equal(momentOf('2026-13-01'), undefined)
  t.equal(momentOf('noon'), undefined)
})
