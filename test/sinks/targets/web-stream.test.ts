import { Readable } from 'node:stream'
import { pipeline as connect } from 'node:stream/promises'
import { TransformStream, WritableStream } from 'node:stream/web'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { csv, type Destination, parquet, pipeline, type Sink, SluiceError } from '../../../src/index.js'
import { memorySource, packRows, resultOf } from '../../support/msgpack/encoded-results.js'
import { SINKS_OF_FORMATS } from '../../support/sinks/formats.js'
import { checkOutput, openOutput } from '../../support/streams/outputs.js'
import { memoryWritable } from '../../support/streams/writables.js'

const SCHEMA = [['n', 'bigint']] as const
const ROWS = Array.from({ length: 1000 }, (_, n) => [n])

/** A web stream that remembers what became of it. */
function recorder() {
  const chunks: Uint8Array[] = []
  const ends: unknown[] = []
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) => void chunks.push(Uint8Array.from(chunk)),
    close: () => void ends.push('closed'),
    abort: (reason) => void ends.push(reason),
  })
  return { stream, ends, bytes: () => Buffer.concat(chunks) }
}

const SINKS: Readonly<Record<string, (destination: Destination) => Sink>> = {
  ...SINKS_OF_FORMATS,
  'csv, compressed': (destination) => csv(destination, { compression: 'gzip' }),
}

for (const [name, sink] of Object.entries(SINKS)) {
  t.test(`${name}: a web stream gets the same bytes as a Node stream, and is closed once`, async (t) => {
    const node = memoryWritable()
    await pipeline(resultOf(SCHEMA, ROWS), sink(node.writable))
    const { stream, ends, bytes } = recorder()
    const report = await pipeline(resultOf(SCHEMA, ROWS), sink(stream))
    t.ok(bytes().equals(node.bytes()))
    t.equal(report.bytesOut, bytes().length)
    t.strictSame(ends, ['closed'])
    t.notOk(stream.locked)
  })
}

t.test('a slow web stream holds the writer back', async (t) => {
  let taken = 0
  const stream = new WritableStream<Uint8Array>({
    write: async (chunk) => {
      await delay(1)
      taken += chunk.length
    },
  })
  const output = await openOutput(stream)
  const chunk = Buffer.alloc(1_000_000, 'x')
  let ahead = 0
  let sent = 0
  const chunks = Readable.from(
    (function* () {
      for (; sent < 40; sent++) {
        ahead = Math.max(ahead, sent * chunk.length - taken)
        yield chunk
      }
    })(),
    { highWaterMark: 1 },
  )
  await connect(chunks, output.writable)
  t.equal(taken, 40 * chunk.length, 'finish means that the stream has taken everything')
  t.ok(ahead < 7 * chunk.length, `${ahead} bytes were under way`)
  await output.commit()
  t.equal(output.bytesWritten, taken)
})

t.test('a stream of bytes that takes the memory of chunks away gets every row', async (t) => {
  const rows = Array.from({ length: 200_000 }, (_, n) => [n])
  const stream = new WritableStream<Uint8Array>({
    write: (chunk) =>
      void parts.push(Buffer.from(structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] }))),
  })
  const parts: Buffer[] = []
  await pipeline(resultOf(SCHEMA, rows), csv(stream, { compression: 'gzip', header: false }))
  t.equal(`${gunzipSync(Buffer.concat(parts))}`, rows.map(([n]) => `${n}\n`).join(''))
})

t.test('a web stream that fails ends the run with its error', async (t) => {
  const boom = new Error('boom')
  for (const sink of [csv, parquet]) {
    const write = new WritableStream<Uint8Array>({ write: () => Promise.reject(boom) })
    await t.rejects(pipeline(resultOf(SCHEMA, ROWS), sink(write)), {
      code: 'E_IO',
      message: 'the web stream: boom',
      cause: boom,
    })
    const close = new WritableStream<Uint8Array>({ close: () => Promise.reject(boom) })
    await t.rejects(pipeline(resultOf(SCHEMA, ROWS), sink(close)), { code: 'E_IO', cause: boom })
  }
})

t.test('a web stream that fails between two writes ends the writing', async (t) => {
  const boom = new Error('boom')
  let fail = (_: Error) => {}
  const stream = new WritableStream<Uint8Array>({
    start: (controller) => {
      fail = (error) => controller.error(error)
    },
  })
  const output = await openOutput(stream)
  setTimeout(() => fail(boom), 10)
  const endless = new Readable({ read() {} })
  await t.rejects(connect(endless, output.writable), { code: 'E_IO', cause: boom })
  await output.discard()
})

t.test('a reader that cancels is a broken pipe', async (t) => {
  const many = Array.from({ length: 500_000 }, (_, n) => [n])
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const running = pipeline(resultOf(SCHEMA, many), csv(writable))
  running.catch(() => {})
  const reader = readable.getReader()
  await reader.read()
  await reader.cancel()
  await t.rejects(running, { code: 'E_BROKEN_PIPE' })
})

t.test('a failed run aborts the web stream with its failure', async (t) => {
  const { stream, ends } = recorder()
  const damaged = memorySource(packRows([[1], [2]]).subarray(0, -1), {
    compression: 'none',
    schemaText: JSON.stringify(SCHEMA),
    expectedRows: 3,
  })
  const failure = await pipeline(damaged, csv(stream)).catch((error) => error)
  t.ok(failure instanceof SluiceError)
  t.strictSame(ends, [failure])
  t.notOk(stream.locked)
})

t.test('an abort ends a commit that waits for the stream to close', async (t) => {
  const controller = new AbortController()
  const stream = new WritableStream<Uint8Array>({ close: () => new Promise(() => {}) })
  const output = await openOutput(stream, { signal: controller.signal })
  await connect(Readable.from([Buffer.from('x')]), output.writable)
  const reason = new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C')
  setTimeout(() => controller.abort(reason), 10)
  t.equal(await output.commit().catch((error) => error), reason)
})

t.test('a web stream that cannot be written is refused before any work', async (t) => {
  const locked = new WritableStream<Uint8Array>()
  const writer = locked.getWriter()
  const closed = new WritableStream<Uint8Array>()
  await closed.close()
  const failed = new WritableStream<Uint8Array>()
  await failed.abort(new Error('boom'))
  for (const [stream, message] of [
    [locked, /is locked/],
    [closed, /is closed already/],
    [failed, /has failed already/],
  ] as const) {
    await t.rejects(checkOutput(stream), { code: 'E_USAGE', message })
    await t.rejects(openOutput(stream), { code: 'E_USAGE', message })
  }
  writer.releaseLock()
  await checkOutput(locked)
  t.notOk(locked.locked, 'checking leaves no lock')
  const full = new WritableStream<Uint8Array>({}, { highWaterMark: 0 })
  await checkOutput(full)
})
