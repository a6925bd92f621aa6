import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import {
  csv,
  msgpack,
  ndjson,
  parquet,
  partitionBy,
  pipeline,
  type Sink,
  tee,
  withChecksum,
} from '../../../src/index.js'
import { runInProcess } from '../../support/cli/context.js'
import { manifestFolders } from '../../support/manifest/folder.js'
import { packRows, resultOf } from '../../support/msgpack/encoded-results.js'

const ROWS = [
  [1, 'a'],
  [2, 'b'],
]
const source = (rows = ROWS, announced = {}) =>
  resultOf(
    [
      ['id', 'bigint'],
      ['text', 'varchar'],
    ],
    rows,
    announced,
  )

/** What `sha256sum -c` says of each file of checksums in a folder. */
function verify(folder: string): string[] {
  const sums = readdirSync(folder).filter((name) => name.endsWith('.sha256'))
  return execFileSync('sha256sum', ['-c', '--strict', ...sums.map((name) => `./${name}`)], {
    cwd: folder,
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
}

t.test('each format has a checksum beside it that sha256sum accepts', async (t) => {
  const folder = t.testdir()
  const sinks: Record<string, (path: string) => Sink> = {
    'a.csv': (path) => csv(withChecksum(path)),
    'b.csv.gz': (path) => csv(withChecksum(path)),
    'c.ndjson.zst': (path) => ndjson(withChecksum(path)),
    'd.parquet': (path) => parquet(withChecksum(path)),
    'e.msgpack': (path) => msgpack(withChecksum(path)),
  }
  for (const [name, sink] of Object.entries(sinks)) {
    const report = await pipeline(source(), sink(join(folder, name))).catch((error) => {
      if (error.code !== 'E_UNSUPPORTED') throw error
    })
    if (report === undefined) continue
    t.equal(
      readFileSync(join(folder, `${name}.sha256`), 'utf8'),
      `${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}  ${name}\n`,
    )
    t.equal(report.sha256, readFileSync(join(folder, `${name}.sha256`), 'utf8').slice(0, 64))
  }
  t.ok(verify(folder).every((line) => line.endsWith(': OK')))
})

t.test('any name is one that sha256sum reads again', async (t) => {
  const folder = t.testdir()
  for (const name of [
    'with blank.csv',
    'back\\slash.csv',
    'line\nend.csv',
    'cr\rname.csv',
    '列.csv',
    '*star.csv',
  ])
    await pipeline(source(), csv(withChecksum(join(folder, name))))
  t.equal(verify(folder).length, 6)
})

/** A folder with a file and its checksum of an earlier run, which are to stay. */
function earlier(t: Test) {
  const folder = t.testdir({ 'out.csv': 'old', 'out.csv.sha256': 'sum of old' })
  const isAsBefore = () => {
    t.strictSame(readdirSync(folder), ['out.csv', 'out.csv.sha256'])
    t.equal(readFileSync(join(folder, 'out.csv'), 'utf8'), 'old')
    t.equal(readFileSync(join(folder, 'out.csv.sha256'), 'utf8'), 'sum of old')
  }
  return { folder, path: join(folder, 'out.csv'), isAsBefore }
}

t.test('a failure leaves the earlier file and its checksum', async (t) => {
  const { path, isAsBefore } = earlier(t)
  await t.rejects(pipeline(source(ROWS, { expectedRows: 3 }), csv(withChecksum(path))), {
    code: 'E_ROW_COUNT',
  })
  isAsBefore()
  const expect = { rows: { min: 3 } }
  await t.rejects(pipeline(source(), csv(withChecksum(path)), { expect }), { code: 'E_EXPECTATION' })
  isAsBefore()
  const other = partitionBy(['nope'], (part) => csv(part), { folder: join(path, '../parts') })
  await t.rejects(pipeline(source(), tee(csv(withChecksum(path)), other)), { code: 'E_USAGE' })
  rmSync(join(path, '../parts'), { recursive: true, force: true })
  isAsBefore()
  await t.rejects(pipeline(source(), csv(withChecksum(path), { clobber: false })), { code: 'E_EXISTS' })
  isAsBefore()
})

t.test('a checksum that nothing belongs to is replaced', async (t) => {
  const { folder, path } = earlier(t)
  rmSync(path)
  await pipeline(source(), csv(withChecksum(path), { clobber: false }))
  t.strictSame(verify(folder), ['out.csv: OK'])
  t.strictSame(readdirSync(folder), ['out.csv', 'out.csv.sha256'])
})

t.test('several outputs have their checksums together', async (t) => {
  const folder = t.testdir()
  await pipeline(
    source(),
    tee(csv(withChecksum(join(folder, 'a.csv'))), parquet(withChecksum(join(folder, 'b.parquet')))),
  )
  t.strictSame(verify(folder).sort(), ['a.csv: OK', 'b.parquet: OK'])
})

t.test('a place without room for a second file is refused', async (t) => {
  t.throws(() => withChecksum('-'), { code: 'E_USAGE', message: /stdout has no place beside it/ })
  const stream = new PassThrough()
  t.throws(() => withChecksum(stream), { code: 'E_USAGE' })
  t.throws(() => withChecksum(''), { code: 'E_USAGE' })
  await t.rejects(pipeline(source(), csv(withChecksum('/dev/null'))), {
    code: 'E_USAGE',
    message: /\/dev\/null is no file/,
  })
})

t.test('--checksum writes it for each file, and is refused for what has none', async (t) => {
  const cwd = t.testdir({ 'rows.msgpack': packRows(ROWS) })
  const convert = (...args: string[]) =>
    runInProcess(['convert', 'rows.msgpack', '--checksum', 'sha256', ...args], { cwd })
  t.equal((await convert('-o', 'a.csv', '-o', 'b.ndjson.gz')).exit, 0)
  t.strictSame(verify(cwd).sort(), ['a.csv: OK', 'b.ndjson.gz: OK'])
  const refused: [string[], RegExp][] = [
    [[], /stdout has no place beside it for a checksum/],
    [['-o', 'c.csv', '-o', '-'], /stdout has no place/],
    [['-o', 'parts', '-f', 'csv', '--max-rows-per-file', '1'], /--checksum is for single files.*--receipt/s],
    [['-o', 'x.duckdb#t'], /--checksum is for files, and an output is a table/],
    [['-o', 'c.csv', '-o', 'c.csv.sha256', '-f', 'csv'], /c\.csv\.sha256/],
  ]
  for (const [args, message] of refused) {
    const { exit, stderr } = await convert(...args)
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message)
  }
  const other = await runInProcess(['convert', 'rows.msgpack', '-o', 'c.csv', '--checksum', 'md5'], { cwd })
  t.equal(other.exit, 2)
  t.notOk(existsSync(join(cwd, 'c.csv')))
})

t.test('checksum: sha256 of a manifest writes it beside the file, and is refused for folders', async (t) => {
  const { folderOf } = await manifestFolders(t)
  const manifest = `exports:
  - { name: one, query: 'select 1 as a', output: out/one.csv, checksum: sha256 }
`
  const { cwd, run, edit } = folderOf(t, manifest)
  t.equal((await run()).exit, 0)
  t.strictSame(verify(join(cwd, 'out')), ['one.csv: OK'])
  edit('checksum: sha256', 'checksum: sha256, max_rows_per_file: 5')
  const refused = await run()
  t.equal(refused.exit, 2)
  t.match(refused.stderr, /checksum is for single files; receipt: true lists the SHA-256 of each file/)
  edit('checksum: sha256, max_rows_per_file: 5', 'checksum: md5')
  t.equal((await run()).exit, 2)
})
