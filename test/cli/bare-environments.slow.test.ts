/**
 * The command where a process may do or have less than usual. As published: the loader that starts it from its sources
 * would need more of everything than the command does.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { CLI_ARGS, ended } from '../support/cli/run.js'
import { packRows } from '../support/msgpack/encoded-results.js'

t.setTimeout(300_000)

const KEY = '1/0123456789abcdef0123456789abcdef01234567'
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const skip =
  process.env.TD_SLUICE_IS_BUILT !== '1'
    ? 'the command is not built'
    : process.platform !== 'linux' && 'limits are set as Linux has them'

function folder(t: Test): string {
  // Beside the permissions for the sources, not below them: Node 20 confuses those.
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-bare-'))
  t.teardown(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'rows.msgpack.gz'), gzipSync(packRows([[1], [2]])))
  return cwd
}

/** Runs a line of the shell in which `"$@"` is the command. */
function shell(line: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  return spawnSync('sh', ['-c', line, 'bash', process.execPath, ...CLI_ARGS, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  })
}

t.test('F31: with few descriptors it works, or says so plainly with exit 14', { skip }, async (t) => {
  const cwd = folder(t)
  const built = process.env.TD_SLUICE_IS_BUILT === '1'
  // The loader of sources opens files in ways of its own.
  const least = built ? [20, 23] : []
  const exits = [...least, 26, 30, 34, 38, 42, 46, 50, 64].map((limit) => {
    const { status, stderr } = shell(
      `ulimit -n ${limit}; "$@"`,
      ['convert', 'rows.msgpack.gz', '-o', 'o.csv'],
      cwd,
    )
    if (status !== 0) {
      t.equal(status, 14, `${limit}: ${stderr}`)
      t.match(
        stderr,
        /E_IO: .*too many open files \(EMFILE\)\n {2}hint: allow for more open files.*ulimit -n/,
      )
      t.notMatch(stderr, /this is a bug|\n {4}at /)
    }
    return status
  })
  // As built it needs no more of them than Node itself.
  if (built) t.equal(exits[0], 0)
  t.equal(exits.at(-1), 0)
})

t.test(
  'F32: without the address space of a kernel nothing is issued, and the hint helps',
  { skip },
  async (t) => {
    const cwd = folder(t)
    const requests: string[] = []
    const server = createServer(({ url }, response) => {
      requests.push(url!)
      response.writeHead(404).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const env = {
      TD_API_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      TD_API_KEY: KEY,
    }
    for (const output of ['o.csv', 'o.parquet']) {
      const child = spawn(
        'sh',
        [
          '-c',
          'ulimit -v 9000000; "$@"',
          'sh',
          process.execPath,
          ...CLI_ARGS,
          'query',
          '-d',
          'd',
          'select 1',
          '-o',
          output,
        ],
        { cwd, env: { PATH: process.env.PATH, ...env } },
      )
      const { exit, stderr } = await ended(child)
      t.equal(exit, 2)
      t.match(
        stderr,
        /^td-sluice: E_UNSUPPORTED: this process gets no more memory: .*\n {2}hint: .*ulimit -v/,
      )
      t.strictSame(requests, [])
    }
    const roomy = { NODE_OPTIONS: '--disable-wasm-trap-handler' }
    const args = ['convert', 'rows.msgpack.gz', '-o', 'o.csv']
    t.equal(shell('ulimit -v 3000000; "$@"', args, cwd, roomy).status, 0)
  },
)

const noMount =
  skip ||
  (spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/proc']).status !== 0 &&
    'nothing can be mounted here')

t.test('F33: without /proc', { skip: noMount }, async (t) => {
  const cwd = folder(t)
  const line = 'unshare -m sh -c \'mount -t tmpfs none /proc && "$@"\' sh "$@"'
  for (const output of ['o.csv', 'o.parquet']) {
    const { status, stderr } = shell(line, ['convert', 'rows.msgpack.gz', '-o', output], cwd)
    t.equal(status, 0, stderr)
  }
})

t.test('F34: signals that are ignored at the start stay ignored', { skip }, async (t) => {
  const sandbox = await startSandbox({ runTime: 2000 })
  t.teardown(() => sandbox.close())
  const env = { PATH: process.env.PATH, TD_API_SERVER: sandbox.url, TD_API_KEY: KEY }
  const query = ['query', '-d', 'sample_datasets', 'select 1 as a', '-f', 'csv']
  const command = [process.execPath, ...CLI_ARGS, ...query]
  for (const [start, stdin, signals] of [
    [
      ['sh', '-c', `trap '' HUP INT; "$@" & echo "pid $!" >&2; wait $!`, 'bash', ...command],
      'ignore',
      ['SIGHUP', 'SIGINT'],
    ],
    // As nohup leaves the stdin of a terminal.
    [command, openSync('/dev/null', 'w'), ['SIGHUP']],
  ] as const) {
    const child = spawn(start[0]!, start.slice(1), { env, stdio: [stdin, 'pipe', 'pipe'] })
    const result = ended(child)
    let stderr = ''
    child.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    while (!/: running/.test(stderr)) await once(child.stderr!, 'data')
    const pid = Number(/^pid (\d+)$/m.exec(stderr)?.[1] ?? child.pid)
    for (const signal of signals) process.kill(pid, signal)
    const { exit, stdout } = await result
    t.strictSame([exit, stdout], [0, 'a\n1\n'], stderr)
  }
})

t.test('F35: under the permission model of Node', { skip }, async (t) => {
  const cwd = folder(t)
  const flag = ['--permission', '--experimental-permission'].find((each) =>
    process.allowedNodeEnvironmentFlags.has(each),
  )!
  const root = [`--allow-fs-read=${realpathSync(join(ROOT, 'node_modules'))}/*`, `--allow-fs-read=${ROOT}*`]
  const start = (permissions: readonly string[], args: readonly string[]) =>
    spawnSync(process.execPath, [flag, '--no-warnings', ...permissions, ...CLI_ARGS, ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    })
  const all = [...root, `--allow-fs-read=${cwd}/*`, `--allow-fs-write=${cwd}/*`]
  for (const output of ['o.csv', 'o.csv', 'o.parquet', 'o.csv.gz']) {
    const { status, stderr } = start(all, ['convert', 'rows.msgpack.gz', '-o', output, '--report', 'r.json'])
    t.equal(status, 0, stderr)
    t.match(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')), { complete: true, rows: 2 })
  }
  t.equal(readFileSync(join(cwd, 'o.csv'), 'utf8'), '_col0\n1\n2\n')
  const denied = start([...root, `--allow-fs-read=${cwd}/*`], ['convert', 'rows.msgpack.gz', '-o', 'p.csv'])
  t.equal(denied.status, 2)
  t.match(
    denied.stderr,
    /E_UNSUPPORTED: .*node --permission denies FileSystemWrite .*\n {2}hint: allow it with --allow-fs-write=/,
  )
})
