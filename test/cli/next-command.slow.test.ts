import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import fc from 'fast-check'
import t from 'tap'
import { dumpCommandLine } from '../../src/cli/next-command.js'
import { shellQuoted } from '../../src/cli/terminal/shell.js'
import { SluiceError } from '../../src/errors.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { Recorder, runInProcess, wholeProgram } from '../support/cli/context.js'
import { ended, startCli } from '../support/cli/run.js'
import { absent } from '../support/cli/terminal.js'
import { isBeingWritten } from '../support/files/parts.js'

const sandbox = await startSandbox({ rows: 10, bytesPerSecond: 100_000 })
t.teardown(() => sandbox.close())
const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: '1/x', TD_DATABASE: 'sample_datasets' }

/** Words of a command line as bash reads them. */
function words(line: string): string[] {
  const out = execFileSync('bash', ['--norc', '-c', `printf '%s\\0' ${line}`], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8' },
  })
  return out.split('\0').slice(0, -1)
}

/** A job that never ends, unless it is killed. */
const running = () => sandbox.addJob({ status: 'running' })

t.test('E_DEADLINE names the whole command that goes on, with the options given', async (t) => {
  const cwd = t.testdir()
  const id = running()
  const options = ['-f', 'csv.gz', '--columns', '"a, b",c', '--null', "it's", '--no-header', '--delimiter=;']
  const args = ['dump', id, '-v', '-o', 'my out', '--retries', '3', ...options, '--wait-timeout', '50ms']
  const { exit, stderr } = await runInProcess(args, { env, cwd })
  t.equal(exit, 5)
  const command = `td-sluice dump ${id} -o 'my out' --retries 3 -f csv.gz --columns '"a, b",c' --null 'it'\\''s' --no-header --delimiter ';'`
  t.match(stderr, `hint: the job goes on; ${command} attaches to it, td-sluice wait ${id}`)
})

t.test(
  'an option that is wrong once the result is there leads to the job, so that no query runs twice',
  async (t) => {
    const cwd = t.testdir()
    const wrong = ['-o', 'a.csv', '--columns', 'nope']
    const query = await runInProcess(['query', 'select 1 as a', ...wrong], { env, cwd })
    t.equal(query.exit, 2)
    const [, id] = /job (\d+): issued/.exec(query.stderr)!
    t.match(
      query.stderr,
      `hint: the columns are a; the query need not run again: td-sluice dump ${id} takes the same options`,
    )
    const dump = await runInProcess(['dump', id!, ...wrong], { env, cwd })
    t.match(dump.stderr, /hint: the columns are a\n$/)
  },
)

t.test(
  'a query that reaches its deadline leads to a dump with its options of output and connection',
  async (t) => {
    const slow = await startSandbox({ rows: 1, runTime: 60_000 })
    t.teardown(() => slow.close())
    const query = [
      'query',
      'select 1',
      '-d',
      'sample_datasets',
      '-P',
      'low',
      '--on-interrupt',
      'leave',
      '-l',
      '5',
    ]
    const { exit, stderr } = await runInProcess(
      [...query, '-e', slow.url, '-o', 'a.csv', '--wait-timeout', '50ms'],
      { env: { TD_API_KEY: 'k' }, cwd: t.testdir() },
    )
    t.equal(exit, 5)
    t.match(
      stderr,
      new RegExp(`hint: the job goes on; td-sluice dump \\d+ -l 5 -e ${slow.url} -o a.csv attaches`),
    )
  },
)

t.test('every option that the command repeats is one of dump', async (t) => {
  const program = await wholeProgram()
  const named = (name: string): Command => program.commands.find((command) => command.name() === name)!
  const dump = new Set(named('dump').options.map(({ long }) => long))
  for (const option of [...named('query').options, ...program.options]) {
    const value = option.required ? 'x' : undefined
    const [flag] = dumpCommandLine('1', [{ option, value }]).split(' ').slice(3)
    if (flag !== undefined) t.ok(dump.has(option.long), option.flags)
    t.equal(flag === undefined, !dump.has(option.long) || option.long === '--wait-timeout', option.flags)
  }
})

t.test('a URL with a password in it is not repeated', async (t) => {
  const program = await wholeProgram()
  const { options } = program.commands.find((command) => command.name() === 'dump')!
  const option = options.find(({ long }) => long === '--output')!
  for (const value of ['postgres://me:hunter2@host/db#t', 's3://b/k?X-Amz-Signature=hunter2'])
    t.equal(dumpCommandLine('1', [{ option, value }]), 'td-sluice dump 1 -o FILE')
  t.equal(dumpCommandLine('1', [{ option, value: 's3://b/k.csv' }]), 'td-sluice dump 1 -o s3://b/k.csv')
})

t.test('a shell reads every word back as it was', { skip: absent('bash') }, async (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((word) => !word.includes('\0'))
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (list) => {
      const line = list.map(shellQuoted).join(' ')
      t.notMatch(line, /[\p{Cc}\p{Cf}]/u)
      return JSON.stringify(words(line)) === JSON.stringify(list)
    }),
    {
      numRuns: 20,
      examples: [[["it's", '', 'a\nb', '\x1b[31m1', '\u202e', '-x', '$HOME `id` "q" \\', '\x7f7', '\x017']]],
    },
  )
})

t.test('Ctrl-C in a download says how to get the result, and that command works', async (t) => {
  const cwd = t.testdir()
  const id = sandbox.addJob({
    schema: [
      ['n', 'bigint'],
      ['t', 'varchar'],
    ],
    rows: Array.from({ length: 20_000 }, (_, i) => [i, `${Math.sin(i)}`]),
  })
  const child = startCli(['dump', id, '-o', 'out.data', '-f', 'tsv', '-l', '19999'], { env, cwd })
  const result = ended(child)
  while (!isBeingWritten(cwd)) await sleep(20)
  child.kill('SIGINT')
  const { exit, stderr } = await result
  t.equal(exit, 130)
  t.match(stderr, `hint: the result is still there: td-sluice dump ${id} -o out.data -f tsv -l 19999\n`)
  t.same(readdirSync(cwd), [])
  const [, ...args] = words(/still there: (.*)$/m.exec(stderr)![1]!)
  t.equal((await runInProcess(args, { env, cwd })).exit, 0)
  t.ok(existsSync(join(cwd, 'out.data')))
})

t.test(
  'a stopped wait says how to go on with it, and a killed job that there is nothing to do',
  async (t) => {
    const id = running()
    /** Stopped once it says that it waits for a job. */
    const stopped = (args: string[]) => {
      const stopping = new AbortController()
      const stderr = new Recorder()
      const timer = setInterval(() => {
        if (/^job \d+: (queued|running)/m.test(stderr.text))
          stopping.abort(new SluiceError('E_INTERRUPTED', 'stopped by Ctrl-C'))
      }, 10)
      const world = { env, cwd: t.testdir(), signal: stopping.signal }
      return runInProcess(args, world, stderr).finally(() => clearInterval(timer))
    }
    t.match(
      (await stopped(['dump', id, '-o', 'a.csv'])).stderr,
      `waits for it: td-sluice dump ${id} -o a.csv\n`,
    )
    t.match((await stopped(['wait', id])).stderr, `waits for it: td-sluice wait ${id}\n`)
    const slow = await startSandbox({ rows: 1, runTime: 60_000 })
    t.teardown(() => slow.close())
    const query = ['query', '-e', slow.url, '-o', 'a.csv', 'select 1']
    const killed = await stopped(query)
    t.equal(slow.jobs().at(-1)!.status, 'killed')
    t.notMatch(killed.stderr, 'hint')
    const left = await stopped([...query, '--on-interrupt', 'leave'])
    t.match(left.stderr, `waits for it: td-sluice dump ${slow.jobs().at(-1)!.id} -e ${slow.url} -o a.csv\n`)
  },
)

t.test('the second Ctrl-C names the job that may still run', async (t) => {
  const slow = await startSandbox({ rows: 1, runTime: 60_000, faults: ['hang@kill'] })
  t.teardown(() => slow.close())
  const child = startCli(['query', 'select 1', '-o', 'a.csv'], {
    env: { ...env, TD_API_SERVER: slow.url },
    cwd: t.testdir(),
  })
  let stderr = ''
  child.stderr!.on('data', (chunk) => {
    stderr += chunk
    if (/: running/.test(stderr) && !/stopping/.test(stderr)) child.kill('SIGINT')
    if (/stopping/.test(stderr)) child.kill('SIGINT')
  })
  const { exit } = await ended(child)
  t.equal(exit, 130)
  const id = slow.jobs().at(-1)!.id
  t.ok(stderr.endsWith(`job ${id} may still be running; this kills it: td-sluice kill ${id}\n`), stderr)
})
