/** Azure by options of a program, without any variable of the environment. */
import { BlobServiceClient } from '@azure/storage-blob'
import t, { type Test } from 'tap'
import { type AzureOptions, azure } from '../../../../src/azure.js'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import { AzureServer } from '../../../support/azure/server.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { writeWhole } from '../../../support/s3/store.js'

const before = { ...process.env }
t.afterEach(() => {
  Object.assign(process.env, before)
})

async function setUp(t: Test) {
  const server = await AzureServer.start(t)
  for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_STORAGE_')) delete process.env[name]
  const write = (options: AzureOptions, bytes = Buffer.from('n\n1\n')) =>
    writeWhole(azure('az://results/out.csv', options), bytes)
  return { server, write }
}

t.test('a program gives a connection string or a client of its own', async (t) => {
  const { server, write } = await setUp(t)
  const { connectionString } = server
  await write({ connectionString })
  t.equal(server.blobs.get('out.csv')!.bytes.toString(), 'n\n1\n')
  await write({ client: BlobServiceClient.fromConnectionString(connectionString) }, Buffer.from('n\n2\n'))
  t.equal(server.blobs.get('out.csv')!.bytes.toString(), 'n\n2\n')
})

t.test(
  'options are not mixed with the environment, and a part has the size that was asked for',
  async (t) => {
    const { server, write } = await setUp(t)
    await t.rejects(write({}), { code: 'E_CONFIG', message: /no credentials/ })
    process.env.AZURE_STORAGE_CONNECTION_STRING =
      'BlobEndpoint=http://127.0.0.1:9/none;AccountName=none;AccountKey=bm9uZQ=='
    await t.rejects(write({ account: 'me' }), { code: 'E_CONFIG', message: /no credentials/ })
    const { connectionString } = server
    const MIB = 1024 * 1024
    await write({ connectionString, partSize: 5 * MIB, partsInFlight: 1 }, Buffer.alloc(11 * MIB))
    t.equal(server.log.filter((line) => line === 'PutBlock out.csv').length, 3)
  },
)

t.test('the options hold for the files of a folder', async (t) => {
  const { server } = await setUp(t)
  const options = { connectionString: server.connectionString }
  const folder = azure('az://results/by-n', options)
  const make = (path: string) => csv(azure(`${path}.csv`, options))
  await pipeline(
    resultOf(
      [
        ['n', 'bigint'],
        ['s', 'varchar'],
      ],
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ),
    partitionBy(['n'], make, { folder }),
  )
  t.equal(server.blobs.get('by-n/n=2/part-0.csv')!.bytes.toString(), 's\ny\n')
})
