import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { cast, csv, limit, msgpack, ndjson, partitionBy, pipeline, type Sink, tee } from '../../src/index.js'
import { INVENTORY_NAME } from '../../src/sinks/partition/inventory.js'
import { packRows, resultOf } from '../support/msgpack/encoded-results.js'

const SCHEMA = [
  ['date', 'date'],
  ['country', 'varchar'],
  ['n', 'bigint'],
] as const
const ROWS = [
  ['2026-11-01', 'JP', 1],
  ['2026-11-02', 'DE', 2],
  ['2026-11-01', 'JP', 3],
  ['2026-11-01', null, 4],
  ['2026-11-02', '', 5],
  ['2026-11-02', 'a/b=c é%', 6],
]

/** Every file of rows below a folder with its text. */
function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
  const isRows = ({ name }: { name: string }) => name !== INVENTORY_NAME
  const files = names
    .filter((entry) => entry.isFile() && isRows(entry))
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

/** A sink that fails where it is told to. */
function failingSink(at: 'write' | 'commit' | 'publish'): Sink {
  return {
    format: 'failing',
    open: async (context) => ({
      input: new Writable({
        write: (_chunk, _encoding, done) => done(at === 'write' ? new Error('no writing') : null),
      }),
      rows: 0,
      commit: async () => {
        if (at === 'commit') throw new Error('no commit')
        await context.beforePublish?.()
        throw new Error('no publishing')
      },
      discard: async () => {},
    }),
  }
}

t.test('the report names the files in the order in which they were begun', async (t) => {
  const folder = t.testdir()
  const days = Array.from({ length: 40 }, (_, i) => [`day-${(i * 7) % 40}`, 'JP', i])
  const options = { folder, maxOpenFiles: 8 }
  const { files } = await pipeline(
    resultOf(SCHEMA, days),
    partitionBy(['date'], (path) => csv(`${path}.csv`), options),
  )
  t.strictSame(
    files?.map(({ path }) => path.slice(folder.length + 1)),
    days.map(([day]) => `date=${day}/part-0.csv`),
  )
})

t.test('rows go to the file of their partition, whose columns are in the path', async (t) => {
  const folder = join(t.testdir(), 'new')
  const report = await pipeline(
    resultOf(SCHEMA, ROWS),
    partitionBy(['date', 'country'], (path) => csv(`${path}.csv`), { folder }),
  )
  t.strictSame(tree(folder), {
    'date=2026-11-01/country=JP/part-0.csv': 'n\n1\n3\n',
    'date=2026-11-01/country=__HIVE_DEFAULT_PARTITION__/part-0.csv': 'n\n4\n',
    'date=2026-11-02/country=/part-0.csv': 'n\n5\n',
    'date=2026-11-02/country=DE/part-0.csv': 'n\n2\n',
    'date=2026-11-02/country=a%2Fb%3Dc%20é%25/part-0.csv': 'n\n6\n',
  })
  t.match(report, { rows: 6, path: undefined, bytesOut: 22 })
  t.equal(report.files!.length, 5)
  t.strictSame(report.files!.find(({ rows }) => rows === 2)?.bytes, 6)
})

t.test('keepColumns leaves the columns in the files', async (t) => {
  const folder = t.testdir()
  const make = (path: string) => ndjson(`${path}.ndjson`)
  await pipeline(resultOf(SCHEMA, ROWS), partitionBy(['n'], make, { folder, keepColumns: true }), {})
  t.equal(tree(folder)['n=2/part-0.ndjson'], '{"date":"2026-11-02","country":"DE","n":2}\n')
  const all = partitionBy(['date', 'country', 'n'], make, { folder })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), all), { code: 'E_USAGE', hint: /keepColumns/ })
  const wrong = partitionBy(['day'], make, { folder })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), wrong), { code: 'E_USAGE', hint: /date, country, n/ })
})

t.test('maxRowsPerFile splits, also without partitions', async (t) => {
  const folder = t.testdir()
  const rows = Array.from({ length: 25_000 }, (_, i) => [i, 'x'.repeat(20)])
  const schema = [
    ['i', 'bigint'],
    ['x', 'varchar'],
  ] as const
  const sink = partitionBy([], (path) => msgpack(`${path}.msgpack`), { folder, maxRowsPerFile: 10_000 })
  const report = await pipeline(resultOf(schema, rows, { chunkBytes: 5000 }), sink)
  t.strictSame(
    report.files!.map((file) => file.rows),
    [10_000, 10_000, 5000],
  )
  const parts = [0, 1, 2].map((i) => readFileSync(join(folder, `part-${i}.msgpack`)))
  t.ok(Buffer.concat(parts).equals(packRows(rows)), 'each row is there once and in order')
})

t.test('no more files are open than the bound says; no row is lost by it', async (t) => {
  const folder = t.testdir()
  const rows = Array.from({ length: 300 }, (_, i) => [i % 10, i])
  const schema = [
    ['key', 'bigint'],
    ['i', 'bigint'],
  ] as const
  let open = 0
  let most = 0
  const make = (path: string): Sink => {
    const sink = csv(`${path}.csv`, { header: false })
    return {
      ...sink,
      open: async (context) => {
        most = Math.max(most, ++open)
        const opened = await sink.open(context)
        opened.input.once('close', () => open--)
        return opened
      },
    }
  }
  const sink = partitionBy(['key'], make, { folder, maxOpenFiles: 3 })
  await pipeline(resultOf(schema, rows, { chunkBytes: 40 }), sink)
  t.ok(most <= 4, `${most} were open`)
  const seen = Object.values(tree(folder)).flatMap((text) => text.trim().split('\n').map(Number))
  t.strictSame(
    seen.sort((a, b) => a - b),
    rows.map(([, i]) => i),
  )
})

t.test('a limit and casts hold', async (t) => {
  const folder = t.testdir()
  const make = (path: string) => csv(`${path}.csv`)
  const report = await pipeline(
    resultOf(SCHEMA, ROWS),
    limit(3),
    cast({ n: 'double' }),
    partitionBy(['date'], make, { folder }),
  )
  t.equal(report.limited, true)
  t.strictSame(tree(folder), {
    'date=2026-11-01/part-0.csv': 'country,n\nJP,1\nJP,3\n',
    'date=2026-11-02/part-0.csv': 'country,n\nDE,2\n',
  })
})

t.test('a result of no rows makes one file that tells all columns, until rows come', async (t) => {
  const folder = join(t.testdir(), 'out')
  const write = (rows: readonly unknown[][], ...more: ReturnType<typeof limit>[]) =>
    pipeline(
      resultOf(SCHEMA, rows),
      ...more,
      partitionBy(['date'], (path) => csv(`${path}.csv`), { folder }),
    )
  const report = await write([])
  t.match(report.files, [{ path: join(folder, 'part-0.csv'), rows: 0 }])
  t.strictSame(tree(folder), { 'part-0.csv': 'date,country,n\n' })
  await write(ROWS, limit(0))
  t.strictSame(tree(folder), { 'part-0.csv': 'date,country,n\n' })
  await write(ROWS.slice(0, 1))
  t.strictSame(tree(folder), { 'date=2026-11-01/part-0.csv': 'country,n\nJP,1\n' })
})

t.test('a failure leaves old files and no new ones, and no folder that it made', async (t) => {
  const folder = t.testdir({ 'date=2026-11-01': { 'part-0.csv': 'old' } })
  const make = (path: string) => csv(`${path}.csv`)
  const sink = partitionBy(['date', 'country'], make, { folder, maxOpenFiles: 1 })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS, { expectedRows: 7 }), sink), { code: 'E_ROW_COUNT' })
  const blocked = partitionBy(
    ['date'],
    (path) => (path.includes('-02') ? failingSink('commit') : make(path)),
    {
      folder,
    },
  )
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), blocked), { message: /no commit/ })
  const broken = partitionBy(['date'], (path) => (path.includes('-02') ? failingSink('write') : make(path)), {
    folder,
  })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), broken), { message: /no writing/ })
  t.strictSame(tree(folder), { 'date=2026-11-01/part-0.csv': 'old' })
  t.strictSame(readdirSync(folder), ['date=2026-11-01'])
})

t.test('a folder that cannot be is told before the source is opened', async (t) => {
  const folder = t.testdir({ file: '' })
  let opened = false
  const source = {
    kind: 'stream',
    open: async () => {
      opened = true
      throw new Error('no source')
    },
  } as const
  const parts = (below: string) => partitionBy(['date'], (path) => csv(`${path}.csv`), { folder: below })
  await t.rejects(pipeline(source, parts(join(folder, 'file', 'out'))), { code: 'E_IO' })
  await t.rejects(pipeline(source, tee(parts(join(folder, 'file', 'out')))), { code: 'E_IO' })
  t.notOk(opened)
  t.throws(() => parts('ftp://host/folder'), { code: 'E_USAGE', message: /ftp:/ })
  t.throws(() => parts('-'), { code: 'E_USAGE', message: 'stdout is not a folder for partitions' })
  await t.rejects(pipeline(source, parts(join(folder, 'new'))), { message: 'no source' })
  t.strictSame(readdirSync(folder), ['file'])
})

t.test('a name that cannot be a file is a failure, not a loss', async (t) => {
  const folder = t.testdir()
  const long = partitionBy(['country'], (path) => csv(`${path}.csv`), { folder })
  for (const value of ['x'.repeat(248), '東'.repeat(83), '%'.repeat(83)]) {
    const rows = [['2026-11-01', 'JP', 1] as unknown[], ['2026-11-01', value, 1]]
    await t.rejects(pipeline(resultOf(SCHEMA, rows), long), {
      code: 'E_IO',
      message: /^row 2, column "country": the value makes a folder name of 25\d bytes; 255 is the most$/,
      hint: /another column/,
    })
  }
  t.strictSame(readdirSync(folder), [])
  const longest = [['2026-11-01', 'x'.repeat(247), 1]]
  await pipeline(resultOf(SCHEMA, longest), long)
  t.equal(Object.keys(tree(folder)).length, 1)
  writeFileSync(join(folder, 'date=2026-11-01'), 'a file')
  const taken = partitionBy(['date'], (path) => csv(`${path}.csv`), { folder })
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), taken), { code: 'E_IO' })
  t.throws(() => partitionBy([], csv, { maxOpenFiles: 0 }), { code: 'E_USAGE' })
  t.throws(() => partitionBy([], csv, { maxRowsPerFile: 1.5 }), { code: 'E_USAGE' })
})

t.test('F25: texts that readers take for NULL are told apart from it, or refused', async (t) => {
  const folder = t.testdir()
  const sink = () => partitionBy(['country'], (path) => csv(`${path}.csv`), { folder })
  const texts = ['NULL', 'null', 'nULl', 'NULLS']
  const rows = texts.map((text, i) => ['2026-11-01', text, i])
  await pipeline(resultOf(SCHEMA, rows), sink())
  t.strictSame(readdirSync(folder).sort().slice(1), [
    'country=%4EULL',
    'country=%6EULl',
    'country=%6Eull',
    'country=NULLS',
  ])
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const read = `read_csv('${folder}/*/*.csv', hive_partitioning = true, hive_types = { country: varchar })`
  const found = await connection.runAndReadAll(`select country from ${read} order by n`)
  t.strictSame(found.getRows().flat(), texts)
  connection.closeSync()
  const marker = [['2026-11-01', '__HIVE_DEFAULT_PARTITION__', 1]]
  await t.rejects(pipeline(resultOf(SCHEMA, marker), sink()), {
    code: 'E_IO',
    message: 'row 1, column "country": the text __HIVE_DEFAULT_PARTITION__ would be read back as NULL',
  })
})

t.test('tee gives the same rows to each sink', async (t) => {
  const folder = t.testdir()
  const [a, b] = [join(folder, 'a.csv'), join(folder, 'b.ndjson')]
  const report = await pipeline(resultOf(SCHEMA, ROWS), tee(csv(a), ndjson(b)))
  t.equal(readFileSync(a, 'utf8').split('\n').length, 8)
  t.equal(readFileSync(b, 'utf8').split('\n').length, 7)
  t.match(report, {
    format: 'csv+ndjson',
    rows: 6,
    files: [
      { path: a, rows: 6 },
      { path: b, rows: 6 },
    ],
  })
  const limited = await pipeline(resultOf(SCHEMA, ROWS), limit(1), tee(csv(a), ndjson(b)))
  t.equal(limited.limited, true)
  t.strictSame(
    [readFileSync(a, 'utf8'), readFileSync(b, 'utf8')].map((text) => text.split('\n').length),
    [3, 2],
  )
})

t.test('when one of several sinks fails, none is final', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'a.csv')
  for (const at of ['write', 'commit'] as const) {
    await t.rejects(pipeline(resultOf(SCHEMA, ROWS), tee(csv(path), failingSink(at))), { code: 'E_INTERNAL' })
    t.strictSame(readdirSync(folder), [], at)
  }
  mkdirSync(join(folder, 'x.csv'))
  const wrong = tee(csv(path), csv(join(folder, 'x.csv')))
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), wrong), { code: 'E_USAGE' })
  t.strictSame(readdirSync(folder), ['x.csv'])
  t.throws(() => tee(), { code: 'E_USAGE' })
})

t.test('a failure between two last steps says what is final', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'a.csv')
  const blocked = join(folder, 'b.csv')
  // Whoever makes the name just before the second rename: the first is final by then.
  const rival: Sink = {
    ...csv(blocked, { clobber: false }),
    open: async (context) => {
      const wait = context.beforePublish!
      const beforePublish = async () => {
        await wait()
        writeFileSync(blocked, 'rival')
      }
      return csv(blocked, { clobber: false }).open({ ...context, beforePublish })
    },
  }
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS), tee(csv(path), rival)), {
    code: 'E_EXISTS',
    message: /; 1 of 2 outputs are final already: .*a\.csv$/,
  })
  t.strictSame(tree(folder)['b.csv'], 'rival')
  t.strictSame(readdirSync(folder), ['a.csv', 'b.csv'])
})

t.test('partitions or a tee within a tee wait for all of it before they publish', async (t) => {
  const folder = t.testdir()
  const parts = () => partitionBy(['date'], (path) => csv(`${path}.csv`), { folder: join(folder, 'parts') })
  const inner = () => tee(csv(join(folder, 'a.csv')), ndjson(join(folder, 'b.ndjson')))
  for (const whole of [parts, inner]) {
    // The last one fails when all before it have everything durable.
    const failing = pipeline(resultOf(SCHEMA, ROWS), tee(whole(), failingSink('commit')))
    await t.rejects(failing, { message: /no commit/ })
    t.strictSame(readdirSync(folder), [])
  }
})

t.test('partitions in a tee, and a tee in partitions, are final together too', async (t) => {
  const folder = t.testdir()
  const parts = partitionBy(['date'], (path) => tee(csv(`${path}.csv`), ndjson(`${path}.ndjson`)), { folder })
  const report = await pipeline(resultOf(SCHEMA, ROWS), tee(csv(join(folder, 'all.csv')), parts))
  t.equal(report.files!.length, 5)
  const again = tee(parts, failingSink('commit'))
  await t.rejects(pipeline(resultOf(SCHEMA, ROWS.slice(0, 1)), again), { message: /no commit/ })
  t.equal(Object.keys(tree(folder)).length, 5)
})
