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

/** What a program takes from its start to its end, in milliseconds: others on the machine slow it, but take no part in it. */
function processorTime(...args: string[]): number {
  const report = `process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    process.stderr.write(String((user + system) / 1000))
  })`
  const hook = ['--import', `data:text/javascript,${encodeURIComponent(report)}`]
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', XDG_CACHE_HOME: CACHE }
  const { stderr } = spawnSync(process.execPath, [...hook, ...args], { env, encoding: 'utf8' })
  return Number(stderr)
}

const MAIN = fileURLToPath(new URL('../../dist/cli/start.cjs', import.meta.url))
const CACHE = t.testdir()
const LIMITS = [
  { args: ['--version'], most: 1.5 },
  { args: ['--help'], most: 3 },
]
for (const { args, most } of LIMITS) {
  t.test(`${args} takes at most ${most} times the processor time of bare Node`, async (t) => {
    processorTime(MAIN, ...args)
    // Of each pair, as a machine with other work may be half as fast for one and twice as fast for the next.
    const ratios = Array.from({ length: 21 }, () => {
      const [command, node] = [processorTime(MAIN, ...args), processorTime('-e', '0')]
      t.ok(command > 0 && node > 0)
      return command / node
    })
    const median = ratios.sort((a, b) => a - b)[10]!
    t.ok(median <= most, `${args} takes ${median.toFixed(2)} times as long as bare Node`)
  })
}

t.test('a command on the job API loads no kernel, no logger and no database', async (t) => {
  const modules = loaded('config').join('\n')
  t.notMatch(modules, /node_modules\/(pino|undici|@duckdb|@msgpack)|src\/kernel/)
})
