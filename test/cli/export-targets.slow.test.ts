/** Export targets with secrets in them, in every place where the command prints or keeps one. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { reply, type SeenRequest, startServer, TEST_KEY } from '../support/client/server.js'
import { leaks, secretText, TARGETS } from '../support/secrets/targets.js'

t.setTimeout(240_000)

const SHAPES = Object.entries(TARGETS)

/** One secret with each awkward character, and some at random. */
const SECRETS = ['Canary7Left/Canary8Right', 'Canary7Left@?&Canary8Right', ...fc.sample(secretText, 3)]

/** A record of a failed job that repeats its target wherever it can. */
function record(id: string, result: string) {
  return {
    job_id: id,
    status: 'error',
    type: 'trino',
    database: 'd',
    query: JSON.stringify({ in: { type: 's3', secret_access_key: result } }),
    result,
    debug: {
      cmdout: `writing to ${result}`,
      stderr: `cannot write to ${result}\nfailed: ${JSON.stringify(result)}`,
    },
  }
}

t.test('G13: no command shows the secrets of a target, in whatever shape and place that comes', async (t) => {
  const server = await startServer(t)
  const env = { TD_API_SERVER: server.url, TD_API_KEY: TEST_KEY }
  const clean = async (place: string, args: string[], cwd = '/') => {
    const { stdout, stderr } = await runInProcess([...args, '--retries', '0'], { env, cwd })
    t.ok(stdout.length + stderr.length > 0, `${place} prints something`)
    if (leaks(stdout + stderr)) t.fail(`${place}: ${stdout}${stderr}`)
  }
  for (const [i, [shape, target]] of SHAPES.entries()) {
    const result = target(SECRETS[i % SECRETS.length]!)
    const echo = (socket: Socket, request: SeenRequest) =>
      reply(422, { error: `not accepted: ${request.body} ${result} ${JSON.stringify(result)}` })(
        socket,
        request,
      )
    server.always('GET job/show/7', reply(200, record('7', result)))
    server.always('GET job/status/7', reply(200, { job_id: '7', status: 'error' }))
    server.always('GET job/list', reply(200, { jobs: [record('7', result)], count: 1, from: 0, to: 0 }))
    server.always('POST job/issue/trino/d', echo)
    server.always('POST job/result_export/7', echo)
    const cwd = t.testdir({
      url: result,
      'm.yaml': JSON.stringify({
        version: 1,
        exports: [{ name: 'a', database: 'd', query: 'select 1', output: 'a.csv', result_url: result }],
      }),
    })
    await clean(`${shape}: show`, ['show', '7'])
    await clean(`${shape}: show as JSON`, ['show', '7', '-f', 'json'])
    await clean(`${shape}: list`, ['list'])
    await clean(`${shape}: list as JSON`, ['list', '-f', 'json'])
    await clean(`${shape}: wait`, ['wait', '7', '-v'])
    await clean(
      `${shape}: dump`,
      ['dump', '7', '-o', 'a.csv', '--report', 'r.json', '-v', '--log-format', 'json'],
      cwd,
    )
    await clean(`${shape}: query`, ['query', '-d', 'd', 'select 1', '-r', '@url', '-o', 'a.csv', '-v'], cwd)
    await clean(`${shape}: query with the URL`, ['query', '-d', 'd', 'select 1', '-r', result], cwd)
    await clean(`${shape}: export result`, ['export', 'result', '7', '@url'], cwd)
    await clean(`${shape}: an option with a typing error`, [
      'query',
      '-d',
      'd',
      'select 1',
      `--result-ulr=${result}`,
    ])
    await clean(`${shape}: @ before the URL`, ['query', '-d', 'd', 'select 1', '-r', `@${result}`], cwd)
    await clean(`${shape}: dry run`, ['run', 'm.yaml', '--dry-run'], cwd)
    await clean(`${shape}: dry run as JSON`, ['run', 'm.yaml', '--dry-run', '-f', 'json'], cwd)
    await clean(`${shape}: run`, ['run', 'm.yaml', '--report', 'r.json', '-v'], cwd)
    for (const name of readdirSync(cwd, { recursive: true, encoding: 'utf8' })) {
      const path = join(cwd, name)
      if (name === 'url' || name === 'm.yaml' || !statSync(path).isFile()) continue
      if (leaks(name + readFileSync(path, 'utf8'))) t.fail(`${shape}: ${name} holds a secret`)
    }
  }
})
