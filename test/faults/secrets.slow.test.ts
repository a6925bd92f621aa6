/** G2: canaries in all secrets of a set of runs, looked for in everything that a run shows or leaves. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { csv, job, pipeline, query, resolveConfig, SluiceError } from '../../src/index.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { ended, startCli } from '../support/cli/run.js'
import { testClient } from '../support/client/server.js'

t.setTimeout(600_000)

const SECRETS = {
  key: 'c0ffee4242c0ffee4242c0ffee4242c0ffee4242',
  password: 'canary-password-77',
  proxy: 'canary-proxy-88',
}
const KEY = `17/${SECRETS.key}`
const RESULT_URL = `postgresql://me:${SECRETS.password}@db.example.com/x`

/** The texts a secret might appear as. */
const FORMS = Object.values(SECRETS).flatMap((secret) => [
  secret,
  encodeURIComponent(`17/${secret}`),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`17/${secret}`).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
])

let looked = 0
function assertClean(t: Test, text: string, where: string): void {
  looked += text.length
  for (const form of FORMS) if (text.includes(form)) t.fail(`${where} shows a secret: ${form}`)
}

const sandbox = await startSandbox({ rows: 10, apiKey: KEY, preload: true })
t.teardown(() => sandbox.close())

t.test(
  'G2: real runs show no secret in output, messages, reports, names or the list of processes',
  async (t) => {
    const good = sandbox.addJob({ schema: [['n', 'bigint']], rows: [[1]] })
    const bad = sandbox.addJob({
      status: 'error',
      stderr: `export to ${RESULT_URL}\nnot permitted for TD1 ${KEY}`,
    })
    const broken = sandbox.addJob({ schema: [['n', 'bigint']], rows: [[1]], numRecords: 2 })
    const loud = ['-v', '--log-format', 'json', '--report', 'report.json']
    const proxy = `http://me:${SECRETS.proxy}@127.0.0.1:1`
    const runs: [args: string[], env?: Record<string, string>][] = [
      [['dump', good, '-o', 'out.csv', ...loud]],
      [['dump', bad, '-v']],
      [['show', bad]],
      [['dump', broken, '--spool', 'spool', '-o', '/dev/full', '-f', 'csv', '-v']],
      [
        [
          'query',
          '-d',
          'sample_datasets',
          'select 1',
          '-r',
          '@url',
          '--spool',
          'spool',
          '-o',
          '/dev/full',
          '-f',
          'csv',
        ],
      ],
      [['dump', broken, '-o', 'out.csv', ...loud]],
      [['query', '-d', 'sample_datasets', 'select 1', '-r', '@url', ...loud, '-o', 'out.csv']],
      [
        ['list', '-v', '--retries', '0'],
        { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, TD_API_SERVER: 'https://api.example.com' },
      ],
      [['list', '-v', '--retries', '0'], { TD_API_SERVER: `http://me:${SECRETS.password}@127.0.0.1:1` }],
    ]
    const cwd = t.testdir({ url: RESULT_URL })
    await Promise.all(
      runs.map(async ([args, more]) => {
        const child = startCli(args, { cwd, env: { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY, ...more } })
        const end = ended(child)
        const proc = (name: string) => readFileSync(`/proc/${child.pid}/${name}`, 'latin1')
        const watch = setInterval(() => {
          try {
            assertClean(t, proc('cmdline') + proc('comm'), 'the list of processes')
          } catch {
            clearInterval(watch)
          }
        }, 50)
        const { stdout, stderr, exit } = await end
        clearInterval(watch)
        assertClean(t, stdout + stderr, args.join(' '))
        t.type(exit, 'number')
      }),
    )
    t.ok(readdirSync(join(cwd, 'spool')).length >= 3, 'spools were left')
    for (const name of readdirSync(cwd, { recursive: true, encoding: 'utf8' })) {
      assertClean(t, name, 'the name of a file')
      if (name !== 'url' && name !== 'spool') assertClean(t, readFileSync(join(cwd, name), 'utf8'), name)
    }
  },
)

/** Everything that can be seen of a value: hidden properties, causes and stacks included. */
function everythingOf(value: unknown): string {
  const seen = inspect(value, { showHidden: true, depth: null, getters: true, maxStringLength: null })
  const error = value instanceof Error ? [value.stack, String(value), everythingOf(value.cause)] : []
  return [seen, safeJson(value), ...error].join('\n')
}

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

t.test('G2: nothing that a program can look at shows a secret', async (t) => {
  const config = resolveConfig({ apiKey: KEY, endpoint: sandbox.url, retries: 0 }, {}, '/nonexistent')
  const client = testClient(t, sandbox, { apiKey: KEY, retries: 0 })
  const options = { connection: client, database: 'sample_datasets', resultUrl: RESULT_URL }
  const sources = [
    job('987', { connection: client }),
    query('select nope', options),
    query('select 1', options),
  ]
  for (const [name, value] of Object.entries({ config, client, jobs: client.jobs, sources })) {
    assertClean(t, everythingOf(value), name)
  }
  const failed = sandbox.addJob({ status: 'error', stderr: `no access for TD1 ${KEY}` })
  for (const source of [
    ...sources,
    job(failed, { connection: client }),
    job(failed, { connection: { apiKey: KEY, endpoint: 'http://127.0.0.1:1' }, waitTimeout: 300 }),
  ]) {
    const events: unknown[] = []
    const path = join(t.testdir({}), 'out.csv')
    const ending = await pipeline(source, csv(path), { onProgress: (event) => events.push(event) }).catch(
      (error) => error,
    )
    assertClean(t, everythingOf(ending), ending instanceof SluiceError ? ending.code : 'report')
    assertClean(t, everythingOf(events), 'events')
  }
  t.ok(looked > 10_000, `${looked} characters were looked at`)
})
