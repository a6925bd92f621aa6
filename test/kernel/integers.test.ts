import t from 'tap'
import type { EncodeSpec } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import * as pack from '../support/msgpack/pack.js'
import { encodeBytes, planOf } from '../support/msgpack/plan.js'
import { seeded } from '../support/random/seed.js'

const FORMATS: EncodeSpec[] = [
  { format: 'csv', header: false },
  { format: 'tsv', header: false },
  { format: 'ndjson' },
]

/** One column, by the hot loop; and a plan with the column twice, which goes cell by cell. */
const straight = planOf(['c'])
const careful: Plan = { ...straight, columns: [straight.columns[0]!, { ...straight.columns[0]!, name: 'd' }] }

/** What each form makes of the value: its lowest bits, with a sign or without. */
function meant(form: pack.IntegerForm, value: bigint): bigint {
  const bits = Number(/\d+/.exec(form)![0])
  return form.startsWith('u') ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value)
}

/** The first value that is not written as its digits. */
function wrongInteger(cells: readonly Buffer[], values: readonly bigint[]): string | undefined {
  const rows = Buffer.concat(cells.map((cell) => pack.array([cell])))
  for (const spec of FORMATS) {
    for (const plan of [straight, careful]) {
      const lines = encodeBytes(spec, plan, rows).toString().split('\n')
      for (const [i, value] of values.entries()) {
        const twice = plan === careful
        const expected =
          spec.format === 'ndjson'
            ? `{"c":${value}${twice ? `,"d":${value}` : ''}}`
            : [value, ...(twice ? [value] : [])].join(spec.format === 'csv' ? ',' : '\t')
        if (lines[i] !== expected) return `${spec.format}: ${lines[i]} is not ${expected}`
      }
    }
  }
  return undefined
}

t.test('integers of every form are written as their digits', async (t) => {
  const powers = [
    ...Array.from({ length: 20 }, (_, n) => 10n ** BigInt(n)),
    ...Array.from({ length: 65 }, (_, n) => 2n ** BigInt(n)),
  ]
  const borders = powers.flatMap((power) =>
    [-1n, 0n, 1n].flatMap((d) => [power + d, -power + d, power * 3n + d]),
  )
  const random = seeded(t)
  const drawn = Array.from({ length: 4000 }, () => {
    const bits = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))
    return bits >> BigInt(random.below(64))
  })
  for (const form of pack.INTEGER_FORMS) {
    const values = [...borders, ...drawn].map((value) => meant(form, value))
    const cells = values.map((value) => pack.integer(form, value))
    t.equal(wrongInteger(cells, values), undefined, form)
  }
})

t.test('every number of up to 16 bits is written as its digits, by each form', async (t) => {
  const all = Array.from({ length: 0x10000 }, (_, value) => BigInt(value))
  t.equal(
    wrongInteger(
      all.map((value) => pack.integer('uint16', value)),
      all,
    ),
    undefined,
  )
  const bytes = all.slice(0, 256)
  t.equal(
    wrongInteger(
      bytes.map((value) => pack.integer('uint8', value)),
      bytes,
    ),
    undefined,
  )
  const small = Array.from({ length: 160 }, (_, i) => BigInt(i - 32))
  t.equal(
    wrongInteger(
      small.map((value) => pack.fixint(Number(value))),
      small,
    ),
    undefined,
  )
})

t.test('groups of three digits keep their zeros', async (t) => {
  const groups = [0n, 1n, 9n, 10n, 99n, 100n, 999n]
  const values: bigint[] = []
  for (const a of groups)
    for (const b of groups) for (const c of groups) values.push(a * 1_000_000n + b * 1000n + c)
  values.push(...values.map((value) => value + 3_000_000_000n))
  t.equal(
    wrongInteger(
      values.map((value) => pack.integer('uint32', value)),
      values,
    ),
    undefined,
  )
  const long = values
    .flatMap((value) => [value * 100_000_000n + 7n, value * 10_000_000_000n + 100_000_000n])
    .filter((value) => value < 2n ** 64n)
  t.equal(
    wrongInteger(
      long.map((value) => pack.integer('uint64', value)),
      long,
    ),
    undefined,
  )
})
