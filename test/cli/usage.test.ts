import { readdirSync } from 'node:fs'
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

t.test('help may stand behind the name of a command that has others below', async (t) => {
  for (const [args, asked] of [
    [
      ['export', 'help'],
      ['help', 'export'],
    ],
    [
      ['export', 'help', 'table'],
      ['help', 'export', 'table'],
    ],
    [
      ['--quiet', 'state', 'help'],
      ['help', 'state'],
    ],
    [
      ['run', 'help', 'status'],
      ['help', 'run', 'status'],
    ],
  ]) {
    const found = await runInProcess(args!)
    t.equal(found.exit, 0)
    t.same(found, await runInProcess(asked!), args!.join(' '))
  }
  t.equal((await runInProcess(['export', 'help', 'nope'])).exit, 2)
})

t.test('too many arguments get a hint at what was mistyped, without what may be a secret', async (t) => {
  for (const [args, hint] of [
    [['run', 'stauts', 'exports.yaml'], /hint: did you mean status\?/],
    [['query', '-database', 'db', 'select 1'], /hint: .*two hyphens/],
    [['dump', '1', '-osecret', 'x'], /hint: .*two hyphens/],
    [['query', '\u2014d', 'db', 'select 1'], /hint: .*plain hyphen/],
    [['query', '-d', 'db', '\u201cselect', '1\u201d'], /hint: .*quotes of the shell are plain/],
    [['query', '-d', 'db', 'select', '1'], /hint: .*SQL is one argument/],
    [['list', '1', '2'], /hint: td-sluice list --help/],
  ] as const) {
    const { exit, stderr } = await runInProcess(args)
    t.equal(exit, 2)
    t.match(stderr, hint, args.join(' '))
    t.notMatch(stderr, 'secret')
  }
})

t.test('wrong usage is one clear line and exit 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['convert'], /missing required argument 'file'/],
    [['convert', 'a', 'b'], /too many arguments/],
    [
      ['convert', 'a', '-o', 'out.pdf'],
      /out\.pdf does not tell the format\n {2}hint: .*\.csv, \.tsv, \.ndjson, \.json, \.msgpack/,
    ],
    [
      ['convert', 'a', '-o', 'out.xlsx'],
      /does not tell the format\n {2}hint: Excel opens CSV: -o FILE\.csv --bom/,
    ],
    [['convert', 'a', '-f', 'xlsx'], /there is no format "xlsx"\n {2}hint: Excel opens CSV/],
    [['convert', 'a', '-f', 'parqet'], /there is no format "parqet"; did you mean parquet\?/],
    [['convert', 'a', '--delimiter', 'a;'], /1 to 8 characters/],
    [['convert', 'a', '--limit', '-1'], /--limit.*whole number/],
    [['query', 'select 1'], /no database given\n {2}hint: use -d NAME/],
    [['query', '-d', 'db'], /no SQL given/],
    [['query', '-d', 'db', ' '], /the SQL is empty/],
    [['query', '-d', 'db', '-- only'], /the SQL is empty: it has nothing but comments/],
    [['issue', '-d', 'db', '/* select 1 */ ;'], /the SQL is empty: it has nothing but comments/],
    [['query', '-d', 'db', 'report.sql'], /the SQL is the name of a file.*\n {2}hint: .*-q report\.sql/],
    [['convert', 'a', '-f', 'csv', '--output-encoding', 'utf-16'], /did you mean utf-16le\?/],
    [['convert', 'a', '-f', 'csv', '--output-encoding', 'sjis'], /did you mean shift_jis\?/],
    [['convert', 'a', '-f', 'csv', '--delimiter', 'tab'], /did you mean \\t\?/],
    [['convert', 'a', '-f', 'parquet', '--parquet-codec', 'lz4'], /did you mean lz4_raw\?/],
    [
      ['convert', 'a', '-o', 'new/'],
      /new\/ is a folder.*\n {2}hint: name a file in it, such as new\/result\.csv/,
    ],
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
    [['dump', '../user'], /a job id is a number.*\n {2}hint: td-sluice list .*td-sluice convert FILE/],
    [['convert', '123456'], /there is no file 123456\n {2}hint: td-sluice dump 123456/],
    [['convert', 's3://b/a.msgpack.gz', '-f', 'csv'], /convert takes local files, and no s3:/],
    [['inspect', 's3:/b/a.csv'], /a URL begins with s3:\/\/ and two slashes/],
    [['inspect', 'https://me:x@example.com/a.csv'], /nothing is read from https:\/\/ URLs\n {2}hint: .*curl/],
    [['inspect', 'file:///srv/a.csv'], /nothing is read from file:\/\/ URLs\n {2}hint: give a file/],
    [['inspect', 'postgres://me:x@h/db#t'], /nothing is read from postgres:\/\/ URLs/],
    [['inspect', 'https://example.com/a.csv', '--html', 'a.html'], /nothing is read from https:\/\/ URLs/],
    [['inspect', 'az://'], /az:\/\/ names no container/],
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

t.test('a file of SQL that cannot be read as such says what to type', async (t) => {
  const cwd = t.testdir({ 'cp932.sql': Buffer.from([0x93, 0x8c, 0x8b, 0x9e]), folder: {} })
  for (const [file, exit, message] of [
    ['cp932.sql', 2, /the SQL file cp932\.sql is not UTF-8: byte 0 is 0x93\n {2}hint: .*--encoding cp932/],
    ['select 1', 14, /the SQL file select 1: ENOENT.*\n {2}hint: -q names a file; SQL itself is an argument/],
    ['folder', 14, /the SQL file folder: EISDIR: it is a folder/],
  ] as const) {
    const found = await runInProcess(['query', '-d', 'db', '-q', file], { cwd, env: { TD_API_KEY: 'k' } })
    t.equal(found.exit, exit)
    t.match(found.stderr, message)
  }
})

t.test('what is kept on this machine is not taken for a URL', async (t) => {
  const cwd = t.testdir()
  const env = { TD_API_KEY: 'k', TD_API_SERVER: 'http://127.0.0.1:1' }
  for (const args of [
    ['dump', '1', '-f', 'csv', '--spool', 's3://bucket/spool'],
    ['dump', '1', '-f', 'csv', '--spool', 's3:/bucket/spool'],
    ['init', 's3://bucket/exports'],
    ['demo', '--output', 'gs:/bucket/demo'],
  ]) {
    const { exit, stderr } = await runInProcess(args, { cwd, env })
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, /E_USAGE: .*(takes local files|begins with)/)
  }
  t.strictSame(readdirSync(cwd), [])
})

t.test('a state of run cannot lie in a store', async (t) => {
  const exports = 'exports: [{ name: a, database: db, query: select 1, output: a.csv }]\n'
  const cwd = t.testdir({ 'x.yaml': `version: 1\ntimezone: UTC\n${exports}` })
  const args = ['run', 'x.yaml', '--dry-run', '--state', 's3://bucket/state.json']
  const { exit, stderr } = await runInProcess(args, { cwd, env: { TD_API_KEY: 'k' } })
  t.equal(exit, 2)
  t.match(stderr, /the state takes local files, and no s3:\/\/ URLs\n {2}hint: name a place on this machine/)
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
