import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  csv,
  type PartitionOptions,
  parquet,
  partitionBy,
  pipeline,
  type Sink,
  tee,
} from '../../../src/index.js'
import { INVENTORY_NAME } from '../../../src/sinks/partition/inventory.js'
import { RECEIPT_NAME } from '../../../src/sinks/partition/receipt.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { filesIn, receiptIn, wrongIn } from '../../support/sinks/receipt.js'

const SCHEMA = [
  ['date', 'date'],
  ['n', 'bigint'],
] as const

const rowsOf = (days: number, each: number) =>
  Array.from({ length: days * each }, (_, i) => [`2026-11-0${1 + (i % days)}`, i])

function setUp(t: Test) {
  const folder = join(t.testdir({}), 'out')
  const write = async (
    rows: readonly unknown[][],
    options: PartitionOptions = { receipt: true },
    make: (path: string) => Sink = (path) => csv(`${path}.csv`),
    columns: readonly string[] = ['date'],
  ) => {
    const notices: string[] = []
    const report = await pipeline(
      resultOf(SCHEMA, rows),
      partitionBy(columns, make, { folder, ...options }),
      {
        hashOutput: false,
        onProgress: (event) => event.type === 'notice' && notices.push(`${event.code} ${event.message}`),
      },
    )
    return { report, notices }
  }
  return { folder, write }
}

t.test('F42: a receipt tells all files with rows, bytes and hash, the columns and the job', async (t) => {
  const { folder, write } = setUp(t)
  const { report } = await write(rowsOf(2, 3), { receipt: true, maxRowsPerFile: 2 })
  const receipt = receiptIn(folder)
  t.match(receipt, {
    writer: /^td-sluice \d/,
    format: 'csv',
    partitionBy: ['date'],
    jobId: '42',
    querySha256: null,
    schema: [
      { name: 'date', type: 'date' },
      { name: 'n', type: 'bigint' },
    ],
    rows: 6,
    bytes: report.bytesOut,
  })
  t.strictSame(receipt.files.map(({ path, rows }) => `${path} ${rows}`).sort(), [
    'date=2026-11-01/part-0.csv 2',
    'date=2026-11-01/part-1.csv 1',
    'date=2026-11-02/part-0.csv 2',
    'date=2026-11-02/part-1.csv 1',
  ])
  t.strictSame(wrongIn(folder), [])
  t.match(report.receipt, {
    path: join(folder, RECEIPT_NAME),
    bytes: statSync(join(folder, RECEIPT_NAME)).size,
  })
  t.equal(statSync(join(folder, RECEIPT_NAME)).mode & 0o777, 0o666 & ~process.umask(), 'others may read it')
  await write([], { receipt: true }, (path) => parquet(`${path}.parquet`))
  t.match(receiptIn(folder), { format: 'parquet', rows: 0, files: [{ path: 'part-0.parquet', rows: 0 }] })
  t.strictSame(wrongIn(folder), [])
})

t.test('F42: the folder of a receipt is one result, whatever wrote there before', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf(3, 4), { runName: 'a', maxRowsPerFile: 1 })
  await write(rowsOf(2, 1), { runName: 'b' })
  const { notices } = await write(rowsOf(1, 1), { receipt: true, runName: 'c' })
  t.match(notices, [/N_EARLIER_FILES removed \d+ files/])
  t.strictSame(filesIn(folder), ['date=2026-11-01/part-0.csv'])
  t.strictSame(wrongIn(folder), [])
})

t.test('F42: a run without a receipt removes that of the run before', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf(2, 1))
  await write(rowsOf(2, 2), {})
  t.notOk(existsSync(join(folder, RECEIPT_NAME)))
})

t.test('F42: what only the receipt records is replaced as well, while it is as it was', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf(3, 1))
  rmSync(join(folder, INVENTORY_NAME))
  writeFileSync(join(folder, 'date=2026-11-03', 'part-0.csv'), 'n\n9\n')
  const { notices } = await write(rowsOf(1, 1))
  t.strictSame(filesIn(folder), ['date=2026-11-01/part-0.csv', 'date=2026-11-03/part-0.csv'])
  t.match(notices, [/removed date=2026-11-02\/part-0\.csv/, /N_OTHER_FILES .*date=2026-11-03\/part-0\.csv/])
})

t.test('F42: a copy of a folder without its hidden files is replaced by its receipt', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf(3, 2), { receipt: true, maxRowsPerFile: 1 })
  const copy = `${folder}-copy`
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith(INVENTORY_NAME) })
  await write(rowsOf(2, 1), { receipt: true, folder: copy })
  t.strictSame(filesIn(copy), ['date=2026-11-01/part-0.csv', 'date=2026-11-02/part-0.csv'])
  t.strictSame(wrongIn(copy), [])
})

t.test('F42: a failure before the first file is final leaves the receipt and what it tells', async (t) => {
  const { folder, write } = setUp(t)
  await write(rowsOf(2, 2))
  const before = readFileSync(join(folder, RECEIPT_NAME), 'utf8')
  const failing: Sink = {
    format: 'failing',
    open: async () => {
      throw new Error('no opening')
    },
  }
  const whole = tee(
    partitionBy(['date'], (path) => csv(`${path}.csv`), { folder, receipt: true }),
    failing,
  )
  await t.rejects(pipeline(resultOf(SCHEMA, rowsOf(1, 1)), whole), { message: /no opening/ })
  const wrong = [...rowsOf(1, 1), ['__HIVE_DEFAULT_PARTITION__', 1]]
  await t.rejects(write(wrong), { code: 'E_IO', message: /row 2, column "date"/ })
  t.equal(readFileSync(join(folder, RECEIPT_NAME), 'utf8'), before)
  t.strictSame(wrongIn(folder), [])
  t.strictSame(
    readdirSync(folder).filter((name) => name.endsWith('.lock')),
    [],
  )
})

t.test('F42: what a receipt cannot be is refused before the job', async (t) => {
  const { folder, write } = setUp(t)
  await t.rejects(write([], { receipt: true, earlierFiles: 'keep' }), { code: 'E_USAGE' })
  mkdirSync(folder)
  const damaged = ['{"path":1,"bytes":1}', '{"path":"a"}', 'null', '"a"'].map(
    (file) => `{"writer":"td-sluice 1.0.0","files":[${file}]}`,
  )
  for (const text of ['{}', '{"name":"app"}', 'x', '[]', 'null', '{"writer":"td-sluice 1"}', ...damaged]) {
    writeFileSync(join(folder, RECEIPT_NAME), text)
    await t.rejects(write(rowsOf(1, 1)), { code: 'E_EXISTS', message: /manifest\.json is no receipt/ }, text)
    t.equal(readFileSync(join(folder, RECEIPT_NAME), 'utf8'), text)
  }
  const { notices } = await write(rowsOf(1, 1), {})
  t.match(notices, [/N_OTHER_FILES .*: manifest\.json;/], 'without a receipt it is a file of somebody else')
  t.equal(readFileSync(join(folder, RECEIPT_NAME), 'utf8'), damaged.at(-1))
  rmSync(join(folder, RECEIPT_NAME))
  execFileSync('mkfifo', [join(folder, RECEIPT_NAME)])
  await t.rejects(write(rowsOf(1, 1)), { code: 'E_EXISTS' }, 'a FIFO that nobody writes to')
})

t.test('F42: two runs with receipts exclude each other', async (t) => {
  const { folder, write } = setUp(t)
  const inner = (path: string): Sink => {
    const sink = csv(`${path}.csv`)
    return {
      ...sink,
      open: async (context) => {
        await t.rejects(write(rowsOf(1, 1)), { code: 'E_LOCKED' })
        return sink.open(context)
      },
    }
  }
  await write(rowsOf(1, 2), { receipt: true }, inner)
  t.match(receiptIn(folder), { rows: 2 })
})
