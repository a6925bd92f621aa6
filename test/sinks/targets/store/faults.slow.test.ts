import t, { type Test } from 'tap'
import type { NoticeEvent } from '../../../../src/model/progress.js'
import { type Fault, type Operation, type S3Server, startS3 } from '../../../support/s3/server.js'
import { objectOf, PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const SLOW_DOWN = { status: 503, code: 'SlowDown' }
const BROKEN = { status: 500, code: 'InternalError' }
const EXPIRED = { status: 400, code: 'ExpiredToken' }

/** More often than a request is tried. */
const ALWAYS = 999

/** What a run does to a store, by the way that it takes. */
const SMALL: readonly Operation[] = ['PutObject']
const LARGE: readonly Operation[] = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']

const bytesFor = (operation: Operation) =>
  SMALL.includes(operation) ? someBytes(1000) : someBytes(2 * PART + 1)

/** Writes over an old object; the outcome must be the new one and success, or the old one and a failure. */
async function outcome(
  t: Test,
  server: S3Server,
  bytes: Buffer,
  what: string,
  key = 'out.csv',
): Promise<string> {
  const notices: Omit<NoticeEvent, 'type'>[] = []
  const options = { notice: (notice: Omit<NoticeEvent, 'type'>) => notices.push(notice) }
  const code = await writeWhole(objectOf(server, key), bytes, options).then(
    () => 'written',
    (error) => error.code as string,
  )
  server.clearFaults()
  const found = server.objects.get(key)!.bytes
  t.ok(found.equals(code === 'written' ? bytes : Buffer.from('old')), `${what}: ${code}`)
  if (server.uploads.size > 0) {
    t.match(notices, [{ code: 'N_UPLOAD_LEFT' }], `${what}: what stays is told`)
    await writeWhole(objectOf(server, key), Buffer.from('next'))
    t.equal(server.uploads.size, 0, `${what}: the next run cleans up`)
  }
  return code
}

t.test('H1: a failure that passes is tried again, and nobody notices it', async (t) => {
  const server = await startS3(t)
  for (const on of [...SMALL, ...LARGE]) {
    for (const fault of ['cut', 'lost', BROKEN, SLOW_DOWN] as readonly Fault[]) {
      server.objects.set('out.csv', { bytes: Buffer.from('old'), size: 3, etag: '', type: '', metadata: {} })
      server.fail(on, fault)
      const what = `${on} ${JSON.stringify(fault)}`
      t.equal(await outcome(t, server, bytesFor(on), what), 'written', what)
      t.equal(server.uploads.size, 0, what)
    }
  }
})

t.test('H2: a failure that stays leaves the old object, with its code', async (t) => {
  const server = await startS3(t)
  const codes: [Fault, string][] = [
    ['cut', 'E_NET'],
    [BROKEN, 'E_HTTP_5XX'],
    [SLOW_DOWN, 'E_RATE_LIMIT'],
    [EXPIRED, 'E_AUTH'],
    [{ status: 403, code: 'AccessDenied' }, 'E_FORBIDDEN'],
    [{ status: 400, code: 'BadDigest' }, 'E_NET'],
    [{ status: 507, code: 'XMinioStorageFull' }, 'E_NO_SPACE'],
  ]
  for (const on of [...SMALL, ...LARGE]) {
    for (const [fault, expected] of codes) {
      server.objects.set('out.csv', { bytes: Buffer.from('old'), size: 3, etag: '', type: '', metadata: {} })
      server.fail(on, fault, { times: ALWAYS })
      const what = `${on} ${JSON.stringify(fault)}`
      t.equal(await outcome(t, server, bytesFor(on), what), expected, what)
    }
  }
})

t.test(
  'H4: a lost reply to the begin or the end of an upload is looked into: one object, nothing beside it',
  async (t) => {
    const server = await startS3(t)
    for (const on of ['CreateMultipartUpload', 'CompleteMultipartUpload', 'PutObject'] as const) {
      for (const clobber of [true, false]) {
        const key = `${on} ${clobber}`
        const bytes = bytesFor(on)
        // Of the claim, of the upload and of the second claim.
        for (let after = 0; after < (on === 'CreateMultipartUpload' ? 3 : 1); after++) {
          server.objects.delete(key)
          server.fail(on, 'lost', { after })
          await writeWhole(objectOf(server, key), bytes, { clobber })
          t.ok(server.objects.get(key)!.bytes.equals(bytes), `${key} ${after}`)
          t.strictSame([...server.uploads.values()], [], `${key} ${after}`)
        }
      }
    }
    // The store did the work each time, and every reply was lost.
    server.fail('CompleteMultipartUpload', 'lost', { times: ALWAYS })
    const bytes = someBytes(2 * PART)
    await writeWhole(objectOf(server, 'deaf'), bytes)
    t.ok(server.objects.get('deaf')!.bytes.equals(bytes))
    t.equal(server.uploads.size, 0)
  },
)

t.test(
  'H5: a part of which the store has other bytes is sent again, and no object is made of it',
  async (t) => {
    const server = await startS3(t)
    const bytes = someBytes(2 * PART)
    server.fail('UploadPart', 'wrong tag')
    await writeWhole(objectOf(server, 'out'), bytes)
    t.ok(server.objects.get('out')!.bytes.equals(bytes))
    server.fail('UploadPart', 'wrong tag', { times: ALWAYS })
    await t.rejects(writeWhole(objectOf(server, 'other'), bytes), {
      code: 'E_IO',
      message: /other bytes of part/,
    })
    t.notOk(server.objects.has('other'))
    t.equal(server.uploads.size, 0)
  },
)

t.test('H6: an upload that somebody has aborted is told, and the old object stays', async (t) => {
  const server = await startS3(t)
  await writeWhole(objectOf(server, 'out'), Buffer.from('old'))
  const output = await writeTo(objectOf(server, 'out'), someBytes(2 * PART))
  server.uploads.clear()
  await t.rejects(output.commit(), { code: 'E_IO', message: /somebody has aborted the upload/ })
  t.equal(server.objects.get('out')!.bytes.toString(), 'old')
})

t.test(
  'H7: a clock that is an hour off is put right, and credentials that end in the middle are told',
  async (t) => {
    const server = await startS3(t)
    server.skewMs = 3_600_000
    const bytes = someBytes(2 * PART)
    await writeWhole(objectOf(server, 'out'), bytes)
    t.ok(server.objects.get('out')!.bytes.equals(bytes))
    server.skewMs = 0
    const notices: string[] = []
    server.fail('UploadPart', EXPIRED, { after: 1, times: ALWAYS })
    server.fail('AbortMultipartUpload', EXPIRED, { times: ALWAYS })
    const hint =
      'get new credentials and run it again; the next run removes what this one has left in the store'
    const notice = ({ code }: { code: string }) => notices.push(code)
    await t.rejects(writeWhole(objectOf(server, 'out'), someBytes(4 * PART), { notice }), {
      code: 'E_AUTH',
      hint,
    })
    t.strictSame(notices, ['N_UPLOAD_LEFT'])
    t.ok(server.objects.get('out')!.bytes.equals(bytes), 'the old object')
  },
)
