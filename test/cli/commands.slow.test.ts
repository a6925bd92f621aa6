import type { Command } from 'commander'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess, wholeProgram } from '../support/cli/context.js'

interface Leaf {
  readonly path: readonly string[]
  readonly command: Command
}

/** Every command that does something, by the words that lead to it. */
function leaves(parent: Command, path: readonly string[] = []): Leaf[] {
  return parent.commands.flatMap((command) => {
    const names = [...path, command.name()]
    const below = leaves(command, names)
    const isLeaf = below.length === 0 || command.registeredArguments.length > 0
    return [...(isLeaf ? [{ path: names, command }] : []), ...below]
  })
}

const LEAVES = leaves(await wholeProgram())
const nameOf = ({ path }: Leaf) => path.join(' ')

/** Options that the command insists on. */
function neededBy(command: Command): string[] {
  return command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long!, 'x'])
}

/** Arguments with which the commands on the API go as far as the API. */
const ON_THE_API: Readonly<Record<string, readonly string[]>> = {
  query: ['-d', 'sample_datasets', 'select 1'],
  dump: ['999'],
  issue: ['-d', 'sample_datasets', 'select 1'],
  wait: ['999'],
  list: [],
  show: ['999'],
  status: ['999'],
  stats: ['999'],
  kill: ['999'],
  'export result': ['999', 's3://bucket/key.csv'],
  'export table': ['sample_datasets', 'nowhere', '-b', 'bucket', '-a', 'arn:aws:iam::1:role/r'],
}

t.test('every command is tested on the API, or needs none', async (t) => {
  const offline = [
    'convert',
    'run',
    'run status',
    'state adopt',
    'state set',
    'state show',
    'inspect',
    'init',
    'diff',
    'config',
    'completion',
    'sandbox',
    'demo',
    'help',
  ]
  t.same(LEAVES.map(nameOf).sort(), [...Object.keys(ON_THE_API), ...offline].sort())
})

t.test('every help starts with examples, on stdout, exit 0', async (t) => {
  for (const leaf of LEAVES) {
    const { exit, stdout, stderr } = await runInProcess([...leaf.path, '--help'])
    t.same([exit, stderr], [0, ''], nameOf(leaf))
    t.match(stdout, /^Examples:\n {2}\S/, nameOf(leaf))
    t.match(stdout, new RegExp(`^Usage: td-sluice ${nameOf(leaf)} `, 'm'))
    t.match(stdout, /^General:$/m, nameOf(leaf))
    t.same(await runInProcess([...leaf.path, '-h']), { exit, stdout, stderr })
  }
})

t.test('a group of commands without one of them prints its help, exit 2', async (t) => {
  const { exit, stdout, stderr } = await runInProcess(['export'])
  t.same([exit, stdout], [2, ''])
  t.match(stderr, /^Examples:/)
})

t.test('every typo in an option gets a suggestion', async (t) => {
  for (const { path, command } of LEAVES) {
    const needed = neededBy(command)
    const option = command.options.find(({ long }) => (long?.length ?? 0) > 8)?.long
    for (const typo of [
      '--quite',
      ...(option ? [`${option.slice(0, -2)}${option.at(-1)}${option.at(-2)}`] : []),
    ]) {
      const { exit, stdout, stderr } = await runInProcess([...path, typo, ...needed])
      t.same([exit, stdout], [2, ''], `${path.join(' ')} ${typo}`)
      t.match(stderr, /^td-sluice: E_USAGE: unknown option '--\S+'\n {2}hint: did you mean .*--\S+\?\n$/)
    }
  }
})

t.test('arguments that are missing or too many are exit 2', async (t) => {
  for (const { path, command } of LEAVES) {
    const places = command.registeredArguments
    if (places.some(({ required }) => required)) {
      const { exit, stderr } = await runInProcess(path)
      t.equal(exit, 2, path.join(' '))
      t.match(stderr, /^td-sluice: E_USAGE: (?:missing required argument|required option) '/)
    }
    // It takes any number of words.
    if (places.at(-1)?.variadic) continue
    const valid = places.map(({ argChoices }) => argChoices?.[0] ?? '1')
    const { exit, stderr } = await runInProcess([...path, ...valid, 'more', ...neededBy(command)])
    t.equal(exit, 2, path.join(' '))
    t.match(stderr, 'too many arguments')
    t.match(stderr, `hint: td-sluice ${path.join(' ')} --help shows`)
  }
})

t.test('a value that is none of the choices is exit 2, and the choices are named', async (t) => {
  for (const { path, command } of LEAVES) {
    for (const { long, argChoices } of command.options) {
      if (argChoices === undefined) continue
      const { exit, stderr } = await runInProcess([...path, `${long}=nothing`])
      t.equal(exit, 2, `${path.join(' ')} ${long}`)
      t.match(stderr, new RegExp(`(?:Allowed choices are|It must be one of) ${argChoices.join(', ')}[,.]`))
    }
  }
})

t.test('without an API key every command on the API is exit 2, with what to do', async (t) => {
  for (const [name, args] of Object.entries(ON_THE_API)) {
    const { exit, stdout, stderr } = await runInProcess([...name.split(' '), ...args])
    t.same([exit, stdout], [2, ''], name)
    t.match(stderr, /E_CONFIG: there is no API key\n {2}hint: /)
  }
})

t.test('a wrong API key is exit 6', async (t) => {
  const sandbox = await startSandbox({ apiKey: 'right' })
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'wrong' }
  for (const [name, args] of Object.entries(ON_THE_API)) {
    const { exit, stdout, stderr } = await runInProcess([...name.split(' '), ...args], { env })
    t.same([exit, stdout], [6, ''], name)
    t.match(stderr, /^td-sluice: E_AUTH: .*\n {2}hint: check the API key/)
    t.notMatch(stderr, 'wrong')
  }
})

t.test('what is not there is exit 7', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  for (const [name, args] of Object.entries(ON_THE_API)) {
    if (name === 'list' || args.includes('select 1')) continue
    const { exit, stdout, stderr } = await runInProcess([...name.split(' '), ...args], { env })
    t.same([exit, stdout], [7, ''], name)
    t.match(stderr, /E_NOT_FOUND: .*\n {2}hint: td-sluice list shows the jobs/)
  }
  for (const command of ['query', 'issue']) {
    const { exit, stdout, stderr } = await runInProcess([command, '-d', 'nope', 'select 1'], { env })
    t.same([exit, stdout], [7, ''])
    t.match(
      stderr,
      /E_NOT_FOUND: .*nope.*\n {2}hint: look at the name of the database, "nope"; td-sluice config/,
    )
  }
})

t.test('an API that cannot be reached is exit 10', async (t) => {
  const sandbox = await startSandbox()
  await sandbox.close()
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  for (const [name, args] of Object.entries(ON_THE_API)) {
    if (name === 'wait' || name === 'dump') continue
    const { exit, stdout, stderr } = await runInProcess([...name.split(' '), ...args, '--retries', '0'], {
      env,
    })
    t.same([exit, stdout], [10, ''], name)
    t.match(stderr, /E_NET: /)
  }
})
