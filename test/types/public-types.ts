// Checked by `npm run check`: what the compiler knows of the public names. Nothing here runs.
import { Transform, Writable } from 'node:stream'
import { TransformStream } from 'node:stream/web'
import { S3Client } from '@aws-sdk/client-s3'
import { BlobServiceClient } from '@azure/storage-blob'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type } from 'arktype'
import { Client } from 'pg'
import type {
  CallOptions,
  Job,
  JobStatistics,
  JobStatus,
  KilledJob,
  PipelineOptions,
  Report,
  ResultSchema,
  Row,
  RowCallback,
  RowCallOptions,
  RowFunction,
  RowReadOptions,
  Sink,
  SluiceError,
  Source,
  StandardSchema,
  Value,
} from 'td-sluice'
import {
  batches,
  cast,
  connect,
  csv,
  filter,
  flatMap,
  job,
  limit,
  map,
  partitionBy,
  pipeline,
  query,
  rows,
  rowsTo,
  select,
  tap,
  tee,
  through,
  toReadable,
  validate,
} from 'td-sluice'
import type { OpenSink } from 'td-sluice/advanced'
import { azure } from 'td-sluice/azure'
import { duckdb } from 'td-sluice/duckdb'
import { postgres } from 'td-sluice/postgres'
import { s3 } from 'td-sluice/s3'
import { sftp } from 'td-sluice/sftp'
import * as v from 'valibot'
import * as z from 'zod'
import { expectTrue, type Same } from './expect.js'

const source = job('1')
type Item<T> = T extends AsyncIterable<infer U> ? U : never

const named = rows<{ time: number; path: string }>(source, { int64: 'number' })
expectTrue<Same<Item<typeof named>, { time: number; path: string }>>()

const zod = z.object({ id: z.number().transform(String), name: z.string().nullable() })
const byZod = rows(source, { validate: zod })
expectTrue<Same<Item<typeof byZod>, { id: string; name: string | null }>>()
const byValibot = batches(source, { validate: v.object({ id: v.bigint() }) })
expectTrue<Same<Item<typeof byValibot>, { id: bigint }[]>>()
const arktype = type({ id: type('number').pipe(String), 'name?': 'string | null' })
const byArktype = rows(source, { validate: arktype })
expectTrue<Same<Item<typeof byArktype>, { id: string; name?: string | null }>>()
const anySchemas: StandardSchema[] = [zod, v.object({ id: v.bigint() }), arktype]
for (const schema of anySchemas) validate(schema)

// A cell is any of these, whatever the options: the options choose among them at run time.
expectTrue<Same<Row[string], Value>>()
expectTrue<Same<Extract<Value, bigint>, bigint>>()
expectTrue<Same<Extract<Value, Date>, Date>>()
rows(source, {
  int64: 'bigint',
  timestamps: 'date',
  decimals: 'number',
  nullifySpecial: true,
  shape: 'object',
})
batches(source, { int64: 'string', timestamps: 'epoch', decimals: 'string' })
expectTrue<Same<RowReadOptions['int64'], 'number' | 'bigint' | 'string' | undefined>>()
expectTrue<Same<RowReadOptions['timestamps'], 'string' | 'date' | 'epoch' | undefined>>()
expectTrue<Same<RowReadOptions['decimals'], 'string' | 'number' | undefined>>()
// @ts-expect-error an unknown option value
rows(source, { timestamps: 'iso' })
// @ts-expect-error an unknown option value
rows(source, { decimals: 'bigint' })

// @ts-expect-error an unknown option value
rows(source, { int64: 'float' })
// @ts-expect-error rows are objects or arrays, not numbers
rows<number>(source)
// @ts-expect-error not a schema
rows(source, { validate: { parse: () => ({}) } })

export const anyFunctions: RowFunction[] = [map((row) => row), filter(() => true), validate(zod)]
map((row, index) => ({ n: index, path: row.path }), {
  concurrency: 4,
  columns: { n: 'bigint', path: 'varchar' },
})
map(async () => ({}))
flatMap(() => [{}, {}])
filter(async (row) => row.code === 200)
tap((row) => console.log(row))
through(new Transform({ objectMode: true }))
map((row) => ({ ...row, more: true }), { int64: 'bigint' })
expectTrue<Same<Parameters<RowCallback<boolean>>, [row: Row, index: number]>>()
// @ts-expect-error a row is an object
map(() => 5)
// @ts-expect-error a filter says yes or no
filter(() => 'yes')
// @ts-expect-error flatMap returns rows, not a row
flatMap(() => ({ id: 1 }))
// @ts-expect-error there is no such type to cast to
cast({ a: 'int' })

const own: Sink = {
  format: 'own',
  open: async (context): Promise<OpenSink> => ({
    input: new Writable(),
    rows: context.plan.columns.length,
    commit: async () => ({ path: undefined, bytesOut: 0, replacedTexts: 0 }),
    discard: async () => {},
  }),
}
const options: PipelineOptions = { signal: AbortSignal.timeout(1), onAbort: 'kill', limits: { depth: 3 } }
const run = pipeline(source, select(['a']), limit(1), validate(zod), tee(own, csv(new Writable())), options)
expectTrue<Same<typeof run, Promise<Report>>>()
pipeline(
  query('select 1', { database: 'db' }),
  rowsTo((batch: Row[]) => void batch),
)
csv(new TransformStream<Uint8Array, string>().writable)
// @ts-expect-error a readable stream is no destination
csv(new TransformStream().readable)
partitionBy(['date'], (path) => csv(path), { maxRowsPerFile: 5 })
// @ts-expect-error a pipeline ends with a sink
pipeline(source, select(['a']))
// @ts-expect-error a transform after the sink
pipeline(source, csv('a'), select(['a']))
// The database may be that of the connection, or TD_DATABASE.
query('select 1')
query('select 1', { connection: { site: 'eu01', database: 'db' }, waitTimeout: '2h' })
// @ts-expect-error settings of the connection are not those of the query
query('select 1', { database: 'db', site: 'eu01' })
// @ts-expect-error a duration has a unit
query('select 1', { database: 'db', waitTimeout: '2 hours' })

toReadable(source).pipe(new Writable())
postgres(['schema', 'table'], { connection: new Client(), create: true })
postgres('table')
duckdb('table', { database: 'file' })
csv(s3('s3://bucket/key.csv', { client: new S3Client({}), parameters: { StorageClass: 'GLACIER_IR' } }))
partitionBy(['day'], (path) => csv(`${path}.csv`), { folder: s3('gs://bucket/folder') })
const blobs = BlobServiceClient.fromConnectionString('UseDevelopmentStorage=true')
csv(azure(new URL('az://container/key.csv'), { client: blobs, partsInFlight: 2 }))
csv(sftp('sftp://user@host/key.csv', { privateKey: new Uint8Array(1), hostKeys: ['ssh-ed25519 AAAA'] }))
// @ts-expect-error a path is no key
sftp('sftp://user@host/key.csv', { privateKey: 7 })
declare const connection: DuckDBConnection
duckdb('table', { database: connection })
// @ts-expect-error where to is not optional
duckdb('table')

declare const error: SluiceError
const { code, exitCode, retryable, jobId, cause } = error
expectTrue<Same<typeof exitCode, number>>()
expectTrue<Same<typeof retryable, boolean>>()
expectTrue<Same<typeof jobId, string | undefined>>()
expectTrue<Same<typeof cause, unknown>>()
// @ts-expect-error codes are known names
code === 'E_NOTHING'

const client = connect({ site: 'jp01', database: 'db', idleTimeout: '90s' })
expectTrue<Same<ReturnType<typeof client.query>, Source>>()
expectTrue<Same<ReturnType<typeof client.job>, Source>>()
job('1', { connection: client })
const listed = client.jobs.list({ status: 'running' })
expectTrue<Same<Item<typeof listed>, Job>>()
const pages = client.jobs.pages({ status: 'running', slowerThan: '1m' })
expectTrue<Same<Item<typeof pages>, readonly Job[]>>()
expectTrue<Same<ReturnType<typeof client.jobs.statistics>, Promise<JobStatistics>>>()
expectTrue<Same<ReturnType<typeof client.jobs.kill>, Promise<KilledJob>>>()
expectTrue<Same<Job['times']['end'], Date | null>>()
expectTrue<Same<Job['schema'], ResultSchema | null>>()
const byKey = client.jobs.status({ domainKey: 'key' })
expectTrue<Same<typeof byKey, Promise<JobStatus>>>()
client.jobs.wait('1', { onStatus: ({ status }, progress) => console.log(status, progress?.percent) })
// @ts-expect-error the key has a name
client.jobs.status({ key: 'key' })

// The options of a request and those of a row function are two types, and both are exported.
export const requestOptions: CallOptions = { signal: new AbortController().signal }
export const rowOptions: RowCallOptions = { concurrency: 2 }
