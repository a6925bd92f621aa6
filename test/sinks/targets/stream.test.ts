import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { SluiceError } from '../../../src/errors.js'
import { checkOutput, openOutput } from '../../support/streams/outputs.js'

const DATA = Buffer.alloc(1_000_000, 'some rows\n')

/** A program's stream that remembers what became of it. */
function recorder(write?: Writable['_write']) {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write:
      write ??
      ((chunk, _encoding, done) => {
        chunks.push(chunk)
        done()
      }),
  })
  const errors: Error[] = []
  stream.on('error', (error) => errors.push(error))
  return { stream, errors, bytes: () => Buffer.concat(chunks) }
}

t.test('a stream of the program gets all bytes and is ended by commit, not earlier', async (t) => {
  const { stream, bytes } = recorder()
  await checkOutput(stream)
  const output = await openOutput(stream)
  await pipeline(Readable.from([DATA, DATA]), output.writable)
  t.ok(bytes().equals(Buffer.concat([DATA, DATA])))
  t.notOk(stream.writableEnded, 'rows are provisional until everything was verified')
  await output.commit()
  t.ok(stream.writableFinished)
  t.equal(output.bytesWritten, 2 * DATA.length)
})

t.test('commit waits until the stream has finished', async (t) => {
  let flushed = false
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(),
    final: (done) =>
      setTimeout(() => {
        flushed = true
        done()
      }, 30),
  })
  const output = await openOutput(stream)
  output.writable.end('x')
  await once(output.writable, 'finish')
  t.notOk(flushed)
  await output.commit()
  t.ok(flushed)
})

t.test('a stream that others read, a PassThrough, is not waited for to be read to its end', async (t) => {
  const through = new PassThrough({ highWaterMark: 2 * DATA.length })
  const output = await openOutput(through)
  await pipeline(Readable.from([DATA]), output.writable)
  await output.commit()
  t.ok((await buffer(through)).equals(DATA))
})

t.test('a slow stream holds the writer back', async (t) => {
  let taken = 0
  const { stream } = recorder((chunk, _encoding, done) => {
    taken += chunk.length
    setTimeout(done, 1)
  })
  const output = await openOutput(stream)
  let ahead = 0
  let sent = 0
  const source = Readable.from(
    (function* () {
      for (; sent < 40; sent++) {
        ahead = Math.max(ahead, sent * DATA.length - taken)
        yield DATA
      }
    })(),
    { highWaterMark: 1 },
  )
  await pipeline(source, output.writable)
  await output.commit()
  t.equal(taken, 40 * DATA.length)
  t.ok(ahead < 6 * DATA.length, `${ahead} bytes were under way`)
})

t.test('discard destroys the stream with the failure of the run', async (t) => {
  const controller = new AbortController()
  const { stream, errors } = recorder()
  const output = await openOutput(stream, { signal: controller.signal })
  const failure = new SluiceError('E_GZIP', 'the gzip data is damaged')
  controller.abort(failure)
  const closed = new Promise((resolve) => stream.once('close', resolve))
  await output.discard()
  await closed
  t.strictSame(errors, [failure])
  t.notOk(stream.writableFinished)
})

t.test('discard without a known failure says that the output was discarded', async (t) => {
  const { stream, errors } = recorder()
  const output = await openOutput(stream)
  const closed = new Promise((resolve) => stream.once('close', resolve))
  await output.discard()
  await closed
  t.match(errors, [{ code: 'E_INTERRUPTED' }])
})

t.test('discard of a stream without error listener does not end the process', async () => {
  const output = await openOutput(new Writable({ write: (_chunk, _encoding, done) => done() }))
  await output.discard()
  await new Promise((resolve) => setImmediate(resolve))
})

t.test('an error of the stream comes back as a SluiceError with its cause', async (t) => {
  const boom = new Error('boom')
  const { stream } = recorder((_chunk, _encoding, done) => done(boom))
  const output = await openOutput(stream)
  const writing = pipeline(Readable.from([DATA]), output.writable)
  await t.rejects(writing, { name: 'SluiceError', code: 'E_IO', message: /boom/, cause: boom })
  await output.discard()
})

t.test('an error of the stream between two writes comes back too', async (t) => {
  const boom = new Error('boom')
  const { stream } = recorder()
  const output = await openOutput(stream)
  setTimeout(() => stream.destroy(boom), 10)
  const endless = new Readable({ read() {} })
  await t.rejects(pipeline(endless, output.writable), { code: 'E_IO', cause: boom })
})

t.test('an error while the stream is ended fails the commit', async (t) => {
  const boom = new Error('boom')
  const stream = new Writable({ write: (_c, _e, done) => done(), final: (done) => done(boom) })
  const output = await openOutput(stream)
  output.writable.end('x')
  await once(output.writable, 'finish')
  await t.rejects(output.commit(), { name: 'SluiceError', code: 'E_IO', cause: boom })
})

t.test('an abort ends a commit that waits for the stream', async (t) => {
  const controller = new AbortController()
  const stream = new Writable({ write: (_c, _e, done) => done(), final: () => {} })
  const output = await openOutput(stream, { signal: controller.signal })
  output.writable.end('x')
  await once(output.writable, 'finish')
  const reason = new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C')
  setTimeout(() => controller.abort(reason), 10)
  t.equal(await output.commit().catch((error) => error), reason)
})

t.test('a stream that is closed from outside is a broken pipe', async (t) => {
  const { stream } = recorder()
  const output = await openOutput(stream)
  setTimeout(() => stream.destroy(), 10)
  const endless = new Readable({ read() {} })
  await t.rejects(pipeline(endless, output.writable), { code: 'E_BROKEN_PIPE', message: /closed before/ })
})

t.test('the response of an HTTP server is an output, and a client that hangs up a broken pipe', async (t) => {
  const outcomes: Promise<unknown>[] = []
  const server = createServer((_request, response) => {
    outcomes.push(
      (async () => {
        const output = await openOutput(response)
        const source = Readable.from(
          (function* () {
            for (let i = 0; i < 50; i++) yield DATA
          })(),
        )
        await pipeline(source, output.writable)
        await output.commit()
      })().catch((error) => error),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const request = (read: (response: Readable) => Promise<number>) =>
    new Promise<number>((resolve, reject) => get(url, (response) => read(response).then(resolve, reject)))
  const whole = await request(async (response) => {
    let bytes = 0
    for await (const chunk of response) bytes += chunk.length
    return bytes
  })
  t.equal(whole, 50 * DATA.length)
  const part = await request(async (response) => {
    for await (const chunk of response) return chunk.length
    return 0
  })
  t.ok(part > 0)
  t.match(await Promise.all(outcomes), [undefined, { name: 'SluiceError', code: 'E_BROKEN_PIPE' }])
  server.close()
})

t.test('a stream that has ended is refused before any work', async (t) => {
  const { stream } = recorder()
  stream.end()
  await t.rejects(checkOutput(stream), { code: 'E_USAGE', message: /ended already/ })
  await t.rejects(openOutput(stream), { code: 'E_USAGE', message: /ended already/ })
})
