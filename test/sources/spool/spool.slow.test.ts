import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SluiceError } from '../../../src/errors.js'
import type { JobSourceOptions } from '../../../src/sources/attach.js'
import type { OpenSource } from '../../../src/sources/contract.js'
import { job } from '../../../src/sources/job.js'
import { Intent } from '../../../src/sources/spool/intent.js'
import { finishedJob, testContext } from '../../support/client/job.js'
import { bytesOf, cut, gzipOf, RESULT, serve } from '../../support/client/result.js'
import {
  head,
  reply,
  type ScriptedServer,
  startServer,
  TEST_KEY,
  testClient,
} from '../../support/client/server.js'

const BYTES = gzipOf(600_000)
const GOT = 400_000

/** Opens job 7 by way of a spool, over connections that are not tried again. */
async function open(t: Test, server: ScriptedServer, spool: string, options: JobSourceOptions = {}) {
  const context = testContext()
  const client = testClient(t, server, { retries: 0 })
  const opened = await job('7', { connection: client, spool, ...options }).open(context)
  t.teardown(() => opened.close!())
  return { opened, notices: context.events.flatMap((event) => (event.type === 'notice' ? [event.code] : [])) }
}

/** A run whose connection breaks for good after `GOT` bytes. */
async function broken(t: Test, server: ScriptedServer, spool: string): Promise<void> {
  server.script(RESULT, cut(BYTES, GOT, 'close'))
  await t.rejects(open(t, server, spool), { code: 'E_NET' })
}

async function assertWhole(t: Test, opened: OpenSource, bytes = BYTES): Promise<void> {
  t.ok((await bytesOf(opened.body)).equals(bytes), 'the same bytes')
  t.equal(opened.expectedBytes, bytes.length)
}

const rangesOf = (server: ScriptedServer) =>
  server.requests
    .filter(({ path }) => path.includes('job/result'))
    .map(({ headers }) => headers.range ?? 'whole')

/** The second request asked for the rest only. What was still on its way through the process when it broke is lost. */
function assertGoesOn(t: Test, server: ScriptedServer): void {
  const [first, second] = rangesOf(server)
  t.equal(first, 'whole')
  const start = Number(/^bytes=(\d+)-$/.exec(second!)?.[1])
  t.ok(start > 0 && start <= GOT, `${second}`)
}

t.test('a run goes on where the last one stopped, and leaves nothing once it has succeeded', async (t) => {
  const server = await startServer(t)
  const spool = join(t.testdir({}), 'new', 'folder')
  finishedJob(server, BYTES)
  await broken(t, server, spool)
  t.match(
    readdirSync(spool),
    [/^job-7-[0-9a-f]{8}\.json$/, /^job-7-[0-9a-f]{8}\.msgpack\.gz$/],
    'record and bytes, no lock',
  )
  const { opened, notices } = await open(t, server, spool)
  await assertWhole(t, opened)
  assertGoesOn(t, server)
  t.equal(server.requests.at(-1)!.headers['if-range'], '"v1"')
  t.same(notices, ['N_SPOOL_FOUND'])
  t.equal(readdirSync(spool).length, 3, 'all is there until the output is final')
  await opened.close!()
  t.same(readdirSync(spool), [])
})

t.test(
  'a run that fails keeps the bytes, and one that ended with all of them asks for no more',
  async (t) => {
    const server = await startServer(t)
    const spool = t.testdir({})
    finishedJob(server, BYTES)
    const first = await open(t, server, spool)
    first.opened.body.destroy()
    await first.opened.close!(new SluiceError('E_NO_SPACE', 'the disk is full'))
    const { opened } = await open(t, server, spool)
    await assertWhole(t, opened)
    const last = BYTES.length - 1
    t.same(rangesOf(server), ['whole', `bytes=${last}-${last}`], 'whose tag tells that it is the same')
    await opened.close!(new SluiceError('E_GZIP', 'the data is damaged'))
    t.same(readdirSync(spool), [], 'bytes that were damaged are of no use')
  },
)

for (const [name, options] of [
  ['another tag', { etag: '"v2"' }],
  ['no ranges', { ranges: false }],
] as const) {
  t.test(`F26: all bytes of an earlier run are compared where the server has ${name}`, async (t) => {
    const server = await startServer(t)
    const spool = t.testdir({})
    finishedJob(server, BYTES)
    const first = await open(t, server, spool)
    await first.opened.close!(new SluiceError('E_NO_SPACE', 'the disk is full'))
    server.always(RESULT, serve(BYTES, options))
    const { opened } = await open(t, server, spool)
    await assertWhole(t, opened)
    const other = gzipOf(600_000).subarray(0, BYTES.length)
    await opened.close!(new SluiceError('E_NO_SPACE', 'the disk is full'))
    const forged = Buffer.concat([BYTES.subarray(0, 5), other.subarray(5), BYTES.subarray(other.length)])
    server.always(RESULT, serve(forged, { ...options, etag: '"v3"' }))
    const again = await open(t, server, spool)
    t.ok((await bytesOf(again.opened.body)).equals(forged))
    t.same(again.notices.at(-1), 'N_SPOOL_DROPPED')
  })
}

t.test('F26: a 416 does not make the bytes of an earlier run a whole result', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({})
  finishedJob(server, BYTES)
  const first = await open(t, server, spool)
  await first.opened.close!(new SluiceError('E_NO_SPACE', 'the disk is full'))
  const refusal = head(416, { 'content-length': '0', 'content-range': `bytes */${BYTES.length}` })
  server.script(RESULT, (socket) => {
    socket.write(refusal)
  })
  const { opened } = await open(t, server, spool)
  await assertWhole(t, opened)
  t.same(rangesOf(server).at(-1), 'whole', 'all of it was read again and compared')
})

t.test('F26: what another user could have written is refused before anything is asked for', async (t) => {
  const server = await startServer(t)
  finishedJob(server, BYTES)
  const spool = join(t.testdir({ spool: {} }), 'spool')
  const expected = (message: RegExp) => ({ code: 'E_CONFIG', message, hint: /could be forged/ })
  for (const mode of [0o777, 0o775, 0o702]) {
    chmodSync(spool, mode)
    await t.rejects(open(t, server, spool), expected(/^the folder .*spool can be written by other users$/))
  }
  t.same(server.requests, [])
  chmodSync(spool, 0o1777)
  await broken(t, server, spool)
  const [record, bytes] = readdirSync(spool)
  for (const name of [record!, bytes!]) {
    chmodSync(join(spool, name), 0o620)
    await t.rejects(open(t, server, spool), expected(/^the file .* can be written by other users$/))
    chmodSync(join(spool, name), 0o600)
  }
  const { opened } = await open(t, server, spool)
  await assertWhole(t, opened)
})

const noOtherUsers = process.getuid?.() !== 0 && 'only root can give files away'
t.test('F26: a spool of another user is refused', { skip: noOtherUsers }, async (t) => {
  const server = await startServer(t)
  const spool = join(t.testdir({ spool: {} }), 'spool')
  finishedJob(server, BYTES)
  await broken(t, server, spool)
  const names = readdirSync(spool)
  for (const path of [spool, ...names.map((name) => join(spool, name))]) {
    chownSync(path, 1234, 1234)
    await t.rejects(open(t, server, spool), {
      code: 'E_CONFIG',
      message: /belongs to another user \(1234\)$/,
    })
    chownSync(path, 0, 0)
  }
  for (const name of names) {
    renameSync(join(spool, name), join(spool, 'real'))
    symlinkSync('real', join(spool, name))
    await t.rejects(open(t, server, spool), { code: 'E_IO', message: /ELOOP/ })
    renameSync(join(spool, 'real'), join(spool, name))
  }
  const query = () =>
    Intent.open(spool, { endpoint: 'https://api.example', database: 'db', query: 'select 1' })
  await (await query()).close('keep')
  const intent = join(spool, readdirSync(spool).find((name) => name.startsWith('query-'))!)
  chownSync(intent, 1234, 1234)
  await t.rejects(query(), { code: 'E_CONFIG', message: /query-.* belongs to another user/ })
})

t.test('bytes beyond the record are not trusted', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({})
  finishedJob(server, BYTES)
  await broken(t, server, spool)
  const path = join(spool, readdirSync(spool)[1]!)
  appendFileSync(path, randomBytes(1000))
  const { opened } = await open(t, server, spool)
  await assertWhole(t, opened)
  assertGoesOn(t, server)
})

for (const [name, damage] of [
  ['flipped', (bytes: Buffer) => bytes.fill(bytes[5000]! ^ 1, 5000, 5001)],
  ['missing', (bytes: Buffer) => bytes.subarray(0, -1)],
] as const) {
  t.test(`bytes that are not what the record says are dropped: ${name}`, async (t) => {
    const server = await startServer(t)
    const spool = t.testdir({})
    finishedJob(server, BYTES)
    await broken(t, server, spool)
    const path = join(spool, readdirSync(spool)[1]!)
    writeFileSync(path, damage(readFileSync(path)))
    const { opened } = await open(t, server, spool)
    await assertWhole(t, opened)
    t.same(rangesOf(server), ['whole', 'whole'])
  })
}

t.test('B2: another result by now is fetched from its first byte', async (t) => {
  const other = gzipOf(600_000)
  const changes = {
    'of the same size': [Buffer.concat([BYTES.subarray(0, 5), other.subarray(5, BYTES.length)]), '"v2"'],
    'of another size': [gzipOf(500_000), '"v2"'],
    'without a tag': [Buffer.concat([BYTES.subarray(0, 5), other.subarray(5, BYTES.length)]), ''],
  } as const
  for (const [name, [bytes, etag]] of Object.entries(changes)) {
    t.test(name, async (t) => {
      const server = await startServer(t)
      const spool = t.testdir({})
      finishedJob(server, BYTES)
      await broken(t, server, spool)
      finishedJob(server, bytes)
      server.always(RESULT, serve(bytes, { etag }))
      const { opened, notices } = await open(t, server, spool)
      t.ok((await bytesOf(opened.body)).equals(bytes))
      t.same(notices.at(-1), 'N_SPOOL_DROPPED')
    })
  }
})

t.test('B6: without a strong tag the result is read again and must hash to what is there', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({})
  finishedJob(server, BYTES)
  server.script(RESULT, cut(BYTES, GOT, 'close', { etag: '' }))
  server.always(RESULT, serve(BYTES, { etag: '' }))
  await t.rejects(open(t, server, spool))
  const { opened } = await open(t, server, spool)
  await assertWhole(t, opened)
  t.same(rangesOf(server), ['whole', 'whole'])
})

t.test('what is missing of a large result comes over several connections', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({})
  const bytes = randomBytes(40 * 1024 * 1024)
  finishedJob(server, bytes)
  const startOf = (range = '') => Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0)
  let down = true
  server.always(RESULT, (socket, request) =>
    (down && startOf(request.headers.range) > bytes.length / 2 ? reply(503) : serve(bytes))(socket, request),
  )
  await t.rejects(open(t, server, spool), { code: 'E_HTTP_5XX' })
  down = false
  const before = rangesOf(server).length
  const { opened } = await open(t, server, spool)
  await assertWhole(t, opened, bytes)
  const starts = rangesOf(server)
    .slice(before)
    .map((range) => startOf(range))
  t.ok(Math.min(...starts) > 0, 'nothing that was there')
  t.equal(new Set(starts).size, starts.length, 'nothing twice')
})

t.test('G8: only its owner can read what lies there, and there is no secret in it', async (t) => {
  const server = await startServer(t)
  const spool = join(t.testdir({}), 'spool')
  finishedJob(server, BYTES)
  const { opened } = await open(t, server, spool)
  t.equal(statSync(spool).mode & 0o777, 0o700)
  for (const name of readdirSync(spool).filter((name) => !name.endsWith('.lock'))) {
    t.equal(statSync(join(spool, name)).mode & 0o777, 0o600, name)
    t.notOk(readFileSync(join(spool, name), 'latin1').includes(TEST_KEY))
  }
  opened.body.destroy()
  await opened.close!()
})

t.test('F12: two runs do not share a spool', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({})
  finishedJob(server, BYTES)
  const { opened } = await open(t, server, spool)
  await t.rejects(open(t, server, spool), { code: 'E_LOCKED' })
  opened.body.destroy()
  await opened.close!()
})

t.test('a folder that cannot be one, and a record that is none, are errors', async (t) => {
  const server = await startServer(t)
  const spool = t.testdir({ file: '' })
  finishedJob(server, BYTES)
  await t.rejects(open(t, server, join(spool, 'file')), { code: 'E_IO', message: /^the spool / })
  await broken(t, server, spool)
  writeFileSync(join(spool, readdirSync(spool).find((name) => name.endsWith('.json'))!), '{"format":"?"}')
  await t.rejects(open(t, server, spool), { code: 'E_IO', message: /is no record of a spool/ })
})
