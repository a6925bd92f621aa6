/** A folder as the output of `query`, `dump` and `convert`: it holds the rows of the last run, and nothing else of td-sluice. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { packRows } from '../support/msgpack/encoded-results.js'
import { receiptIn, wrongIn } from '../support/sinks/receipt.js'

const SCHEMA = '[["day","varchar"],["code","bigint"],["n","bigint"]]'
const ROWS = Array.from({ length: 60 }, (_, i) => [`2026-01-0${1 + (i % 3)}`, i % 2, i])

function setUp(t: Test) {
  const cwd = t.testdir({ 'rows.msgpack': packRows(ROWS), 'none.msgpack': packRows([]) })
  const convert = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack', '--schema', SCHEMA, ...args], { cwd })
  return { cwd, convert }
}

/** The files that readers see below a folder. */
function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
}

async function duckdb(sql: string) {
  const connection = await (await DuckDBInstance.create()).connect()
  return (await connection.runAndReadAll(sql)).getRowsJson()
}

t.test('F41: --partition-by makes a folder that DuckDB reads', async (t) => {
  const { cwd, convert } = setUp(t)
  const { exit, stderr } = await convert('-o', 'out', '-f', 'parquet', '--partition-by', 'day,code')
  t.equal(exit, 0, stderr)
  t.match(stderr, /wrote 60 rows to 6 files in out, /)
  t.strictSame(
    await duckdb(
      `select count(*), sum(n), count(distinct day), sum(code) from read_parquet('${cwd}/out/*/*/*.parquet', hive_partitioning = true)`,
    ),
    [['60', '1770', '3', '30']],
  )
})

t.test('F41: --max-rows-per-file alone splits, in the order of the rows', async (t) => {
  const { cwd, convert } = setUp(t)
  const { exit, stderr } = await convert('-o', 'out', '-f', 'csv.gz', '--max-rows-per-file', '25')
  t.equal(exit, 0, stderr)
  const out = join(cwd, 'out')
  t.strictSame(filesIn(out), ['part-0.csv.gz', 'part-1.csv.gz', 'part-2.csv.gz'])
  const lines = filesIn(out).flatMap((name) =>
    gunzipSync(readFileSync(join(out, name)))
      .toString()
      .trimEnd()
      .split('\n')
      .slice(1),
  )
  t.strictSame(
    lines,
    ROWS.map((row) => row.join(',')),
  )
})

t.test('F41: a second run with other settings leaves nothing of the first', async (t) => {
  const { cwd, convert } = setUp(t)
  const out = join(cwd, 'out')
  const settings = [
    ['-f', 'csv', '--partition-by', 'day', '--max-rows-per-file', '7'],
    ['-f', 'csv', '--partition-by', 'day'],
    ['-f', 'csv', '--partition-by', 'code'],
    ['-f', 'csv', '--max-rows-per-file', '11'],
    ['-f', 'parquet', '--partition-by', 'day,code'],
    ['-f', 'ndjson', '--partition-by', 'code', '--limit', '1'],
    ['-f', 'csv', '--partition-by', 'day', '--limit', '0'],
    ['-f', 'csv', '--partition-by', 'day'],
  ]
  const expected = [9, 3, 2, 6, 6, 1, 1, 3]
  for (const [i, args] of settings.entries()) {
    const { exit, stderr } = await convert('-o', 'out', ...args)
    t.equal(exit, 0, stderr)
    t.equal(filesIn(out).length, expected[i], `${args.join(' ')}: ${filesIn(out)}`)
    if (i > 0) t.match(stderr, /note: removed .*an earlier run wrote/)
  }
  t.strictSame(await duckdb(`select count(*) from read_csv('${out}/*/*.csv', hive_partitioning = true)`), [
    ['60'],
  ])
})

t.test('F41: a file of somebody else stays, and is named', async (t) => {
  const { cwd, convert } = setUp(t)
  mkdirSync(join(cwd, 'out'))
  writeFileSync(join(cwd, 'out', 'theirs.csv'), 'x\n')
  const { exit, stderr } = await convert('-o', 'out', '-f', 'csv', '--partition-by', 'day')
  t.equal(exit, 0)
  t.match(stderr, /note: the folder holds a file that is not of td-sluice.*: theirs\.csv;/)
  t.equal(readFileSync(join(cwd, 'out', 'theirs.csv'), 'utf8'), 'x\n')
  const kept = await convert('-o', 'out', '-f', 'csv', '--partition-by', 'code', '--earlier-files', 'keep')
  t.equal(kept.exit, 0, kept.stderr)
  t.equal(filesIn(join(cwd, 'out')).length, 6)
})

t.test('F41: no rows make one file with the header of all columns', async (t) => {
  const { cwd } = setUp(t)
  for (const [format, header] of [
    ['csv', 'day,code,n\n'],
    ['ndjson', ''],
  ] as const) {
    const args = ['convert', 'none.msgpack', '--schema', SCHEMA, '-o', format, '-f', format]
    const { exit, stderr } = await runInProcess([...args, '--partition-by', 'day'], { cwd })
    t.equal(exit, 0, stderr)
    t.strictSame(filesIn(join(cwd, format)), [`part-0.${format}`])
    t.equal(readFileSync(join(cwd, format, `part-0.${format}`), 'utf8'), header)
  }
  const parquet = ['convert', 'none.msgpack', '--schema', SCHEMA, '-o', 'p', '-f', 'parquet']
  t.equal((await runInProcess([...parquet, '--partition-by', 'day'], { cwd })).exit, 0)
  const described = await duckdb(`select column_name from (describe select * from '${cwd}/p/part-0.parquet')`)
  t.strictSame(described, [['day'], ['code'], ['n']])
})

t.test('F41: values that make no folder are refused with row and column, and nothing is final', async (t) => {
  const { cwd } = setUp(t)
  const value = (text: string) =>
    packRows([
      ['a', 1, 1],
      [text, 2, 2],
    ])
  for (const [text, message] of [
    ['__HIVE_DEFAULT_PARTITION__', /row 2, column "day": the text __HIVE_DEFAULT_PARTITION__ would be read/],
    ['é'.repeat(130), /row 2, column "day": the value makes a folder name of 264 bytes; 255 is the most/],
  ] as const) {
    writeFileSync(join(cwd, 'wrong.msgpack'), value(text))
    const args = [
      'convert',
      'wrong.msgpack',
      '--schema',
      SCHEMA,
      '-o',
      'out',
      '-f',
      'csv',
      '--partition-by',
      'day',
    ]
    t.match(await runInProcess(args, { cwd }), { exit: 14, stderr: message })
    t.notOk(existsSync(join(cwd, 'out')))
  }
})

t.test('F41: several folders, each in the format of its name', async (t) => {
  const { cwd, convert } = setUp(t)
  const args = ['-o', 'a.csv', '-o', 'b.parquet/', '-o', 'c', '-f', 'ndjson.gz', '--partition-by', 'code']
  const { exit, stderr } = await convert(...args, '--report', 'report.json')
  t.equal(exit, 0, stderr)
  t.match(stderr, /wrote 60 rows to 2 files in a\.csv, 2 files in b\.parquet\/ and 2 files in c,/)
  t.strictSame(filesIn(join(cwd, 'a.csv')), ['code=0/part-0.csv', 'code=1/part-0.csv'])
  t.strictSame(filesIn(join(cwd, 'b.parquet')), ['code=0/part-0.parquet', 'code=1/part-0.parquet'])
  t.strictSame(filesIn(join(cwd, 'c')), ['code=0/part-0.ndjson.gz', 'code=1/part-0.ndjson.gz'])
  const { outputs, files } = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
  t.strictSame(
    outputs.map((each: { files: unknown[] }) => each.files.length),
    [2, 2, 2],
  )
  t.equal(files.length, 6)
})

t.test('F41: what cannot be a folder of files is a usage error before anything is sent', async (t) => {
  const { cwd, convert } = setUp(t)
  writeFileSync(join(cwd, 'file.csv'), 'old')
  mkdirSync(join(cwd, 'full'))
  writeFileSync(join(cwd, 'full', 'x'), '')
  const before = filesIn(cwd)
  for (const [args, exit, message] of [
    [['--partition-by', 'day'], 2, /many files cannot go to stdout/],
    [['-o', '-', '--max-rows-per-file', '5'], 2, /many files cannot go to stdout/],
    [['-o', 'out', '--partition-by', 'day'], 2, /the folder out does not tell the format of its files/],
    [['-o', 'out.csv', '--earlier-files', 'keep'], 2, /--earlier-files is for a folder/],
    [['-o', 'out', '-f', 'parquet.gz', '--partition-by', 'day'], 2, /is not compressed as a whole/],
    [
      ['-o', 'out', '-f', 'ndjson', '--delimiter', ';', '--partition-by', 'day'],
      2,
      /has no option --delimiter/,
    ],
    [['-o', 'out', '-f', 'csv', '--max-rows-per-file', '0'], 2, /whole number of at least 1/],
    [['-o', 'file.csv', '--partition-by', 'day'], 14, /is not a folder/],
    [
      ['-o', 'full', '-f', 'csv', '--partition-by', 'day', '--no-clobber'],
      15,
      /holds x and is not to be replaced/,
    ],
    [
      ['-o', 'out', '-f', 'csv', '--rename', 'code=day', '--partition-by', 'day'],
      2,
      /two columns are named "day"/,
    ],
    [['-o', 'out', '-f', 'csv', '--partition-by', 'week'], 2, /there is no column "week" to partition by/],
    [
      ['-o', 'x.duckdb#t', '--partition-by', 'day'],
      2,
      /--partition-by is for files, and x\.duckdb#t is a table/,
    ],
    [['-o', 'out', '-o', 'out/', '-f', 'csv', '--partition-by', 'day'], 2, /are the same place/],
    [
      ['-o', 'out', '-f', 'csv', '--partition-by', 'day', '--report', 'out/part-0.csv'],
      2,
      /are the same place/,
    ],
  ] as const) {
    const ended = await convert(...args)
    t.equal(ended.exit, exit, `${args.join(' ')} ${ended.stderr}`)
    t.match(ended.stderr, message)
  }
  t.strictSame(filesIn(cwd), before)
})

t.test('F42: --receipt writes manifest.json, and makes a folder without any other option', async (t) => {
  const { cwd, convert } = setUp(t)
  const out = join(cwd, 'out')
  const first = await convert('-o', 'out', '-f', 'csv', '--receipt', '--report', 'report.json')
  t.equal(first.exit, 0, first.stderr)
  t.strictSame(filesIn(out), ['manifest.json', 'part-0.csv'])
  t.match(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).receipt, {
    path: join(out, 'manifest.json'),
  })
  t.strictSame(wrongIn(out), [])
  const second = await convert('-o', 'out', '-f', 'parquet', '--partition-by', 'code', '--receipt')
  t.equal(second.exit, 0, second.stderr)
  t.strictSame(filesIn(out), ['code=0/part-0.parquet', 'code=1/part-0.parquet', 'manifest.json'])
  t.match(receiptIn(out), { rows: 60, format: 'parquet', partitionBy: ['code'] })
  t.strictSame(wrongIn(out), [])
  for (const args of [
    ['--earlier-files', 'keep'],
    ['--report', 'out/manifest.json'],
  ])
    t.match(await convert('-o', 'out', '-f', 'csv', '--receipt', ...args), { exit: 2 })
})
