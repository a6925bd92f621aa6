import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'

/** An expression, its type in Trino and Hive, and the value that arrives. */
const VALUES: readonly (readonly [expression: string, trino: string, hive: string, value: unknown])[] = [
  ['true', 'boolean', 'boolean', true],
  ['1::TINYINT', 'tinyint', 'tinyint', 1],
  ['-300::SMALLINT', 'smallint', 'smallint', -300],
  ['70000', 'integer', 'int', 70_000],
  ['-1::BIGINT', 'bigint', 'bigint', -1],
  ['-33', 'integer', 'int', -33],
  ['-32769', 'integer', 'int', -32_769],
  ['4294967295::BIGINT', 'bigint', 'bigint', 4_294_967_295],
  ['-2147483649', 'bigint', 'bigint', -2_147_483_649n],
  ['9007199254740993', 'bigint', 'bigint', 9_007_199_254_740_993n],
  ['9223372036854775807', 'bigint', 'bigint', 9_223_372_036_854_775_807n],
  ['(-9223372036854775808)::BIGINT', 'bigint', 'bigint', -9_223_372_036_854_775_808n],
  ['200::UTINYINT', 'smallint', 'smallint', 200],
  ['4000000000::UINTEGER', 'bigint', 'bigint', 4_000_000_000],
  ['9223372036854775807::UBIGINT', 'bigint', 'bigint', 9_223_372_036_854_775_807n],
  ['sum(-5) ', 'bigint', 'bigint', -5],
  ['1.5::FLOAT', 'real', 'float', 1.5],
  ['0.1::DOUBLE', 'double', 'double', 0.1],
  [`'NaN'::DOUBLE`, 'double', 'double', Number.NaN],
  [`'-Infinity'::DOUBLE`, 'double', 'double', Number.NEGATIVE_INFINITY],
  ['12345678901234567890.12::DECIMAL(38,2)', 'decimal(38,2)', 'decimal(38,2)', '12345678901234567890.12'],
  [`''`, 'varchar', 'string', ''],
  [`'日本 🙂 "quoted"' || chr(10)`, 'varchar', 'string', '日本 🙂 "quoted"\n'],
  [`repeat('é', 40000)`, 'varchar', 'string', 'é'.repeat(40_000)],
  [`'\\x00\\xFF'::BLOB`, 'varbinary', 'binary', Buffer.from([0, 255])],
  [`DATE '2014-10-01'`, 'date', 'date', '2014-10-01'],
  [`DATE '0099-02-28'`, 'date', 'date', '0099-02-28'],
  [`TIMESTAMP '1960-01-01 23:59:59.999999'`, 'timestamp(3)', 'timestamp', '1960-01-01 23:59:59.999'],
  [
    `TIMESTAMPTZ '2014-10-01 00:00:00+09'`,
    'timestamp(3) with time zone',
    'timestamp',
    '2014-09-30 15:00:00.000 UTC',
  ],
  [`TIMESTAMP_S '2014-10-01 00:00:00'`, 'timestamp(3)', 'timestamp', '2014-10-01 00:00:00.000'],
  [`TIME '01:02:03'`, 'time(6)', 'string', '01:02:03'],
  [`'b0000000-0000-4000-8000-000000000000'::UUID`, 'uuid', 'string', 'b0000000-0000-4000-8000-000000000000'],
  [`INTERVAL 2 DAY`, 'varchar', 'string', '2 days'],
  ['[1, NULL, 3]', 'array(integer)', 'array<int>', [1, null, 3]],
  [
    `[['a long text in a list'], []]`,
    'array(array(varchar))',
    'array<array<string>>',
    [['a long text in a list'], []],
  ],
  ['array_value(1, 2)', 'array(integer)', 'array<int>', [1, 2]],
  [`MAP(['k', 'l'], [1::BIGINT, NULL])`, 'map(varchar,bigint)', 'map<string,bigint>', { k: 1, l: null }],
  [
    `{'a': 1, 'b c': [2.50]}`,
    'row(a integer,"b c" array(decimal(3,2)))',
    'struct<a:int,b c:array<decimal(3,2)>>',
    [1, ['2.50']],
  ],
  [`row(1, 'x')`, 'row(integer,varchar)', 'struct<col1:int,col2:string>', [1, 'x']],
  ['CAST(NULL AS VARCHAR)', 'varchar', 'string', null],
  ['CAST(NULL AS BIGINT[])', 'array(bigint)', 'array<bigint>', null],
]

for (const engine of ['trino', 'hive']) {
  t.test(`every type arrives as ${engine} spells it`, async (t) => {
    const { run } = await sandboxFor(t)
    const columns = VALUES.map(([expression], at) => `${expression} AS c${at}`).join(', ')
    const { schema, rows } = await run(`SELECT ${columns}`, {}, engine)
    const [row] = rows as unknown[][]
    for (const [at, [expression, trino, hive, value]] of VALUES.entries()) {
      t.strictSame(schema[at], [`c${at}`, engine === 'hive' ? hive : trino], expression)
      t.strictSame(row?.[at] instanceof Uint8Array ? Buffer.from(row[at]) : row?.[at], value, expression)
    }
  })
}

t.test('presto spells timestamps without a precision', async (t) => {
  const { run } = await sandboxFor(t)
  const { schema } = await run(`SELECT TIMESTAMP '2014-10-01 00:00:00' AS a`, {}, 'presto')
  t.strictSame(schema, [['a', 'timestamp']])
})

t.test('integers take their shortest form, as in the msgpack of Java', async (t) => {
  const { sandbox, run } = await sandboxFor(t)
  const { job } = await run(
    'SELECT 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, -32, -33, -128, -129, -32768, -32769, -2147483649',
  )
  const { body } = sandbox.jobs().find(({ id }) => id === job.job_id)!
  const bytes: Uint8Array[] = []
  for await (const chunk of body!.read(0, body!.size)) bytes.push(chunk)
  t.equal(
    gunzipSync(Buffer.concat(bytes)).toString('hex'),
    '9f7fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000e0d0dfd080d1ff7fd18000d2ffff7fffd3ffffffff7fffffff',
  )
})

t.test('integers divide to integers, and nulls sort last, as in Trino', async (t) => {
  const { run } = await sandboxFor(t)
  t.strictSame((await run('SELECT 7 / 2, x FROM (VALUES (NULL), (1)) v(x) ORDER BY x DESC')).rows, [
    [3, 1],
    [3, null],
  ])
})
