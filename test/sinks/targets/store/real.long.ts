/**
 * What a target needs of a store, against a real one: `npm run test:stores` starts one and says where it is. It writes into a
 * bucket of its own and makes that one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import t from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import { s3 } from '../../../../src/s3.js'
import { ended, patternOf, start, writerCommand } from '../../../support/files/child.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { MIB, PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const { STORE_ENDPOINT: endpoint, STORE_KEY = '', STORE_SECRET = '' } = process.env
const credentials = { accessKeyId: STORE_KEY, secretAccessKey: STORE_SECRET }
const bucket = `sluice-${Date.now()}`

t.setTimeout(3_600_000)

if (endpoint === undefined) {
  t.plan(0, 'STORE_ENDPOINT is not set: npm run test:stores starts a store and sets it')
} else {
  const options = { endpoint, credentials, region: 'us-east-1' }
  const client = new S3Client({ ...options, forcePathStyle: true })
  const object = (key: string, more: object = {}) =>
    s3(`s3://${bucket}/${key}`, { ...options, partSize: PART, ...more })
  const bytesOf = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Buffer.from(await Body!.transformToByteArray())
  }
  const uploads = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    return Uploads.map(({ Key }) => Key!)
  }
  await client.send(new CreateBucketCommand({ Bucket: bucket }))

  t.test('small, empty and large objects hold what was written', async (t) => {
    for (const length of [0, 1, 1000, PART, PART + 1, 4 * PART + 17]) {
      const bytes = someBytes(length)
      const target = object(`size ${length}/å&?#.csv`)
      await target.prepare()
      await writeWhole(target, bytes, { jobId: '1' })
      t.ok((await bytesOf(`size ${length}/å&?#.csv`)).equals(bytes), String(length))
      t.equal(await target.size!(), length)
    }
    t.strictSame(await uploads(), [])
  })

  t.test('an old object stays until commit, and after a discard', async (t) => {
    await writeWhole(object('old'), Buffer.from('old'))
    const output = await writeTo(object('old'), someBytes(3 * PART))
    t.equal((await bytesOf('old')).toString(), 'old')
    await output.discard()
    t.equal((await bytesOf('old')).toString(), 'old')
    t.strictSame(await uploads(), [])
  })

  t.test('no-clobber keeps what is there', async (t) => {
    for (const length of [3, 2 * PART]) {
      const target = object(`kept ${length}`)
      const late = await writeTo(target, someBytes(length), { clobber: false })
      await writeWhole(target, Buffer.from('first'), { clobber: false })
      await t.rejects(late.commit(), { code: 'E_EXISTS' })
      t.equal((await bytesOf(`kept ${length}`)).toString(), 'first')
      await t.rejects(target.prepare({ clobber: false }), { code: 'E_EXISTS' })
    }
    t.strictSame(await uploads(), [])
  })

  t.test('what is wrong is told by prepare', async (t) => {
    const wrong = (accessKeyId: string, secretAccessKey: string) =>
      object('x', { credentials: { accessKeyId, secretAccessKey } }).prepare()
    await t.rejects(wrong('nobody', STORE_SECRET), { code: 'E_AUTH' })
    await t.rejects(wrong(STORE_KEY, 'wrong'), { code: 'E_AUTH' })
    await t.rejects(s3('s3://sluice-no-such-bucket/x', options).prepare(), { code: 'E_NOT_FOUND' })
  })

  t.test('partitions become objects together', async (t) => {
    const rows = Array.from({ length: 300 }, (_, i) => [i % 30, `text ${i}`])
    const schema = [
      ['n', 'bigint'],
      ['text', 'varchar'],
    ] as const
    const make = (path: string) => csv(s3(`${path}.csv`, options))
    const folder = object('by-n')
    const { files } = await pipeline(resultOf(schema, rows), partitionBy(['n'], make, { folder }))
    t.equal(files!.length, 30)
    t.equal((await bytesOf('by-n/n=7/part-0.csv')).toString().split('\n').length, 12)
    t.strictSame(await uploads(), [])
  })

  t.test(
    'runs that are killed leave the old object or the new one, and nothing that the next one does not abort',
    async (t) => {
      const task = { destination: `s3://${bucket}/killed`, chunks: 16, chunkBytes: MIB, pauseMs: 20 }
      const env = {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ACCESS_KEY_ID: STORE_KEY,
        AWS_SECRET_ACCESS_KEY: STORE_SECRET,
        AWS_EC2_METADATA_DISABLED: 'true',
        TD_SLUICE_PART_SIZE: String(PART),
      }
      const stranger = new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'killed' })
      await client.send(stranger)
      const begin = performance.now()
      const whole = await ended(start(writerCommand(task), { env }))
      t.equal(whole.exit, 0, whole.stderr)
      const usualMs = performance.now() - begin
      const expected = patternOf(task)
      let [kills, left] = [0, 0]
      for (let i = 0; i < Number(process.env.KILLS ?? 20); i++) {
        await writeWhole(object('killed'), Buffer.from('old'))
        const child = start(writerCommand(task), { env })
        const end = ended(child)
        await sleep(Math.random() * usualMs)
        child.kill('SIGKILL')
        if ((await end).exit === 'SIGKILL') kills++
        const found = await bytesOf('killed')
        t.ok(found.toString() === 'old' || found.equals(expected), `kill ${i}`)
        left += (await uploads()).length - 1
        await writeWhole(object('killed'), Buffer.from('next'))
        t.strictSame(await uploads(), ['killed'], `only the stranger's upload stays after kill ${i}`)
      }
      t.comment(`${kills} kills, which left ${left} uploads and claims`)
    },
  )
}
