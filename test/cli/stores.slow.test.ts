/** Outputs in an object store, by the command: everything that takes a path takes the URL of an object. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { manifestFolders } from '../support/manifest/folder.js'
import { packRows } from '../support/msgpack/encoded-results.js'
import { type S3Server, startS3 } from '../support/s3/server.js'
import { storeEnvironment } from '../support/s3/store.js'

const SCHEMA = '[["id","bigint"],["text","varchar"]]'
const CSV = 'id,text\n1,a\n2,b\n3,c\n'

/** The SDK reads the environment of the process. */
async function setUp(t: Test): Promise<S3Server> {
  const server = await startS3(t)
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, storeEnvironment(server))
  return server
}

function folder(t: Test) {
  const rows = [1, 2, 3].map((id) => [id, 'abc'[id - 1]])
  const cwd = t.testdir({ 'rows.msgpack': packRows(rows) })
  const convert = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack', '--schema', SCHEMA, ...args], { cwd })
  return { cwd, convert }
}

const textOf = (server: S3Server, key: string) => server.objects.get(key)?.bytes.toString()

t.test('-o writes an object, and the report another one', async (t) => {
  const server = await setUp(t)
  const { convert } = folder(t)
  const { exit, stderr } = await convert(
    '-o',
    's3://results/a/out.csv',
    '--report',
    's3://results/report.json',
  )
  t.equal(exit, 0, stderr)
  t.match(stderr, /^wrote 3 rows to s3:\/\/results\/a\/out\.csv, /)
  t.equal(textOf(server, 'a/out.csv'), CSV)
  t.match(JSON.parse(textOf(server, 'report.json')!), { complete: true, path: 's3://results/a/out.csv' })
  const again = await convert('-o', 's3://results/a/out.csv', '--no-clobber')
  t.equal(again.exit, 15, again.stderr)
})

t.test('gs:// goes to the endpoint that is set, and msgpack has its schema beside it', async (t) => {
  const server = await setUp(t)
  const { convert } = folder(t)
  const { exit, stderr } = await convert('-o', 'gs://results/out.msgpack')
  t.equal(exit, 0, stderr)
  t.match(JSON.parse(textOf(server, 'out.msgpack.schema.json')!), {
    schema: [{ name: 'id' }, { name: 'text' }],
  })
  t.ok(server.objects.has('out.msgpack'))
})

t.test('a folder of a store takes partitions, and a key may have any characters', async (t) => {
  const server = await setUp(t)
  const { convert } = folder(t)
  for (const output of ['s3://results/folder', 's3://results/slash/']) {
    const { exit, stderr } = await convert('-o', output, '-f', 'csv', '--partition-by', 'text')
    t.equal(exit, 0, stderr)
  }
  t.equal(textOf(server, 'folder/text=b/part-0.csv'), 'id\n2\n')
  t.equal(textOf(server, 'slash/text=c/part-0.csv'), 'id\n3\n')
  const split = await convert('-o', 's3://results/split', '-f', 'csv', '--max-rows-per-file', '2')
  t.equal(split.exit, 0, split.stderr)
  t.equal(textOf(server, 'split/part-1.csv'), 'id,text\n3,c\n')
  const odd = await convert('-o', 's3://results/a b#c?d=é%20.csv')
  t.equal(odd.exit, 0, odd.stderr)
  t.equal(textOf(server, 'a b#c?d=é%20.csv'), CSV)
})

t.test('several outputs, one of them an object, are final together or not at all', async (t) => {
  const server = await setUp(t)
  const { cwd, convert } = folder(t)
  const both = ['-o', 'out.csv', '-o', 's3://results/out.ndjson']
  server.fail('PutObject', { status: 403, code: 'AccessDenied' })
  writeFileSync(join(cwd, 'out.csv'), 'old')
  // The store comes first: the file is renamed only after it.
  const refused = await convert(...both.slice(2), ...both.slice(0, 2))
  t.equal(refused.exit, 6, refused.stderr)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'old')
  const { exit, stderr } = await convert(...both)
  t.equal(exit, 0, stderr)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), CSV)
  t.equal(textOf(server, 'out.ndjson')!.split('\n').length, 4)
})

t.test('what is wrong with a store ends the run before anything is read', async (t) => {
  const server = await setUp(t)
  const { convert } = folder(t)
  const refused = async (output: string, code: number, message: RegExp) => {
    const { exit, stderr } = await convert('-o', output)
    t.equal(exit, code, stderr)
    t.match(stderr, message)
  }
  const out = 's3://results/out.csv'
  await refused(
    'abfss://container/out.csv',
    2,
    /abfss:\/\/ URLs are not supported\n {2}hint: write az:\/\/CONTAINER\/BLOB/,
  )
  await refused('s3://results/', 2, /E_USAGE/)
  await refused(
    's3://other/out.csv',
    7,
    /E_NOT_FOUND: .*NoSuchBucket\n {2}hint: check the name of the bucket/,
  )
  process.env.AWS_SECRET_ACCESS_KEY = 'x'
  await refused(out, 6, /E_AUTH: .*SignatureDoesNotMatch\n {2}hint: check the credentials/)
  delete process.env.AWS_SECRET_ACCESS_KEY
  await refused(out, 2, /E_CONFIG: .*\n {2}hint: set AWS_ACCESS_KEY_ID/)
  Object.assign(process.env, storeEnvironment(server), { TD_SLUICE_PART_SIZE: '1MiB' })
  await refused(out, 2, /E_USAGE: TD_SLUICE_PART_SIZE must be from 5242880/)
  delete process.env.TD_SLUICE_PART_SIZE
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' })
  await refused(out, 10, /E_NET: .*ECONNREFUSED/)
  t.equal(server.objects.size + server.uploads.size, 0)
})

t.test(
  'a manifest writes objects and folders of partitions, and skips what is there in full size',
  async (t) => {
    const server = await setUp(t)
    const { folderOf } = await manifestFolders(t)
    const run = folderOf(
      t,
      `exports:
  - { name: one, query: 'select 1 as a', output: 's3://results/\${date}/\${name}.csv' }
  - { name: two, query: 'select * from www_access', output: s3://results/methods, format: ndjson, partition_by: [method] }
`,
    )
    const first = await run.report()
    t.strictSame(
      first.exports.map(({ outcome }) => outcome),
      ['written', 'written'],
    )
    t.equal(textOf(server, '2026-01-31/one.csv'), 'a\n1\n')
    const partitions = [...server.objects.keys()].filter((key) =>
      /^methods\/method=[A-Z]+\/part-0\.ndjson$/.test(key),
    )
    t.ok(partitions.length > 1)
    const second = await run.report()
    t.strictSame(
      second.exports.map(({ outcome }) => outcome),
      ['skipped', 'skipped'],
    )
    server.objects.delete(partitions[0]!)
    const third = await run.report()
    t.strictSame(
      third.exports.map(({ outcome }) => outcome),
      ['skipped', 'written'],
    )
    t.ok(server.objects.has(partitions[0]!))
    const jobs = run.jobs().length
    server.fail('CreateMultipartUpload', { status: 404, code: 'NoSuchBucket' })
    server.objects.delete('2026-01-31/one.csv')
    const fourth = await run.report()
    t.match(fourth.exports, [{ outcome: 'failed', error: { code: 'E_NOT_FOUND' } }, { outcome: 'skipped' }])
    t.equal((await run.report()).exports[0]!.outcome, 'written')
    t.equal(run.jobs().length, jobs, 'a bucket that is missing does not make another job')
    t.equal(server.uploads.size, 0)
  },
)
