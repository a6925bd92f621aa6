/** What a server, a file or a user names, on a terminal and in a pipe. */
import { join } from 'node:path'
import { encode } from '@msgpack/msgpack'
import t from 'tap'
import { TextReporter } from '../../src/cli/progress/text-reporter.js'
import { printableJson } from '../../src/client/printable.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { contextOf, Recorder, runInProcess } from '../support/cli/context.js'

/** ESC, CSI, DEL, NEL, marks that reorder text, separators of lines, a byte order mark. */
const HOSTILE = 'a\u001b[31m\u009b1m\u007f\u0085\u202e\u2066\u200f\u061c\u2028\u2029\ufeffz'
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const sandbox = await startSandbox({ rows: 10 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k', NO_COLOR: '1' }

const id = sandbox.addJob({
  query: HOSTILE,
  schema: [[HOSTILE, 'varchar']],
  rows: [[HOSTILE]],
  stderr: HOSTILE,
  cmdout: HOSTILE,
  record: {
    user_name: HOSTILE,
    database: HOSTILE,
    url: HOSTILE,
    organization: HOSTILE,
    domain_key: HOSTILE,
    result: `{"type":"${HOSTILE.replace('\u001b', '')}"}`,
    engine_version: HOSTILE,
  },
})

t.test('G18: no answer and no message drives the terminal, and JSON stays the same JSON', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack': Buffer.from(encode([HOSTILE])), [`${HOSTILE}.tsv`]: 'a\n1\n' })
  const schema = JSON.stringify([[HOSTILE, 'varchar']])
  const name = `${HOSTILE}.csv`
  for (const [args, json] of [
    [['show', id], false],
    [['show', id, '-f', 'json'], true],
    [['list'], false],
    [['list', '-f', 'json'], true],
    [['status', id, '-f', 'json'], true],
    [['stats', id], false],
    [['inspect', 'rows.msgpack', '--schema', schema], false],
    [['inspect', 'rows.msgpack', '--schema', schema, '-f', 'json'], true],
    [['inspect', `${HOSTILE}.tsv`], false],
    [['inspect', `${HOSTILE}.tsv`, '--json'], true],
    [['inspect', `${HOSTILE}.csv`], false],
    [['diff', `${HOSTILE}.tsv`, 'rows.msgpack'], false],
    [['diff', `${HOSTILE}.tsv`, `${HOSTILE}.tsv`, '--json'], true],
    [['run', 'status', HOSTILE], false],
    [['config', '--config-file', HOSTILE], false],
    [['convert', 'rows.msgpack', '--schema', schema, '-o', name], false],
    [['convert', 'rows.msgpack', '--schema', schema, '-o', name, '-v', '--log-format', 'json'], false],
    [['convert', `${HOSTILE}.msgpack`, '-o', 'x.csv'], false],
    [['convert', 'rows.msgpack', '-o', join(HOSTILE, 'x.csv')], false],
    [['convert', 'rows.msgpack', `--${HOSTILE}`], false],
    [['dump', id, '-o', name, '-v'], false],
    [['query', '-q', HOSTILE], false],
    [['run', HOSTILE], false],
    [[HOSTILE], false],
  ] as const) {
    for (const terminal of [true, false]) {
      const { stdout, stderr } = await runInProcess([...args, '--color=never'], { env, cwd, terminal })
      t.ok(stdout.length + stderr.length > 0, args[0] === HOSTILE ? 'no command' : args[0])
      // The live line wipes itself.
      const raw = RAW.exec(stdout + stderr.replaceAll('\r\u001b[K', ''))
      if (raw !== null)
        t.fail(
          `${printableJson(JSON.stringify(args))}, terminal ${terminal}: ${printableJson(JSON.stringify(stdout + stderr))}`,
        )
      if (json) t.type(JSON.parse(stdout), 'object')
    }
  }
  const { stdout } = await runInProcess(['show', id, '-f', 'json'], { env })
  t.match(JSON.parse(stdout), { domainKey: HOSTILE, debug: { stderr: HOSTILE }, query: HOSTILE })
})

t.test('G18: a line break in the name of a file forges no line', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack': Buffer.from(encode(['a'])) })
  const args = ['convert', 'rows.msgpack', '-o', 'a\ntd-sluice: E_FORGED.csv']
  const { exit, stderr } = await runInProcess(args, { env, cwd })
  t.equal(exit, 0)
  t.notMatch(stderr, /^td-sluice/m)
  t.match(stderr, 'a\\ntd-sluice: E_FORGED.csv')
})

t.test('G18: the reporter prints no control character of a message', async (t) => {
  const stderr = new Recorder()
  const reporter = new TextReporter(contextOf(new Recorder(), stderr, {}), { verbose: true, color: false })
  reporter.info(`${HOSTILE}\n${HOSTILE}`)
  reporter.detail(HOSTILE)
  t.equal(stderr.text.split('\n').length, 4)
  t.notMatch(stderr.text, RAW)
})
