import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { NoticeEvent } from '../../../../src/model/progress.js'
import { BUCKET, startS3 } from '../../../support/s3/server.js'
import { MIB, objectOf, PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

function rejectsWith(t: Test, promise: Promise<unknown>, code: string, message: RegExp) {
  return t.rejects(promise, { name: 'SluiceError', code, message })
}

/** Collects notices. */
function listener() {
  const notices: Omit<NoticeEvent, 'type'>[] = []
  return { notices, notice: (notice: Omit<NoticeEvent, 'type'>) => notices.push(notice) }
}

t.test('a small object is put by one request, at commit', async (t) => {
  const server = await startS3(t)
  const output = await writeTo(objectOf(server, 'a/out.csv'), Buffer.from('hello'))
  t.equal(server.objects.size, 0)
  await output.commit()
  const { bytes, type } = server.objects.get('a/out.csv')!
  t.equal(bytes.toString(), 'hello')
  t.equal(type, 'text/csv')
  t.equal(output.bytesWritten, 5)
  t.equal(output.path, `s3://${BUCKET}/a/out.csv`)
  t.equal(server.count('CreateMultipartUpload'), 0)
  t.equal(server.uploads.size, 0)
})

t.test('nothing at all is an empty object, and a whole part is still one request', async (t) => {
  const server = await startS3(t)
  await writeWhole(objectOf(server, 'none'), Buffer.alloc(0))
  t.equal(server.objects.get('none')!.size, 0)
  const bytes = someBytes(PART)
  await writeWhole(objectOf(server, 'part'), bytes)
  t.ok(server.objects.get('part')!.bytes.equals(bytes))
  t.equal(server.count('UploadPart'), 0)
})

t.test('a large object is sent in parts of one size, and becomes visible with commit', async (t) => {
  const server = await startS3(t)
  const bytes = someBytes(3 * PART + 17)
  const output = await writeTo(objectOf(server, 'big.parquet'), bytes, { jobId: '123' })
  t.equal(server.objects.size, 0)
  const [upload] = [...server.uploads.values()].filter(({ key }) => key === 'big.parquet')
  const sizes = [...upload!.parts].sort(([a], [b]) => a - b).map(([, { size }]) => size)
  t.strictSame(sizes, [PART, PART, PART, 17])
  await output.commit()
  const object = server.objects.get('big.parquet')!
  t.ok(object.bytes.equals(bytes))
  t.equal(object.type, 'application/vnd.apache.parquet')
  t.equal(object.metadata['td-job-id'], '123')
  t.equal(server.uploads.size, 0, 'no claim stays either')
})

t.test('an old object stays until commit, and after a discard', async (t) => {
  const server = await startS3(t)
  const target = objectOf(server, 'out.csv')
  await writeWhole(target, Buffer.from('old'))
  const bytes = someBytes(2 * PART)
  const output = await writeTo(target, bytes)
  t.equal(server.objects.get('out.csv')!.bytes.toString(), 'old')
  await output.discard()
  await output.discard()
  t.equal(server.objects.get('out.csv')!.bytes.toString(), 'old')
  t.equal(server.uploads.size, 0)
  const again = await writeWhole(target, bytes)
  await again.discard()
  t.ok(server.objects.get('out.csv')!.bytes.equals(bytes), 'discard after commit does nothing')
  t.equal(await target.size!(), 2 * PART)
  t.equal(await objectOf(server, 'other').size!(), undefined)
})

t.test('no-clobber is a condition that the store holds', async (t) => {
  const server = await startS3(t)
  for (const bytes of [Buffer.from('small'), someBytes(2 * PART)]) {
    const target = objectOf(server, `${bytes.length}`)
    const output = await writeTo(target, bytes, { clobber: false })
    const racing = await writeTo(target, Buffer.from('first'), {
      clobber: false,
      // Both have looked, and found nothing.
      beforePublish: () => new Promise((resolve) => setTimeout(resolve, 0)),
    })
    await racing.commit()
    await rejectsWith(t, output.commit(), 'E_EXISTS', /exists and is not to be replaced/)
    t.equal(server.objects.get(`${bytes.length}`)!.bytes.toString(), 'first')
    await rejectsWith(t, target.prepare({ clobber: false }), 'E_EXISTS', /exists/)
    await target.prepare()
  }
  t.equal(server.uploads.size, 0)
})

t.test('prepare asks the store for what a run needs, and leaves no trace', async (t) => {
  const server = await startS3(t)
  const target = objectOf(server, 'out.csv')
  await target.prepare({ clobber: false })
  t.equal(server.uploads.size + server.objects.size, 0)
  server.forbidden.add('CreateMultipartUpload')
  await rejectsWith(t, target.prepare(), 'E_FORBIDDEN', /AccessDenied/)
  server.forbidden.clear()
  server.keys.secretAccessKey = 'another'
  await rejectsWith(t, target.prepare(), 'E_AUTH', /SignatureDoesNotMatch/)
})

t.test('commit refuses what is not finished, and after an abort it publishes nothing', async (t) => {
  const server = await startS3(t)
  const target = objectOf(server, 'out.csv')
  const half = await target.open()
  half.writable.write(someBytes(PART + 1))
  await rejectsWith(t, half.commit(), 'E_INTERNAL', /not finished/)
  const aborter = new AbortController()
  const output = await writeTo(target, someBytes(2 * PART), { signal: aborter.signal })
  aborter.abort()
  await rejectsWith(t, output.commit(), 'E_INTERRUPTED', /stopped/)
  t.equal(server.objects.size + server.uploads.size, 0)
})

t.test('small objects that wait for others are sent as parts when they are many', async (t) => {
  const server = await startS3(t)
  let publish = () => {}
  const published = new Promise<void>((resolve) => {
    publish = resolve
  })
  const bytes = someBytes(4 * MIB)
  const outputs = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      writeTo(objectOf(server, `part-${i}`), bytes, { beforePublish: () => published }),
    ),
  )
  const commits = outputs.map((output) => output.commit())
  while (server.count('UploadPart') < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(server.objects.size, 0)
  publish()
  await Promise.all(commits)
  t.equal(server.count('PutObject'), 8, '32 MiB are held')
  t.equal(server.objects.size, 10)
  t.ok([...server.objects.values()].every((object) => object.bytes.equals(bytes)))
  t.equal(server.uploads.size, 0)
})

t.test('no more parts are on their way than were asked for', async (t) => {
  const server = await startS3(t)
  await writeWhole(objectOf(server, 'out', { partsInFlight: 2 }), someBytes(8 * PART))
  t.equal(server.mostParts, 2)
})

t.test('no part is gathered while as many as may be in memory are on their way', async (t) => {
  const server = await startS3(t)
  server.fail('UploadPart', 'silent', { times: 99 })
  const output = await objectOf(server, 'out', { partsInFlight: 3 }).open()
  const ended = pipeline(Readable.from(Array.from({ length: 50 }, () => someBytes(MIB))), output.writable)
  ended.catch(() => {})
  while (server.partsNow < 3) await delay(5)
  // Time enough to gather another one.
  await delay(100)
  t.equal(output.bytesWritten, 3 * PART)
  await output.discard()
  await t.rejects(ended)
})

t.test('a part is gathered while the only one that may be on its way is sent', async (t) => {
  const server = await startS3(t)
  server.fail('UploadPart', 'silent', { times: 99 })
  const output = await objectOf(server, 'out', { partsInFlight: 1 }).open()
  const ended = pipeline(Readable.from(Array.from({ length: 50 }, () => someBytes(MIB))), output.writable)
  ended.catch(() => {})
  while (output.bytesWritten < 2 * PART || server.partsNow === 0) await delay(5)
  await delay(100)
  t.equal(output.bytesWritten, 2 * PART)
  t.equal(server.partsNow, 1)
  await output.discard()
  await t.rejects(ended)
})

t.test('an upload of a dead process is aborted by the next run of the same key, and no other', async (t) => {
  const server = await startS3(t)
  const target = objectOf(server, 'out.csv')
  // A run that lost its server before it could clean up.
  server.fail('AbortMultipartUpload', { status: 403, code: 'ExpiredToken' }, { times: 99 })
  server.fail('UploadPart', { status: 400, code: 'ExpiredToken' }, { after: 1, times: 99 })
  const first = listener()
  await rejectsWith(t, writeTo(target, someBytes(4 * PART), first), 'E_AUTH', /ExpiredToken/)
  t.match(first.notices, [{ code: 'N_UPLOAD_LEFT', message: /ExpiredToken/ }])
  t.ok(server.uploads.size > 0)
  server.clearFaults()
  const stranger = { key: 'out.csv', beganAt: new Date(), metadata: {}, type: '', parts: new Map() }
  server.uploads.set('stranger', stranger)
  const second = listener()
  await writeWhole(target, Buffer.from('x'), second)
  t.match(second.notices, [{ code: 'N_STALE_UPLOAD', message: /s3:\/\/results\/out\.csv/ }])
  t.strictSame([...server.uploads.keys()], ['stranger'])
})
