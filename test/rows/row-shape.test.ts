import { execFileSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { inspect, isDeepStrictEqual } from 'node:util'
import { encode } from '@msgpack/msgpack'
import t from 'tap'
import { csv, filter, map, pipeline, type Row, rows, rowsTo, through } from '../../src/index.js'
import { createRowReader } from '../../src/rows/reader.js'
import { parseSchema } from '../../src/schema/schema-parser.js'
import { identityPlan } from '../../src/transforms/columns.js'
import { resultOf } from '../support/msgpack/encoded-results.js'
import { importable, programArgs } from '../support/process/modules.js'
import { memoryWritable } from '../support/streams/writables.js'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a', '10', 'a']
const SCHEMA = NAMES.map((name) => [name, 'bigint'] as const)

function readOne(schema: readonly (readonly [string, string])[], cells: unknown[], options: object): Row {
  const read = createRowReader(identityPlan(parseSchema(JSON.stringify(schema))), options)
  return read({ bytes: encode(cells), rows: 1, firstRow: 0 }).rows[0] as Row
}

for (const prototype of ['null', 'object'] as const) {
  t.test(`${prototype}: each column is a property of the row, whatever its name is`, (t) => {
    const row = readOne(SCHEMA, [0, 1, 2, 3, 4, 5, 6], { prototype })
    t.strictSame(Object.entries(row).toSorted(), [
      ['10', 5],
      ['__proto__', 0],
      ['a', 4],
      ['a_2', 6],
      ['constructor', 1],
      ['hasOwnProperty', 3],
      ['toString', 2],
    ])
    t.ok(Object.hasOwn(row, '__proto__'))
    row.a = 7
    Reflect.deleteProperty(row, '__proto__')
    t.notOk(Object.hasOwn(row, '__proto__'), 'it can be changed like the others')
    t.end()
  })

  t.test(`${prototype}: keys of maps and fields of rows are properties too, also from JSON texts`, (t) => {
    const keyed = Object.fromEntries([
      ['toString', 1],
      ['__proto__', 2],
    ])
    const types = [
      'map(varchar, bigint)',
      'row("__proto__" bigint, toString bigint)',
      'map(varchar, bigint)',
      'unknown',
    ]
    const cells = [keyed, [1, 2], '{"__proto__":3,"toString":4}', keyed]
    const row = readOne(
      types.map((type, i) => [`c${i}`, type] as const),
      cells,
      { prototype },
    )
    for (const value of Object.values(row)) {
      t.strictSame(Object.keys(value as object).toSorted(), ['__proto__', 'toString'])
      t.equal(Object.getPrototypeOf(value), prototype === 'object' ? Object.prototype : null)
    }
    t.end()
  })

  t.test(`${prototype}: console.log shows an object, and no name of a class`, (t) => {
    const row = readOne(
      [
        ['a', 'bigint'],
        ['b', 'varchar'],
      ],
      [1, 'x'],
      { prototype },
    )
    t.equal(inspect(row), "{ a: 1, b: 'x' }")
    t.equal(inspect([row]), "[ { a: 1, b: 'x' } ]")
    t.equal(inspect(readOne([['__proto__', 'bigint']], [1], { prototype })), "{ ['__proto__']: 1 }")
    t.end()
  })
}

t.test('object: rows equal those that a program writes, by every strict comparison', async (t) => {
  const schema = [
    ['n', 'bigint'],
    ['m', 'map(varchar, array(row(x bigint)))'],
  ] as const
  const expected = { n: 1, m: { k: [{ x: 2 }] } }
  const row = readOne(schema, [1, { k: [[2]] }], { prototype: 'object' })
  t.ok(isDeepStrictEqual(row, expected))
  t.strictSame(row, expected)
  t.equal(row.constructor, Object)
  t.ok(row instanceof Object)
  t.notOk(isDeepStrictEqual(readOne(schema, [1, { k: [[2]] }], {}), expected), 'those of the default do not')
  const seen: unknown[] = []
  const see = (given: unknown): undefined => {
    seen.push(Object.getPrototypeOf(given))
  }
  const options = { prototype: 'object' } as const
  const result = () => resultOf([['n', 'bigint']], [[1]])
  for await (const given of rows(result(), options)) see(given)
  const steps = [
    filter((given) => see(given) === undefined, options),
    map((given) => see(given) ?? given, options),
    through(new PassThrough({ objectMode: true }).on('data', see), options),
  ]
  await pipeline(result(), ...steps, csv(memoryWritable().writable))
  await pipeline(
    result(),
    rowsTo((batch) => batch.forEach(see), options),
  )
  t.strictSame(seen, new Array(5).fill(Object.prototype))
})

t.test('rows are the same where code from texts is not allowed', (t) => {
  const program = `
    import { createRowReader } from ${importable(new URL('../../src/rows/reader.ts', import.meta.url))}
    const columns = ['__proto__', 'a'].map((name, source) => ({ name, source, type: { kind: 'bigint' } }))
    for (const prototype of ['null', 'object']) {
      const read = createRowReader({ schema: { columns: [] }, columns }, { prototype })
      const [row] = read({ bytes: Uint8Array.of(0x92, 1, 2), rows: 1, firstRow: 0 }).rows
      console.log(JSON.stringify(row), row instanceof Object)
    }`
  const args = ['--disallow-code-generation-from-strings', ...programArgs(program)]
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8' })
  t.equal(printed, '{"__proto__":1,"a":2} false\n{"__proto__":1,"a":2} true\n')
  t.end()
})
