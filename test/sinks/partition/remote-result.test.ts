/** Receipts of folders in a store, and what earlier runs have left there. */
import t, { type Test } from 'tap'
import { csv, type PartitionOptions, partitionBy, pipeline } from '../../../src/index.js'
import { s3 } from '../../../src/s3.js'
import { INVENTORY_NAME } from '../../../src/sinks/partition/inventory.js'
import { RECEIPT_NAME, type Receipt } from '../../../src/sinks/partition/receipt.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { KEYS, type S3Server, startS3 } from '../../support/s3/server.js'

const SCHEMA = [
  ['n', 'bigint'],
  ['text', 'varchar'],
] as const

async function setUp(t: Test) {
  const server = await startS3(t)
  const options = { endpoint: server.url, credentials: KEYS, region: 'us-east-1', maxAttempts: 1 }
  const notices: string[] = []
  const write = (numbers: readonly number[], more: PartitionOptions = {}) => {
    const rows = numbers.map((n) => [n, `text ${n}`])
    const make = (path: string) => csv(s3(`${path}.csv`, options))
    const folder = s3('s3://results/by-n', options)
    return pipeline(resultOf(SCHEMA, rows), partitionBy(['n'], make, { folder, receipt: true, ...more }), {
      onProgress: (event) => event.type === 'notice' && notices.push(event.code),
    })
  }
  return { server, write, notices }
}

const keysIn = (server: S3Server) => [...server.objects.keys()].map((key) => key.slice('by-n/'.length)).sort()
const receiptIn = (server: S3Server): Receipt | undefined => {
  const object = server.objects.get(`by-n/${RECEIPT_NAME}`)
  return object && JSON.parse(object.bytes.toString())
}
const filesOf = (...numbers: number[]) => numbers.map((n) => `n=${n}/part-0.csv`)

t.test(
  'I4: a receipt in a store is removed first and written last; the folder holds what it lists',
  async (t) => {
    const { server, write, notices } = await setUp(t)
    const report = await write([1, 2, 3])
    t.strictSame(keysIn(server), [RECEIPT_NAME, ...filesOf(1, 2, 3)])
    t.equal(report.receipt!.path, `s3://results/by-n/${RECEIPT_NAME}`)
    const receipt = receiptIn(server)!
    t.strictSame(receipt.files.map(({ path }) => path).sort(), filesOf(1, 2, 3))
    t.match(receipt, { rows: 3, partitionBy: ['n'], format: 'csv', files: [{ sha256: /^[0-9a-f]{64}$/ }] })
    t.strictSame(notices, [])

    server.log.length = 0
    await write([2, 4])
    t.strictSame(keysIn(server), [RECEIPT_NAME, ...filesOf(2, 4)])
    t.strictSame(notices, ['N_EARLIER_FILES'])
    const changes = server.log.filter((line) => /^(?:PutObject|DeleteObject) /.test(line))
    const at = (line: string) => changes.indexOf(`${line}`)
    t.ok(at(`DeleteObject by-n/${RECEIPT_NAME}`) < at('PutObject by-n/n=2/part-0.csv'))
    t.equal(changes.at(-2), `PutObject by-n/${RECEIPT_NAME}`)
    t.equal(changes.at(-1), `DeleteObject by-n/${INVENTORY_NAME}`)
  },
)

t.test(
  'I5: a run that ends between its files leaves no receipt, and the next one nothing of it',
  async (t) => {
    const { server, write } = await setUp(t)
    await write([1, 2])
    server.fail('PutObject', { status: 403, code: 'AccessDenied' }, { key: /n=5/ })
    await t.rejects(write([4, 5]), { code: 'E_FORBIDDEN' })
    t.equal(receiptIn(server), undefined)
    t.ok(server.objects.has(`by-n/${INVENTORY_NAME}`))
    await write([6])
    t.strictSame(keysIn(server), [RECEIPT_NAME, ...filesOf(6)])
    server.fail('PutObject', { status: 403, code: 'AccessDenied' }, { key: /manifest/ })
    await t.rejects(write([7]), {
      code: 'E_FORBIDDEN',
      message: /the files are final, but not their receipt/,
    })
    await write([8])
    t.strictSame(keysIn(server), [RECEIPT_NAME, ...filesOf(8)])
  },
)

t.test(
  'what somebody else has put there stays, and a foreign receipt is refused before the run',
  async (t) => {
    const { server, write } = await setUp(t)
    await write([1, 2])
    const stranger = {
      bytes: Buffer.from('longer than the text that was there'),
      size: 35,
      etag: '"x"',
      type: '',
      metadata: {},
    }
    server.objects.set('by-n/n=1/part-0.csv', stranger)
    server.objects.set('by-n/n=9/part-0.csv', stranger)
    await write([3])
    t.strictSame(keysIn(server), [RECEIPT_NAME, ...filesOf(1, 3, 9)])
    server.objects.set(`by-n/${RECEIPT_NAME}`, { ...stranger, bytes: Buffer.from('{}'), size: 2 })
    server.log.length = 0
    await t.rejects(write([4]), { code: 'E_EXISTS', message: /is no receipt that td-sluice has written/ })
    t.notOk(server.log.some((line) => line.startsWith('PutObject')))
    server.objects.delete(`by-n/${RECEIPT_NAME}`)
    server.forbidden.add('DeleteObject')
    await t.rejects(write([4]), { code: 'E_FORBIDDEN' })
    t.notOk(
      server.log.some((line) => line.startsWith('PutObject')),
      'the right to remove is tried before the run',
    )
  },
)
