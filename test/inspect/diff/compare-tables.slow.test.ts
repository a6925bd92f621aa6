import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { arrow, arrows, csv, file, json, ndjson, parquet, pipeline, tsv } from '../../../src/index.js'
import { diff } from '../../../src/inspect/index.js'
import { packRows } from '../../../src/sandbox/index.js'

const SCHEMA = JSON.stringify([
  ['id', 'bigint'],
  ['name', 'varchar(20)'],
  ['score', 'double'],
  ['price', 'decimal(38,4)'],
  ['ok', 'boolean'],
  ['at', 'timestamp(3)'],
  ['day', 'date'],
  ['list', 'array(bigint)'],
  ['map', 'map(varchar,double)'],
  ['pair', 'row(x bigint, y varchar)'],
])
const ROWS = Array.from({ length: 3000 }, (_, i) => [
  i === 7 ? 2n ** 62n + 1n : i,
  i % 10 === 0 ? null : `name, "${i}"`,
  i / 8,
  `1234567890123456789012345678901234.${String(i).padStart(4, '0')}`,
  i % 2 === 0,
  `2026-01-31 12:00:00.${String(i % 1000).padStart(3, '0')}`,
  '2026-01-31',
  [i, null],
  { b: 0.1, a: i },
  [i, 'y'],
])
const folder = t.testdir({ 'rows.msgpack': packRows(ROWS) })
const path = (name: string) => join(folder, name)
const source = () => file(path('rows.msgpack'), { schema: SCHEMA })
const write = (name: string, ...lines: string[]) => {
  writeFileSync(path(name), lines.map((line) => `${line}\n`).join(''))
  return path(name)
}

t.test('a result is equal to itself in every format', async (t) => {
  const sinks = { csv, tsv, ndjson, json, arrow, arrows, parquet } as const
  for (const [format, sink] of Object.entries(sinks)) {
    const name = path(`rows.${format}`)
    await pipeline(source(), sink(name))
    const found = await diff(source(), name)
    t.strictSame(found.columns, [], format)
    t.strictSame(found.schema, { onlyA: [], onlyB: [], types: [], reordered: false }, format)
    t.match(found, {
      equal: true,
      rows: { a: 3000, b: 3000, compared: 3000, different: 0, onlyA: 0, onlyB: 0 },
    })
    t.equal((await diff(name, source(), { key: ['id'] })).equal, true, `${format} by key`)
  }
})

t.test('D21: integers and decimals are never rounded', async (t) => {
  const a = write('a.ndjson', '{"n":9007199254740992,"d":0.1000000000000000000001}')
  const b = write('b.ndjson', '{"n":9007199254740993,"d":0.1000000000000000000002}')
  const { columns, equal } = await diff(a, b)
  t.equal(equal, false)
  t.match(columns, [
    { column: 'n', different: 1, examples: [{ at: 1, a: '9007199254740992', b: '9007199254740993' }] },
    { column: 'd', different: 1 },
  ])
  const c = write('c.csv', 'n,d', '9007199254740993,0.1000000000000000000002000')
  t.match(await diff(b, c), { equal: true })
  const [codes, numbers] = [write('codes.ndjson', '{"n":"007"}'), write('numbers.ndjson', '{"n":7}')]
  t.equal((await diff(codes, numbers)).equal, false, 'a code is no number')
})

t.test('D21: texts that are not UTF-8 are different where their bytes are, in every format', async (t) => {
  const schema = '[["a","varchar"]]'
  const bytes = (name: string, content: Uint8Array) => {
    writeFileSync(path(name), content)
    return path(name)
  }
  // Two that U+FFFD would stand for, and itself.
  const texts = ['61ff', '61fe', '61efbfbd'].map((hex) => Buffer.from(hex, 'hex'))
  const kinds = {
    msgpack: (text: Buffer) => [Buffer.of(0x91, 0xa0 + text.length), text],
    csv: (text: Buffer) => [Buffer.from('a\n'), text, Buffer.from('\n')],
    ndjson: (text: Buffer) => [Buffer.from('{"a":"'), text, Buffer.from('"}\n')],
  }
  const all = Object.entries(kinds).map(([kind, parts]) =>
    texts.map((text, i) => {
      const name = bytes(`invalid-${i}.${kind}`, Buffer.concat(parts(text)))
      return kind === 'msgpack' ? file(name, { schema }) : name
    }),
  )
  for (const [one, other] of [
    [0, 1],
    [1, 2],
  ] as const)
    for (const [i, a] of all[one]!.entries())
      for (const [j, b] of all[other]!.entries())
        t.equal((await diff(a, b)).equal, i === j, `${one} ${i} and ${other} ${j}`)
  const { columns } = await diff(all[1]![0]!, all[1]![1]!)
  t.match(columns, [{ examples: [{ a: 'a\udcff', b: 'a\udcfe' }] }])
})

t.test('D21: columns of one name count as often as they are there', async (t) => {
  const three = write('three.csv', 'a,a,a', '1,2,3')
  const two = write('two.csv', 'a,a', '1,2')
  t.match(await diff(three, two), { equal: false, schema: { onlyA: ['a'], onlyB: [] } })
  t.match(await diff(two, three, { columns: ['a'] }), { equal: false, schema: { onlyA: [], onlyB: ['a'] } })
  t.match(await diff(three, three), { equal: true })
})

t.test('differences are counted by column, with NULLs and some examples', async (t) => {
  const a = write('a.csv', 'id,x,y', '1,a,', '2,b,1', '3,c,1', '4,d,1', '5,e,1')
  const b = write('b.csv', 'id,x,y', '1,a,1', '2,,1', '3,C,1', '4,D,1', '5,E,1')
  t.strictSame(await diff(a, b, { examples: 2 }), {
    equal: false,
    key: null,
    schema: { onlyA: [], onlyB: [], types: [], reordered: false },
    rows: { a: 5, b: 5, compared: 5, different: 5, onlyA: 0, onlyB: 0, keysOnlyA: [], keysOnlyB: [] },
    columns: [
      {
        column: 'x',
        different: 4,
        nullsOnlyA: 0,
        nullsOnlyB: 1,
        examples: [
          { at: 2, a: 'b', b: null },
          { at: 3, a: 'c', b: 'C' },
        ],
      },
      { column: 'y', different: 1, nullsOnlyA: 1, nullsOnlyB: 0, examples: [{ at: 1, a: null, b: '1' }] },
    ],
  })
})

t.test('by key the order does not count, and rows of one key go in their order', async (t) => {
  const a = write('k.csv', 'id,x', '1,a', '2,b', '2,c', ',n', '9,z')
  const b = write('l.csv', 'id,x', ',n', '2,b', '3,q', '2,C', '1,a')
  t.match(await diff(a, b, { key: ['id'] }), {
    equal: false,
    rows: { compared: 4, different: 1, onlyA: 1, onlyB: 1, keysOnlyA: [['9']], keysOnlyB: [['3']] },
    columns: [{ column: 'x', examples: [{ at: ['2'], a: 'c', b: 'C' }] }],
  })
  await t.rejects(diff(a, b, { key: ['none'] }), { code: 'E_USAGE', message: /not a column of both/ })
})

t.test('rows that wait for their counterpart take no more memory than they may', async (t) => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i},text ${i}`)
  const a = write('sorted.csv', 'id,x', ...lines)
  const b = write('reversed.csv', 'id,x', ...lines.toReversed())
  await t.rejects(diff(a, b, { key: ['id'], maxMemory: 1_000_000 }), { code: 'E_LIMIT_HELD', exitCode: 13 })
  t.equal((await diff(a, b, { key: ['id'] })).equal, true)
  // Sorted alike, hardly any wait.
  t.equal((await diff(a, a, { key: ['id'], maxMemory: 10_000 })).equal, true)
})

t.test('columns of one only, other types and another order are differences of the schema', async (t) => {
  const a = write('s.csv', 'a,b,c', '1,2,3')
  const b = write('u.csv', 'b,a,d', '2,1,4')
  t.match(await diff(a, b), {
    equal: false,
    columns: [],
    schema: { onlyA: ['c'], onlyB: ['d'], reordered: true },
  })
  t.match(await diff(a, b, { columns: ['a', 'b'] }), { equal: true, schema: { reordered: false } })
  await t.rejects(diff(a, b, { columns: ['none'] }), { code: 'E_USAGE', message: /no column "none"/ })
  writeFileSync(path('n.msgpack'), packRows([[1]]))
  const typed = (type: string) => file(path('n.msgpack'), { schema: `[["n","${type}"]]` })
  t.match(await diff(typed('bigint'), typed('integer')), {
    equal: false,
    schema: { types: [{ column: 'n', a: 'bigint', b: 'integer' }] },
  })
  t.match(await diff(typed('varchar(3)'), typed('varchar')), { equal: true })
})

t.test('the key need not be among the columns that are compared', async (t) => {
  const a = write('some.csv', 'id,x,y', '1,a,p', '2,b,p')
  const b = write('more.csv', 'id,x,y', '2,b,q', '1,A,q')
  for (const ending of ['csv', 'parquet'] as const) {
    const [c, d] = ending === 'csv' ? [a, b] : await Promise.all([asParquet(1, 2), asParquet(2, 1)])
    const found = await diff(c, d, { key: ['id'], columns: ['x'] })
    t.match(found, { schema: { reordered: false }, rows: { compared: 2, onlyA: 0 } }, ending)
    t.strictSame(
      found.columns.map(({ column }) => column),
      ['x'],
      ending,
    )
  }
})

/** Two rows with these ids; the values of `x` are other ones in another order. */
async function asParquet(...ids: number[]): Promise<string> {
  const name = `ids${ids.join('')}`
  writeFileSync(path(`${name}.msgpack`), packRows(ids.map((id, i) => [id, `${id}${i}`, i])))
  const schema = '[["id","bigint"],["x","varchar"],["y","bigint"]]'
  await pipeline(file(path(`${name}.msgpack`), { schema }), parquet(path(`${name}.parquet`)))
  return path(`${name}.parquet`)
}

t.test('rows behind the end of the other table are counted', async (t) => {
  const a = write('long.csv', 'n', '1', '2', '3')
  const b = write('short.csv', 'n', '1')
  t.match(await diff(a, b), { equal: false, rows: { a: 3, b: 1, compared: 1, onlyA: 2, onlyB: 0 } })
  t.match(await diff(b, a), { equal: false, rows: { a: 1, b: 3, compared: 1, onlyA: 0, onlyB: 2 } })
})

t.test('a column of NDJSON that comes late is compared as well', async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    JSON.stringify(i < 29_000 ? { a: i } : { a: i, b: 'x' }),
  )
  const other = [...lines.slice(0, -1), '{"a":29999,"b":"y"}']
  const found = await diff(write('late.ndjson', ...lines), write('later.ndjson', ...other))
  t.match(found, { equal: false, columns: [{ column: 'b', different: 1, examples: [{ a: 'x', b: 'y' }] }] })
})
