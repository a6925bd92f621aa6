import type { EventEmitter } from 'node:events'
import type { Command } from 'commander'
import t from 'tap'
import { runInProcess, wholeProgram } from '../../support/cli/context.js'

const WORLD = { env: { TD_API_KEY: 'k', TD_API_SERVER: 'http://127.0.0.1:1' } }

/** What adds to what was given before, by its long flag. */
const ADDING: Readonly<Record<string, readonly [string, string]>> = {
  '--param': ['a=1', 'b=2'],
  '--expect': ['rows>=1', 'not_null(a)'],
  '--output': ['a', 'b'],
  '--columns': ['a', 'b'],
  '--partition-by': ['a', 'b'],
  '--key': ['a', 'b'],
  '--exclude': ['a', 'b'],
  '--rename': ['a=b', 'c=d'],
  '--mask': ['a=redact', 'b=last4'],
  '--cast': ['a:double', 'b:double'],
  '--only': ['a', 'b'],
  '--table': ['a=b', 'c=d'],
  '--encrypt-to': ['a', 'b'],
  '--fault': ['a', 'b'],
  '--pool': ['a', 'b'],
  '--header': ['a: 1', 'b: 2'],
}

t.test('E21: an option given twice is refused, with both of its values', async (t) => {
  const cases: [string[], RegExp][] = [
    [['convert', 'a', '-f', 'csv', '-f', 'tsv'], /-f, --format is given twice: "csv" and "tsv"/],
    [['convert', 'a', '--null', 'a', '--null', 'b'], /--null is given twice: "a" and "b"/],
    [['convert', 'a', '--null', '', '--null', 'b'], /--null is given twice: "" and "b"/],
    [['dump', '1', '--spool', 'a', '--spool=b'], /--spool is given twice: "a" and "b"/],
    [['dump', '1', '--retries=1', '--retries=2'], /--retries is given twice: "1" and "2"/],
    [['query', '-d', 'a', 'select 1', '-d', 'b'], /-d, --database is given twice: "a" and "b"/],
    [['--log-format', 'json', 'list', '--log-format', 'json'], /--log-format is given twice/],
    [['list', '--color', 'always', '--no-color'], /--no-color is given twice: "always" and --no-color/],
    [['run', 'm', '--report', 'a', '--report', 'b'], /--report is given twice/],
    [['export', 'table', 'd', 't', '-b', 'x', '-b', 'y'], /-b, --bucket is given twice/],
    [['sandbox', '--port', '1', '--port', '2'], /--port is given twice/],
    [['sandbox', '--table', 't=a.csv', '--table', 't=b.csv'], /The table t is given twice/],
    [['convert', 'a', '--rename', 'a=b', '--rename', 'a=c'], /The column a is named twice/],
    [['convert', 'a', '--cast', 'a:double,a:varchar'], /The column a is named twice/],
    [['list', '-R', '-S'], /'-R, --running' cannot be used with option '-S, --success'/],
    [['list', '--status', 'error', '-E'], /'-E, --error' cannot be used with option '--status <status>'/],
  ]
  for (const [args, expected] of cases) {
    const { exit, stdout, stderr } = await runInProcess(args, WORLD)
    t.equal(exit, 2, args.join(' '))
    t.equal(stdout, '')
    t.match(stderr, /"?E_USAGE/)
    t.match(stderr.replaceAll('\\"', '"'), expected)
  }
})

t.test('E21: values that may hold a password are not repeated', async (t) => {
  for (const [first, second] of [
    ['td://1/secret@/db/t', 'x'],
    ['x', 'mysql://user:secret@host/db'],
    ['{"password":"secret"}', '{}'],
  ] as const) {
    const { exit, stderr } = await runInProcess(['issue', '-r', first, '-r', second, 'select 1'], WORLD)
    t.equal(exit, 2)
    t.match(stderr, /-r, --result-url is given twice/)
    t.notMatch(stderr, /secret/)
  }
})

t.test('a flag without a value may be repeated', async (t) => {
  const { exit, stderr } = await runInProcess([
    'convert',
    'none',
    '-f',
    'csv',
    '--no-header',
    '--no-header',
    '-v',
    '-v',
  ])
  t.equal(exit, 14, stderr)
})

/** A command and all below it. */
function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)]
}

t.test(
  'every option of every command is refused when its second value would replace the first',
  async (t) => {
    for (const command of all(await wholeProgram())) {
      for (const option of command.options.filter(({ required }) => required)) {
        const value = option.argChoices?.[0] ?? SAMPLES[option.long!] ?? '1'
        const [first, second] = ADDING[option.long!] ?? [value, value]
        const events = command as unknown as EventEmitter
        events.emit(`option:${option.name()}`, first)
        const again = () => events.emit(`option:${option.name()}`, second)
        const what = `${command.name()} ${option.flags}`
        const isOther = OTHERS.includes(`${command.name()} ${option.long}`)
        if (option.long! in ADDING && !isOther) t.doesNotThrow(again, what)
        else t.throws(again, { code: 'E_USAGE' }, what)
      }
    }
  },
)

/** Options of one value that share their name with one that adds: the demo writes into one folder, a job is for one table. */
const OTHERS = ['demo --output', 'query --table', 'issue --table', 'result --table']

/** What other options than those that take `1` take. */
const SAMPLES: Readonly<Record<string, string>> = {
  '--delimiter': ';',
  '--priority': 'low',
  '--status': 'running',
  '--throttle': '1MB',
  '--max-bytes-per-file': '1MB',
  '--max-memory': '1MB',
  '--retry-delay': '1s',
  '--connect-timeout': '1s',
  '--idle-timeout': '1s',
  '--wait-timeout': '1s',
  '--slower-than': '1s',
  '--queue-time': '1s',
  '--run-time': '1s',
  '--latency': '1s',
}
