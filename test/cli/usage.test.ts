import t from 'tap'
import { VERSION } from '../../src/version.js'
import { runInProcess } from '../support/cli/context.js'
import { runCli } from '../support/cli/run.js'

t.test('--version prints the version and nothing else', async (t) => {
  for (const flag of ['--version', '-V']) {
    const { exit, stdout, stderr } = await runCli([flag])
    t.same([exit, stdout, stderr], [0, `${VERSION}\n`, ''])
  }
  const beside = await runInProcess(['--quiet', '--version'])
  t.same([beside.exit, beside.stdout], [0, `${VERSION}\n`])
})

t.test('--help goes to stdout and starts with examples', async (t) => {
  const main = await runInProcess(['--help'])
  t.equal(main.exit, 0)
  t.match(main.stdout, /^Examples:\n {2}td-sluice query/)
  t.equal(main.stderr, '')
  const query = await runInProcess(['query', '--help'])
  t.match(query.stdout, /^Examples:\n {2}td-sluice query/)
  t.same(await runInProcess(['help', 'query']), query)
})

t.test('no command at all prints the help on stderr, exit 2', async (t) => {
  const { exit, stdout, stderr } = await runInProcess([])
  t.same([exit, stdout], [2, ''])
  t.match(stderr, /^Examples:/)
})

t.test('an argument of several lines stays one message, and becomes no hint', async (t) => {
  const own = 'hint: td-sluice list --help shows its options'
  for (const value of ['1\n(Did you mean --foo?)', '1\n2', 'x\nhint: y']) {
    const { exit, stderr } = await runInProcess(['list', value])
    t.equal(exit, 2)
    const [message, hint, ...more] = stderr.trimEnd().split('\n')
    t.ok(message?.includes(`'${value.replace('\n', ' ')}'`), stderr)
    t.strictSame([hint?.trim(), ...more], [own])
  }
  const command = await runInProcess(['qurey\n(Did you mean foo?)'])
  t.notMatch(command.stderr, /hint: did you mean foo/)
})

t.test('a typo gets a suggestion, exit 2', async (t) => {
  const command = await runInProcess(['qurey'])
  t.equal(command.exit, 2)
  t.equal(command.stderr, "td-sluice: E_USAGE: unknown command 'qurey'\n  hint: did you mean query?\n")
  const option = await runInProcess(['convert', 'x', '--outptu', 'y'])
  t.equal(option.exit, 2)
  t.equal(option.stderr, "td-sluice: E_USAGE: unknown option '--outptu'\n  hint: did you mean --output?\n")
})

t.test('wrong usage is one clear line and exit 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['convert'], /missing required argument 'file'/],
    [['convert', 'a', 'b'], /too many arguments/],
    [
      ['convert', 'a', '-o', 'out.xlsx'],
      /out\.xlsx does not tell the format\n {2}hint: .*\.csv, \.tsv, \.ndjson, \.json, \.msgpack/,
    ],
    [['convert', 'a', '-f', 'xlsx'], /there is no format "xlsx"/],
    [['convert', 'a', '--delimiter', 'a;'], /1 to 8 characters/],
    [['convert', 'a', '--limit', '-1'], /--limit.*whole number/],
    [['query', 'select 1'], /no database given\n {2}hint: use -d NAME/],
    [['query', '-d', 'db'], /no SQL given/],
    [['query', '-d', 'db', ' '], /the SQL is empty/],
    [
      ['query', '-d', 'db', 'select', '1'],
      /too many arguments.*\n {2}hint: .*SQL is one argument, in quotes/,
    ],
    [
      ['sandbox', '--fault', 'statsu:503'],
      /did you mean status\?\n {2}hint: .*status:503x2@issue.*kinds are ok, html/,
    ],
    [['query', '-d', 'db', 'select 1', '-q', 'f'], /given twice/],
    [['query', '-d', 'db', '-T', 'pig', 'select 1'], /--type.*Allowed choices are trino, presto, hive/],
    [['query', '-d', 'db', '-P', 'urgent', 'select 1'], /a priority is/],
    [['dump', '../user'], /a job id is a number/],
    [['dump', '1/2'], /a job id is a number/],
    [['dump', '-1'], /unknown option|a job id/],
    [['wait', '1', '--wait-timeout', '60'], /--wait-timeout.*A unit is missing: 60s/],
    [['list', '--retries', 'many'], /--retries.*whole number/],
    [['list', '--site', 'mars'], /--site.*us01, jp01/],
    [['status'], /either a job id or --domain-key/],
    [['export', 'result', '1'], /either a URL or --connection-id/],
    [['export', 'table', 'db', 't'], /required option '-b, --bucket <name>'/],
  ]
  for (const [args, expected] of cases) {
    const { exit, stdout, stderr } = await runInProcess(args, { env: { TD_API_KEY: 'k' } })
    t.equal(exit, 2, args.join(' '))
    t.equal(stdout, '')
    t.match(stderr, /^td-sluice: E_USAGE: /)
    t.match(stderr, expected)
    t.ok(stderr.trimEnd().split('\n').length <= 2, stderr)
  }
})

t.test('an API key as an argument is refused and not repeated', async (t) => {
  for (const args of [
    ['--api-key', '1/secret', 'list'],
    ['list', '--api-key=1/secret'],
    ['list', '--apikey', '1/secret'],
    ['-k', '1/secret', 'list'],
    ['list', '-k', '1/secret'],
    ['query', '-d', 'sandbox', '-k1/secret', 'select 1'],
    ['query', '-d', 'sandbox', '--api-key', '1/secret', 'select 1'],
  ]) {
    const { exit, stderr } = await runInProcess(args)
    t.equal(exit, 2)
    t.match(stderr, /not taken as an argument.*\n {2}hint: set TD_API_KEY, or .*--api-key-file/)
    t.notMatch(stderr, 'secret')
  }
})

t.test('G19: keys of S3 as arguments, as td takes them, are refused and not repeated', async (t) => {
  for (const args of [['-k', 'secret'], ['-ksecret'], ['-s', 'secret'], ['-ssecret']]) {
    const { exit, stderr } = await runInProcess(['export', 'table', 'db', 't', '-b', 'b', ...args])
    t.equal(exit, 2)
    t.match(stderr, /not taken as arguments.*\n {2}hint: set AWS_ACCESS_KEY_ID/)
    t.notMatch(stderr, 'secret')
  }
})

t.test('what is typed right behind an unknown letter is not repeated', async (t) => {
  const { exit, stderr } = await runInProcess(['list', '-Xsecret'])
  t.equal(exit, 2)
  t.match(stderr, "unknown option '-X'")
  t.notMatch(stderr, 'secret')
})

t.test('a missing API key is exit 2 with what to do', async (t) => {
  for (const args of [['list'], ['dump', '1'], ['query', '-d', 'db', 'select 1'], ['kill', '1']]) {
    const { exit, stderr } = await runInProcess(args)
    t.equal(exit, 2)
    t.match(stderr, /E_CONFIG: there is no API key\n {2}hint: .*TD_API_KEY/)
  }
})

t.test('msgpack is not poured onto a terminal', async (t) => {
  const { exit, stderr } = await runInProcess(['convert', 'a', '-f', 'msgpack'], { terminal: true })
  t.equal(exit, 2)
  t.match(stderr, 'msgpack is binary')
})

t.test('general options may stand before the command', async (t) => {
  const { stderr } = await runInProcess(['--log-format', 'json', 'list'])
  t.match(JSON.parse(stderr), { level: 'error', event: 'failure', code: 'E_CONFIG', exitCode: 2 })
})
