import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import * as z from 'zod'
import {
  csv,
  job,
  limit,
  map,
  ndjson,
  type OpenResult,
  open,
  pipeline,
  type Sink,
  SluiceError,
  select,
  stream,
  tee,
} from '../../src/index.js'
import { memorySource, packRows, resultOf } from '../support/msgpack/encoded-results.js'
import { eventually } from '../support/process/eventually.js'
import { bulkyJob, downloads, sandboxFor } from '../support/sandbox/results.js'
import { collect } from '../support/streams/collect.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const ROWS = [
  [1, 'a'],
  [2, 'b'],
  [3, null],
]
const result = () => resultOf(SCHEMA, ROWS)

const plain = (list: readonly object[]) => list.map((row) => ({ ...row }))
const OBJECTS = ROWS.map(([id, name]) => ({ id, name }))

t.test('job, schema and number of rows are known before the first row is read', async (t) => {
  let read = 0
  const body = new Readable({
    read() {
      read++
    },
  })
  const source = resultOf(SCHEMA, ROWS, { body })
  const opened = await open(source)
  t.equal(opened.jobId, '42')
  t.equal(opened.expectedRows, 3)
  t.strictSame(
    opened.schema.columns.map(({ name, typeText }) => [name, typeText]),
    SCHEMA,
  )
  t.ok(read <= 1)
  await opened.close()
  t.ok(body.destroyed)
})

t.test('rows and batches are those of the functions, with their options', async (t) => {
  t.strictSame(plain(await collect((await open(result())).rows())), OBJECTS)
  t.strictSame((await collect((await open(result())).batches())).map(plain), [OBJECTS])
  t.strictSame(await collect((await open(result())).rows({ shape: 'array' })), ROWS)
  const exact = (await open(result())).rows<{ id: bigint }>({ int64: 'bigint', transforms: [limit(1)] })
  t.strictSame(plain(await collect(exact)), [{ id: 1n, name: 'a' }])
  const schema = z.object({ id: z.number().transform(String) })
  t.strictSame(await collect((await open(result())).rows({ validate: schema, transforms: [limit(1)] })), [
    { id: '1' },
  ])
})

t.test('to writes as pipeline does, through transforms chosen by the schema', async (t) => {
  const path = join(t.testdir(), 'x.csv')
  const opened = await open(result())
  const names = opened.schema.columns.map(({ name }) => name).filter((name) => name !== 'id')
  const report = await opened.to(select(names), csv(path))
  t.equal(readFileSync(path, 'utf8'), 'name\na\nb\n\n')
  const { durations, ...rest } = await pipeline(result(), select(names), csv(path))
  t.match(report, rest)
  t.strictSame(Object.keys(report.durations), Object.keys(durations))
  t.equal(await opened.report, report)
})

t.test('a loop that has ended by itself has a report', async (t) => {
  const opened = await open(result())
  await collect(opened.rows({ transforms: [map((row) => row), limit(2)] }))
  t.match(await opened.report, {
    jobId: '42',
    format: 'rows',
    path: undefined,
    rows: 3,
    rowsWritten: 2,
    bytesIn: gzipSync(packRows(ROWS)).length,
    bytesOut: 0,
    limited: true,
  })
})

const CONSUMERS: Readonly<Record<string, (opened: OpenResult, folder: string) => Promise<unknown>>> = {
  rows: (opened) => collect(opened.rows()),
  batches: (opened) => collect(opened.batches()),
  to: (opened, folder) => opened.to(csv(join(folder, 'x.csv'))),
}

for (const [name, consume] of Object.entries(CONSUMERS)) {
  t.test(
    `${name}: a second consumer is a usage error, whichever it is, and does not disturb the first`,
    async (t) => {
      const opened = await open(result())
      const first = consume(opened, t.testdir())
      for (const second of Object.values(CONSUMERS)) {
        await t.rejects(second(opened, t.testdir()), { code: 'E_USAGE', hint: /tee/ })
      }
      const left = opened.rows()
      await left.return(undefined)
      await first
      t.match(await opened.report, { rows: 3 })
      await t.rejects(consume(opened, t.testdir()), { code: 'E_USAGE' }, 'nor is it read after the end')
    },
  )

  t.test(`${name}: what is wrong with the data surfaces there, and in the report`, async (t) => {
    for (const [code, source] of [
      ['E_ROW_COUNT', resultOf(SCHEMA, ROWS, { expectedRows: 4 })],
      [
        'E_GZIP_TRUNCATED',
        memorySource(gzipSync(packRows(ROWS)).subarray(0, -9), { schemaText: JSON.stringify(SCHEMA) }),
      ],
      ['E_SCHEMA', resultOf([['id', 'bigint']], ROWS)],
    ] as const) {
      const folder = t.testdir()
      const opened = await open(source)
      // Long enough for a failure to surface where nobody listens.
      await new Promise((resolve) => setImmediate(resolve))
      await t.rejects(consume(opened, folder), { code })
      await t.rejects(opened.report, { code })
      t.strictSame(readdirSync(folder), [])
      await opened.close()
    }
  })

  t.test(`${name}: after close there is nothing to read`, async (t) => {
    const opened = await open(result())
    await opened.close()
    await opened.close()
    await t.rejects(consume(opened, t.testdir()), { code: 'E_USAGE' })
    await t.rejects(opened.report, { code: 'E_INTERRUPTED', message: 'the result was closed' })
  })

  t.test(`${name}: closing a result that is being read ends its reader and leaves no output`, async (t) => {
    const folder = t.testdir()
    const body = new PassThrough()
    body.write(gzipSync(packRows(ROWS)).subarray(0, 12))
    const opened = await open(resultOf(SCHEMA, ROWS, { body }))
    const reading = consume(opened, folder)
    reading.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
    await opened.close()
    await t.rejects(reading, { code: 'E_INTERRUPTED', message: 'the result was closed' })
    await t.rejects(opened.report, { code: 'E_INTERRUPTED' })
    t.strictSame(readdirSync(folder), [])
    t.ok(body.destroyed)
  })

  t.test(`${name}: an abort while nobody reads surfaces there`, async (t) => {
    const controller = new AbortController()
    const opened = await open(result(), { signal: controller.signal })
    controller.abort()
    await t.rejects(consume(opened, t.testdir()), { code: 'E_INTERRUPTED' })
  })
}

t.test('leaving a loop closes the result, also one that has not begun', async (t) => {
  for (const leave of [
    async (opened: OpenResult) => {
      for await (const _ of opened.rows()) break
    },
    async (opened: OpenResult) => void (await opened.rows().return(undefined)),
    async (opened: OpenResult) => void (await opened.batches().return(undefined)),
    async (opened: OpenResult) => opened[Symbol.asyncDispose](),
  ]) {
    const input = Readable.from([gzipSync(packRows(ROWS))], { objectMode: false })
    const opened = await open(stream(input, { schema: JSON.stringify(SCHEMA) }))
    await leave(opened)
    await eventually(() => input.destroyed)
    await t.rejects(opened.report, { code: 'E_INTERRUPTED' })
  }
})

t.test('closing a download that nobody reads closes its connection', async (t) => {
  const { sandbox, options } = await sandboxFor(t)
  const opened = await open(job(sandbox.addJob(bulkyJob(24_000, 1000)), options))
  t.ok(
    downloads(sandbox).some(({ ended }) => !ended),
    'the server waits',
  )
  await opened.close()
  await eventually(() => downloads(sandbox).every(({ ended }) => ended))
})

t.test(
  'a sink that is given to a result that is read already, or does not get ready, is given up',
  async (t) => {
    const opened = await open(result())
    const notReady: Sink = {
      ...csv('unused.csv'),
      prepare: async () => {
        throw new SluiceError('E_EXISTS', 'no')
      },
    }
    const given = new PassThrough()
    await t.rejects(opened.to(tee(notReady, csv(given))), { code: 'E_EXISTS' })
    t.match(given.errored, { code: 'E_EXISTS' })
    const late = new PassThrough()
    await t.rejects(opened.to(ndjson(late)), { code: 'E_USAGE' })
    t.ok(late.destroyed)
  },
)

t.test('wrong arguments are usage errors', async (t) => {
  for (const wrong of [undefined, 5, {}, 'select 1']) {
    await t.rejects(open(wrong as never), { code: 'E_USAGE' })
  }
  for (const wrong of [5, null, { signal: 1 }, []]) {
    await t.rejects(open(result(), wrong as never), { code: 'E_USAGE' })
  }
  for (const wrong of [[], [5], [select(['id'])], [csv('x'), {}], [csv('x'), csv('y')]]) {
    await t.rejects(
      (await open(result())).to(...(wrong as [Sink])),
      { code: 'E_USAGE' },
      JSON.stringify(wrong),
    )
  }
  await t.rejects(collect((await open(result())).rows(5 as never)), { code: 'E_USAGE' })
  t.notOk(existsSync('x'))
})
