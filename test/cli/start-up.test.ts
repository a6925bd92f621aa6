import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CLI_ARGS } from '../support/cli/run.js'

const TRACE = new URL('../support/cli/module-trace.mjs', import.meta.url).href

/** The modules below src and node_modules that a command line loads. */
function loaded(...args: string[]): string[] {
  const { stderr } = spawnSync(process.execPath, ['--import', TRACE, ...CLI_ARGS, ...args], {
    encoding: 'utf8',
  })
  return stderr.split('\n').filter((line) => line.startsWith('loaded '))
}

t.test('--version loads next to nothing', async (t) => {
  const modules = loaded('--version')
  t.ok(modules.length > 0 && modules.length <= 4, modules.join('\n'))
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

t.test('--help is there within 60 ms of bare Node', async (t) => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const milliseconds = (...args: string[]) => {
    const begin = performance.now()
    // Without what the test runner puts into NODE_OPTIONS.
    spawnSync(process.execPath, args, { env: { PATH: process.env.PATH, HOME: '/nonexistent' } })
    return performance.now() - begin
  }
  /** Of runs in pairs, so that a busy machine is busy for both. */
  const median = () => {
    const pairs = Array.from({ length: 11 }, () => milliseconds(main, '--help') - milliseconds('-e', '0'))
    return pairs.sort((a, b) => a - b)[5]!
  }
  // Others may be at work on the machine, which makes it slower but never quicker.
  const medians: number[] = []
  while (medians.length < 5 && Math.min(...medians) > 60) medians.push(median())
  const best = Math.min(...medians)
  t.comment(`--help: ${best.toFixed(0)} ms more than bare Node`)
  t.ok(best <= 60, medians.map((ms) => ms.toFixed(0)).join(', '))
})

t.test('a command on the job API loads no kernel, no logger and no database', async (t) => {
  const modules = loaded('config').join('\n')
  t.notMatch(modules, /node_modules\/(pino|undici|@duckdb|@msgpack)|src\/kernel/)
})
