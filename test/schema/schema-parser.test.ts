import fc from 'fast-check'
import t from 'tap'
import type { SqlType } from '../../src/model/schema.js'
import { inferredSchema, parseSchema } from '../../src/schema/schema-parser.js'
import { parseType } from '../../src/schema/type-parser.js'
import { growsEvenly } from '../support/process/growth.js'

t.test('reads names and types in order', async (t) => {
  const schema = parseSchema('[["path","varchar"],["time","bigint"],["path","varchar(32)"]]')
  t.equal(schema.inferred, false)
  t.strictSame(
    schema.columns.map((column) => [column.name, column.typeText]),
    [
      ['path', 'varchar'],
      ['time', 'bigint'],
      ['path', 'varchar(32)'],
    ],
  )
})

t.test('takes what old jobs have: a null name, a null or missing type', async (t) => {
  const { columns } = parseSchema('[[null,"bigint"],["v",null],["w"]]')
  t.equal(columns[0]!.name, '')
  t.equal(columns[1]!.type.kind, 'unknown')
  t.equal(columns[2]!.type.kind, 'unknown')
})

t.test('a schema that is present but not valid is an integrity error', async (t) => {
  for (const text of [
    'nope',
    '{}',
    '[1]',
    '[[]]',
    '[[{},"bigint"]]',
    '[["a",5]]',
    '[["_c0", nil]]',
    '"[]"',
  ]) {
    t.throws(() => parseSchema(text), { code: 'E_SCHEMA', exitCode: 12 }, text)
  }
  t.throws(() => parseSchema(JSON.stringify([['x'.repeat(5000), 'bigint']])), { code: 'E_SCHEMA' })
})

t.test('the number of columns has a limit', async (t) => {
  const text = JSON.stringify(Array.from({ length: 11 }, (_, i) => [`c${i}`, 'bigint']))
  t.throws(() => parseSchema(text, { columns: 10 }), { code: 'E_LIMIT_COLUMNS', exitCode: 13 })
})

t.test('keeps names that are special in JavaScript', async (t) => {
  const names = ['__proto__', 'constructor', 'toString', '10', '2', '', '日本', 'a"b\n']
  const schema = parseSchema(JSON.stringify(names.map((name) => [name, 'bigint'])))
  t.strictSame(
    schema.columns.map((column) => column.name),
    names,
  )
})

t.test('without a schema columns are named as Presto names them', async (t) => {
  const schema = inferredSchema(2)
  t.equal(schema.inferred, true)
  t.strictSame(
    schema.columns.map((column) => column.name),
    ['_col0', '_col1'],
  )
})

t.test('parses every type name of Trino, Presto and Hive', async (t) => {
  const expected: Record<string, SqlType> = {
    boolean: { kind: 'boolean' },
    BIGINT: { kind: 'bigint' },
    long: { kind: 'bigint' },
    int: { kind: 'integer' },
    integer: { kind: 'integer' },
    smallint: { kind: 'smallint' },
    tinyint: { kind: 'tinyint' },
    float: { kind: 'real' },
    real: { kind: 'real' },
    double: { kind: 'double' },
    string: { kind: 'varchar' },
    'varchar(10)': { kind: 'varchar', length: 10 },
    'char( 3 )': { kind: 'char', length: 3 },
    varbinary: { kind: 'varbinary' },
    binary: { kind: 'varbinary' },
    date: { kind: 'date' },
    json: { kind: 'json' },
    uuid: { kind: 'uuid' },
    ipaddress: { kind: 'ipaddress' },
    unknown: { kind: 'null' },
    void: { kind: 'null' },
    'decimal(38,10)': { kind: 'decimal', precision: 38, scale: 10 },
    'decimal(5)': { kind: 'decimal', precision: 5, scale: 0 },
    time: { kind: 'time', withTimeZone: false },
    'time(3)': { kind: 'time', precision: 3, withTimeZone: false },
    'timestamp(6) with time zone': { kind: 'timestamp', precision: 6, withTimeZone: true },
    'TIMESTAMP WITH TIME ZONE': { kind: 'timestamp', withTimeZone: true },
    timestamp: { kind: 'timestamp', withTimeZone: false },
    'interval day to second': { kind: 'interval', unit: 'day to second' },
    'array(bigint)': { kind: 'array', element: { kind: 'bigint' } },
    'array<string>': { kind: 'array', element: { kind: 'varchar' } },
    'map<string,array<int>>': {
      kind: 'map',
      key: { kind: 'varchar' },
      value: { kind: 'array', element: { kind: 'integer' } },
    },
    'row(a bigint, "b c" varchar(3), double)': {
      kind: 'row',
      fields: [
        { name: 'a', type: { kind: 'bigint' } },
        { name: 'b c', type: { kind: 'varchar', length: 3 } },
        { name: null, type: { kind: 'double' } },
      ],
    },
    'row(at timestamp(3) with time zone)': {
      kind: 'row',
      fields: [{ name: 'at', type: { kind: 'timestamp', precision: 3, withTimeZone: true } }],
    },
    'struct<a:int,b:struct<c:string>>': {
      kind: 'row',
      fields: [
        { name: 'a', type: { kind: 'integer' } },
        { name: 'b', type: { kind: 'row', fields: [{ name: 'c', type: { kind: 'varchar' } }] } },
      ],
    },
  }
  for (const [text, type] of Object.entries(expected)) t.strictSame(parseType(text), type, text)
})

t.test('what it does not know stays as text', async (t) => {
  for (const text of [
    '',
    'geometry',
    'uniontype<int,string>',
    'array(bigint',
    'array)bigint(',
    'decimal(99,1)',
  ]) {
    t.strictSame(parseType(text), { kind: 'unknown', text }, text)
  }
})

t.test('no type text throws, and the time for one grows no faster than its length', async (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z(<>),: "`0-9]{0,60}$/), (text) => {
      parseType(text)
    }),
    { numRuns: 2000 },
  )
  for (const part of ['(', 'array(', ' ']) await growsEvenly(t, part, 100_000, parseType)
  await growsEvenly(t, 'a ', 10_000, (text) => parseType(`row(${text})`))
})
