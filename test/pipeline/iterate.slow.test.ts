import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { pipeline as connect } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type } from 'arktype'
import t, { type Test } from 'tap'
import * as v from 'valibot'
import * as z from 'zod'
import { batches, cast, job, limit, rows, type SluiceError, toReadable } from '../../src/index.js'
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

/** Plain copies, for comparing. */
const plain = (list: readonly object[]) => list.map((row) => ({ ...row }))

t.test('rows come typed by the schema, one at a time or in batches', async (t) => {
  const expected = ROWS.map(([id, name]) => ({ id, name }))
  t.strictSame(plain(await collect(rows(resultOf(SCHEMA, ROWS)))), expected)
  t.strictSame((await collect(batches(resultOf(SCHEMA, ROWS)))).map(plain), [expected])
  t.strictSame(await collect(rows(resultOf(SCHEMA, ROWS), { shape: 'array' })), ROWS)
  const exact = await collect(rows<{ id: bigint }>(resultOf(SCHEMA, ROWS), { int64: 'bigint' }))
  t.strictSame(
    exact.map((row) => row.id),
    [1n, 2n, 3n],
  )
})

t.test('transforms apply, casts too', async (t) => {
  const transforms = [cast({ id: 'varchar' }), limit(2)]
  t.strictSame(plain(await collect(rows(resultOf(SCHEMA, ROWS), { transforms }))), [
    { id: '1', name: 'a' },
    { id: '2', name: 'b' },
  ])
  await t.rejects(collect(rows(resultOf(SCHEMA, ROWS), { transforms: [cast({ name: 'bigint' })] })), {
    code: 'E_TYPE',
    message: /row 1, column "name"/,
  })
})

t.test('a loop that ends by itself has seen a complete result', async (t) => {
  await t.rejects(collect(rows(resultOf(SCHEMA, ROWS, { expectedRows: 4 }))), {
    code: 'E_ROW_COUNT',
    jobId: '42',
  })
  await t.rejects(collect(rows(resultOf(SCHEMA, ROWS, { expectedRows: 2 }))), { code: 'E_ROW_COUNT' })
  const cut = memorySource(packRows(ROWS).subarray(0, 5), {
    compression: 'none',
    schemaText: JSON.stringify(SCHEMA),
  })
  await t.rejects(collect(rows(cut)), { code: 'E_MSGPACK_TRUNCATED' })
})

t.test('a Standard Schema checks and converts rows, and names row and column', async (t) => {
  const zod = z.object({ id: z.number().max(2), name: z.string().nullable().default('none') })
  const error = (await collect(rows(resultOf(SCHEMA, ROWS), { validate: zod })).catch(
    (e) => e,
  )) as SluiceError
  t.match(error, { code: 'E_TYPE', message: /^row 3, column "id": / })
  const valibot = v.object({ id: v.pipe(v.number(), v.transform(String)) })
  const checked = await collect(rows(resultOf(SCHEMA, ROWS), { validate: valibot }))
  t.strictSame(checked, [{ id: '1' }, { id: '2' }, { id: '3' }])
  const arktype = type({ id: '1 <= number <= 2', name: 'string | null' })
  await t.rejects(collect(rows(resultOf(SCHEMA, ROWS), { validate: arktype })), {
    code: 'E_TYPE',
    message: /^row 3, column "id": .+ 2/,
  })
  const renamed = type({ id: type('number').pipe((id) => `#${id}`), name: 'string | null' })
  t.strictSame(
    (await collect(rows(resultOf(SCHEMA, ROWS), { validate: renamed }))).map(({ id }) => id),
    ['#1', '#2', '#3'],
  )
  const late = v.objectAsync({
    id: v.pipeAsync(
      v.number(),
      v.checkAsync(async (id) => id < 2, 'too large'),
    ),
  })
  await t.rejects(collect(batches(resultOf(SCHEMA, ROWS), { validate: late })), {
    code: 'E_TYPE',
    message: 'row 2, column "id": too large',
  })
  const nested = z.object({ items: z.array(z.object({ sku: z.string() })) })
  const source = resultOf([['items', 'array(row(sku varchar))']], [[[['x'], [5]]]])
  await t.rejects(collect(rows(source, { validate: nested })), {
    message: /^row 1, column "items"\[1\]\.sku: /,
  })
})

const BULKY = bulkyJob(24_000, 1000)

/** The sockets that undici opens while a test runs. */
function openedSockets(t: Test): Socket[] {
  const sockets: Socket[] = []
  const onConnected = (message: unknown) => sockets.push((message as { socket: Socket }).socket)
  subscribe('undici:client:connected', onConnected)
  t.teardown(() => unsubscribe('undici:client:connected', onConnected))
  return sockets
}

/** Compressed bytes that may have been read from the network while the program does not ask for more rows. */
const READ_AHEAD = 8 * 1024 * 1024

t.test('a slow consumer keeps what is read ahead below a bound', async (t) => {
  const { sandbox, options } = await sandboxFor(t)
  const sockets = openedSockets(t)
  const id = sandbox.addJob(BULKY)
  const iterator = batches(job(id, options))
  const first = await iterator.next()
  await sleep(400)
  const read = sockets.reduce((sum, socket) => sum + socket.bytesRead, 0)
  t.ok(read > 0 && read < READ_AHEAD, `${read} bytes were read for one batch`)
  t.ok(
    downloads(sandbox).some(({ ended }) => !ended),
    'the server waits',
  )
  let count = first.value!.length
  for await (const batch of iterator) count += batch.length
  t.equal(count, 24_000)
})

t.test('leaving a loop closes the connection at once', async (t) => {
  const { sandbox, options } = await sandboxFor(t)
  const id = sandbox.addJob(BULKY)
  const closed = () => eventually(() => downloads(sandbox).every(({ ended }) => ended))
  for await (const _ of rows(job(id, options))) break
  await closed()
  const boom = new Error('boom')
  const throwing = async () => {
    for await (const _ of rows(job(id, options))) throw boom
  }
  await t.rejects(throwing(), boom)
  await closed()
  const aborter = new AbortController()
  const aborted = async () => {
    for await (const _ of batches(job(id, options), { signal: aborter.signal })) aborter.abort()
  }
  await t.rejects(aborted(), { code: 'E_INTERRUPTED', jobId: id })
  await closed()
})

t.test('an abort while the server is silent ends the loop at once', async (t) => {
  const { sandbox, options } = await sandboxFor(t, {
    faults: [{ kind: 'stall', ms: 60_000, at: 200_000 }],
  })
  const id = sandbox.addJob(bulkyJob(3000, 1000))
  const started = performance.now()
  const aborted = collect(rows(job(id, options), { signal: AbortSignal.timeout(300) }))
  await t.rejects(aborted, { code: 'E_INTERRUPTED' })
  t.ok(performance.now() - started < 30_000, 'long before the server goes on')
})

t.test('toReadable is a Node stream of rows, and a web stream if wanted', async (t) => {
  const seen: unknown[] = []
  const sink = new Writable({
    objectMode: true,
    write(row, _encoding, done) {
      seen.push({ ...row })
      done()
    },
  })
  await connect(toReadable(resultOf(SCHEMA, ROWS)), sink)
  t.strictSame(
    seen,
    ROWS.map(([id, name]) => ({ id, name })),
  )
  const web = Readable.toWeb(toReadable(resultOf(SCHEMA, ROWS)))
  t.equal((await collect(web)).length, 3)
  await t.rejects(collect(toReadable(resultOf(SCHEMA, ROWS, { expectedRows: 9 }))), { code: 'E_ROW_COUNT' })
})

t.test('destroying the stream closes the connection, also while it waits', async (t) => {
  const { sandbox, options } = await sandboxFor(t, {
    faults: [{ kind: 'stall', ms: 60_000, at: 100_000 }],
  })
  const id = sandbox.addJob(bulkyJob(3000, 1000))
  const stream = toReadable(job(id, options)).on('error', () => {})
  stream.resume()
  await eventually(() => (downloads(sandbox)[0]?.bytesSent ?? 0) > 0)
  stream.destroy()
  await eventually(() => stream.closed && downloads(sandbox).every(({ ended }) => ended))
})

t.test('what is wrong with a call is thrown by the call, and not by the loop', async (t) => {
  const wrong = [{ shpae: 'array' }, { int64: 'number64' }, { shape: 7 }, null, 7]
  for (const read of [rows, batches, toReadable] as ((source: unknown, options?: unknown) => unknown)[]) {
    for (const options of wrong)
      t.throws(() => read(job('1'), options), { code: 'E_USAGE' }, String(read.name))
    for (const source of [undefined, 'select 1', {}]) t.throws(() => read(source), { code: 'E_USAGE' })
  }
})
