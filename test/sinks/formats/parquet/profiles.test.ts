import { parquetMetadata, type SchemaElement } from 'hyparquet'
import t from 'tap'
import type { ParquetProfile } from '../../../../src/model/option-types.js'
import type { Plan } from '../../../../src/model/plan.js'
import { cast } from '../../../../src/transforms/columns.js'
import { type Schema, type WriteOptions, writeParquet } from '../../../support/parquet/file.js'
import { DuckDB, readHyparquet } from '../../../support/parquet/readers.js'
import { sparkType } from '../../../support/parquet/spark-types.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const SCHEMA: Schema = [
  ['id', 'uuid'],
  ['clock', 'time(6)'],
  ['ms', 'timestamp(3)'],
  ['us', 'timestamp(6)'],
  ['ns', 'timestamp(9)'],
  ['zoned', 'timestamp(3) with time zone'],
  ['doc', 'json'],
  ['nested', 'row(id uuid, clocks array(time), docs map(varchar, json))'],
]

const ROW = [
  '6F9619FF-8B86-D011-B42D-00CF4FC964FF',
  '12:34:56.789',
  '2026-01-02 03:04:05.678',
  '2026-01-02 03:04:05.678901',
  '2026-01-02 03:04:05.678901000',
  '2026-01-02 03:04:05.678 Asia/Tokyo',
  '{"a": 1}',
  ['6f9619ff-8b86-d011-b42d-00cf4fc964ff', ['01:02:03'], new Map([['k', '[1]']])],
]

const footerOf = (bytes: Buffer) => parquetMetadata(new Uint8Array(bytes).buffer)

/** Name, physical type and meaning of each leaf. */
async function typesOf(profile: ParquetProfile | undefined): Promise<string[]> {
  const { bytes } = await writeParquet(SCHEMA, [ROW], { profile })
  return leavesOf(bytes).map(typeText)
}

function leavesOf(bytes: Buffer): SchemaElement[] {
  return footerOf(bytes).schema.filter(({ type }) => type !== undefined)
}

function typeText({ name, type, converted_type, logical_type }: SchemaElement): string {
  const { unit, isAdjustedToUTC } = (logical_type ?? {}) as { unit?: string; isAdjustedToUTC?: boolean }
  return [name, type, converted_type, logical_type?.type, unit, isAdjustedToUTC && 'UTC']
    .filter(Boolean)
    .join(' ')
}

const TEXT = 'BYTE_ARRAY UTF8 STRING'
const UUID = 'FIXED_LEN_BYTE_ARRAY UUID'
const CLOCK = 'INT64 TIME_MICROS TIME MICROS'
const MS = 'INT64 TIMESTAMP_MILLIS TIMESTAMP MILLIS'
const US = 'INT64 TIMESTAMP_MICROS TIMESTAMP MICROS'
const NS = 'INT64 TIMESTAMP NANOS'
const JSON_TEXT = 'BYTE_ARRAY JSON JSON'

for (const [profile, id, clock, ms, ns, doc] of [
  [undefined, UUID, CLOCK, US, NS, TEXT],
  ['duckdb', UUID, CLOCK, US, NS, JSON_TEXT],
  ['spark', TEXT, TEXT, US, US, TEXT],
  ['bigquery', TEXT, CLOCK, US, US, TEXT],
  ['athena', TEXT, TEXT, MS, US, TEXT],
] as const) {
  t.test(`types of a file for ${profile ?? 'any reader'}, nested ones too`, async (t) => {
    t.strictSame(await typesOf(profile), [
      `id ${id}`,
      `clock ${clock}`,
      `ms ${ms}`,
      `us ${US}`,
      `ns ${ns}`,
      `zoned ${ms} UTC`,
      `doc ${doc}`,
      `id ${id}`,
      `element ${clock}`,
      `key ${TEXT}`,
      `value ${doc}`,
    ])
  })
}

t.test('values are the same for every reader', async (t) => {
  const texts = `id::text, clock::text, ms::text, us::text, ns::text, epoch_ms(zoned), doc::text,
    nested.id::text, nested.clocks[1]::text, nested.docs['k']::text`
  for (const profile of [undefined, 'duckdb', 'spark', 'bigquery', 'athena'] as const) {
    const { bytes } = await writeParquet(SCHEMA, [ROW, SCHEMA.map(() => null)], { profile })
    t.strictSame(
      await duckdb.query(bytes, `SELECT ${texts} FROM FILE`),
      [
        [
          '6f9619ff-8b86-d011-b42d-00cf4fc964ff',
          '12:34:56.789',
          '2026-01-02 03:04:05.678',
          '2026-01-02 03:04:05.678901',
          '2026-01-02 03:04:05.678901',
          BigInt(Date.parse('2026-01-01T18:04:05.678Z')),
          '{"a": 1}',
          '6f9619ff-8b86-d011-b42d-00cf4fc964ff',
          '01:02:03',
          '[1]',
        ],
        Array.from({ length: 10 }, () => null),
      ],
      profile ?? 'any reader',
    )
  }
})

t.test('DuckDB takes JSON of its own file for JSON', async (t) => {
  const { bytes } = await writeParquet([['doc', 'json']], [['{"a":[1,2]}']], { profile: 'duckdb' })
  t.strictSame(await duckdb.query(bytes, "SELECT typeof(doc), (doc->'a'->1)::text FROM FILE"), [
    ['JSON', '2'],
  ])
})

t.test('nanoseconds are kept where the type has them, within the years that they reach', async (t) => {
  const texts = [
    '1677-09-21 00:12:43.145225',
    '1969-12-31 23:59:59.999999999',
    '2262-04-11 23:47:16.854773999',
  ]
  const { bytes, plan } = await writeParquet(
    [['c', 'timestamp(9)']],
    texts.map((text) => [text]),
  )
  const found = await readHyparquet(bytes, plan)
  t.strictSame(found, [[-9_223_372_036_854_775_000n], [-1n], [9_223_372_036_854_773_999n]])
  t.strictSame(
    await duckdb.query(bytes, "SELECT epoch_ns(c) FROM FILE WHERE c < '2000-01-01' AND c > '1900-01-01'"),
    [[-1n]],
  )
  for (const text of ['1600-01-01 00:00:00', '2300-01-01 00:00:00', '2026-01-01 00:00:00.0000000001']) {
    const message = /^row 1, column "c": .* does not fit the type timestamp\(9\)/
    await t.rejects(writeParquet([['c', 'timestamp(9)']], [[text]]), { code: 'E_TYPE', message })
  }
})

const refused = (type: string, cell: string, options: WriteOptions) =>
  writeParquet([['c', type]], [[null], [cell]], options)

for (const [profile, type, cell] of [
  ['spark', 'timestamp(9)', '2026-01-01 00:00:00.000000001'],
  ['bigquery', 'timestamp(9)', '2026-01-01 00:00:00.000000001'],
  ['athena', 'timestamp(3)', '2026-01-01 00:00:00.0001'],
  ['athena', 'timestamp(6)', '2026-01-01 00:00:00.0000001'],
  ['spark', 'uuid', 'no uuid'],
  ['spark', 'time', '25:00:00'],
] as const) {
  t.test(`${cell} in a column of type ${type} ends a file for ${profile}: it is not rounded`, async (t) => {
    const message = /^row 2, column "c": /
    await t.rejects(refused(type, cell, { profile }), { code: 'E_TYPE', message })
  })
}

t.test('a timestamp that was cast from seconds has the unit of the profile', async (t) => {
  const edit = (plan: Plan) => cast({ c: 'timestamp' }).apply(plan)
  for (const profile of ['athena', 'spark'] as const) {
    const { bytes } = await writeParquet([['c', 'bigint']], [[1_767_322_245], [-1]], { profile, edit })
    t.strictSame(await duckdb.query(bytes, 'SELECT c::text FROM FILE'), [
      ['2026-01-02 02:50:45'],
      ['1969-12-31 23:59:59'],
    ])
  }
})

t.test('files of one plan for two readers do not share columns', async (t) => {
  let plan: Plan | undefined
  const edit = (given: Plan) => {
    plan ??= given
    return plan
  }
  const cells = [['6f9619ff-8b86-d011-b42d-00cf4fc964ff']]
  for (const [profile, type] of [
    ['duckdb', 'UUID'],
    ['spark', 'VARCHAR'],
    ['duckdb', 'UUID'],
  ] as const) {
    const { bytes } = await writeParquet([['c', 'uuid']], cells, { profile, edit })
    t.strictSame(await duckdb.query(bytes, 'SELECT typeof(c), c::text FROM FILE'), [[type, cells[0]![0]]])
  }
})

/** A column of each type, named by it, and the type that Spark gives it. */
const SPARK_TYPES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  tinyint: 'byte',
  smallint: 'short',
  integer: 'integer',
  bigint: 'long',
  real: 'float',
  double: 'double',
  'decimal(9,2)': 'decimal(9,2)',
  'decimal(18,0)': 'decimal(18,0)',
  'decimal(38,10)': 'decimal(38,10)',
  varchar: 'string',
  'char(3)': 'string',
  varbinary: 'binary',
  json: 'string',
  date: 'date',
  'time(6)': 'string',
  'time with time zone': 'string',
  timestamp: 'timestamp_ntz',
  'timestamp(3)': 'timestamp_ntz',
  'timestamp(9)': 'timestamp_ntz',
  'timestamp(6) with time zone': 'timestamp',
  uuid: 'string',
  ipaddress: 'string',
  'interval day to second': 'string',
  unknown: 'string',
}

t.test('Spark takes every type of a file for it, and refuses some of other files', async (t) => {
  const types = Object.keys(SPARK_TYPES)
  const schema = types.map((type): [string, string] => [type, type])
  // An unknown part would have the rows tell the type of the whole.
  const known = types.filter((type) => type !== 'unknown')
  const nested: Schema = [['all', `row(${known.map((type, i) => `f${i} array(${type})`).join(', ')})`]]
  const nulls = [types.map(() => null)]
  const { bytes } = await writeParquet(schema, nulls, { profile: 'spark' })
  t.strictSame(Object.fromEntries(leavesOf(bytes).map((leaf) => [leaf.name, sparkType(leaf)])), SPARK_TYPES)
  const inside = await writeParquet(nested, [[null]], { profile: 'spark' })
  t.strictSame(
    leavesOf(inside.bytes).map(sparkType),
    known.map((type) => SPARK_TYPES[type]),
  )
  const plain = await writeParquet(schema, nulls, {})
  const refused = leavesOf(plain.bytes).filter((leaf) => sparkType(leaf) === undefined)
  t.strictSame(
    refused.map(({ name }) => name),
    ['time(6)', 'timestamp(9)', 'uuid'],
  )
})

t.test('a file for Spark says that its dates are those of the calendar of today', async (t) => {
  const rows = [['0001-01-01']]
  const keysOf = async (options: WriteOptions) => {
    const { bytes } = await writeParquet([['d', 'date']], rows, options)
    return new Map(footerOf(bytes).key_value_metadata?.map(({ key, value }) => [key, value]))
  }
  const key = 'org.apache.spark.version'
  t.equal((await keysOf({ profile: 'spark' })).get(key), '3.0.0')
  t.equal((await keysOf({ profile: 'spark', metadata: { [key]: '4.1.0' } })).get(key), '4.1.0')
  for (const profile of [undefined, 'duckdb', 'bigquery', 'athena'] as const)
    t.notOk((await keysOf({ profile })).has(key), `${profile}`)
})

t.test('names that differ in their case only are one name to Spark, BigQuery and Athena', async (t) => {
  const schema: Schema = [
    ['Id', 'bigint'],
    ['id', 'bigint'],
    ['ID_2', 'bigint'],
  ]
  const namesFor = async (profile: ParquetProfile | undefined) =>
    leavesOf((await writeParquet(schema, [[1, 2, 3]], { profile })).bytes).map(({ name }) => name)
  for (const profile of ['spark', 'bigquery', 'athena'] as const)
    t.strictSame(await namesFor(profile), ['Id', 'id_3', 'ID_2'], profile)
  for (const profile of [undefined, 'duckdb'] as const)
    t.strictSame(await namesFor(profile), ['Id', 'id', 'ID_2'], `${profile}`)
})
