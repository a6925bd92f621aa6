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
      t.match(stderr, /are the same place(, and 1 more)?\n {2}hint: give each a path of its own/)
      untouched(t)
    }
  },
)

t.test('E22: files that are read without an option of their own, and locks, count as well', async (t) => {
  const { run, env, untouched, cwd } = await setUp(t)
  mkdirSync(join(cwd, 'xdg/td-sluice'), { recursive: true })
  mkdirSync(join(cwd, 'xdg/tdx'))
  const config = '[prod]\nsite = us01\napi_key_file = ../../key\nca_file = ../../ca.pem\n'
  writeFileSync(join(cwd, 'xdg/td-sluice/config'), config, { mode: 0o600 })
  writeFileSync(join(cwd, 'lines.txt'), 'x-team: data\n')
  writeFileSync(join(cwd, 'rows.schema.json'), '[["a","bigint"]]')
  const withProfiles = { cwd, env: { ...env, XDG_CONFIG_HOME: join(cwd, 'xdg') } }
  const cases: [string[], RegExp][] = [
    [
      [...QUERY, 'select 1', '-o', 'lines.txt', '--header', 'x-a: 1', '--header', '@lines.txt'],
      /the output lines\.txt and the file of --header lines\.txt/,
    ],
    [[...QUERY, 'select 1', '-o', 'linked/key'], /the output linked\/key and the API key file .*key/],
    [['dump', '1', '-o', 'a.csv', '--report', 'ca.pem'], /the report ca\.pem and the CA file .*ca\.pem/],
    [
      ['dump', '1', '-f', 'csv', '-o', 'xdg/td-sluice/config'],
      /the output .*config and the configuration file .*config/,
    ],
    [
      ['dump', '1', '-f', 'csv', '-o', 'xdg/tdx/.env.prod', '--profile', 'prod'],
      /and the configuration file .*\.env\.prod/,
    ],
    [
      ['convert', 'rows.msgpack.gz', '-o', 'linked/rows.schema.json'],
      /the schema file rows\.schema\.json and the output/,
    ],
    [
      ['dump', '1', '-o', 'a.csv', '-f', 'csv', '--report', 'linked/.a.csv.lock'],
      /the lock of the output a\.csv and the report/,
    ],
    [
      ['dump', '1', '-o', '.r.lock', '-f', 'csv', '--report', 'r'],
      /the lock of the report r and the output \.r\.lock/,
    ],
    [
      ['dump', '1', '-o', 'x.duckdb#t', '--report', 'x.duckdb.wal'],
      /the database of x\.duckdb#t and the report/,
    ],
  ]
  for (const [args, message] of cases) {
    const { exit, stderr } = await runInProcess(args, withProfiles)
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message)
    untouched(t)
  }
  t.equal(readFileSync(join(cwd, 'xdg/td-sluice/config'), 'utf8'), config)
  const ownSchema = await run(
    'convert',
    'rows.msgpack.gz',
    '--schema',
    '@schema.json',
    '-o',
    'rows.schema.json',
  )
  t.equal(ownSchema.exit, 0, 'a file that is not read, where an option tells the schema')
})

t.test('E22: a page replaces nothing that is read, no answer, and no file that is no page', async (t) => {
  const { run, untouched, cwd } = await setUp(t)
  writeFileSync(join(cwd, 'rows.csv'), 'a\n1\n')
  writeFileSync(join(cwd, 'a.parquet'), 'an output')
  writeFileSync(join(cwd, 'exports.yaml.state.json'), '')
  const read = (name: string) => readFileSync(join(cwd, name), 'utf8')
  const cases: [string[], RegExp][] = [
    [
      ['inspect', 'rows.csv', '--html', 'linked/rows.csv'],
      /the input rows\.csv and the page linked\/rows\.csv/,
    ],
    [
      ['inspect', 's3://bucket/a.csv', '--html', 's3://bucket/a.csv'],
      /the input s3:\/\/bucket\/a\.csv and the page/,
    ],
    [
      ['inspect', 'rows.msgpack.gz', '--html', 'rows.msgpack.gz.schema.json'],
      /the schema file rows\.msgpack\.gz\.schema\.json and the page/,
    ],
    [
      ['inspect', 'rows.csv', '--html', 'q.sql'],
      /q\.sql holds something else than a page, and is not replaced/,
    ],
    [
      ['run', 'status', 'exports.yaml', '--html', 'linked/exports.yaml'],
      /the manifest exports\.yaml and the page/,
    ],
    [
      ['run', 'status', 'exports.yaml', '--html', 'exports.yaml.state.json'],
      /the state exports\.yaml\.state\.json and the page/,
    ],
    [['run', 'status', 'exports.yaml', '--html', 'to-q.sql'], /to-q\.sql holds something else than a page/],
    [['run', 'status', 'exports.yaml', '--html', 'a.parquet'], /a\.parquet holds something else than a page/],
  ]
  for (const [args, message] of cases) {
    const { exit, stderr } = await run(...args)
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message)
    untouched(t)
  }
  t.equal(read('rows.csv'), 'a\n1\n')
  t.equal(read('a.parquet'), 'an output')
  writeFileSync(join(cwd, 'page.html'), '')
  for (const page of ['page.html', 'page.html', 'new.html'])
    t.equal((await run('inspect', 'rows.csv', '--html', page)).exit, 0, `${page}, empty, a page or new`)
  t.match(read('page.html'), /^<!doctype html>/)
  const answer = openSync(join(cwd, 'page.html'), 'w')
  const { status, stderr } = spawnSync(
    process.execPath,
    [...CLI_ARGS, 'inspect', 'rows.csv', '--html', 'page.html'],
    { cwd, stdio: ['ignore', answer, 'pipe'], encoding: 'utf8' },
  )
  t.equal(status, 2)
  t.match(stderr, /the answer on stdout and the page page\.html are the same place/)
})

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
  const all = program.commands.flatMap((each) => [each, ...each.commands])
  // These read nothing that they could replace.
  for (const command of all.filter((each) => !['demo', 'sandbox'].includes(each.name()))) {
    for (const option of command.options.filter(({ flags }) => /<(file|folder)>/.test(flags)))
      t.ok(known.has(option.attributeName()), `${command.name()} ${option.flags}`)
  }
})
