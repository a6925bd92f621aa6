import t from 'tap'
import type { EncodeSpec } from '../../src/model/option-types.js'
import { compareWithReference } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { planOf } from '../support/msgpack/plan.js'

const SPECS: readonly EncodeSpec[] = [
  { format: 'csv' },
  { format: 'csv', null: 'NULL', crlf: true },
  { format: 'tsv' },
  { format: 'ndjson' },
  { format: 'json' },
]

/** A row for each length that a run of NULLs can have in it, and each place. */
function rowsOf(width: number) {
  const rows = []
  for (let from = 0; from < width; from++) {
    for (let to = from; to <= width; to++) {
      const cells = Array.from({ length: width }, (_, i) => (i >= from && i < to ? pack.NIL : pack.fixint(i)))
      rows.push({ cells, bytes: pack.array(cells) })
    }
  }
  return rows
}

for (const width of [1, 16, 33]) {
  t.test(`runs of NULL of every length, in rows of ${width}`, async () => {
    const rows = rowsOf(width)
    const plan = planOf(Array.from({ length: width }, (_, i) => `c${i}`))
    for (const spec of SPECS) {
      for (const chunks of [[1], [7], [1_000_000]]) compareWithReference({ spec, plan, rows, chunks })
    }
  })
}

t.test('runs of NULL whose names are longer than what is written at once', async () => {
  const rows = rowsOf(20)
  const plan = planOf(
    Array.from({ length: 20 }, (_, i) => `${'long name '.repeat(i % 5 === 0 ? 500 : 30)}${i}`),
  )
  for (const format of ['ndjson', 'json'] as const)
    compareWithReference({ spec: { format }, plan, rows, chunks: [4096] })
})
