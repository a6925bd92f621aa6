/** What a target needs of Azure Blob Storage, against azurite: `npm run test:stores` starts one and says where it is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { BlobServiceClient } from '@azure/storage-blob'
import t from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import { targetOf } from '../../../../src/sinks/targets/index.js'
import { ended, patternOf, start, writerCommand } from '../../../support/files/child.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { MIB, PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const { AZURE_STORAGE_CONNECTION_STRING: connectionString } = process.env
const name = `sluice-${Date.now()}`

t.setTimeout(3_600_000)

if (connectionString === undefined) {
  t.plan(0, 'AZURE_STORAGE_CONNECTION_STRING is not set: npm run test:stores starts a store and sets it')
} else {
  process.env.TD_SLUICE_PART_SIZE = String(PART)
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name)
  const blob = (key: string) => targetOf(`az://${name}/${key}`)
  const bytesOf = (key: string) => container.getBlockBlobClient(key).downloadToBuffer()
  await container.create()

  t.test('small, empty and large blobs hold what was written', async (t) => {
    for (const length of [0, 1, 1000, PART, PART + 1, 4 * PART + 17]) {
      const bytes = someBytes(length)
      const target = blob(`size ${length}/å&?#.csv`)
      await target.prepare()
      await writeWhole(target, bytes, { jobId: '1' })
      t.equal(await target.size!(), length)
      if (length > 0) t.ok((await bytesOf(`size ${length}/å&?#.csv`)).equals(bytes), String(length))
    }
  })

  t.test('an old blob stays until commit, and after a discard', async (t) => {
    await writeWhole(blob('old'), Buffer.from('old'))
    const output = await writeTo(blob('old'), someBytes(3 * PART))
    t.equal((await bytesOf('old')).toString(), 'old')
    await output.discard()
    t.equal((await bytesOf('old')).toString(), 'old')
    await writeWhole(blob('old'), Buffer.from('after what was left'))
    t.equal((await bytesOf('old')).toString(), 'after what was left')
  })

  t.test('no-clobber keeps what is there', async (t) => {
    for (const length of [3, 2 * PART]) {
      const target = blob(`kept ${length}`)
      const late = await writeTo(target, someBytes(length), { clobber: false })
      await writeWhole(target, Buffer.from('first'), { clobber: false })
      await t.rejects(late.commit(), { code: 'E_EXISTS' })
      t.equal((await bytesOf(`kept ${length}`)).toString(), 'first')
      await t.rejects(target.prepare({ clobber: false }), { code: 'E_EXISTS' })
    }
  })

  t.test('what is wrong is told by prepare', async (t) => {
    await t.rejects(targetOf('az://no-such-container/x').prepare(), { code: 'E_NOT_FOUND' })
    process.env.AZURE_STORAGE_CONNECTION_STRING = connectionString.replace(
      'AccountKey=Eby8',
      'AccountKey=AAAA',
    )
    await t.rejects(blob('x').prepare(), { code: 'E_AUTH' })
    process.env.AZURE_STORAGE_CONNECTION_STRING = connectionString
  })

  t.test(
    'partitions with a receipt become blobs together, and replace those of an earlier run',
    async (t) => {
      const schema = [
        ['n', 'bigint'],
        ['text', 'varchar'],
      ] as const
      const options = { folder: `az://${name}/by-n`, receipt: true }
      for (const count of [30, 20]) {
        const rows = Array.from({ length: 300 }, (_, i) => [i % count, `text ${i}`])
        await pipeline(
          resultOf(schema, rows),
          partitionBy(['n'], (path) => csv(`${path}.csv`), options),
        )
        const found: string[] = []
        for await (const each of container.listBlobsFlat({ prefix: 'by-n/' })) found.push(each.name)
        t.equal(found.length, count + 1)
      }
    },
  )

  t.test('runs that are killed leave the old blob or the new one', async (t) => {
    const task = { destination: `az://${name}/killed`, chunks: 16, chunkBytes: MIB, pauseMs: 20 }
    const env = {
      PATH: process.env.PATH,
      AZURE_STORAGE_CONNECTION_STRING: connectionString,
      TD_SLUICE_PART_SIZE: String(PART),
    }
    const begin = performance.now()
    const whole = await ended(start(writerCommand(task), { env }))
    t.equal(whole.exit, 0, whole.stderr)
    const usualMs = performance.now() - begin
    const expected = patternOf(task)
    let kills = 0
    for (let i = 0; i < Number(process.env.KILLS ?? 20); i++) {
      await writeWhole(blob('killed'), Buffer.from('old'))
      const child = start(writerCommand(task), { env })
      const end = ended(child)
      await sleep(Math.random() * usualMs)
      child.kill('SIGKILL')
      if ((await end).exit === 'SIGKILL') kills++
      const found = await bytesOf('killed')
      t.ok(found.toString() === 'old' || found.equals(expected), `kill ${i}`)
    }
    t.comment(`${kills} kills`)
  })
}
