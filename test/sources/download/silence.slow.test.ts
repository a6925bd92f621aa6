import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { closeWhilePaused } from '../../support/client/cuts.js'
import {
  bytesOf,
  cut,
  download,
  ETAG,
  gzipOf,
  honest,
  RESULT,
  serve,
  sha256,
} from '../../support/client/result.js'
import { head, raw, reply, type Step, stall, startServer } from '../../support/client/server.js'
import { eventually } from '../../support/process/eventually.js'

const BYTES = gzipOf(200_000)
const QUICK = { config: { idleTimeout: 500 } }

t.test('A10: a server silent before the headers is given up and asked again', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, stall(), serve(BYTES))
  t.equal(sha256(await bytesOf(download(t, server, QUICK))), sha256(BYTES))
})

t.test('A10: a server silent inside the body is left, and the rest fetched anew', async (t) => {
  const server = await startServer(t)
  server.script(
    RESULT,
    (socket, request) => {
      const [start, body] = honest(request, BYTES)
      socket.write(start)
      socket.write(body.subarray(0, 90_000))
    },
    serve(BYTES),
  )
  const result = download(t, server, QUICK)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
  t.equal(server.requests[1]!.headers.range, 'bytes=90000-')
})

t.test('A10: a server that stays silent is E_TIMEOUT', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, cut(BYTES, 90_000, 'close'))
  server.always(RESULT, stall())
  const config = { idleTimeout: 50, retries: 2 }
  await t.rejects(bytesOf(download(t, server, { config })), { code: 'E_TIMEOUT', exitCode: 10 })
})

/** Sends `size` bytes, and breaks the connection after `afterMs`. */
function cutAfter(bytes: Buffer, size: number, afterMs: number): Step {
  return async (socket, request) => {
    const [start, body] = honest(request, bytes)
    socket.write(start)
    socket.write(body.subarray(0, size))
    await sleep(afterMs)
    socket.destroy()
  }
}

/** Sends `bytes` a few at a time, `everyMs` apart, as long as there are any. */
function drip(bytes: Buffer, size: number, everyMs: number): Step {
  return async (socket, request) => {
    const [start, body] = honest(request, bytes)
    socket.write(start)
    for (let at = 0; at < body.length && !socket.destroyed; at += size) {
      socket.write(body.subarray(at, at + size))
      await sleep(everyMs)
    }
    socket.destroy()
  }
}

t.test('A20: a server that drips is given up, whether or not its connections last', async (t) => {
  // So few that a run which bears with it ends as well, and the test with it.
  const few = BYTES.subarray(0, 4000)
  for (const step of [drip(few, 10, 20), cutAfter(few, 10, 20)]) {
    const server = await startServer(t)
    server.always(RESULT, step)
    const config = { idleTimeout: 500, minBytesPerSecond: 10_000, retries: 3 }
    await t.rejects(bytesOf(download(t, server, { config, paceWindowMs: 300 })), {
      code: 'E_TIMEOUT',
      exitCode: 10,
      message: /bytes in \d+ s, which is too slow/,
    })
  }
})

t.test('A20: over several connections each has its share of the least pace', async (t) => {
  const server = await startServer(t)
  const big = gzipOf(100_000)
  server.always(RESULT, drip(big, 100, 10))
  const config = { minBytesPerSecond: 100_000 }
  const options = { config, paceWindowMs: 300, expectedBytes: big.length, connections: 4 }
  await t.rejects(bytesOf(download(t, server, options)), { code: 'E_TIMEOUT', message: /too slow/ })
})

t.test('A20, A11: neither a slow reader, nor an outage, nor 0 makes a server slow', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, serve(BYTES))
  const config = { idleTimeout: 50, minBytesPerSecond: 100_000, retryDelay: 1, retries: 7 }
  const read = async (result: Readable, pauseMs: number) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of result) {
      chunks.push(chunk)
      await sleep(pauseMs)
    }
    return sha256(Buffer.concat(chunks))
  }
  t.equal(await read(download(t, server, { config, paceWindowMs: 100 }), 60), sha256(BYTES), 'a slow reader')
  server.script(RESULT, cut(BYTES, 90_000, 'close'), reply(503), reply(503), reply(503), serve(BYTES))
  const patient = { ...config, retryDelay: 200 }
  t.equal(
    await read(download(t, server, { config: patient, paceWindowMs: 300 }), 0),
    sha256(BYTES),
    'an outage',
  )
  const few = BYTES.subarray(0, 300)
  server.script(RESULT, drip(few, 10, 20))
  const none = { ...config, minBytesPerSecond: 0, idleTimeout: 500 }
  t.equal(
    await read(download(t, server, { config: none, paceWindowMs: 100 }), 0),
    sha256(few),
    'no least pace',
  )
})

t.test('A10: an error whose body never ends is still the error', async (t) => {
  for (const [start, code] of [
    [head(500, {}), 'E_HTTP_5XX'],
    [head(403, { 'content-length': '100' }), 'E_FORBIDDEN'],
    [head(200, { 'content-type': 'text/html' }), 'E_NOT_MSGPACK'],
  ] as const) {
    const server = await startServer(t)
    server.always(RESULT, stall(start, 'the beginning'))
    const config = { idleTimeout: 300, retries: 1 }
    await t.rejects(bytesOf(download(t, server, { config })), { code, message: /the beginning/ })
  }
})

t.test('A10: a trickle is no silence', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, async (socket) => {
    socket.write(head(200, { 'content-length': '12', etag: ETAG }))
    for (let i = 0; i < 12; i++) {
      await sleep(150)
      socket.write('x')
    }
  })
  const result = download(t, server, { config: { idleTimeout: 1200 } })
  t.equal((await bytesOf(result)).toString(), 'x'.repeat(12))
  t.equal(result.attempts, 1)
})

t.test('A11: a slow reader is not taken for a silent server', async (t) => {
  const bytes = gzipOf(8_000_000)
  const server = await startServer(t)
  server.script(RESULT, serve(bytes))
  const result = download(t, server, { config: { idleTimeout: 500 } })
  await result.connect()
  await sleep(1000)
  const parts: Uint8Array[] = []
  let pauses = 3
  for await (const chunk of result) {
    parts.push(chunk)
    if (parts.length % 10 === 0 && pauses-- > 0) await sleep(1000)
  }
  t.equal(sha256(Buffer.concat(parts)), sha256(bytes))
  t.equal(result.attempts, 1)
})

t.test('a paused reader holds back the server', async (t) => {
  const bytes = gzipOf(32_000_000)
  const server = await startServer(t)
  let socketOf!: import('node:net').Socket
  server.script(RESULT, (socket) => {
    socketOf = socket
    socket.write(head(200, { 'content-length': `${bytes.length}` }))
    socket.write(bytes)
  })
  const result = download(t, server)
  result.read(0)
  await sleep(500)
  t.ok(result.bytesRead <= 2 * 1024 * 1024, `${result.bytesRead} bytes were read ahead`)
  t.ok(socketOf.writableLength > 16_000_000, 'the rest waits at the server')
})

t.test('A12, B9: the server closes or resets while the reader is paused', (t) => closeWhilePaused(t, 60))

t.test('F18: a reader that leaves closes the connection and leaves no rejection behind', async (t) => {
  const bytes = gzipOf(8_000_000)
  const server = await startServer(t)
  let closed = 0
  server.always(RESULT, (socket, request) => {
    socket.on('close', () => closed++)
    for (const part of honest(request, bytes)) socket.write(part)
  })
  const early = download(t, server)
  for await (const _ of early) break
  const unread = download(t, server)
  await unread.connect()
  unread.destroy()
  const aborted = new AbortController()
  const stopped = download(t, server, { signal: aborted.signal })
  await stopped.connect()
  const failure = t.rejects(bytesOf(stopped), { code: 'E_INTERRUPTED' })
  aborted.abort()
  await failure
  await eventually(() => closed === 3)
})

t.test('a signal that was aborted before is heeded', async (t) => {
  const server = await startServer(t)
  const result = download(t, server, { signal: AbortSignal.abort() })
  await t.rejects(result.connect(), { code: 'E_INTERRUPTED' })
  t.equal(server.requests.length, 0)
})

t.test('an abort before the headers ends the wait for them, and nothing else', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, stall())
  const ending = new AbortController()
  const result = download(t, server, { signal: ending.signal })
  setTimeout(() => ending.abort(), 100)
  // Nobody listens to the stream itself.
  await t.rejects(result.connect(), { code: 'E_INTERRUPTED' })
  await sleep(20)
  t.ok(result.errored)
})

t.test('an abort ends the wait between two attempts', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, reply(503, '', { 'retry-after': '120' }))
  const ending = new AbortController()
  const result = download(t, server, { signal: ending.signal })
  setTimeout(() => ending.abort(), 100)
  const begin = performance.now()
  await t.rejects(bytesOf(result), { code: 'E_INTERRUPTED' })
  t.ok(performance.now() - begin < 60_000, 'long before the next attempt')
})

t.test('a body that was cut while nobody had begun to read', async (t) => {
  const server = await startServer(t)
  server.script(RESULT, cut(BYTES, 50_000, 'reset'), serve(BYTES))
  const result = download(t, server)
  await result.connect()
  await sleep(100)
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
})

t.test('a reply of any chunking is the same', async (t) => {
  const server = await startServer(t)
  const chunks = [...Array(40)].flatMap((_, i) => {
    const part = BYTES.subarray(i * 4000, (i + 1) * 4000)
    return part.length === 0 ? [] : [`${part.length.toString(16)};x=y\r\n`, part, '\r\n']
  })
  const rest = BYTES.subarray(160_000)
  const last = rest.length === 0 ? [] : [`${rest.length.toString(16)}\r\n`, rest, '\r\n']
  server.script(RESULT, raw(head(200, { 'transfer-encoding': 'chunked' }), ...chunks, ...last, '0\r\n\r\n'))
  const result = download(t, server, { expectedBytes: BYTES.length })
  t.equal(sha256(await bytesOf(result)), sha256(BYTES))
})
