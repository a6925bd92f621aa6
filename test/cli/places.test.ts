/** No command replaces what it also reads, and none writes two things into one file: it is told before any request. */
import { type StdioOptions, spawnSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { FILE_OPTIONS } from '../../src/cli/places.js'
import { runInProcess, wholeProgram } from '../support/cli/context.js'
import { CLI_ARGS } from '../support/cli/run.js'
import { undated } from '../support/cli/undated.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const KEY = '1/0123456789abcdef0123456789abcdef01234567'

const EXPORTS = `version: 1
defaults: { database: d }
exports:
  - { name: a, query_file: q.sql, output: a.csv }
  - { name: b, query: select 2, output: parts, format: csv, partition_by: [x], spool: spool }
`

/** An API that counts requests and knows nothing, and a folder with one file of each kind. */
async function setUp(t: Test) {
  const requests: string[] = []
  const server = createServer(({ method, url }, response) => {
    requests.push(`${method} ${url}`)
    response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const files: Record<string, string> = {
    'exports.yaml': EXPORTS,
    'q.sql': 'select 1 as a',
    'td.conf': `[account]\napikey = ${KEY}\n`,
    'schema.json': '[["a","bigint"]]',
    'url.txt': 'td://host/db/t',
    'ca.pem': '-----BEGIN CERTIFICATE-----\n',
  }
  const cwd = t.testdir(files)
  writeFileSync(join(cwd, 'key'), `${KEY}\n`, { mode: 0o600 })
  files.key = `${KEY}\n`
  const rows = gzipSync(packRows([[1]]))
  writeFileSync(join(cwd, 'rows.msgpack.gz'), rows)
  symlinkSync('.', join(cwd, 'linked'))
  symlinkSync('q.sql', join(cwd, 'to-q.sql'))
  linkSync(join(cwd, 'q.sql'), join(cwd, 'hard.sql'))
  const env = { TD_API_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, TD_API_KEY: KEY }
  return {
    cwd,
    requests,
    env,
    run: (...args: string[]) => runInProcess(args, { cwd, env }),
    /** Nothing was sent, and every file is as it was. */
    untouched: (t: Test) => {
      t.strictSame(requests, [])
      for (const [name, text] of Object.entries(files))
        t.equal(readFileSync(join(cwd, name), 'utf8'), text, name)
      t.strictSame(readFileSync(join(cwd, 'rows.msgpack.gz')), rows)
      for (const name of ['a.csv', 'parts', 'spool']) t.notOk(existsSync(join(cwd, name)), name)
    },
  }
}

const QUERY = ['query', '-d', 'd', '-f', 'csv']

t.test(
  'E22: query, dump and convert refuse an output or report that is one of their own files',
  async (t) => {
    const { run, untouched, cwd } = await setUp(t)
    const cases: [string[], RegExp][] = [
      [[...QUERY, '-q', 'q.sql', '-o', 'q.sql'], /the output q\.sql and the SQL file q\.sql/],
      [[...QUERY, '-q', 'q.sql', '-o', 'linked/q.sql'], /the output linked\/q\.sql and the SQL file q\.sql/],
      [[...QUERY, '-q', 'to-q.sql', '-o', 'q.sql'], /the output q\.sql and the SQL file to-q\.sql/],
      [[...QUERY, '-q', 'hard.sql', '-o', './linked/../q.sql'], /and the SQL file hard\.sql/],
      [
        [...QUERY, '-q', 'q.sql', '-o', 'x.csv', '--report', 'hard.sql'],
        /the SQL file q\.sql and the report hard\.sql/,
      ],
      [[...QUERY, 'select 1', '-r', '@url.txt', '-o', 'url.txt'], /and the file of --result-url url\.txt/],
      [
        [...QUERY, 'select 1', '--config-file', 'CWD/td.conf', '-o', 'td.conf'],
        /and the configuration file .*td\.conf/,
      ],
      [[...QUERY, 'select 1', '-o', 'x.csv', '--report', 'linked/x.csv'], /the output x\.csv and the report/],
      [[...QUERY, 'select 1', '-o', 'spool', '--spool', 'spool'], /the output spool and the spool spool/],
      [
        ['dump', '1', '-f', 'csv', '-o', 'key', '--api-key-file', 'CWD/key'],
        /the output key and the API key file .*key/,
      ],
      [
        ['dump', '1', '-f', 'csv', '--ca-file', 'CWD/ca.pem', '--report', 'ca.pem'],
        /the CA file .*ca\.pem and the report|the report ca\.pem/,
      ],
      [
        ['dump', '1', '-f', 'csv', '--spool', 'spool', '-o', 'linked/spool/job-1-0123abcd.json'],
        /the spool spool and the output linked\/spool\/job-1-0123abcd\.json/,
      ],
      [['dump', '1', '-f', 'csv', '--report', '-'], /the output stdout and the report stdout/],
      [
        ['dump', '1', '-f', 'csv', '-o', '/dev/stdout', '--report', '-'],
        /the output stdout and the report stdout/,
      ],
      [['convert', 'rows.msgpack.gz', '-o', 'rows.msgpack.gz'], /the input rows\.msgpack\.gz and the output/],
      [
        ['convert', 'linked/rows.msgpack.gz', '-o', 'rows.msgpack.gz'],
        /the input linked\/rows\.msgpack\.gz and/,
      ],
      [
        ['convert', 'rows.msgpack.gz', '--schema', '@schema.json', '-o', 'schema.json'],
        /the file of --schema/,
      ],
    ]
    for (const [args, message] of cases) {
      const { exit, stderr } = await run(...args.map((arg) => arg.replace('CWD', cwd)))
      t.equal(exit, 2, args.join(' '))
      t.match(stderr, /^td-sluice: E_USAGE: /)
      t.match(stderr, message)
      t.match(stderr, /are the same place\n {2}hint: give each a path of its own/)
      untouched(t)
    }
  },
)

t.test('E22: run refuses a report, state or output that is another file of the run', async (t) => {
  const { run, untouched, cwd } = await setUp(t)
  const manifest = join(cwd, 'exports.yaml')
  const edited = (from: string, to: string) => writeFileSync(manifest, EXPORTS.replace(from, to))
  const cases: [string[], [string, string], RegExp][] = [
    [['--report', 'exports.yaml'], ['', ''], /the manifest exports\.yaml and the report exports\.yaml/],
    [['--report', 'q.sql'], ['', ''], /the file .*q\.sql of a and the report q\.sql/],
    [['--report', 'linked/a.csv'], ['', ''], /the output of a, .*a\.csv, and the report/],
    [
      ['--report', 's.json', '--state', 'linked/s.json'],
      ['', ''],
      /the state .*s\.json and the report s\.json/,
    ],
    [['--report', 'exports.yaml.state.json'], ['', ''], /the state .* and the report/],
    [['--state', 'parts/x=1/part-0.csv'], ['', ''], /the output of b, .*parts, and the state/],
    [['--state', 'spool/job-1-0123abcd.json'], ['', ''], /the spool .* and the state/],
    [['--state', 'a.csv'], ['', ''], /the output of a, .*a\.csv, and the state/],
    [['--state', 'linked/q.sql'], ['', ''], /the file .*q\.sql of a and the state/],
    [['--only', 'b', '--report', 'a.csv'], ['', ''], /the output of a, .*a\.csv, and the report/],
    [
      [],
      ['output: a.csv', 'output: exports.yaml, format: csv'],
      /the manifest exports\.yaml and the output of a/,
    ],
    [
      [],
      ['output: a.csv', 'output: linked/hard.sql, format: csv'],
      /the file .*q\.sql of a and the output of a/,
    ],
    [[], ['output: a.csv', 'output: linked/spool, format: csv'], /the output of a, .* and the spool/],
    [['--dry-run'], ['output: a.csv', 'output: exports.yaml, format: csv'], /the manifest exports\.yaml and/],
  ]
  for (const [args, [from, to], message] of cases) {
    edited(from, to)
    const { exit, stderr } = await run('run', 'exports.yaml', ...args)
    t.equal(exit, 2, args.join(' '))
    t.match(undated(stderr), /^td-sluice: E_USAGE: /)
    t.match(stderr, message)
    writeFileSync(manifest, EXPORTS)
    untouched(t)
  }
})

t.test('E22: two exports of one output are refused at its line, through a linked folder too', async (t) => {
  const { run, untouched, cwd } = await setUp(t)
  for (const output of ['a.csv', 'linked/a.csv', './b/../a.csv', 'linked/linked/a.csv']) {
    writeFileSync(
      join(cwd, 'exports.yaml'),
      EXPORTS.replace('output: parts, format: csv, partition_by: [x]', `output: ${output}`),
    )
    const { exit, stderr } = await run('run', 'exports.yaml')
    t.equal(exit, 2, output)
    t.match(stderr, /exports\.yaml:5:\d+: the export a writes the same output/)
    writeFileSync(join(cwd, 'exports.yaml'), EXPORTS)
    untouched(t)
  }
})

t.test('E22: an output under a name that the partitions of another export have is refused', async (t) => {
  const { run, untouched, cwd } = await setUp(t)
  const manifest = join(cwd, 'exports.yaml')
  for (const output of ['parts/part-0.csv', 'linked/parts/x=1/part-3.csv', 'parts']) {
    writeFileSync(manifest, EXPORTS.replace('output: a.csv', `output: ${output}, format: csv`))
    const { exit, stderr } = await run('run', 'exports.yaml')
    t.equal(exit, 2, output)
    t.match(stderr, /exports\.yaml:\d:\d+: the export [ab] writes the same output/)
    writeFileSync(manifest, EXPORTS)
    untouched(t)
  }
})

t.test('E22: stdout or stdin that is a file of the run is refused', async (t) => {
  const { cwd, untouched } = await setUp(t)
  const rows = openSync(join(cwd, 'rows.msgpack.gz'), 'r')
  const report = openSync(join(cwd, 'report.json'), 'w')
  const start = (args: string[], stdio: StdioOptions) =>
    spawnSync(process.execPath, [...CLI_ARGS, ...args], { cwd, stdio, encoding: 'utf8' })
  const into = start(['convert', '-', '-o', 'linked/rows.msgpack.gz'], [rows, 'pipe', 'pipe'])
  t.equal(into.status, 2)
  t.match(into.stderr, /the input - and the output linked\/rows\.msgpack\.gz are the same place/)
  const from = start(
    ['convert', 'rows.msgpack.gz', '-f', 'csv', '--report', 'report.json'],
    ['ignore', report, 'pipe'],
  )
  t.equal(from.status, 2)
  t.match(from.stderr, /the output stdout and the report report\.json are the same place/)
  untouched(t)
})

t.test('a run whose files are all different goes on', async (t) => {
  const { run, requests, cwd } = await setUp(t)
  const again = await run(
    'convert',
    'rows.msgpack.gz',
    '-o',
    'x.csv',
    '--report',
    'r.json',
    '--schema',
    '@schema.json',
  )
  t.equal(again.exit, 0, again.stderr)
  t.equal(
    (await run('convert', 'rows.msgpack.gz', '-o', '/dev/null', '-f', 'csv', '--report', '/dev/null')).exit,
    0,
  )
  mkdirSync(join(cwd, 'spool'))
  await run('dump', '1', '-o', 'spool/x.csv', '--spool', 'spool')
  t.ok(requests.length > 0)
  renameSync(join(cwd, 'x.csv'), join(cwd, 'y.csv'))
})

t.test('every option that names a file or folder is looked at', async (t) => {
  const known = new Set([...Object.keys(FILE_OPTIONS), 'output'])
  const program = await wholeProgram()
  const reading = ['query', 'dump', 'convert', 'run', 'issue', 'inspect']
  for (const command of program.commands.filter((each) => reading.includes(each.name()))) {
    for (const option of command.options.filter(({ flags }) => /<(file|folder)>/.test(flags)))
      t.ok(known.has(option.attributeName()), `${command.name()} ${option.flags}`)
  }
})
