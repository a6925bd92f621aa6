import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { NO_TERMINAL, steady, terminalCli } from '../support/cli/terminal.js'

/** An API that takes one export and remembers what it was asked. */
async function recorder(t: { teardown(f: () => void): void }) {
  const seen: { url: string; form: Record<string, string> }[] = []
  const server = createServer(async (request, response) => {
    seen.push({ url: request.url!, form: Object.fromEntries(new URLSearchParams(await text(request))) })
    response.end('{"job":"19","job_id":"19","database":"db"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { seen, env: { TD_API_SERVER: `http://127.0.0.1:${port}`, TD_API_KEY: 'k' } }
}

t.test('export result sends every parameter the API documents', async (t) => {
  const { seen, env } = await recorder(t)
  const settings = '{"bucket":"b"}'
  const { exit, stdout } = await runInProcess(
    [
      ...['export', 'result', '7', '--connection-id', '42', '--connection-settings', settings],
      ...['-P', 'high', '-R', '3', '-O', 'pool_1', '--domain-key', 'key', '--scheduled-time', '1609413753'],
    ],
    { env },
  )
  t.same([exit, stdout], [0, '19\n'])
  t.same(seen, [
    {
      url: '/v3/job/result_export/7',
      form: {
        result_connection_id: '42',
        result_connection_settings: settings,
        priority: '1',
        retry_limit: '3',
        pool_name: 'pool_1',
        domain_key: 'key',
        scheduled_time: '1609413753',
      },
    },
  ])
})

t.test('export table sends every parameter the API documents', async (t) => {
  const { seen, env } = await recorder(t)
  const keys = { AWS_ACCESS_KEY_ID: 'a_key', AWS_SECRET_ACCESS_KEY: 'secret_abc' }
  const args = [
    ...['export', 'table', 'Alpha', 'Bravo', '-b', 'test_bucket', '-p', 'prefix/', '-F', 'json.gz'],
    ...[
      '-f',
      '2013-01-01T00:00:00Z',
      '-t',
      '1356998401',
      '--encryption',
      's3',
      '-O',
      'pool_1',
      '--domain-key',
      'key',
    ],
  ]
  const form = {
    storage_type: 's3',
    bucket: 'test_bucket',
    file_format: 'json.gz',
    file_prefix: 'prefix/',
    from: '1356998400',
    to: '1356998401',
    encryption: 's3',
    pool_name: 'pool_1',
    domain_key: 'key',
  }
  t.equal((await runInProcess(args, { env: { ...env, ...keys } })).exit, 0)
  t.equal((await runInProcess([...args, '-a', 'arn:aws:iam::1:role/r'], { env })).exit, 0)
  t.same(seen, [
    {
      url: '/v3/export/run/Alpha/Bravo',
      form: { ...form, access_key_id: 'a_key', secret_access_key: 'secret_abc' },
    },
    { url: '/v3/export/run/Alpha/Bravo', form: { ...form, assume_role: 'arn:aws:iam::1:role/r' } },
  ])
})

t.test('a place that can be none is refused before any request, without its secrets', async (t) => {
  const { seen, env } = await recorder(t)
  const table = ['export', 'table', 'db', 't']
  for (const [args, message, hint] of [
    [['export', 'result', '7', '/tmp/hunter2'], /the export target is a path: it is a URL such as s3:/],
    [['export', 'result', '7', 's3://'], /nothing behind its :/],
    [['issue', '-d', 'db', 'select 1', '-r', '{"secret_access_key":"hunter2"'], /no object in JSON/],
    [
      ['query', '-d', 'db', 'select 1', '-r', './hunter2/a.csv', '-o', 'a.csv'],
      /the export target is a path/,
    ],
    [
      [...table, '-b', 's3://bucket/p', '-a', 'arn:aws:iam::1:role/r'],
      /a bucket is a name/,
      /the bucket is bucket,/,
    ],
    [[...table, '-b', 'bucket', '-a', 'role/r'], /--assume-role names a role by its ARN/],
    [[...table, '-b', 'bucket', '-a', 'arn:aws:iam::1:role/r', '-f', '9', '-t', '8'], /from 9 up to 8/],
  ] as const) {
    const { exit, stderr } = await runInProcess(args, { env, cwd: t.testdir() })
    t.equal(exit, 2, stderr)
    t.match(stderr, message)
    if (hint !== undefined) t.match(stderr, hint)
    t.notMatch(stderr, /hunter2/)
  }
  t.same(seen, [])
})

t.test(
  'G19: -e of export table is the encryption, as in td, and never the place to send keys to',
  async (t) => {
    const { seen, env } = await recorder(t)
    const other = await recorder(t)
    const keys = { ...env, AWS_ACCESS_KEY_ID: 'a_key', AWS_SECRET_ACCESS_KEY: 'secret_abc' }
    const args = ['export', 'table', 'Alpha', 'Bravo', '-b', 'bucket']
    t.equal((await runInProcess([...args, '-e', 's3'], { env: keys })).exit, 0)
    t.equal((await runInProcess([...args, '-es3'], { env: keys })).exit, 0)
    t.same(
      seen.map(({ form }) => form.encryption),
      ['s3', 's3'],
    )
    for (const value of [other.env.TD_API_SERVER, 'https://s3', 's3://bucket', 'S3', 'none']) {
      const { exit, stderr } = await runInProcess([...args, '-e', value], { env: keys })
      t.equal(exit, 2, value)
      t.match(stderr, "'-e, --encryption <kind>'")
    }
    for (const value of ['s3', 'https://s3', 'utf-8']) {
      const { exit, stderr } = await runInProcess([...args, '--endpoint', value], { env: keys })
      t.equal(exit, 2, value)
      t.match(stderr, /E_CONFIG: the endpoint '.*' is not the whole name of a host/)
    }
    t.equal(seen.length, 2)
    t.same(other.seen, [])
  },
)

t.test('an export that fails is exit 3 with -w, and none of this command without', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const id = sandbox.addJob({ schema: [['a', 'bigint']], rows: [[1]] })
  const args = ['export', 'result', id, 's3://bucket/a.csv']
  t.equal((await runInProcess(args, { env })).exit, 0)
  const { exit, stdout, stderr } = await runInProcess([...args, '-w'], { env })
  t.equal(exit, 3)
  t.match(stdout, /^\d+\n$/)
  t.match(stderr, /E_JOB_FAILED: /)
  const shown = await runInProcess(['show', stdout.trim()], { env })
  t.match(shown.stdout, /^Error$/m)
  t.notMatch(shown.stdout, /^Query$/m, 'it has none')
})

t.test('-w shows how far the export is, in a terminal', { skip: NO_TERMINAL }, async (t) => {
  const exportDir = t.testdir()
  const sandbox = await startSandbox({ exportDir, runTime: 1500 })
  t.teardown(() => sandbox.close())
  const id = sandbox.addJob({ schema: [['a', 'bigint']], rows: [[1]] })
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const terminal = terminalCli(['export', 'result', id, 's3://bucket/a.csv', '-w'], { env })
  t.teardown(() => terminal.close())
  await terminal.sees(/^job \d+ · running · [\d.]+ s$/m)
  t.equal(await terminal.exit(), 0)
  t.match(steady(terminal.screen()), [/^\d+$/, /^job N: issued$/, /^job N: success after N s$/, '[exit 0]'])
})
