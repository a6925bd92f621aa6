import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { SOURCE_ARGS } from '../support/cli/run.js'

const TRACE = new URL('../support/cli/module-trace.mjs', import.meta.url).href

/** The modules below src and node_modules that a command line loads. */
function loaded(...args: string[]): string[] {
  const { stderr } = spawnSync(process.execPath, ['--import', TRACE, ...SOURCE_ARGS, ...args], {
    encoding: 'utf8',
  })
  return stderr.split('\n').filter((line) => line.startsWith('loaded '))
}

t.test('--version loads next to nothing', async (t) => {
  const modules = loaded('--version')
  t.ok(modules.length > 0 && modules.length <= 8, modules.join('\n'))
})

t.test('help loads commander and the command it explains, nothing else', async (t) => {
  for (const args of [['--help'], ['query', '--help'], ['inspect', '--help'], ['run', '--help']]) {
    const modules = loaded(...args).join('\n')
    t.match(modules, 'commander')
    t.equal(modules.includes('/cli/commands/query'), args.includes('query'))
    t.notMatch(modules, '/cli/commands/list')
    t.notMatch(modules, /node_modules\/(?!commander)/)
    t.notMatch(modules, /src\/(kernel|sandbox|sources|pipeline|transforms|inspect|manifest)/)
  }
})

t.test('--help takes at most three and a half times the processor time of bare Node', async (t) => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const report = `process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    process.stderr.write(String((user + system) / 1000))
  })`
  /** What a program takes from its start to its end: other programs on the machine slow it, but take no part in it. */
  const milliseconds = (...args: string[]) => {
    const hook = ['--import', `data:text/javascript,${encodeURIComponent(report)}`]
    // Without what the test runner puts into NODE_OPTIONS.
    const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
    const { stderr } = spawnSync(process.execPath, [...hook, ...args], { env, encoding: 'utf8' })
    return Number(stderr)
  }
  const pairs = Array.from({ length: 15 }, () => [milliseconds(main, '--help'), milliseconds('-e', '0')])
  const median = (which: 0 | 1) => pairs.map((pair) => pair[which]!).sort((a, b) => a - b)[7]!
  const [help, node] = [median(0), median(1)]
  t.comment(`--help ${help.toFixed(0)} ms, bare Node ${node.toFixed(0)} ms: ${(help / node).toFixed(2)}`)
  t.ok(help > 0 && node > 0)
  t.ok(help / node <= 3.5, `${help} ms and ${node} ms`)
})

t.test('a command on the job API loads no kernel, no logger and no database', async (t) => {
  const modules = loaded('config').join('\n')
  t.notMatch(modules, /node_modules\/(pino|undici|@duckdb|@msgpack)|src\/kernel/)
})
