import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const SECRET = 'cafe4242cafe4242cafe4242cafe4242cafe4242'
const KEY = `17/${SECRET}`

const sandbox = await startSandbox({ apiKey: KEY, rows: 10 })
t.teardown(() => sandbox.close())

const done = sandbox.addJob({ schema: [['a', 'bigint']], rows: [[1]] })
// A server that repeats what it was sent.
const failed = sandbox.addJob({ status: 'error', stderr: `denied for TD1 ${KEY}` })

const COMMANDS: string[][] = [
  ['config'],
  ['list'],
  ['show', done],
  ['dump', done, '-f', 'csv', '--report', 'report.json'],
  ['dump', failed, '--report', 'report.json'],
  ['dump', '99999'],
  ['query', '-d', 'sample_datasets', 'select nope'],
  ['wait', failed],
  ['list', '--ca-file', 'nothing.pem'],
  ['list', '--endpoint', `http://user:${SECRET}@127.0.0.1:1`],
  ['list', '--endpoint', 'http://127.0.0.1:1', '--retries', '0'],
]

t.test('the API key is never printed, whatever the command, its end and the verbosity', async (t) => {
  const cwd = t.testdir({ 'report.json': '' })
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
  for (const command of COMMANDS) {
    for (const loud of [[], ['-v'], ['-v', '--log-format', 'json']]) {
      const { stdout, stderr } = await runInProcess([...command, ...loud], { env, cwd })
      const printed = stdout + stderr + readFileSync(join(cwd, 'report.json'), 'utf8')
      for (const form of [SECRET, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64')]) {
        t.notMatch(printed, form, [...command, ...loud].join(' '))
      }
    }
  }
})

t.test('a key that is not accepted is not shown either', async (t) => {
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '17/beefbeefbeefbeefbeefbeefbeefbeefbeefbeef' }
  const { exit, stderr } = await runInProcess(['list', '-v'], { env })
  t.equal(exit, 6)
  t.notMatch(stderr, 'beef')
})

t.test('a key file is taken when only its owner can read it', async (t) => {
  const cwd = t.testdir({ key: `${KEY}\n` })
  const args = ['list', '--api-key-file', join(cwd, 'key')]
  const env = { TD_API_SERVER: sandbox.url }
  chmodSync(join(cwd, 'key'), 0o644)
  const open = await runInProcess(args, { env })
  t.equal(open.exit, 2)
  t.match(open.stderr, /open to other users\n {2}hint: .*chmod 600/)
  chmodSync(join(cwd, 'key'), 0o600)
  t.equal((await runInProcess(args, { env })).exit, 0)
})
