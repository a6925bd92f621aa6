/** What `inspect` reads besides local files of msgpack and Parquet: other formats, stdin, jobs and objects of stores. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { file, parquet, pipeline, SluiceError } from '../../src/index.js'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { targetOf } from '../../src/sinks/targets/index.js'
import { AzureServer, CONTAINER } from '../support/azure/server.js'
import { runInProcess } from '../support/cli/context.js'
import { BUCKET, startS3 } from '../support/s3/server.js'
import { storeEnvironment } from '../support/s3/store.js'
import { SftpServer } from '../support/sftp/server.js'

const cwd = t.testdir({
  'a.csv': 'id,name\n1,x\n2,\n9007199254740993,"<b>"\n',
  'a.jsonl': '{"n":1}\n{"n":2.5}\n',
})
const env = { LANG: 'C.UTF-8' }
const inspect = (args: readonly string[], world = {}) =>
  runInProcess(['inspect', ...args], { cwd, env, ...world })

t.test('a text format is told, with types that are said to be guessed', async (t) => {
  const { exit, stdout, stderr } = await inspect(['a.csv'])
  t.strictSame([exit, stderr], [0, ''])
  t.match(stdout, /^ {2}format {2}csv\n {2}size {4}\d+ B\n {2}rows {4}3\n/m)
  t.match(stdout, /^ {2}id +bigint\? +0 +3 +1 +9007199254740993/m)
  t.match(stdout, 'type: guessed from the values, as the format has none')
  const json = JSON.parse((await inspect(['a.jsonl', '--json'])).stdout)
  t.match(json, { format: 'ndjson', columns: [{ column: 'n', type: 'double', isGuessed: true, max: 2.5 }] })
})

t.test('options say what the text of a file does not', async (t) => {
  writeFileSync(join(cwd, 'odd.txt'), '1|-\n2|x\n')
  const given = ['--input-format', 'csv', '--delimiter', '|', '--no-header', '--null', '-', '--json']
  t.match(JSON.parse((await inspect(['odd.txt', ...given])).stdout), {
    columns: [{ column: '_col0' }, { nulls: 1 }],
  })
  const wrong = await inspect(['odd.txt', '--delimiter', '||'])
  t.strictSame([wrong.exit, /one character/.test(wrong.stderr)], [2, true], wrong.stderr)
})

t.test('stdin is msgpack, or what --input-format says', async (t) => {
  const { stdout } = await inspect(['-', '--input-format', 'csv', '--json'], { input: 'a,b\n1,2\n' })
  t.match(JSON.parse(stdout), { format: 'csv', rows: 1 })
  const refused = await inspect(['-', '--input-format', 'parquet'], { input: 'PAR1' })
  t.match(refused, { exit: 2, stderr: /stdin cannot be Parquet/ })
})

t.test('a stop ends the wait for what is still to come', async (t) => {
  for (const begin of ['', 'a,b\n', `a,b\n${'1,2\n'.repeat(100_000)}`])
    for (const command of ['inspect', 'diff']) {
      const stdin = new PassThrough()
      stdin.write(begin)
      const controller = new AbortController()
      const rest = command === 'diff' ? ['a.csv'] : []
      const world = { cwd, stdin: () => stdin, signal: controller.signal }
      const ended = runInProcess([command, '-', ...rest, '--input-format', 'csv'], world)
      setTimeout(() => controller.abort(new SluiceError('E_INTERRUPTED', 'stopped')), 300)
      t.match(await ended, { exit: 130, stdout: '' }, `${command} ${begin.length}`)
      t.ok(stdin.destroyed)
    }
})

t.test('a job is told by its record, with the way to its rows', async (t) => {
  const sandbox = await startSandbox({ rows: 10 })
  t.teardown(() => sandbox.close())
  const schema = [['n', 'bigint']] as const
  sandbox.addJob({ id: '500', query: 'select 1 as n', schema, rows: [[1]] })
  sandbox.addJob({ id: '501', query: 'selec', status: 'error', stderr: 'line 1:1' })
  sandbox.addJob({ id: '502', query: 'select 2', status: 'running' })
  const world = { env: { ...env, TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' } }
  const { exit, stdout, stderr } = await inspect(['500'], world)
  t.equal(exit, 0, stderr)
  t.match(stdout, /^job 500 {2}success$/m)
  t.match(stdout, /^ {2}n +bigint$/m)
  t.match(stdout, /^Result\n {2}1 rows, 1 column, \d+ B as msgpack\.gz\n {2}td-sluice dump 500$/m)
  t.notOk(
    sandbox.log.some(({ url }) => url.includes('/result')),
    'no rows are fetched',
  )
  const json = JSON.parse((await inspect(['500', '--json'], world)).stdout)
  t.match(json, { jobId: '500', resultState: 'ready', schema: [{ name: 'n', type: 'bigint' }] })
  t.match((await inspect(['501'], world)).stdout, /^Result\n {2}there is no result$/m)
  t.match(
    (await inspect(['502'], world)).stdout,
    /^Result\n {2}the job has not finished\n {2}td-sluice wait 502$/m,
  )
  t.match(await inspect(['599'], world), { exit: 7, stdout: '' })
  t.match(await inspect(['500', '--html', 'x.html'], world), { exit: 2, stderr: /a job is none/ })
  // A file of that name comes first.
  writeFileSync(join(cwd, '500'), '{"a":1}\n')
  t.match((await inspect(['500'], world)).stdout, /format {2}ndjson/)
})

t.test(
  'of Parquet in a store only what is asked for is fetched; other formats are read as they come',
  async (t) => {
    const server = await startS3(t)
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
    Object.assign(process.env, storeEnvironment(server))
    const rows = Array.from({ length: 20_000 }, (_, i) => [i, `${i}`.repeat(20)])
    writeFileSync(join(cwd, 'big.msgpack'), packRows(rows))
    const schema = '[["id","bigint"],["text","varchar"]]'
    await pipeline(
      file(join(cwd, 'big.msgpack'), { schema }),
      parquet(join(cwd, 'big.parquet'), { codec: 'none' }),
    )
    const bytes = readFileSync(join(cwd, 'big.parquet'))
    const put = (key: string, bytes: Buffer) =>
      server.objects.set(key, { bytes, size: bytes.length, etag: `"${key}"`, type: '', metadata: {} })
    put('big.parquet', bytes)
    put('a.csv', readFileSync(join(cwd, 'a.csv')))
    const { exit, stdout, stderr } = await inspect([
      `s3://${BUCKET}/big.parquet`,
      '--columns',
      'id',
      '--json',
    ])
    t.equal(exit, 0, stderr)
    t.match(JSON.parse(stdout), {
      format: 'parquet',
      rows: 20_000,
      bytes: bytes.length,
      columns: [{ max: 19_999 }],
    })
    t.ok(server.bytesRead < bytes.length / 2, `${server.bytesRead} of ${bytes.length} bytes were fetched`)
    const csv = await inspect([`s3://${BUCKET}/a.csv`, '--json'])
    t.match(JSON.parse(csv.stdout), { format: 'csv', rows: 3 }, csv.stderr)
    t.match(await inspect([`s3://${BUCKET}/none.parquet`]), { exit: 7, stderr: /there is no object s3:/ })
    t.match(await inspect(['postgres://host/db#table']), { exit: 2 })
  },
)

t.test('blobs of Azure and files of SFTP servers are read by ranges as well', async (t) => {
  const before = { ...process.env }
  t.teardown(() => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name]
    Object.assign(process.env, before)
  })
  const bytes = readFileSync(join(cwd, 'big.parquet'))
  const azure = await AzureServer.start(t)
  process.env.AZURE_STORAGE_CONNECTION_STRING = azure.connectionString
  azure.blobs.set('big.parquet', { bytes, type: '', metadata: {} })
  const sftp = await SftpServer.start(t)
  delete process.env.SSH_AUTH_SOCK
  Object.assign(process.env, sftp.environment)
  writeFileSync(sftp.at('big.parquet'), bytes)
  writeFileSync(sftp.at('a.csv'), readFileSync(join(cwd, 'a.csv')))
  for (const [url, server] of [
    [`az://${CONTAINER}/big.parquet`, azure],
    [sftp.url('big.parquet'), sftp],
  ] as const) {
    const { exit, stdout, stderr } = await inspect([url, '--columns', 'id', '--json'])
    t.equal(exit, 0, stderr)
    t.match(JSON.parse(stdout), { rows: 20_000, bytes: bytes.length, columns: [{ max: 19_999 }] })
    t.ok(server.bytesRead < bytes.length / 2, `${server.bytesRead} of ${bytes.length} bytes were fetched`)
    t.match(await inspect([url.replace('big', 'none')]), { exit: 7, stderr: /there is no object/ })
  }
  t.match(JSON.parse((await inspect([sftp.url('a.csv'), '--json'])).stdout), { format: 'csv', rows: 3 })
})

t.test('an object that is replaced while it is read is damage', async (t) => {
  const sftp = await SftpServer.start(t)
  const server = await AzureServer.start(t)
  const before = { ...process.env }
  t.teardown(() => {
    for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name]
    Object.assign(process.env, before)
  })
  delete process.env.SSH_AUTH_SOCK
  Object.assign(process.env, sftp.environment, { AZURE_STORAGE_CONNECTION_STRING: server.connectionString })
  const one = { bytes: Buffer.from('0123456789'), type: '', metadata: {} }
  server.blobs.set('x', one)
  writeFileSync(sftp.at('x'), one.bytes)
  for (const [url, replace] of [
    [`az://${CONTAINER}/x`, () => server.blobs.set('x', { ...one, bytes: Buffer.from('abcdefghij') })],
    [sftp.url('x'), () => writeFileSync(sftp.at('x'), 'another one')],
  ] as const) {
    const stored = (await targetOf(url).stored!())!
    t.equal(Buffer.from(await stored.slice(2, 5)).toString(), '234')
    replace()
    await t.rejects(stored.slice(2, 5), { code: 'E_SIZE_MISMATCH', message: /changed while it was read/ })
  }
})

t.test('--html writes a page, whole or not at all, and never over its input', async (t) => {
  const { exit, stdout, stderr } = await inspect(['a.csv', '--html', 'report.html'])
  t.strictSame([exit, stderr], [0, ''])
  t.match(stdout, /^a\.csv\n/)
  const page = readFileSync(join(cwd, 'report.html'), 'utf8')
  t.match(page, '<title>a.csv</title>')
  t.match(page, '&lt;b&gt;')
  t.notMatch(page, '<b>')
  t.match(await inspect(['a.csv', '--html', 'a.csv']), { exit: 2, stderr: /E_USAGE/ })
  t.match(await inspect(['a.csv', '--html', '-']), { exit: 2, stderr: /writes a file/ })
  t.match(await inspect(['a.csv', '--html', 'none/report.html']), { exit: 14, stdout: '' })
  writeFileSync(join(cwd, 'bad.csv'), 'a,b\n1\n')
  t.match(await inspect(['bad.csv', '--html', 'bad.html']), { exit: 12 })
  t.notOk(
    readdirSync(cwd).some((name) => /bad\.html|part/.test(name)),
    'nothing is left',
  )
})
