import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import type { SourceContext } from '../../src/sources/contract.js'
import { stdin, stream } from '../../src/sources/local.js'
import { nodeCommand, runInShell } from '../support/files/child.js'

const context: SourceContext = { signal: new AbortController().signal, onProgress: () => {} }

t.test('stdin delivers what is piped or redirected into it', async (t) => {
  const command = nodeCommand('./stdin.ts')
  const outcomes = await Promise.all([
    runInShell('printf "some bytes" | "$@"', command),
    runInShell('head -c 5000000 /dev/zero | "$@"', command),
    runInShell(`exec "$@" < ${t.testdir({ data: 'from a file' })}/data`, command),
    runInShell('exec "$@" < /dev/null', command),
  ])
  const told = outcomes.map(({ exit, stdout }) => `${exit} ${stdout}`)
  t.strictSame(told, ['0 10 bytes', '0 5000000 bytes', '0 11 bytes', '0 0 bytes'])
})

t.test('a reader that stops early ends the process, though its writer goes on', async (t) => {
  const { exit, stdout } = await runInShell('yes | "$@" first', nodeCommand('./stdin.ts'))
  t.match(`${exit} ${stdout}`, /^0 \d+ bytes$/)
})

t.test('stdin takes a schema and another stream', async (t) => {
  const source = stdin({ schema: '[]', stream: Readable.from([Buffer.from('x')]) })
  t.equal(source.kind, 'stdin')
  const opened = await source.open(context)
  t.match(opened, { compression: 'detect', schemaText: '[]', expectedBytes: undefined })
  t.equal(`${await buffer(opened.body)}`, 'x')
})

t.test('a terminal is refused: nobody types msgpack', async (t) => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true })
  await t.rejects(stdin({ stream: terminal }).open(context), {
    code: 'E_USAGE',
    message: 'stdin is a terminal',
  })
})

t.test('a stream of the program is a source', async (t) => {
  const source = stream(Readable.from([Buffer.from('a'), new Uint8Array([98])]), { schema: '[]' })
  t.equal(source.kind, 'stream')
  const opened = await source.open(context)
  t.match(opened, { compression: 'detect', schemaText: '[]' })
  t.equal(`${await buffer(opened.body)}`, 'ab')
})

t.test('a stream that delivers anything but bytes is a mistake', async (t) => {
  for (const chunk of ['text', { a: 1 }, 5]) {
    const { body } = await stream(Readable.from([chunk])).open(context)
    await t.rejects(buffer(body), { code: 'E_USAGE', message: /must deliver bytes/ })
  }
})

t.test('a stream that fails, or is closed too early, fails the body', async (t) => {
  const boom = new Error('boom')
  const failing = new PassThrough()
  const { body } = await stream(failing).open(context)
  failing.destroy(boom)
  await t.rejects(buffer(body), { name: 'SluiceError', code: 'E_IO', cause: boom })
  const closing = new PassThrough()
  const closed = await stream(closing).open(context)
  closing.destroy()
  await t.rejects(buffer(closed.body), { name: 'SluiceError', code: 'E_IO', message: /Premature close/ })
})

t.test('the stream is destroyed when the run ends early', async (t) => {
  const endless = new Readable({ read() {} })
  const { body } = await stream(endless).open(context)
  body.destroy()
  await new Promise((resolve) => endless.once('close', resolve))
  t.ok(endless.destroyed)
})

t.test('a slow reader holds the stream back', async (t) => {
  let made = 0
  const fast = new Readable({
    read() {
      made++
      this.push(made > 200 ? null : Buffer.alloc(100_000))
    },
  })
  const { body } = await stream(fast).open(context)
  await new Promise((resolve) => body.once('readable', resolve))
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.ok(made < 30, `${made} chunks were made`)
  t.equal((await buffer(body)).length, 200 * 100_000)
})

t.test('a stream that was read already is refused', async (t) => {
  const used = Readable.from([Buffer.from('x')])
  await buffer(used)
  await t.rejects(stream(used).open(context), { code: 'E_USAGE', message: /read already/ })
})
