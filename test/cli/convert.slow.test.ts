import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import t, { type Test } from 'tap'
import { packRows } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { runCli } from '../support/cli/run.js'

const ROWS = [
  [1n, 'plain', null],
  [2n ** 63n - 1n, 'with "quotes", and\na line break', 0.1],
  [-(2n ** 63n), '', -0],
]
const SCHEMA = '[["id","bigint"],["text","varchar"],["x","double"]]'
const CSV = `id,text,x
1,plain,
9223372036854775807,"with ""quotes"", and
a line break",0.1
-9223372036854775808,"",0
`

function folder(t: Test): string {
  return t.testdir({ 'rows.msgpack.gz': packRows(ROWS), 'schema.json': SCHEMA })
}

t.test('a file becomes CSV, byte for byte', async (t) => {
  const cwd = folder(t)
  const { exit, stdout, stderr } = await runInProcess(
    ['convert', 'rows.msgpack.gz', '--schema', SCHEMA, '-o', 'out.csv'],
    { cwd },
  )
  t.equal(stderr.replace(/in .*/, ''), 'wrote 3 rows to out.csv, 105 B \n')
  t.equal(exit, 0)
  t.equal(stdout, '')
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), CSV)
})

t.test('-o - and a pipe get the same bytes on stdout, and nothing else', async (t) => {
  const cwd = folder(t)
  const input = readFileSync(join(cwd, 'rows.msgpack.gz'))
  const toDash = await runCli(['convert', 'rows.msgpack.gz', '--schema', '@schema.json', '-o', '-'], { cwd })
  t.equal(toDash.stdout, CSV)
  const piped = await runCli(['convert', '-', '--schema', '@schema.json'], { cwd, input })
  t.equal(piped.stdout, CSV)
  t.same([toDash.exit, piped.exit], [0, 0])
})

t.test('plain msgpack is taken as well, and -f decides the format', async (t) => {
  const cwd = folder(t)
  const input = gunzipSync(readFileSync(join(cwd, 'rows.msgpack.gz')))
  const { exit, stdout } = await runCli(['convert', '-', '-f', 'ndjson', '-l', '1'], { input })
  t.equal(exit, 0)
  t.equal(stdout, '{"_col0":1,"_col1":"plain","_col2":null}\n')
})

t.test('-f csv.gz packs what it writes, whatever the name of the file', async (t) => {
  const cwd = folder(t)
  const convert = ['convert', 'rows.msgpack.gz', '--schema', SCHEMA]
  for (const format of ['csv.gz', 'CSV.GZ']) {
    const { exit, stderr } = await runInProcess(
      [...convert, '-f', format, '-o', 'out.data', '--compression-level', '9'],
      { cwd },
    )
    t.equal(exit, 0, stderr)
    t.equal(gunzipSync(readFileSync(join(cwd, 'out.data'))).toString(), CSV)
  }
  t.equal((await runInProcess([...convert, '-f', 'csv', '-o', 'out.gz'], { cwd })).exit, 0)
  t.equal(gunzipSync(readFileSync(join(cwd, 'out.gz'))).toString(), CSV, 'and the end of a name still does')
  const screen = await runInProcess([...convert, '-f', 'csv.gz'], { cwd, stdoutIsTerminal: true })
  t.match(screen, { exit: 2, stderr: /csv\.gz is binary and this is a terminal/ })
  for (const format of ['gz', 'csv.bz2', 'a/b.csv', 'xlsx'])
    t.match(await runInProcess([...convert, '-f', format], { cwd }), {
      exit: 2,
      stderr: /there is no format/,
    })
})

t.test('-f csv.gz and a name that says another compression contradict each other', async (t) => {
  const cwd = folder(t)
  const convert = ['convert', 'rows.msgpack.gz', '--schema', SCHEMA]
  const differ = await runInProcess([...convert, '-f', 'csv.gz', '-o', 'out.csv.zst'], { cwd })
  t.equal(differ.exit, 2)
  t.match(
    differ.stderr,
    'E_USAGE: the format says gzip, the name out.csv.zst says zstd\n  hint: end the name with .gz',
  )
  t.notOk(existsSync(join(cwd, 'out.csv.zst')))
  for (const [format, output] of [
    ['csv.gz', 'a.csv.gz'],
    ['ndjson.gz', 'a.gz'],
    ['tsv.gz', 'a.tsv'],
    ['json.gz', 'a'],
    ['msgpack.gz', 'a.msgpack'],
  ] as const) {
    const { exit, stderr } = await runInProcess([...convert, '-f', format, '-o', output], { cwd })
    t.equal(exit, 0, stderr)
    t.same([...readFileSync(join(cwd, output)).subarray(0, 2)], [0x1f, 0x8b], format)
  }
  const piped = await runCli(['convert', '-', '-f', 'csv.gz'], {
    input: readFileSync(join(cwd, 'rows.msgpack.gz')),
  })
  t.equal(piped.exit, 0, piped.stderr)
  t.match(gunzipSync(piped.stdoutBytes).toString(), /^_col0,/)
})

t.test('the options of CSV, on the command line', async (t) => {
  const cwd = t.testdir({
    'rows.msgpack.gz': packRows([
      ['a b', 1.5, null],
      ['', 2, 'x'],
    ]),
  })
  const schema = ['--schema', '[["s","varchar"],["d","double"],["n","varchar"]]']
  const convert = async (...args: string[]) =>
    (await runInProcess(['convert', 'rows.msgpack.gz', ...schema, '-f', 'csv', ...args], { cwd })).stdout
  t.equal(await convert('--delimiter', '\\t'), 's\td\tn\na b\t1.5\t\n""\t2\tx\n')
  t.equal(await convert('--delimiter', '||'), 's||d||n\na b||1.5||\n""||2||x\n')
  t.equal(
    await convert('--delimiter', '、', '--quote', 'strings'),
    '"s"、"d"、"n"\n"a b"、1.5、\n""、2、"x"\n',
  )
  t.equal(await convert('--quote', 'all', '--null', 'NULL'), '"s","d","n"\n"a b","1.5",NULL\n"","2","x"\n')
  t.equal(await convert('--decimal-comma', '--delimiter', ';'), 's;d;n\na b;1,5;\n"";2;x\n')
  t.equal(await convert('--decimal-comma'), 's,d,n\na b,"1,5",\n"",2,x\n')
})

t.test('D18: the own output of no rows is read back, whatever its packing', async (t) => {
  const cwd = t.testdir({ 'none.msgpack.gz': packRows([]), 'failed.bin': '' })
  const run = (...args: string[]) => runInProcess(args, { cwd })
  for (const [from, to] of [
    ['none.msgpack.gz', 'none.msgpack'],
    ['none.msgpack', 'again.msgpack.gz'],
    ['again.msgpack.gz', 'again.msgpack'],
    ['again.msgpack', 'again.parquet'],
    ['again.msgpack', 'again.csv'],
  ] as const) {
    t.equal((await run('convert', from, '--schema', SCHEMA, '-o', to)).exit, 0, `${from} to ${to}`)
  }
  t.equal(readFileSync(join(cwd, 'again.msgpack')).length, 0)
  t.equal(readFileSync(join(cwd, 'again.csv'), 'utf8'), 'id,text,x\n')
  for (const name of ['none.msgpack', 'again.msgpack.gz', 'again.parquet']) {
    const { exit, stdout } = await run('inspect', name, '--json')
    t.equal(exit, 0, name)
    t.match(JSON.parse(stdout), { rows: 0, rowsRead: 0 })
  }
  const withoutSchema = await run('convert', 'none.msgpack', '-o', 'bare.ndjson')
  t.equal(withoutSchema.exit, 0)
  for (const command of [
    ['inspect', 'failed.bin'],
    ['convert', 'failed.bin', '-o', 'x.csv'],
  ]) {
    const { exit, stderr } = await run(...command)
    t.equal(exit, 12)
    t.match(stderr, /E_GZIP_TRUNCATED: the data is empty/)
  }
})

t.test('the extension decides format and compression', async (t) => {
  const cwd = folder(t)
  const { exit } = await runInProcess(
    ['convert', 'rows.msgpack.gz', '--schema', SCHEMA, '-o', 'out.tsv.gz'],
    {
      cwd,
    },
  )
  t.equal(exit, 0)
  t.match(gunzipSync(readFileSync(join(cwd, 'out.tsv.gz'))).toString(), /^id\ttext\tx\n1\tplain\t\\N\n/)
})

t.test('Parquet takes its options, to a file and to a pipe', async (t) => {
  const cwd = folder(t)
  const schema = ['--schema', SCHEMA]
  const flags = ['--parquet-codec', 'gzip', '--parquet-page', 'v2', '--row-group-size', '2']
  const { exit } = await runInProcess(
    ['convert', 'rows.msgpack.gz', ...schema, ...flags, '-o', 'out.parquet'],
    { cwd },
  )
  t.equal(exit, 0)
  const file = readFileSync(join(cwd, 'out.parquet'))
  const { row_groups, num_rows } = parquetMetadata(new Uint8Array(file).buffer)
  t.equal(num_rows, 3n)
  t.equal(row_groups.length, 2)
  t.equal(row_groups[0]!.columns[0]!.meta_data!.codec, 'GZIP')

  const piped = await runCli(['convert', 'rows.msgpack.gz', ...schema, '-f', 'parquet', '-o', '-'], { cwd })
  t.match(piped, { exit: 0, stdout: /^PAR1.*PAR1$/s })

  const misfit = [
    'convert',
    'rows.msgpack.gz',
    '--schema',
    '[["id","integer"],["text","varchar"],["x","double"]]',
  ]
  const failed = await runInProcess([...misfit, '-o', 'misfit.parquet'], { cwd })
  t.match(failed, { exit: 12, stderr: /E_TYPE: row 2, column "id": 9223372036854775807/ })
  t.notOk(existsSync(join(cwd, 'misfit.parquet')))
  t.equal(
    (await runInProcess([...misfit, '--on-type-error', 'null', '-o', 'nulled.parquet'], { cwd })).exit,
    0,
  )

  const packed = await runInProcess(['convert', 'rows.msgpack.gz', '-o', 'out.parquet.gz'], { cwd })
  t.match(packed, { exit: 2, stderr: /not compressed as a whole/ })
})

t.test('columns can be chosen, renamed and cast', async (t) => {
  const cwd = folder(t)
  const args = [
    '--schema',
    SCHEMA,
    '--columns',
    'x,id',
    '--rename',
    'id=key',
    '--cast',
    'id:varchar',
    '-f',
    'ndjson',
    '-l',
    '2',
  ]
  const { stdout } = await runInProcess(['convert', 'rows.msgpack.gz', ...args], { cwd })
  t.equal(stdout, '{"x":null,"key":"1"}\n{"x":0.1,"key":"9223372036854775807"}\n')
})

t.test('columns are cast to types with parameters, and the column time by an option', async (t) => {
  const rows = [[1_767_322_245, '12.5', '2026-01-02T03:04:05Z', 7]]
  const cwd = t.testdir({ 'rows.msgpack.gz': packRows(rows) })
  const schema = '[["time","bigint"],["a,b","varchar"],["at","varchar"],["n","bigint"]]'
  const convert = (...more: string[]) =>
    runInProcess(['convert', 'rows.msgpack.gz', '--schema', schema, ...more], { cwd })
  const casts = ['--cast', '"a,b":decimal(10, 2),at:timestamp,n:decimal(3,1)']
  const csv = await convert('--time-as', 'timestamp', ...casts, '-f', 'csv')
  t.equal(csv.stdout, 'time,"a,b",at,n\n2026-01-02 02:50:45,12.50,2026-01-02 03:04:05,7.0\n')
  // A cast of the column goes before, and what is no number of seconds stays.
  const other = await convert(
    '--time-as',
    'timestamp',
    '--cast',
    'time:varchar',
    '--columns',
    'time',
    '-f',
    'csv',
  )
  t.equal(other.stdout, 'time\n1767322245\n')
  const renamed = ['--time-as', 'timestamp', '--columns', 'time', '--rename', 'time=when']
  t.equal((await convert(...renamed, '-f', 'csv')).stdout, 'when\n2026-01-02 02:50:45\n')
  t.equal((await convert('--time-as', 'timestamp', '--columns', 'n', '-f', 'csv')).stdout, 'n\n7\n')
  const refused = await convert('--cast', 'n:decimal(39,2)', '-f', 'csv')
  t.match(refused, { exit: 2, stderr: /Columns can be cast to varchar, .*decimal\(p,s\), json, uuid/ })
})

t.test('the options of a format reach its encoder', async (t) => {
  const cwd = folder(t)
  const args = [
    '--schema',
    SCHEMA,
    '--no-header',
    '--null',
    'NULL',
    '--delimiter',
    ';',
    '--bom',
    '--crlf',
    '-l',
    '1',
    '-f',
    'csv',
  ]
  const { stdout } = await runInProcess(['convert', 'rows.msgpack.gz', ...args], { cwd })
  t.equal(stdout, '\ufeff1;plain;NULL\r\n')
})

t.test('--row-shape object names the fields of rows, in JSON only', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack.gz': packRows([[[1, [[2, 'x']]]], [null]]) })
  const schema = '[["r","row(a bigint, list array(row(b bigint, varchar)))"]]'
  const run = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack.gz', '--schema', schema, ...args], { cwd })
  const ndjson = await run('-f', 'ndjson', '--row-shape', 'object')
  t.equal(ndjson.stdout, '{"r":{"a":1,"list":[{"b":2,"field1":"x"}]}}\n{"r":null}\n')
  const json = await run('-f', 'json', '--row-shape', 'object')
  t.same(JSON.parse(json.stdout), [{ r: { a: 1, list: [{ b: 2, field1: 'x' }] } }, { r: null }])
  t.equal((await run('-f', 'ndjson')).stdout, '{"r":[1,[[2,"x"]]]}\n{"r":null}\n')
  t.equal((await run('-f', 'csv', '--row-shape', 'object')).exit, 2)
  t.equal((await run('-f', 'ndjson', '--row-shape', 'map')).exit, 2)
})

t.test('damaged input ends with one line and exit 12, and leaves no file', async (t) => {
  const cwd = folder(t)
  const good = readFileSync(join(cwd, 'rows.msgpack.gz'))
  const flipped = Buffer.from(good)
  flipped[flipped.length - 6]! ^= 1
  const inputs: Record<string, Buffer> = {
    'cut.msgpack.gz': good.subarray(0, good.length - 4),
    'flipped.msgpack.gz': flipped,
    'page.msgpack.gz': Buffer.from('<html>login</html>'),
    'half-row.msgpack': gunzipSync(good).subarray(0, -3),
  }
  for (const [name, bytes] of Object.entries(inputs)) {
    writeFileSync(join(cwd, name), bytes)
    const { exit, stderr } = await runInProcess(['convert', name, '-o', 'out.csv', '--quiet'], { cwd })
    t.equal(exit, 12, name)
    t.match(stderr, /^td-sluice: E_[A-Z_]+: [^\n]+\n( {2}hint: [^\n]+\n)?$/, name)
    t.notOk(existsSync(join(cwd, 'out.csv')), name)
  }
  t.same(
    readdirSync(cwd).filter((name) => /part|lock/.test(name)),
    [],
    'nothing unfinished is left',
  )
})

t.test('a missing file and a missing folder are exit 14', async (t) => {
  const cwd = folder(t)
  const noInput = await runInProcess(['convert', 'nothing.msgpack.gz', '-o', 'out.csv'], { cwd })
  t.equal(noInput.exit, 14)
  t.match(noInput.stderr, /^td-sluice: E_IO: .*nothing\.msgpack\.gz/)
  const noFolder = await runInProcess(['convert', 'rows.msgpack.gz', '-o', 'no/out.csv'], { cwd })
  t.equal(noFolder.exit, 14)
})

t.test('--no-clobber leaves an existing file alone, exit 15', async (t) => {
  const cwd = folder(t)
  writeFileSync(join(cwd, 'out.csv'), 'old')
  const { exit, stderr } = await runInProcess(
    ['convert', 'rows.msgpack.gz', '-o', 'out.csv', '--no-clobber'],
    {
      cwd,
    },
  )
  t.equal(exit, 15)
  t.match(stderr, 'E_EXISTS')
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'old')
})

t.test('--report says what was done, and what went wrong', async (t) => {
  const cwd = folder(t)
  const report = () => JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
  await runInProcess(['convert', 'rows.msgpack.gz', '-o', 'out.csv', '--report', 'report.json'], { cwd })
  t.match(report(), { complete: true, rows: 3, format: 'csv', path: join(cwd, 'out.csv') })
  writeFileSync(join(cwd, 'bad.msgpack'), 'x')
  await runInProcess(['convert', 'bad.msgpack', '-o', 'out.csv', '--report', 'report.json'], { cwd })
  t.match(report(), { complete: false, error: { exitCode: 12 } })
})
