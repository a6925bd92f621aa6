import t from 'tap'
import type { Limits } from '../../src/model/limits.js'
import type { EncodeSpec } from '../../src/model/option-types.js'
import { compareWithReference, encodeAll } from '../support/msgpack/compare.js'
import * as pack from '../support/msgpack/pack.js'
import { planOf } from '../support/msgpack/plan.js'
import { inChunks } from '../support/msgpack/results.js'
import { seeded } from '../support/random/seed.js'

// Arrays and maps are written straight as far as possible, and the general way begins a value again where it is not. The
// reference is JavaScript's own JSON for ordinary values, and the row-at-a-time encoder for all others.

const CSV: EncodeSpec = { format: 'csv', header: false }
const NDJSON: EncodeSpec = { format: 'ndjson' }

/** A cell of csv that holds this text, which has quotes or commas in it. */
function quoted(json: string): string {
  return /[",]/.test(json) ? `"${json.replaceAll('"', '""')}"` : json
}

function encoded(spec: EncodeSpec, cells: readonly Buffer[], chunk = 1_000_000): string {
  const rows = Buffer.concat(cells.map((cell) => pack.array([cell])))
  const { bytes, failure } = encodeAll(spec, planOf(['c']), inChunks(rows, [chunk]))
  return failure === undefined ? bytes.toString() : failure.message
}

/** Numbers, texts and lists of them as msgpack. */
function packed(value: unknown): Buffer {
  if (typeof value === 'number')
    return Number.isInteger(value) ? pack.integer('int32', BigInt(value)) : pack.float64(value)
  if (typeof value === 'string') return pack.str(value)
  if (typeof value === 'boolean') return value ? pack.TRUE : pack.FALSE
  if (value === null) return pack.NIL
  if (Array.isArray(value)) return pack.array(value.map(packed), value.length % 2 === 0 ? 0 : 2)
  return pack.map(
    Object.entries(value as object).map(([key, item]) => [pack.str(key), packed(item)] as const),
  )
}

t.test('arrays and maps are written as JSON.stringify writes them', async (t) => {
  const random = seeded(t)
  const texts = [
    '',
    'x',
    'say "hi"',
    'a\nb',
    '\\',
    '\u0001',
    'é',
    '日本',
    'y'.repeat(40),
    `${'z'.repeat(255)}"`,
    '"'.repeat(300),
  ]
  const draw = (depth: number): unknown => {
    const kind = random.below(depth > 4 ? 5 : 9)
    if (kind === 0) return random.pick([null, true, false])
    if (kind === 1) return random.below(2 ** random.below(31)) * random.pick([1, -1]) + 0
    if (kind === 2) return random.below(100_000) / random.pick([7, 8, 100]) + 0.5 / 3
    if (kind <= 4) return random.pick(texts)
    const items = Array.from({ length: random.below(random.pick([3, 6, 20])) }, () => draw(depth + 1))
    // Keys that are indexes would be put in order.
    return kind <= 6
      ? items
      : Object.fromEntries(items.map((item, i) => [`k${i}${random.pick(texts)}`, item]))
  }
  // JSON has no -0.
  const values = Array.from({ length: 500 }, () => [draw(0)])
  const json = values.map((value) => JSON.stringify(value))
  for (const chunk of [1_000_000, 5003]) {
    t.equal(encoded(CSV, values.map(packed), chunk), json.map((text) => `${quoted(text)}\n`).join(''))
    t.equal(encoded(NDJSON, values.map(packed), chunk), json.map((text) => `{"c":${text}}\n`).join(''))
  }
})

/** `value` within `depth` arrays, or maps, or both by turns. */
function nested(value: Buffer, depth: number, kind: 'array' | 'map' | 'both'): Buffer {
  let packed = value
  for (let i = 0; i < depth; i++) {
    const asMap = kind === 'map' || (kind === 'both' && i % 2 === 0)
    packed = asMap ? pack.map([[pack.str('k'), packed]]) : pack.array([packed])
  }
  return packed
}

/** Values that the straight way does not know, and their text in JSON. */
const OTHERS: readonly (readonly [Buffer, string])[] = [
  [pack.float64(Number.NaN), '"NaN"'],
  [pack.float32(Number.NEGATIVE_INFINITY), '"-Infinity"'],
  [pack.bin(Buffer.of(0)), '"AA=="'],
  [pack.ext(5, Buffer.of(0)), '{"type":5,"data":"AA=="}'],
  [pack.ext(-1, Buffer.alloc(4)), '"1970-01-01T00:00:00Z"'],
  [pack.str(Buffer.of(0x61, 0xff)), '"a\ufffd"'],
  [pack.str('x'.repeat(70_000)), `"${'x'.repeat(70_000)}"`],
  [pack.str('y', 4), '"y"'],
  [pack.array([pack.NIL], 4), '[null]'],
  [pack.map([[pack.str('a'), pack.NIL]], 4), '{"a":null}'],
  [pack.map([[pack.TRUE, pack.NIL]]), '{"true":null}'],
  [pack.map([[pack.array([pack.str('"')]), pack.NIL]]), '{"[\\"\\\\\\"\\"]":null}'],
]

/** Values that it knows, in each of their forms. */
const KNOWN: readonly (readonly [Buffer, string])[] = [
  ...pack.INTEGER_FORMS.map(
    (form) =>
      [
        pack.integer(form, -2n),
        String(form.startsWith('u') ? 2n ** BigInt(form.slice(4)) - 2n : -2n),
      ] as const,
  ),
  [pack.fixint(-32), '-32'],
  [pack.fixint(127), '127'],
  [pack.float32(0.5), '0.5'],
  [pack.float64(-0), '0'],
  [pack.str('"', 1), '"\\""'],
  [pack.str('\n', 2), '"\\n"'],
  [
    pack.map([
      [pack.fixint(-1), pack.TRUE],
      [pack.integer('uint64', 2n ** 64n - 1n), pack.FALSE],
    ]),
    '{"-1":true,"18446744073709551615":false}',
  ],
  [
    pack.map(
      [
        [pack.str('k"', 1), pack.array([])],
        [pack.str('', 2), pack.map([])],
      ],
      2,
    ),
    '{"k\\"":[],"":{}}',
  ],
]

t.test('every kind of value, between others, at every depth', async (t) => {
  for (const [value, text] of [...OTHERS, ...KNOWN]) {
    for (const depth of [1, 2, 5, 23, 24, 25, 40]) {
      const inner = pack.array([pack.str('before'), value, pack.fixint(1)])
      const json = `${'['.repeat(depth - 1)}["before",${text},1]${']'.repeat(depth - 1)}`
      const cell = nested(inner, depth - 1, 'array')
      t.ok(encoded(CSV, [cell, cell]) === `${quoted(json)}\n`.repeat(2), `csv ${text.slice(0, 30)} ${depth}`)
      t.ok(
        encoded(NDJSON, [cell, cell]) === `{"c":${json}}\n`.repeat(2),
        `ndjson ${text.slice(0, 30)} ${depth}`,
      )
    }
  }
})

t.test('integers beyond 2^53 in arrays are quoted where that is wanted', async (t) => {
  const most = 2n ** 53n - 1n
  const values = [most, most + 1n, -most, -most - 1n]
  const cell = pack.array([
    ...values.map((value) => pack.integer('int64', value)),
    pack.integer('uint64', most + 1n),
  ])
  t.equal(
    encoded({ ...NDJSON, int64: 'string' }, [cell]),
    `{"c":[${most},"${most + 1n}",-${most},"-${most + 1n}","${most + 1n}"]}\n`,
  )
  t.equal(encoded(NDJSON, [cell]), `{"c":[${[...values, most + 1n].join()}]}\n`)
})

t.test('the depth limit is the same for every depth and kind', async (t) => {
  for (const kind of ['array', 'map', 'both'] as const) {
    for (const limit of [1, 2, 8, 23, 24, 25, 64]) {
      const limits: Partial<Limits> = { depth: limit }
      for (const spec of [CSV, NDJSON]) {
        const at = (depth: number) => {
          const row = pack.array([nested(pack.fixint(1), depth, kind)])
          return encodeAll({ ...spec, limits }, planOf(['c']), [row]).failure?.code
        }
        const deepest = Array.from({ length: limit + 3 }, (_, depth) => depth).filter(
          (depth) => at(depth) === undefined,
        )
        t.equal(deepest.length, limit + 1, `${spec.format} ${kind} ${limit}`)
        t.equal(at(deepest.length), 'E_LIMIT_DEPTH')
      }
    }
  }
})

t.test('what is not msgpack is refused inside of arrays too, at every cut', async (t) => {
  const cell = pack.array([
    pack.str('abc'),
    pack.map([[pack.str('k'), pack.float64(1.5)]]),
    pack.str('x'.repeat(40)),
  ])
  const row = pack.array([cell])
  for (let cut = 1; cut < row.length; cut++) {
    for (const spec of [CSV, NDJSON]) {
      const { failure } = encodeAll(spec, planOf(['c']), [Buffer.concat([row, row.subarray(0, cut)])])
      t.equal(failure?.code, 'E_MSGPACK_TRUNCATED')
      const chunks = [row.subarray(0, cut), row.subarray(cut), row]
      t.equal(encodeAll(spec, planOf(['c']), chunks).bytes.toString(), encoded(spec, [cell, cell]))
    }
  }
  const broken = pack.array([pack.array([Buffer.of(0xc1)])])
  for (const spec of [CSV, NDJSON])
    t.equal(encodeAll(spec, planOf(['c']), [broken]).failure?.code, 'E_MSGPACK')
})

t.test('an output that is full inside of a value, at every place', async (t) => {
  const random = seeded(t)
  for (let i = 0; i < 12; i++) {
    const text = pack.str('"\u0001é'.repeat(1 + random.below(60)))
    const long = pack.str('t'.repeat(1 + random.below(20_000)))
    const item = pack.map([
      [text, pack.array([text, pack.fixint(1), long])],
      [pack.fixint(2), text],
    ])
    const cells = [pack.array(Array(1 + random.below(12)).fill(item)), pack.NIL, text]
    const row = { cells, bytes: pack.array(cells) }
    const plan = planOf(['a', 'b', 'c'])
    const rows = Array(Math.ceil(700_000 / row.bytes.length)).fill(row)
    for (const spec of [CSV, NDJSON])
      compareWithReference({ spec, plan, rows, chunks: [1 + random.below(200_000)] })
    const careful = { ...plan, columns: [plan.columns[2]!, plan.columns[0]!] }
    compareWithReference({ spec: NDJSON, plan: careful, rows, chunks: [100_000] })
    t.pass('equals the reference')
  }
})
