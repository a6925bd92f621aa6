import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import {
  csv,
  exclude,
  filter,
  flatMap,
  limit,
  map,
  msgpack,
  ndjson,
  type ProgressEvent,
  pipeline,
  rename,
  rowsTo,
  type Sink,
  SluiceError,
  select,
  stream,
  tee,
} from '../../src/index.js'
import { memorySource, packRows, resultOf } from '../support/msgpack/encoded-results.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const ROWS = [
  [1, 'a'],
  [2, 'b,c'],
  [3, null],
]

t.test('a result becomes a file, and the report is true of it', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'out.csv')
  const report = await pipeline(resultOf(SCHEMA, ROWS), csv(path))
  t.equal(readFileSync(path, 'utf8'), 'id,name\n1,a\n2,"b,c"\n3,\n')
  const gz = gzipSync(packRows(ROWS))
  t.match(report, {
    jobId: '42',
    format: 'csv',
    path,
    rows: 3,
    bytesIn: gz.byteLength,
    bytesOut: 23,
    sha256: createHash('sha256').update('id,name\n1,a\n2,"b,c"\n3,\n').digest('hex'),
    resultSha256: createHash('sha256').update(gz).digest('hex'),
    limited: false,
    replacedTexts: 0,
  })
  t.strictSame(readdirSync(folder), ['out.csv'], 'nothing else is left')
})

t.test('an abort ends a run that waits for a stream of the program', { timeout: 10_000 }, async (t) => {
  const input = new PassThrough()
  input.write(gzipSync(packRows(ROWS)).subarray(0, 12))
  const folder = t.testdir()
  const controller = new AbortController()
  const source = stream(input, { schema: JSON.stringify(SCHEMA) })
  const run = pipeline(source, csv(join(folder, 'out.csv')), { signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  await t.rejects(run, { code: 'E_INTERRUPTED' })
  t.ok(input.destroyed)
  t.strictSame(readdirSync(folder), [])
})

t.test('a .gz path is compressed', async (t) => {
  const path = join(t.testdir(), 'out.ndjson.gz')
  await pipeline(resultOf(SCHEMA, ROWS), ndjson(path))
  t.equal(
    gunzipSync(readFileSync(path)).toString(),
    '{"id":1,"name":"a"}\n{"id":2,"name":"b,c"}\n{"id":3,"name":null}\n',
  )
})

t.test('every chunking of the body gives the same bytes', async (t) => {
  const expected = packRows(ROWS)
  for (const chunkBytes of [1, 2, 3, 7, 64]) {
    const path = join(t.testdir(), 'out.msgpack')
    await pipeline(resultOf(SCHEMA, ROWS, { chunkBytes }), msgpack(path))
    t.ok(expected.equals(readFileSync(path)), `${chunkBytes} bytes a chunk`)
  }
})

t.test('transforms apply in order', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const report = await pipeline(
    resultOf(SCHEMA, ROWS),
    rename({ name: 'label' }),
    filter((row) => row.label !== null),
    map((row) => ({ key: `${row.id}!`, label: row.label })),
    flatMap((row) => [row, { ...row, label: 'again' }]),
    exclude(['label']),
    csv(path),
  )
  t.equal(readFileSync(path, 'utf8'), 'key\n1!\n1!\n2!\n2!\n')
  t.match(report, { rows: 3, rowsWritten: 4 })
})

t.test('filter passes rows on byte for byte', async (t) => {
  const rows = [[2n ** 63n], [1], [-0.5]]
  const path = join(t.testdir(), 'out.msgpack')
  const source = resultOf([['v', 'double']], rows)
  await pipeline(
    source,
    filter((row) => row.v !== 1, { int64: 'bigint' }),
    msgpack(path),
  )
  t.ok(packRows([[2n ** 63n], [-0.5]]).equals(readFileSync(path)))
})

t.test('row functions may be asynchronous and keep the order', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const slow = map(async (row) => {
    await sleep(Number(row.id) === 1 ? 20 : 1)
    return { id: row.id }
  })
  await pipeline(resultOf(SCHEMA, ROWS), slow, csv(path, { header: false }))
  t.equal(readFileSync(path, 'utf8'), '1\n2\n3\n')
})

t.test('a limit ends the run early, and says so', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const many = Array.from({ length: 5000 }, (_, i) => [i, 'x'.repeat(100)])
  const report = await pipeline(
    resultOf(SCHEMA, many, { chunkBytes: 512 }),
    limit(2),
    select(['id']),
    csv(path),
  )
  t.equal(readFileSync(path, 'utf8'), 'id\n0\n1\n')
  t.match(report, { limited: true, rowsWritten: 2 })
  const none = await pipeline(resultOf(SCHEMA, many), limit(0), csv(path))
  t.equal(readFileSync(path, 'utf8'), 'id,name\n')
  t.equal(none.limited, true)
})

t.test('a limit before a row function counts the rows that enter it', async (t) => {
  const seen: unknown[] = []
  const report = await pipeline(
    resultOf(SCHEMA, ROWS),
    limit(2),
    map((row) => ({ twice: Number(row.id) * 2 })),
    rowsTo((rows) => {
      seen.push(...rows.map((row) => row.twice))
    }),
  )
  t.strictSame(seen, [2, 4])
  t.equal(report.limited, true)
})

t.test('without a schema the columns are numbered, and a notice says so', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const events: ProgressEvent[] = []
  for (const schemaText of [null, '', ' ']) {
    await pipeline(resultOf(SCHEMA, ROWS, { schemaText, chunkBytes: 1 }), csv(path), {
      onProgress: (event) => events.push(event),
    })
    t.equal(readFileSync(path, 'utf8'), '_col0,_col1\n1,a\n2,"b,c"\n3,\n')
  }
  t.equal(events.filter((event) => event.type === 'notice' && event.code === 'N_SCHEMA_MISSING').length, 3)
})

t.test('a result of no rows is complete', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  await pipeline(resultOf(SCHEMA, []), csv(path))
  t.equal(readFileSync(path, 'utf8'), 'id,name\n')
  await pipeline(
    memorySource(Buffer.alloc(0), { expectedBytes: 0, expectedRows: 0 }),
    csv(path, { header: false }),
  )
  t.equal(readFileSync(path, 'utf8'), '', 'an empty body too, where the job record says so')
})

t.test('what disagrees with the job record is never a success', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'out.csv')
  writeFileSync(path, 'old')
  const run = (announced: object, options = {}) =>
    pipeline(resultOf(SCHEMA, ROWS, announced), csv(path), options)
  await t.rejects(run({ expectedRows: 4 }), { code: 'E_ROW_COUNT', jobId: '42' })
  await t.rejects(run({ expectedRows: 2 }), { code: 'E_ROW_COUNT' })
  await t.rejects(run({ expectedBytes: 7 }), { code: 'E_SIZE_MISMATCH' })
  await t.rejects(run({ schemaText: '[["id"' }), { code: 'E_SCHEMA' })
  await t.rejects(run({ schemaText: '[["id","bigint"]]' }), { code: 'E_SCHEMA' })
  await t.rejects(pipeline(memorySource(Buffer.alloc(0)), csv(path)), { name: 'SluiceError', exitCode: 12 })
  t.equal(readFileSync(path, 'utf8'), 'old')
  t.strictSame(readdirSync(folder), ['out.csv'])
  t.equal((await run({ expectedRows: 4 }, { verifyCount: false })).rows, 3)
})

t.test('a cut at any byte of the body is an error and leaves no file', async (t) => {
  const folder = t.testdir()
  const bytes = gzipSync(packRows(ROWS))
  for (let cut = 0; cut < bytes.byteLength; cut++) {
    const source = memorySource(bytes.subarray(0, cut), { schemaText: JSON.stringify(SCHEMA) })
    await t.rejects(
      pipeline(source, csv(join(folder, 'out.csv'))),
      { name: 'SluiceError', exitCode: 12 },
      `cut at ${cut}`,
    )
  }
  t.strictSame(readdirSync(folder), [])
})

t.test('an abort ends the run at once with the reason given', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const reason = new SluiceError('E_TERMINATED', 'enough')
  const aborter = new AbortController()
  const endless = map(async (row) => {
    aborter.abort(reason)
    await sleep(5)
    return row
  })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), endless, csv(path), { signal: aborter.signal }), {
    code: 'E_TERMINATED',
    jobId: '42',
  })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), csv(path), { signal: AbortSignal.abort() }), {
    code: 'E_INTERRUPTED',
  })
  t.notOk(existsSync(path))
})

t.test('what a row function throws ends the run with that as the cause', async (t) => {
  const boom = new TypeError('boom')
  const path = join(t.testdir(), 'out.csv')
  const failing = map(() => {
    throw boom
  })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), failing, csv(path)), {
    code: 'E_CALLBACK',
    message: 'the function for row 1 failed: boom',
    cause: boom,
  })
  t.notOk(existsSync(path))
})

t.test('a returned row may not have a column that the first lacks, unless declared', async (t) => {
  const path = join(t.testdir(), 'out.csv')
  const change = (row: { id?: unknown }) => (row.id === 1 ? { id: 1 } : { id: row.id, extra: true })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), map(change), csv(path)), {
    code: 'E_CALLBACK',
    message: /extra/,
  })
  await pipeline(resultOf(SCHEMA, ROWS), map(change, { columns: ['id', 'extra'] }), csv(path))
  t.equal(readFileSync(path, 'utf8'), 'id,extra\n1,\n2,true\n3,true\n')
})

/** A sink that keeps the chunks it was given, and has counted them when a little time has passed. */
function keeping(chunks: Uint8Array[], copiesInput?: boolean): Sink {
  let bytes = 0
  const input = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      setImmediate(done)
    },
  })
  return {
    format: 'test',
    open: async () => ({
      input,
      ...(copiesInput === undefined ? {} : { copiesInput }),
      rows: 1,
      commit: async () => ({ path: undefined, bytesOut: bytes, replacedTexts: 0 }),
      discard: async () => void input.destroy(),
    }),
  }
}

t.test('the memory of chunks is given back only where the sink says that it copies them', async (t) => {
  const row = ['x'.repeat(5 * 1024 * 1024)]
  // Inflated from pieces of this size, several chunks share a buffer.
  const source = () => resultOf([['text', 'varchar']], [row], { chunkBytes: 400 })
  const whole = packRows([row]).length
  const left = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  for (const keeps of [undefined, false]) {
    const chunks: Uint8Array[] = []
    await pipeline(source(), keeping(chunks, keeps))
    t.equal(left(chunks), whole, 'a sink that says nothing may keep them')
    const [one, other]: Uint8Array[][] = [[], []]
    await pipeline(source(), tee(keeping(one!, true), keeping(other!, keeps)))
    t.same([left(one!), left(other!)], [whole, whole], 'what one of several keeps is not taken from it')
  }
  const [alone, ...both]: Uint8Array[][] = [[], [], []]
  const report = await pipeline(source(), keeping(alone!, true))
  t.equal(report.bytesOut, whole, 'all of them were there when they were written')
  t.ok(left(alone!) < 1024 * 1024, 'only the last buffer, which is not full, is left')
  await pipeline(source(), tee(keeping(both[0]!, true), keeping(both[1]!, true)))
  t.ok(left(both[0]!) < 1024 * 1024)
})

t.test('a slow Writable holds everything back', async (t) => {
  let written = 0
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      written += chunk.byteLength
      setTimeout(callback, 2)
    },
  })
  const rows = Array.from({ length: 20_000 }, (_, i) => [i, 'y'.repeat(50)])
  const report = await pipeline(resultOf(SCHEMA, rows), csv(slow))
  t.equal(written, report.bytesOut)
})

t.test('a wrong call says what is wrong', async (t) => {
  const source = resultOf(SCHEMA, ROWS)
  // @ts-expect-error a pipeline needs a sink
  await t.rejects(pipeline(source), { code: 'E_USAGE', message: /sink/ })
  // @ts-expect-error a string is no transform
  await t.rejects(pipeline(source, 'csv', csv('x.csv')), { code: 'E_USAGE', message: /argument 2/ })
})
