import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { CLI_ARGS, startCli } from '../support/cli/run.js'

const rows = Array.from({ length: 100_000 }, (_, i) => [i, 'x'.repeat(100)])

/** Runs `td-sluice ARGS | head -1` in a shell that reports the exit code of the left side. */
async function pipedIntoHead(args: readonly string[], env: Record<string, string> = {}) {
  const words = [process.execPath, ...CLI_ARGS, ...args].map((word) => `'${word}'`).join(' ')
  const shell = spawn('bash', ['-c', `${words} | head -1; exit \${PIPESTATUS[0]}`], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  })
  const output = { stdout: '', stderr: '' }
  shell.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  shell.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  const exit = await new Promise((resolve) => shell.on('close', resolve))
  return { exit, ...output }
}

t.test('a reader that goes away ends the run quietly with exit 141', async (t) => {
  const file = join(t.testdir(), 'rows.msgpack.gz')
  writeFileSync(file, packRows(rows))
  t.same(await pipedIntoHead(['convert', file, '-f', 'csv', '--no-header', '--quiet']), {
    exit: 141,
    stdout: `0,${'x'.repeat(100)}\n`,
    stderr: '',
  })
})

t.test('the download stops when the reader goes away', async (t) => {
  const sandbox = await startSandbox({ bytesPerSecond: 200_000 })
  t.teardown(() => sandbox.close())
  const noise = rows.map(([i]) => [i, `${Math.sin(i as number)}`])
  const id = sandbox.addJob({ schema: '[["n","bigint"],["t","varchar"]]', rows: noise })
  const { exit, stdout, stderr } = await pipedIntoHead(['dump', id, '-f', 'csv'], {
    TD_API_SERVER: sandbox.url,
    TD_API_KEY: 'k',
  })
  t.equal(exit, 141)
  t.equal(stdout, 'n,t\n')
  t.equal(stderr, `job ${id}: success\n`)
  const download = sandbox.log.find((entry) => entry.endpoint === 'result')!
  t.ok(download.bytesSent < 1_000_000, `${download.bytesSent} bytes were sent`)
})

t.test('a reader that is gone before an answer is printed is no failure with a trace either', async (t) => {
  for (const question of ['config', '--version']) {
    const child = startCli([question])
    child.stdout!.destroy()
    let stderr = ''
    child.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    const exit = await new Promise((resolve) => child.on('close', resolve))
    t.equal(exit, 141, question)
    t.equal(stderr, '')
  }
})

t.test('a full disk behind stdout is exit 14', async (t) => {
  for (const args of ["'config'", "'list' '--help'", "'--version'"]) {
    const words = [process.execPath, ...CLI_ARGS].map((word) => `'${word}'`).join(' ')
    const shell = spawn('bash', ['-c', `${words} ${args} > /dev/full`], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    })
    let stderr = ''
    shell.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    t.equal(await new Promise((resolve) => shell.on('close', resolve)), 14, args)
    t.match(stderr, /^td-sluice: E_NO_SPACE: stdout: .*\n {2}hint: make room.*\n$/)
  }
})

t.test('F8: an answer that a program throws away is no failure', async (t) => {
  // stdout is /dev/null for reading and writing then, which looks like a closed one.
  const { status, stderr } = spawnSync(process.execPath, [...CLI_ARGS, 'config', '--json'], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  t.equal(stderr, '')
  t.equal(status, 0)
})
