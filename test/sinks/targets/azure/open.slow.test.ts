/** Blobs of Azure in a small server of the tests; `real.long.ts` has those in azurite. */
import t, { type Test } from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import { targetOf } from '../../../../src/sinks/targets/index.js'
import { type AzureFault, type AzureOperation, AzureServer } from '../../../support/azure/server.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const before = { ...process.env }
t.afterEach(() => {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name]
})

async function setUp(t: Test): Promise<AzureServer> {
  const server = await AzureServer.start(t)
  for (const name of Object.keys(process.env)) if (name.startsWith('AZURE_')) delete process.env[name]
  process.env.AZURE_STORAGE_CONNECTION_STRING = server.connectionString
  process.env.TD_SLUICE_PART_SIZE = String(PART)
  return server
}

const blob = (key: string) => targetOf(`az://results/${key}`)
const OLD = { bytes: Buffer.from('old'), type: '', metadata: {} }

t.test('a blob has all bytes at commit, and is the old one until then', async (t) => {
  const server = await setUp(t)
  for (const length of [0, 10, PART, 2 * PART + 17]) {
    server.blobs.set('a b/ö.csv', OLD)
    const bytes = someBytes(length)
    const target = blob('a b/ö.csv')
    await target.prepare()
    const output = await writeTo(target, bytes, { jobId: '7' })
    t.equal(await target.size!(), 3)
    await output.commit()
    const { bytes: found, type, metadata } = server.blobs.get('a b/ö.csv')!
    t.ok(found.equals(bytes), String(length))
    t.match({ type, metadata }, { type: 'text/csv', metadata: { 'x-ms-meta-td_job_id': '7' } })
    t.equal(server.blocks.size, 0, 'what the probe has staged goes with the commit')
  }
  const discarded = await writeTo(blob('none.csv'), someBytes(2 * PART))
  await discarded.discard()
  t.equal(await blob('none.csv').size!(), undefined)
})

t.test('no-clobber is checked before, and is a condition of the commit', async (t) => {
  const server = await setUp(t)
  await writeWhole(blob('new.csv'), Buffer.from('new'), { clobber: false })
  await t.rejects(blob('new.csv').prepare({ clobber: false }), { code: 'E_EXISTS' })
  const late = await writeTo(blob('late.csv'), Buffer.from('late'), { clobber: false })
  // Between the last look and the commit.
  server.fail('GetProperties', { status: 404, code: 'BlobNotFound' })
  server.blobs.set('late.csv', OLD)
  await t.rejects(late.commit(), { code: 'E_EXISTS' })
  t.equal(server.blobs.get('late.csv'), OLD)
})

t.test('what is wrong is told by prepare', async (t) => {
  const server = await setUp(t)
  const refused = (fault: AzureFault, expected: { code: string; message?: RegExp; hint?: RegExp }) => {
    server.fail('PutBlock', fault)
    return t.rejects(blob('x.csv').prepare(), expected)
  }
  await refused(
    { status: 403, code: 'AuthenticationFailed' },
    { code: 'E_AUTH', message: /AuthenticationFailed/ },
  )
  await refused({ status: 403, code: 'AuthorizationPermissionMismatch' }, { code: 'E_FORBIDDEN' })
  await refused({ status: 412, code: 'LeaseIdMissing' }, { code: 'E_LOCKED', hint: /lease/ })
  await t.rejects(targetOf('az://other/x.csv').prepare(), {
    code: 'E_NOT_FOUND',
    hint: /name of the container/,
  })
  delete process.env.AZURE_STORAGE_CONNECTION_STRING
  await t.rejects(blob('x.csv').prepare(), { code: 'E_CONFIG', hint: /AZURE_STORAGE_CONNECTION_STRING/ })
  process.env.AZURE_STORAGE_CONNECTION_STRING = 'secret'
  await t.rejects(blob('x.csv').prepare(), {
    code: 'E_CONFIG',
    message: 'the settings of Azure Blob Storage cannot be read',
  })
})

t.test('I6: a failure of Azure that passes is tried again, one that stays leaves the old blob', async (t) => {
  const server = await setUp(t)
  const busy = { status: 503, code: 'ServerBusy' }
  const faults: readonly (readonly [AzureOperation, AzureFault, number, string])[] = [
    ['PutBlock', 'cut', 1, 'written'],
    ['PutBlock', 'lost', 1, 'written'],
    ['PutBlock', busy, 1, 'written'],
    ['PutBlockList', 'cut', 1, 'written'],
    ['PutBlockList', 'lost', 1, 'written'],
    ['PutBlockList', { status: 500, code: 'InternalError' }, 1, 'written'],
    ['PutBlockList', { status: 403, code: 'AuthenticationFailed' }, 1, 'E_AUTH'],
    ['PutBlock', { status: 403, code: 'AuthorizationFailure' }, 1, 'E_FORBIDDEN'],
    ['PutBlockList', { status: 400, code: 'InvalidBlockList' }, 1, 'E_IO'],
    ['PutBlockList', busy, 99, 'E_RATE_LIMIT'],
  ]
  for (const clobber of [true, false]) {
    for (const [on, fault, times, expected] of faults) {
      // The pauses between the tries take seconds: once is enough.
      if (times > 1 && !clobber) continue
      const what = `${on} ${JSON.stringify(fault)} ${clobber}`
      if (clobber) server.blobs.set('out.csv', OLD)
      else server.blobs.delete('out.csv')
      const bytes = someBytes(100)
      server.fail(on, fault, { times })
      const outcome = await writeWhole(blob('out.csv'), bytes, { clobber }).then(
        () => 'written',
        ({ code }) => code,
      )
      server.clearFaults()
      t.equal(outcome, expected, what)
      const found = server.blobs.get('out.csv')?.bytes.toString('hex')
      const old = clobber ? OLD.bytes.toString('hex') : undefined
      t.equal(found, outcome === 'written' ? bytes.toString('hex') : old, what)
    }
  }
})

t.test('partitions with a receipt become blobs together', async (t) => {
  const server = await setUp(t)
  const write = (numbers: readonly number[]) => {
    const rows = resultOf(
      [
        ['n', 'bigint'],
        ['text', 'varchar'],
      ],
      numbers.map((n) => [n, `text ${n}`]),
    )
    const options = { folder: 'az://results/by-n', receipt: true }
    return pipeline(
      rows,
      partitionBy(['n'], (path) => csv(`${path}.csv`), options),
    )
  }
  await write([1, 2])
  await write([2, 3])
  t.strictSame([...server.blobs.keys()].sort(), [
    'by-n/manifest.json',
    'by-n/n=2/part-0.csv',
    'by-n/n=3/part-0.csv',
  ])
})
