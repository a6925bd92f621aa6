import t, { type Test } from 'tap'
import type { NoticeEvent } from '../../../../src/model/progress.js'
import { type Fault, type Operation, type S3Server, startS3 } from '../../../support/s3/server.js'
import { objectOf, PART, someBytes, writeWhole } from '../../../support/s3/store.js'

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
