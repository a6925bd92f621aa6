import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetMetadata } from 'hyparquet'
import t, { type Test } from 'tap'
import { ndjson, partitionBy, pipeline, query, type Source, tee } from '../../../../src/index.js'
import { parquet } from '../../../../src/sinks/formats/parquet/index.js'
import { job } from '../../../../src/sources/job.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { writeParquet } from '../../../support/parquet/file.js'
import { DuckDB } from '../../../support/parquet/readers.js'
import { sandboxFor } from '../../../support/sandbox/results.js'

const duckdb = new DuckDB()
t.teardown(() => duckdb.close())

const footerOf = (bytes: Buffer) =>
  parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)

/** The key-value metadata as both readers have it. */
async function metadataOf(t: Test, bytes: Buffer): Promise<Record<string, string>> {
  const pairs = footerOf(bytes).key_value_metadata!.map(({ key, value }) => [key, value!])
  const found = await duckdb.query(bytes, 'SELECT key, value FROM parquet_kv_metadata(PATH)')
  // DuckDB has them as bytes.
  const texts = found.map((pair) => pair.map((part) => Buffer.from(part as string, 'hex').toString()))
  t.strictSame(texts, pairs, 'DuckDB reads what hyparquet reads')
  return Object.fromEntries(pairs)
}

async function metadataFrom(t: Test, source: Source): Promise<Record<string, string>> {
  const path = join(t.testdir(), 'out.parquet')
  await pipeline(source, parquet(path))
  return metadataOf(t, readFileSync(path))
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

t.test('job, schema, writer and what the caller adds', async (t) => {
  const { bytes } = await writeParquet([['a', 'bigint']], [[1]], {
    jobId: '12345',
    metadata: { 'my.key': 'ü' },
  })
  const found = await metadataOf(t, bytes)
  t.match(found, {
    'td_sluice.job_id': '12345',
    'td_sluice.schema': '[["a","bigint"]]',
    'td_sluice.writer': /^td-sluice \d/,
    'my.key': 'ü',
  })
  t.match(footerOf(bytes).created_by, /^td-sluice version \d/)
})

t.test('the version of the file is that of its data pages, rows or none', async (t) => {
  for (const rows of [[[1]], []]) {
    t.equal(footerOf((await writeParquet([['a', 'bigint']], rows)).bytes).version, 1, 'by default')
    for (const page of ['v1', 'v2'] as const) {
      const { bytes } = await writeParquet([['a', 'bigint']], rows, { page })
      t.equal(footerOf(bytes).version, Number(page.slice(1)), page)
    }
  }
})

t.test('the hash of the query that was issued, and of the query in the record of a job', async (t) => {
  const { sandbox, options } = await sandboxFor(t)
  const sql = "select 1 as id, '日本' as name -- twice"
  const issued = await metadataFrom(t, query(sql, { ...options, database: 'sample_datasets' }))
  t.equal(issued['td_sluice.query_sha256'], sha256(sql))
  t.match(issued['td_sluice.job_id'], /^\d+$/)
  const attached = await metadataFrom(t, job(issued['td_sluice.job_id']!, options))
  t.equal(attached['td_sluice.query_sha256'], sha256(sql))
  t.equal(attached['td_sluice.job_id'], issued['td_sluice.job_id'])
  const load = sandbox.addJob({ schema: [['id', 'bigint']], rows: [[1]], query: { in: { type: 's3' } } })
  t.notOk('td_sluice.query_sha256' in (await metadataFrom(t, job(load, options))))
})

t.test('neither job nor query where the rows come from neither', async (t) => {
  const source = resultOf([['id', 'bigint']], [[1]], { jobId: undefined })
  t.strictSame(Object.keys(await metadataFrom(t, source)), ['td_sluice.schema', 'td_sluice.writer'])
})

t.test('files of partitions and in a tee have it too', async (t) => {
  const folder = t.testdir()
  const rows = [
    [1, 'a'],
    [2, 'b'],
  ]
  const schema = [
    ['id', 'bigint'],
    ['key', 'varchar'],
  ] as const
  const source = resultOf(schema, rows, { querySha256: sha256('select') })
  const parts = partitionBy(['key'], (path) => parquet(`${path}.parquet`), { folder })
  await pipeline(source, tee(parts, ndjson(join(folder, 'all.ndjson'))))
  for (const key of ['a', 'b']) {
    const found = await metadataOf(t, readFileSync(join(folder, `key=${key}`, 'part-0.parquet')))
    t.match(found, { 'td_sluice.job_id': '42', 'td_sluice.query_sha256': sha256('select') })
  }
})
