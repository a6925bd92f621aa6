import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { inOrder } from '../../../src/sources/download/ordered.js'
import { partSize, planParts } from '../../../src/sources/download/part-plan.js'
import {
  bytesOf,
  cut,
  download,
  gainOf,
  RESULT,
  serve,
  sha256,
  throttled,
} from '../../support/client/result.js'
import { reply, startServer } from '../../support/client/server.js'
import { eventually } from '../../support/process/eventually.js'
import { nodeWarnings } from '../../support/process/warnings.js'

const MIB = 1024 * 1024
const BYTES = randomBytes(20 * MIB)
const FOUR = { expectedBytes: BYTES.length, connections: 4 }
const PLAN = planParts(BYTES.length, 4)!
/** Where each part begins, and, at the end, where the last one ends. */
const STARTS = [0]
while (STARTS.at(-1)! < BYTES.length) STARTS.push(STARTS.at(-1)! + partSize(PLAN, STARTS.length - 1))
const PARTS = STARTS.length - 1

t.test('parts come together in order, each fetched once', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, serve(BYTES))
  const result = download(t, server, FOUR)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.sha256, sha256(BYTES))
  const ranges = server.requests.map(({ headers }) => headers.range)
  t.same(ranges[0], `bytes=0-${STARTS[1]! - 1}`)
  t.equal(ranges.length, PARTS)
  t.equal(new Set(ranges).size, PARTS)
  t.ok(server.requests.slice(1).every(({ headers }) => headers['if-range'] === '"v1"'))
  t.ok(server.connections < 7, 'connections are used again')
})

t.test('with a server that throttles each connection, six are much faster than one', async (t) => {
  const gain = await gainOf(t, 6, BYTES.subarray(0, 9 * MIB), 2 * MIB)
  t.ok(gain >= 2, `${gain.toFixed(1)} times as fast`)
})

t.test('however many connections: no more listeners than parts under way', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, serve(BYTES))
  const warnings = nodeWarnings(t)
  const result = download(t, server, { expectedBytes: BYTES.length, connections: 32 })
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.ok(result.attempts > 60, 'more parts than any signal may have listeners')
  t.same(warnings, [])
})

t.test('a server that refuses ranges is read over the one connection that it answered', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, serve(BYTES, { ranges: false }))
  const result = download(t, server, FOUR)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.attempts, 1)
})

t.test('without a strong tag nothing is put together from parts', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, serve(BYTES, { etag: 'W/"v1"' }))
  t.equal(sha256(await bytesOf(download(t, server, FOUR))), sha256(BYTES))
  t.same(
    server.requests.map(({ headers }) => headers.range !== undefined),
    [true, false],
  )
})

t.test('A4, A5: parts that break off go on where they were', async (t) => {
  const server = await startServer(t)
  for (let i = 0; i < 20; i++) server.script(RESULT, cut(BYTES, i * 100_000, i % 2 === 0 ? 'reset' : 'close'))
  server.always(RESULT, serve(BYTES))
  const broken: number[] = []
  const result = download(t, server, { ...FOUR, onBroken: (offset) => broken.push(offset) })
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(result.attempts, PARTS + broken.length)
})

t.test('B2: a result that changes meanwhile is never mixed', async (t) => {
  const server = await startServer(t)
  const other = Buffer.from(BYTES)
  other[10]! ^= 1
  server.script(RESULT, serve(BYTES), serve(BYTES))
  server.always(RESULT, serve(other, { etag: '"v2"' }))
  await t.rejects(bytesOf(download(t, server, FOUR)), { code: 'E_RESULT_CHANGED' })
})

t.test('B2: where only the tag changes, it is read in one piece and is the same', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, serve(BYTES), serve(BYTES))
  server.always(RESULT, serve(BYTES, { etag: '"v2"' }))
  t.equal(sha256(await bytesOf(download(t, server, FOUR))), sha256(BYTES))
})

t.test(
  'A1, B10, B11: a part that does not get on ends the download, with its own patience only',
  async (t) => {
    for (const [status, code, requests] of [
      [503, 'E_HTTP_5XX', 3],
      [404, 'E_RESULT_GONE', 1],
      [401, 'E_AUTH', 1],
    ] as const) {
      t.test(code, async (t) => {
        const server = await startServer(t)
        const failing = `bytes=${STARTS[3]}-${STARTS[4]! - 1}`
        server.always(RESULT, (socket, request) =>
          (request.headers.range === failing ? reply(status) : serve(BYTES))(socket, request),
        )
        await t.rejects(bytesOf(download(t, server, { ...FOUR, config: { retries: 2 } })), {
          code,
          jobId: '7',
        })
        t.equal(server.requests.filter(({ headers }) => headers.range === failing).length, requests)
      })
    }
  },
)

t.test('a reader that pauses has no more than the window fetched for it', async (t) => {
  const bytes = randomBytes(64 * MIB)
  const server = await startServer(t)
  server.always(RESULT, serve(bytes))
  const result = download(t, server, { expectedBytes: bytes.length, connections: 4 })
  result.read(0)
  await sleep(1000)
  const read = result.bytesRead
  const { window, connections, size } = planParts(bytes.length, 4)!
  const starts = server.requests.map(({ headers }) => Number(/\d+/.exec(headers.range!)![0]))
  // The window is what was fetched ahead. The last part begun lies behind it and behind what is missing of those before.
  const bound = read + window + connections * size
  t.ok(Math.max(...starts) <= bound, `${Math.max(...starts)} was asked for`)
  t.ok(bound < bytes.length / 2)
  t.equal(sha256(await bytesOf(result)), sha256(bytes))
})

t.test('F18: a reader that leaves ends all connections', async (t) => {
  const server = await startServer(t)
  server.always(RESULT, throttled(BYTES, MIB))
  const result = download(t, server, FOUR)
  for await (const _ of result) break
  await eventually(() => server.openConnections === 0)
  t.ok(server.requests.length <= 4, 'and nothing more is asked for')
})

t.test('the plan: small results in one piece, the window for the others', async (t) => {
  t.equal(planParts(undefined, 4), undefined)
  t.equal(planParts(32 * MIB, undefined), undefined)
  t.equal(planParts(100 * MIB, 1), undefined)
  t.equal(planParts(1000, 4), undefined)
  t.same(planParts(33 * MIB, undefined), { connections: 6, window: 6 * MIB, size: 2 * MIB })
  t.match(planParts(100 * MIB, 32), { connections: 32, size: 384 * 1024 })
  const plan = planParts(100 * MIB, 4)!
  const sizes = [0, 1, 2, 3, 4].map((i) => partSize(plan, i) / plan.size)
  t.same(sizes, [0.25, 0.5, 0.75, 1, 1], 'not all are done at once')
  for (const connections of [0, -1, 1.5, 33, Number.NaN]) {
    t.throws(() => planParts(1000, connections), { code: 'E_USAGE' })
  }
})

t.test('sources of any pace come in order, and no more run than may', async () => {
  const source = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 })
  const limits = fc.record({ active: fc.integer({ min: 1, max: 4 }), bytes: fc.integer({ min: 1, max: 16 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(source, { maxLength: 12 }),
      limits,
      fc.boolean(),
      async (sources, limit, slow) => {
        let running = 0
        let held = 0
        async function* run(pauses: number[], index: number) {
          if (++running > limit.active) throw new Error('too many run')
          for (const [i, pause] of pauses.entries()) {
            if (pause > 0) await sleep(pause)
            // Each may go beyond by a chunk; the one that is read may fetch one more.
            held += 2
            if (held > limit.bytes + 2 * limit.active + 2) throw new Error('too much is held')
            yield Uint8Array.of(index, i)
          }
          running--
        }
        const expected = sources.flatMap((pauses, index) => pauses.map((_, i) => `${index},${i}`))
        const seen: string[] = []
        for await (const chunk of inOrder(sources.map(run).values(), limit)) {
          held -= 2
          seen.push(chunk.join())
          if (slow) await sleep(1)
        }
        return seen.join(' ') === expected.join(' ')
      },
    ),
    { numRuns: 60 },
  )
})

t.test('a source that fails does so in its turn, and none begins after that', async (t) => {
  const begun: number[] = []
  async function* run(index: number) {
    begun.push(index)
    await sleep(1)
    if (index === 2) throw new Error('the third')
    yield Uint8Array.of(index)
  }
  const seen: number[] = []
  const reading = (async () => {
    for await (const chunk of inOrder([0, 1, 2, 3, 4, 5, 6, 7].map(run).values(), { active: 2, bytes: 4 })) {
      seen.push(chunk[0]!)
    }
  })()
  await t.rejects(reading, { message: 'the third' })
  const count = begun.length
  await sleep(20)
  t.same(seen, [0, 1])
  t.equal(begun.length, count)
})
