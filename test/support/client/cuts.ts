import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { Client } from '../../../src/client/index.js'
import { Download, type DownloadOptions } from '../../../src/sources/download/index.js'
import { bytesOf, cut, gzipOf, honest, RESULT, serve, sha256 } from './result.js'
import { head, raw, reply, reset, type Step, startServer, testClient } from './server.js'

/** The whole result of job 7. */
function fetchAll(client: Client, options: Partial<DownloadOptions> = {}): Promise<Buffer> {
  return bytesOf(
    new Download({ client, jobId: '7', expectedBytes: undefined, onBroken: () => {}, ...options }),
  )
}

/** What a server may do to one request, with `bytes` to serve. */
const faults: fc.Arbitrary<(bytes: Buffer) => Step> = fc.oneof(
  fc
    .record({
      at: fc.nat({ max: 100_000 }),
      how: fc.constantFrom('close' as const, 'reset' as const),
      etag: fc.constantFrom('"v1"', '"v2"', '', 'W/"v1"'),
      ranges: fc.boolean(),
    })
    .map(
      ({ at, how, etag, ranges }) =>
        (bytes: Buffer) =>
          cut(bytes, at, how, { etag, ranges }),
    ),
  fc.constantFrom(500, 503, 429, 408).map((status) => () => reply(status)),
  fc.constant(() => reset()),
  fc.constant((bytes: Buffer) => nothingThere(bytes)),
  // Part of the rest, honestly declared.
  fc.integer({ min: 1, max: 50_000 }).map((length) => (bytes: Buffer) => shorterPart(bytes, length)),
  fc.boolean().map((withLength) => (bytes: Buffer) => wrongRange(bytes, withLength)),
)

function shorterPart(bytes: Buffer, length: number): Step {
  return (socket, request) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? Number.NaN)
    if (Number.isNaN(start) || start >= bytes.length) return serve(bytes)(socket, request)
    const part = bytes.subarray(start, start + length)
    const range = `bytes ${start}-${start + part.length - 1}/${bytes.length}`
    socket.write(head(206, { etag: '"v1"', 'content-range': range, 'content-length': `${part.length}` }))
    socket.write(part)
  }
}

/** A 416 where there are bytes. */
function nothingThere(bytes: Buffer): Step {
  const lie = reply(416, '', { 'content-range': 'bytes */0' })
  return (socket, request) => (request.headers.range === undefined ? serve(bytes) : lie)(socket, request)
}

/** A 206 about the first ten bytes, whatever was asked for. */
function wrongRange(bytes: Buffer, withLength: boolean): Step {
  return (socket, request) => {
    if (request.headers.range === undefined) return serve(bytes)(socket, request)
    const part = bytes.subarray(0, 10)
    const range = `bytes 0-${part.length - 1}/${bytes.length}`
    const framing: Record<string, string> = withLength
      ? { 'content-length': `${part.length}` }
      : { 'transfer-encoding': 'chunked' }
    const body = withLength ? [part] : [`${part.length.toString(16)}\r\n`, part, '\r\n0\r\n\r\n']
    return raw(head(206, { etag: '"v1"', 'content-range': range, ...framing }), ...body)(socket, request)
  }
}

/** Cuts a body of 4 KiB at every `stride`th offset, by close and by reset; returns how many downloads were made. */
export async function cutEverywhere(t: Test, stride: number): Promise<number> {
  const bytes = gzipOf(4096 - 23)
  t.equal(bytes.length, 4096)
  const server = await startServer(t)
  const client = testClient(t, server, { retryDelay: 0 })
  let runs = 0
  for (let offset = 0; offset < bytes.length; offset += stride) {
    for (const how of ['close', 'reset'] as const) {
      server.script(RESULT, cut(bytes, offset, how), serve(bytes))
      if (!(await fetchAll(client)).equals(bytes)) t.fail(`${how} at ${offset}`)
      runs++
    }
  }
  return runs
}

/**
 * Downloads through random sequences of faults of a server that never lies about the bytes: all must be there. Over
 * several connections, the results have up to seven parts.
 */
export async function breakAtRandom(t: Test, numRuns: number, connections = 1): Promise<void> {
  const server = await startServer(t)
  const client = testClient(t, server, { retryDelay: 0, retries: 50 })
  const sequences = fc.array(faults, { maxLength: 20 })
  const last = fc.record({ etag: fc.constantFrom('"v1"', ''), ranges: fc.boolean() })
  const sizes = fc.integer({ min: 1, max: connections > 1 ? 3_000_000 : 100_000 })
  await fc.assert(
    fc.asyncProperty(sizes, sequences, last, async (size, steps, ending) => {
      const bytes = randomBytes(size)
      server.always(RESULT, serve(bytes, ending))
      server.replace(
        RESULT,
        steps.map((step) => step(bytes)),
      )
      const expectedBytes = connections > 1 ? size : undefined
      return sha256(await fetchAll(client, { expectedBytes, connections })) === sha256(bytes)
    }),
    { numRuns },
  )
  server.replace(RESULT, [])
}

/**
 * Replaces the result by one that differs in one bit, while it is downloaded: old, new or an error, never a
 * mixture.
 */
export async function changeMeanwhile(t: Test, numRuns: number): Promise<void> {
  const server = await startServer(t)
  const client = testClient(t, server, { retryDelay: 0, retries: 5 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 50_000 }), fc.nat(), fc.nat(), async (size, first, flip) => {
      const before = randomBytes(size)
      const after = Buffer.from(before)
      after[flip % size]! ^= 1
      server.replace(RESULT, [cut(before, first % size, 'close')])
      server.always(RESULT, (socket, request) => {
        for (const part of honest(request, after, { etag: '"v2"' })) socket.write(part)
      })
      const outcome = await fetchAll(client).catch((error) => error.code)
      if (outcome === 'E_RESULT_CHANGED') return true
      return [before, after].some((bytes) => sha256(bytes) === sha256(outcome))
    }),
    { numRuns },
  )
}

/** A server that has sent everything and closes, or sends a part and breaks off, while nobody reads. */
export async function closeWhilePaused(t: Test, runs: number): Promise<void> {
  const bytes = gzipOf(3_000_000)
  const digest = sha256(bytes)
  const server = await startServer(t)
  const client = testClient(t, server, { retryDelay: 0 })
  server.always(RESULT, (socket, request) => {
    const [start, body] = honest(request, bytes, { headers: { connection: 'close' } })
    socket.write(start)
    socket.end(body)
  })
  for (let i = 0; i < runs; i++) {
    if (i % 3 === 1) server.script(RESULT, cut(bytes, 2_000_000, 'reset'))
    if (i % 3 === 2) server.script(RESULT, cut(bytes, 2_000_000, 'close'))
    const download = new Download({ client, jobId: '7', expectedBytes: undefined, onBroken: () => {} })
    await download.connect()
    download.read(0)
    await sleep(i % 13)
    if (sha256(await bytesOf(download)) !== digest) t.fail(`run ${i} delivered other bytes`)
  }
  t.equal(server.unused.length, 0)
}
