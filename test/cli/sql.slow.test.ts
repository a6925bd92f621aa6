import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { newSession } from '../../src/cli/session.js'
import { readSql } from '../../src/cli/sql.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { contextOf, Recorder, runInProcess } from '../support/cli/context.js'
import { CLI_ARGS, ended, runCli } from '../support/cli/run.js'

const sandbox = await startSandbox({ rows: 1 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x', TD_DATABASE: 'sample_datasets' }
const NO_SQL = /^td-sluice: E_USAGE: no SQL given/

t.test('SQL in a pipe is read without -', async (t) => {
  const query = await runCli(['query', '-f', 'csv'], { env, input: 'select 1 as a' })
  t.equal(query.stdout, 'a\n1\n', query.stderr)
  const issue = await runInProcess(['issue'], { env, input: '-- b\nselect 2 as b' })
  t.equal(issue.exit, 0, issue.stderr)
  t.equal(sandbox.jobs().at(-1)!.query, '-- b\nselect 2 as b')
  const encoded = await runInProcess(['query', '--encoding', 'cp932'], { env, input: 'select 3 as c' })
  t.equal(encoded.stdout, 'c\n3\n', encoded.stderr)
})

t.test('SQL redirected from a file is read without -', async (t) => {
  const cwd = t.testdir({ 'q.sql': 'select 4 as d' })
  const child = startWith(openSync(join(cwd, 'q.sql'), 'r'))
  t.equal((await ended(child)).stdout, 'd\n4\n')
})

t.test('a pipe is left alone where the SQL is given', async (t) => {
  const cwd = t.testdir({ 'q.sql': 'select 5 as e' })
  const stdin = () => t.fail('stdin was opened') as never
  for (const args of [['select 5 as e'], ['-q', 'q.sql']]) {
    const { exit, stdout } = await runInProcess(['query', ...args], { env, cwd, input: 'x', stdin })
    t.same({ exit, stdout }, { exit: 0, stdout: 'e\n5\n' })
  }
})

t.test(
  'without SQL a terminal, /dev/null, an empty pipe and an empty file are a usage error at once',
  async (t) => {
    const before = sandbox.jobs().length
    const cwd = t.testdir({ 'empty.sql': '' })
    const unread = () => t.fail('stdin was opened') as never
    const outcomes = [
      await runInProcess(['query', '--no-color'], { env, terminal: true, stdin: unread }),
      await ended(startWith('ignore')),
      await ended(startWith(openSync('/dev/null', 'r'))),
      await ended(startWith(openSync(join(cwd, 'empty.sql'), 'r'))),
      await ended(startWith(openSync(cwd, 'r'))),
      await runCli(['query'], { env, input: '' }),
      await runCli(['issue'], { env, input: ' \n' }),
      await closedStdin(),
    ]
    for (const { exit, stderr } of outcomes) {
      t.equal(exit, 2)
      t.match(stderr, NO_SQL)
      t.match(stderr, /hint: .*-q FILE/)
    }
    t.equal(sandbox.jobs().length, before)
  },
)

t.test('a pipe in which nothing comes is told, and given up unless - asks for it', async (t) => {
  const told = new Recorder()
  const session = (stdin: PassThrough) => {
    const created = newSession(
      contextOf(new Recorder(), told, { stdin: () => stdin, stdinIsGiven: () => true }),
    )
    created.reporter = { ...created.reporter, info: (message) => void told.write(`${message}\n`) }
    return created
  }
  const silent = readSql(undefined, {}, session(new PassThrough()), { noteMs: 1, giveUpMs: 30 })
  await t.rejects(silent, { code: 'E_USAGE', message: /no SQL given: nothing has come on stdin/ })
  t.equal(told.text, 'reading the SQL from stdin\n')
  const late = new PassThrough()
  setTimeout(() => late.end('select 1'), 100)
  t.equal(await readSql('-', {}, session(late), { noteMs: 1000, giveUpMs: 30 }), 'select 1')
  const slow = new PassThrough()
  slow.write('select ')
  setTimeout(() => slow.end('2'), 100)
  t.equal(await readSql(undefined, {}, session(slow), { noteMs: 1000, giveUpMs: 30 }), 'select 2')
})

t.test('- on a terminal says how to end the SQL', async (t) => {
  const { stderr } = await runInProcess(['issue', '-'], { env, input: 'select 6', stdinIsTerminal: true })
  t.match(stderr, /^type the SQL and end it with Ctrl-D\n/)
})

t.test('E22: the SQL in a redirected file is not the output as well', async (t) => {
  const cwd = t.testdir({ 'q.sql': 'select 7 as g' })
  const child = startWith(openSync(join(cwd, 'q.sql'), 'r+'), ['-o', join(cwd, 'q.sql'), '-f', 'csv'])
  const { exit, stderr } = await ended(child)
  t.equal(exit, 2, stderr)
  t.match(stderr, 'the SQL on stdin')
  t.equal(readFileSync(join(cwd, 'q.sql'), 'utf8'), 'select 7 as g')
})

function startWith(stdin: number | 'ignore', more: string[] = []) {
  return spawn(process.execPath, [...CLI_ARGS, 'query', ...more], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  })
}

function closedStdin() {
  const child = spawn('/bin/sh', ['-c', 'exec "$@" <&-', 'sh', process.execPath, ...CLI_ARGS, 'query'], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child)
}
