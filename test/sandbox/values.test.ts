import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { sandboxFor } from '../support/sandbox/jobs.js'

/** An expression, its type in Trino and the value that arrives. */
const VALUES: readonly (readonly [expression: string, type: string, value: unknown])[] = [
  ['true', 'boolean', true],
  ['CAST(1 AS TINYINT)', 'tinyint', 1],
  ['CAST(-300 AS SMALLINT)', 'smallint', -300],
  ['70000', 'integer', 70_000],
  ['CAST(-1 AS BIGINT)', 'bigint', -1],
  ['-33', 'integer', -33],
  ['-32769', 'integer', -32_769],
  ['4294967295', 'bigint', 4_294_967_295],
  ['-2147483649', 'bigint', -2_147_483_649n],
  ['9007199254740993', 'bigint', 9_007_199_254_740_993n],
  ['9223372036854775807', 'bigint', 9_223_372_036_854_775_807n],
  ['-9223372036854775807 - 1', 'bigint', -9_223_372_036_854_775_808n],
  ['sum(-5) ', 'bigint', -5],
  ['CAST(1.5 AS REAL)', 'real', 1.5],
  ['1E-1', 'double', 0.1],
  ['nan()', 'double', Number.NaN],
  ['-infinity()', 'double', Number.NEGATIVE_INFINITY],
  ['CAST(12345678901234567890.12 AS DECIMAL(38,2))', 'decimal(38,2)', '12345678901234567890.12'],
  [`''`, 'varchar', ''],
  [`CAST('abcdef' AS varchar(3))`, 'varchar(3)', 'abc'],
  [`'日本 🙂 "quoted"' || chr(10)`, 'varchar', '日本 🙂 "quoted"\n'],
  [`array_join(repeat('é', 40000), '')`, 'varchar', 'é'.repeat(40_000)],
  [`X'00FF'`, 'varbinary', Buffer.from([0, 255])],
  [`DATE '2014-10-01'`, 'date', '2014-10-01'],
  [`DATE '0099-02-28'`, 'date', '0099-02-28'],
  [`CAST('1960-01-01 23:59:59.999' AS timestamp)`, 'timestamp(3)', '1960-01-01 23:59:59.999'],
  [
    `TIMESTAMP '2014-10-01 00:00:00.000 +09:00'`,
    'timestamp(3) with time zone',
    '2014-10-01 00:00:00.000 +09:00',
  ],
  [`from_unixtime(1412121600)`, 'timestamp(3) with time zone', '2014-10-01 00:00:00.000 UTC'],
  [`TIME '01:02:03'`, 'time(0)', '01:02:03'],
  [`CAST('b0000000-0000-4000-8000-000000000000' AS uuid)`, 'uuid', 'b0000000-0000-4000-8000-000000000000'],
  [`INTERVAL '2' DAY`, 'interval day to second', '2 00:00:00.000'],
  [`INTERVAL '14' MONTH`, 'interval year to month', '1-2'],
  [`json_parse('{"b": 1, "a": [2]}')`, 'json', '{"a":[2],"b":1}'],
  ['ARRAY[1, NULL, 3]', 'array(integer)', [1, null, 3]],
  [
    `ARRAY[ARRAY['a long text in a list'], ARRAY[]]`,
    'array(array(varchar))',
    [['a long text in a list'], []],
  ],
  ['ARRAY[1.50]', 'array(decimal(3,2))', ['1.50']],
  [`MAP(ARRAY['k', 'l'], ARRAY[CAST(1 AS bigint), NULL])`, 'map(varchar,bigint)', { k: 1, l: null }],
  [
    `CAST(ROW(1, ARRAY[2.50]) AS row(a integer, "b c" array(decimal(3, 2))))`,
    'row(a integer,"b c" array(decimal(3,2)))',
    [1, ['2.50']],
  ],
  [`ROW(1, 'x')`, 'row(integer,varchar)', [1, 'x']],
  ['CAST(NULL AS VARCHAR)', 'varchar', null],
  ['CAST(NULL AS array(bigint))', 'array(bigint)', null],
]

t.test('every type arrives as Trino spells it', async (t) => {
  const { run } = await sandboxFor(t)
  const { schema, rows } = await run(
    `SELECT ${VALUES.map(([expression], at) => `${expression} AS c${at}`).join(', ')}`,
  )
  const [row] = rows as unknown[][]
  for (const [at, [expression, type, value]] of VALUES.entries()) {
    t.strictSame(schema[at], [`c${at}`, type], expression)
    t.strictSame(row?.[at] instanceof Uint8Array ? Buffer.from(row[at]) : row?.[at], value, expression)
  }
})

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
