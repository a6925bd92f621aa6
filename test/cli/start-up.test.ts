import { spawnSync } from 'node:child_process'
import t from 'tap'
import { CLI_ARGS } from '../fixtures/cli-run.js'

const TRACE = new URL('../fixtures/cli-module-trace.mjs', import.meta.url).href

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
  for (const args of [['--help'], ['query', '--help']]) {
    const modules = loaded(...args).join('\n')
    t.match(modules, 'commander')
    t.equal(modules.includes('/cli/commands/query'), args.includes('query'))
    t.notMatch(modules, '/cli/commands/list')
    t.notMatch(modules, /node_modules\/(?!commander)/)
    t.notMatch(modules, /src\/(kernel|sandbox|sources|pipeline|transforms)/)
  }
})

t.test('a command on the job API loads no kernel, no logger and no database', async (t) => {
  const modules = loaded('config').join('\n')
  t.notMatch(modules, /node_modules\/(pino|undici|@duckdb|@msgpack)|src\/kernel/)
})
