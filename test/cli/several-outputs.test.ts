/** Repeated `-o`: every output gets every row, each in the format of its name, and all become final together or none. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { runCli } from '../support/cli/run.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const SCHEMA = '[["id","bigint"],["text","varchar"]]'
const CSV = 'id,text\n1,a\n2,b\n3,c\n'
const NDJSON = '{"id":1,"text":"a"}\n{"id":2,"text":"b"}\n{"id":3,"text":"c"}\n'

function setUp(t: Test) {
  const cwd = t.testdir({
    'rows.msgpack': packRows([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]),
  })
  const convert = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack', '--schema', SCHEMA, ...args], { cwd })
  const textOf = (name: string) => readFileSync(join(cwd, name), 'utf8')
  return { cwd, convert, textOf, names: () => readdirSync(cwd).filter((name) => name !== 'rows.msgpack') }
}

t.test('F40: each -o is written, in the format of its name, and stdout as well', async (t) => {
  const { cwd, convert, textOf } = setUp(t)
  const { exit, stdout, stderr } = await convert(
    ...['-o', 'a.csv', '--output=b.parquet', '-oc.ndjson.gz', '-o', '-', '--report', 'report.json'],
  )
  t.equal(exit, 0, stderr)
  t.equal(stdout, CSV)
  t.match(stderr, /^wrote 3 rows to a\.csv, b\.parquet, c\.ndjson\.gz and stdout, [\d.]+ k?B in/)
  t.equal(textOf('a.csv'), CSV)
  t.equal(gunzipSync(readFileSync(join(cwd, 'c.ndjson.gz'))).toString(), NDJSON)
  const { buffer } = new Uint8Array(readFileSync(join(cwd, 'b.parquet')))
  t.strictSame(await parquetReadObjects({ file: buffer }), [
    { id: 1n, text: 'a' },
    { id: 2n, text: 'b' },
    { id: 3n, text: 'c' },
  ])
  const report = JSON.parse(textOf('report.json'))
  t.match(report, { complete: true, rows: 3, rowsWritten: 3, format: 'csv+parquet+ndjson+csv' })
  t.match(report.outputs, [
    { name: 'a.csv', format: 'csv', path: join(cwd, 'a.csv'), bytes: CSV.length, sha256: /^[0-9a-f]{64}$/ },
    { name: 'b.parquet', format: 'parquet', path: join(cwd, 'b.parquet') },
    { name: 'c.ndjson.gz', format: 'ndjson' },
    { name: 'stdout', format: 'csv', bytes: CSV.length, sha256: report.outputs[0].sha256 },
  ])
})

t.test('F40: logs in JSON name every output with its bytes and hash', async (t) => {
  const { convert } = setUp(t)
  const { stderr } = await convert('-o', 'a.csv', '-o', 'b.ndjson', '--log-format', 'json')
  const [complete] = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(complete, {
    event: 'complete',
    rows: 3,
    outputs: [
      { name: 'a.csv', bytes: CSV.length, sha256: /^[0-9a-f]{64}$/ },
      { name: 'b.ndjson', bytes: NDJSON.length },
    ],
  })
  const told = await convert('-o', 'c.csv', '-o', 'd.ndjson', '-v')
  t.match(told.stderr, new RegExp(`wrote ${CSV.length} B to c\\.csv, SHA-256 [0-9a-f]{64}\n`))
  t.match(told.stderr, /to d\.ndjson, SHA-256 /)
})

t.test('F40: -f is for the outputs whose names tell no format', async (t) => {
  const { convert, textOf, names } = setUp(t)
  const { exit, stdout } = await convert('-o', 'a.csv', '-o', 'data', '-o', '-', '-f', 'ndjson')
  t.strictSame([exit, stdout, textOf('a.csv'), textOf('data')], [0, NDJSON, CSV, NDJSON])
  t.match(await convert('-o', 'b.csv', '-o', 'c.csv', '-f', 'csv'), { exit: 0 }, 'the one that all have')
  const before = names()
  for (const [args, message] of [
    [['-o', 'd.csv', '-o', 'e.parquet', '-f', 'csv'], /-f csv is for none of the outputs: e\.parquet/],
    [['-o', 'd.csv', '-o', 'e.csv.gz', '-f', 'csv'], /-f csv is for none of the outputs: e\.csv\.gz/],
    [['-o', 'd.csv', '-o', 'e.csv', '-f', 'csv.gz'], /-f csv\.gz is for none .*: d\.csv and e\.csv tell/],
    [['-o', 'd.csv', '-o', 'e'], /the name e does not tell the format/],
    [['-o', 'd.csv', '-o', 'e', '-f', 'xlsx'], /there is no format "xlsx"/],
    [['-o', 'd.csv', '-o', ''], /"" is not a path/],
    [['-o', '-', '-o', 'd.csv', '-G'], /-G shows rows to people/],
  ] as const) {
    const failed = await convert(...args)
    t.equal(failed.exit, 2, args.join(' '))
    t.match(failed.stderr, message)
  }
  t.strictSame(names(), before)
})

t.test('F40: an option is for the outputs whose formats have it, and refused where none has', async (t) => {
  const { convert, textOf, cwd, names } = setUp(t)
  const ended = await convert(
    ...['-o', 'a.csv', '-o', 'b.ndjson', '-o', 'c.csv.gz', '-o', 'd.parquet'],
    ...['--delimiter', ';', '--int64', 'string', '--compression-level', '9', '--parquet-codec', 'none'],
  )
  t.equal(ended.exit, 0, ended.stderr)
  t.equal(textOf('a.csv'), CSV.replaceAll(',', ';'))
  t.equal(gunzipSync(readFileSync(join(cwd, 'c.csv.gz'))).toString(), CSV.replaceAll(',', ';'))
  t.equal(textOf('b.ndjson'), NDJSON)
  const before = names()
  for (const [args, message] of [
    [['--delimiter', ';'], /has no option --delimiter; csv has it/],
    [['--compression-level', '9'], /--compression-level is for a compressed file/],
  ] as const) {
    const failed = await convert('-o', 'x.ndjson', '-o', 'y.json', ...args)
    t.equal(failed.exit, 2)
    t.match(failed.stderr, message)
  }
  // One of them has the option, but not this value.
  const failed = await convert('-o', 'x.csv.zst', '-o', 'y.csv.gz', '--compression-level', '15')
  t.match(failed, { exit: 2, stderr: /--compression-level/ })
  t.strictSame(names(), before)
})

t.test('F40: the same place twice is refused, however it is spelled', async (t) => {
  const { cwd, convert, names } = setUp(t)
  mkdirSync(join(cwd, 'folder'))
  symlinkSync('folder', join(cwd, 'linked'))
  writeFileSync(join(cwd, 'old.csv'), 'old')
  symlinkSync('old.csv', join(cwd, 'to-old.csv'))
  linkSync(join(cwd, 'old.csv'), join(cwd, 'hard.csv'))
  symlinkSync('new.csv', join(cwd, 'dangling.csv'))
  const before = names()
  for (const [first, second] of [
    ['a.csv', 'a.csv'],
    ['a.csv', './folder/../a.csv'],
    ['a.csv', join(cwd, 'a.csv')],
    ['folder/a.csv', 'linked/a.csv'],
    ['old.csv', 'to-old.csv'],
    ['hard.csv', 'old.csv'],
    ['dangling.csv', 'new.csv'],
    ['-', '-'],
    ['-', '/dev/stdout'],
    ['a.msgpack', 'a.msgpack.schema.json'],
    ['rows.msgpack', 'a.csv'],
  ] as const) {
    const { exit, stdout, stderr } = await convert('-o', first, '-o', second)
    t.equal(exit, 2, `${first} ${second}`)
    t.match(stderr, /are the same place/)
    t.equal(stdout, '')
  }
  t.strictSame(names(), before)
  t.equal(readFileSync(join(cwd, 'old.csv'), 'utf8'), 'old')
})

t.test('F40: every place is checked before anything is sent', async (t) => {
  const { cwd, names } = setUp(t)
  writeFileSync(join(cwd, 'there.csv'), 'old')
  mkdirSync(join(cwd, 'sealed'))
  chmodSync(join(cwd, 'sealed'), 0o500)
  const before = names()
  // Nothing listens there: a request would be exit 10.
  const env = {
    TD_API_KEY: '1/0123456789abcdef0123456789abcdef01234567',
    TD_API_SERVER: 'http://127.0.0.1:1',
  }
  const query = ['query', '-d', 'd', 'select 1', '-o', 'a.csv', '-o', '-', '--retries', '0']
  for (const [args, exit] of [
    [['-o', 'missing/b.csv'], 14],
    [['-o', 'there.csv', '--no-clobber'], 15],
    [['-o', 'folder-of-csv.csv/'], 2],
    ...(process.getuid?.() === 0 ? [] : ([[['-o', 'sealed/b.csv'], 14]] as const)),
  ] as const) {
    const ended = await runInProcess([...query, ...args], { cwd, env })
    t.equal(ended.exit, exit, `${args.join(' ')} ${ended.stderr}`)
  }
  t.strictSame(names(), before)
  t.equal((await runInProcess(query, { cwd, env })).exit, 10)
  chmodSync(join(cwd, 'sealed'), 0o700)
})

t.test('F40: when one output fails, none of the others is final', async (t) => {
  const { cwd, convert, textOf, names } = setUp(t)
  writeFileSync(join(cwd, 'a.csv'), 'old')
  // A tab in TSV is escaped; a text equal to the one for NULL is refused while rows are written.
  const failed = await convert('-o', 'a.csv', '-o', 'b.tsv', '-o', 'c.parquet', '--null', 'b')
  t.equal(failed.exit, 12, failed.stderr)
  t.strictSame(names(), ['a.csv'])
  t.equal(textOf('a.csv'), 'old')
  const gone = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'EPIPE' })),
  })
  gone.on('error', () => {})
  const args = ['convert', 'rows.msgpack', '--schema', SCHEMA, '-o', 'a.csv', '-o', '-']
  t.match(await runInProcess(args, { cwd, stdout: gone as never }), { exit: 141 })
  t.equal(textOf('a.csv'), 'old')
  t.strictSame(names(), ['a.csv'])
  t.match(await convert('-o', 'a.csv', '-o', 'd.csv', '--no-clobber'), { exit: 15 })
  t.strictSame(names(), ['a.csv'])
})

t.test('F40: the hint after a failure writes every output again', async (t) => {
  const { cwd } = setUp(t)
  const { dumpCommandLine } = await import('../../src/cli/next-command.js')
  const { newSession } = await import('../../src/cli/session.js')
  const { contextOf, Recorder } = await import('../support/cli/context.js')
  const { createProgram } = await import('../../src/cli/program.js')
  const { COMMANDS } = await import('../../src/cli/commands/index.js')
  const session = newSession(contextOf(new Recorder(), new Recorder(), { cwd, env: {} }))
  const program = await createProgram(session, COMMANDS, (name) => name === 'query')
  const args = ['query', '-d', 'd', 'select 1', '-o', 'a.csv', '-o', 'b c.parquet', '-o', '-']
  await t.rejects(program.parseAsync(args, { from: 'user' }))
  t.equal(dumpCommandLine('7', session.given), "td-sluice dump 7 -o a.csv -o 'b c.parquet' -o -")
})

t.test('F40: the rows on stdout and in a file are the same bytes through a real pipe', async (t) => {
  const { cwd, textOf } = setUp(t)
  const args = ['convert', 'rows.msgpack', '--schema', SCHEMA, '-o', '-', '-o', 'a.ndjson', '-o', 'b.msgpack']
  const { exit, stdout, stderr } = await runCli(args, { cwd })
  t.strictSame([exit, stdout], [0, CSV], stderr)
  t.equal(textOf('a.ndjson'), NDJSON)
  t.ok(existsSync(join(cwd, 'b.msgpack.schema.json')))
})
