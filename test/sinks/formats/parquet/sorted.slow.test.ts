import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetMetadata } from 'hyparquet'
import t from 'tap'
import { inspect } from '../../../../src/inspect/index.js'
import { Raw, writeParquet } from '../../../support/parquet/file.js'

const sorted = (type: string, cells: readonly unknown[], options = {}) =>
  writeParquet(
    [
      ['pair', 'row(a bigint, b bigint)'],
      ['c', type],
    ],
    cells.map((cell) => [[1, 2], cell]),
    { sortedBy: 'c', ...options },
  )

const orderOf = (bytes: Buffer) =>
  parquetMetadata(new Uint8Array(bytes).buffer).row_groups.map(({ sorting_columns }) => sorting_columns)

t.test('a file tells by which leaf each of its row groups is sorted', async (t) => {
  const { bytes } = await sorted('bigint', [-5, 3, 3, 2 ** 40, null], { rowGroupSize: 2 })
  const order = { column_idx: 2, descending: false, nulls_first: false }
  t.strictSame(orderOf(bytes), [[order], [order], [order]])
  const path = join(t.testdir(), 'x.parquet')
  writeFileSync(path, bytes)
  t.ok((await inspect(path)).indexes!.includes('sorting_columns'))
  const first = await writeParquet([['c', 'bigint']], [[1]], { sortedBy: 'c' })
  t.strictSame(orderOf(first.bytes), [[{ ...order, column_idx: 0 }]])
  const { bytes: other } = await writeParquet([['c', 'bigint']], [[1], [0]])
  t.strictSame(orderOf(other), [undefined])
})

const float = (value: number) => {
  const bytes = Buffer.alloc(9, 0xcb)
  bytes.writeDoubleBE(value, 1)
  return new Raw(bytes.toString('hex'))
}

for (const [type, cells] of [
  ['bigint', [-(2n ** 63n), -1n, 0n, 0n, 2n ** 63n - 1n]],
  ['integer', [-7, 7, 300]],
  ['double', [Number.NEGATIVE_INFINITY, -1.5, 0, 1e300].map(float)],
  ['real', [-1.5, 0.25, 2]],
  ['boolean', [false, false, true]],
  ['varchar', ['', 'a', 'aa', 'b', 'é', '\uffee', '🙂']],
  ['varbinary', [Buffer.of(), Buffer.of(1), Buffer.of(1, 0), Buffer.of(0x80)]],
  ['uuid', ['00000000-0000-0000-0000-000000000001', 'ffffffff-0000-0000-0000-000000000000']],
  ['date', ['1969-12-31', '1970-01-01', '2026-01-01']],
  ['timestamp(6)', ['1969-12-31 23:59:59.999999', '1970-01-01 00:00:00']],
  ['decimal(30,2)', ['-12345678901234567890.12', '-0.01', '0', '12345678901234567890.12']],
] as const) {
  t.test(`values of type ${type} are in the order that the format defines`, async (t) => {
    await t.resolves(sorted(type, [...cells, null, null]))
    const turned = [...cells].reverse()
    const message = /^row \d+, column "c": the value is less than the one before/
    await t.rejects(sorted(type, turned), { code: 'E_EXPECTATION', message })
  })
}

t.test('the row that is wrong is named, in whatever batch and row group it is', async (t) => {
  for (const wrong of [1, 39_999, 40_000, 70_000, 99_999]) {
    const cells = Array.from({ length: 100_000 }, (_, i) => (i === wrong ? -1 : i >> 3))
    const message = new RegExp(`^row ${wrong + 1}, column "c": `)
    await t.rejects(sorted('bigint', cells, { rowGroupSize: 40_000 }), { code: 'E_EXPECTATION', message })
  }
})

t.test('a value after a NULL, and a NaN, are refused', async (t) => {
  await t.rejects(sorted('bigint', [1, null, 2]), { code: 'E_EXPECTATION', message: /^row 3/ })
  await t.rejects(sorted('bigint', [null, 1], { rowGroupSize: 1 }), {
    code: 'E_EXPECTATION',
    message: /^row 2/,
  })
  await t.rejects(sorted('double', [1.5, Number.NaN]), { code: 'E_EXPECTATION', message: /^row 2/ })
})

t.test('a column that is not there, and a nested one, are refused', async (t) => {
  await t.rejects(sorted('bigint', [1], { sortedBy: 'x' }), {
    code: 'E_USAGE',
    message: /there is no column "x"/,
  })
  await t.rejects(sorted('bigint', [1], { sortedBy: 'pair' }), {
    code: 'E_USAGE',
    message: /nested column "pair"/,
  })
})

t.test('texts of any lengths are compared as bytes', async () => {
  const cell = fc.string({ unit: 'binary', maxLength: 20 })
  const property = fc.asyncProperty(fc.array(cell, { maxLength: 6 }), async (cells) => {
    const order = [...cells].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const isSorted = cells.every((text, i) => text === order[i])
    const written = await sorted('varchar', cells).then(
      () => true,
      () => false,
    )
    if (written !== isSorted) throw new Error(JSON.stringify(cells))
  })
  await fc.assert(property, { numRuns: 80 })
})
