import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { pipeline } from '../../../../src/pipeline/pipeline.js'
import { parquet } from '../../../../src/sinks/formats/parquet/index.js'
import { limit } from '../../../../src/transforms/columns.js'
import { map } from '../../../../src/transforms/rows.js'
import { memorySource } from '../../../support/msgpack/encoded-results.js'
import { packCells } from '../../../support/parquet/file.js'
import { DuckDB } from '../../../support/parquet/readers.js'
import { same } from '../../../support/parquet/same.js'

const folder = mkdtempSync(join(tmpdir(), 'td-sluice-parquet-'))
const duckdb = new DuckDB()
t.teardown(() => {
  duckdb.close()
  rmSync(folder, { recursive: true })
})

const schemaText = JSON.stringify([
  ['id', 'bigint'],
  ['name', 'varchar'],
])
const rows = Array.from({ length: 50_000 }, (_, i) => [i, `name ${i}`] as unknown[])
const source = (cells = rows, chunkBytes = 100_000) =>
  memorySource(packCells(cells), { schemaText, compression: 'none', chunkBytes })

t.test('a file is there when it is complete, and the report says how large it is', async (t) => {
  const path = join(folder, 'complete.parquet')
  const report = await pipeline(source(), parquet(path))
  const bytes = readFileSync(path)
  t.equal(report.rows, 50_000)
  t.equal(report.bytesOut, bytes.length)
  t.equal(report.format, 'parquet')
  t.equal(bytes.toString('latin1', 0, 4), 'PAR1')
  t.equal(bytes.toString('latin1', bytes.length - 4), 'PAR1')
  same(
    t,
    await duckdb.query(bytes, 'SELECT count(*), sum(id) FROM FILE'),
    [[50_000n, 1_249_975_000n]],
    'rows',
  )
})

t.test('a failure at the last row leaves the old file, and nothing beside it', async (t) => {
  const path = join(folder, 'old.parquet')
  writeFileSync(path, 'old')
  const bad = [...rows, ['not a number', 'x']]
  await t.rejects(pipeline(source(bad), parquet(path, { rowGroupSize: 1000 })), {
    code: 'E_TYPE',
    message: /^row 50001, column "id"/,
  })
  t.equal(readFileSync(path, 'utf8'), 'old')
  t.strictSame(
    readdirSync(folder).filter((name) => name.includes('old')),
    ['old.parquet'],
  )
})

t.test('a truncated source and a wrong count leave nothing', async (t) => {
  const path = join(folder, 'none.parquet')
  const cut = packCells(rows).subarray(0, -3)
  const truncated = memorySource(cut, { schemaText, compression: 'none' })
  await t.rejects(pipeline(truncated, parquet(path)), { code: 'E_MSGPACK_TRUNCATED' })
  const counted = memorySource(packCells(rows), { schemaText, compression: 'none', expectedRows: 50_001 })
  await t.rejects(pipeline(counted, parquet(path)), { code: 'E_ROW_COUNT' })
  t.notOk(existsSync(path))
})

t.test('a stream gets the footer only after everything was verified', async (t) => {
  const target = new PassThrough()
  const pieces: Buffer[] = []
  target.on('data', (piece) => pieces.push(piece))
  target.on('error', () => {})
  const counted = memorySource(packCells(rows), { schemaText, compression: 'none', expectedRows: 50_001 })
  await t.rejects(pipeline(counted, parquet(target, { rowGroupSize: 1000 })), { code: 'E_ROW_COUNT' })
  const bytes = Buffer.concat(pieces)
  t.ok(bytes.length > 100_000, 'row groups were written as they closed')
  t.not(bytes.toString('latin1', bytes.length - 4), 'PAR1')
})

t.test('a slow reader holds the source back', async (t) => {
  let taken = 0
  let read = 0
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, callback) {
      taken += chunk.length
      sleep(taken > 1_000_000 ? 0 : 20).then(() => callback())
    },
  })
  const wide = Array.from({ length: 20_000 }, (_, i) => [i, `${i}`.padEnd(400, `${i * 7919}`)])
  const from = source(wide, 50_000)
  let behind = 0
  await pipeline(from, parquet(slow, { rowGroupSize: 500, codec: 'none' }), {
    onProgress: (event) => {
      if (event.type !== 'transfer') return
      read = event.bytesIn
      behind = Math.max(behind, read - taken)
    },
  })
  t.ok(taken > 8_000_000)
  t.ok(behind < 6_000_000, `${behind} bytes were read ahead`)
})

t.test('an abort ends a run whose reader has stalled', async (t) => {
  const stalled = new Writable({ highWaterMark: 1, write() {} })
  stalled.on('error', () => {})
  const abort = new AbortController()
  const wide = Array.from({ length: 20_000 }, (_, i) => [i, `${i}`.padEnd(400, `${i * 7919}`)])
  const run = pipeline(source(wide), parquet(stalled, { rowGroupSize: 500, codec: 'none' }), {
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(), 200)
  await t.rejects(run, { code: 'E_INTERRUPTED' })
  t.ok(stalled.destroyed)
})

t.test('the rest of a result beyond a limit is not read', async (t) => {
  const target = new PassThrough()
  const [report, bytes] = await Promise.all([pipeline(source(), limit(12), parquet(target)), buffer(target)])
  t.equal(report.limited, true)
  same(t, await duckdb.query(bytes, 'SELECT count(*), max(id) FROM FILE'), [[12n, 11n]], 'rows')
})

t.test('rows of a row function go through the same encoder', async (t) => {
  const target = new PassThrough()
  const change = map(
    (row) => ({
      twice: Number(row.id) * 2,
      day: new Date(Date.UTC(2026, 0, 1 + Number(row.id))),
      tags: [row.name],
    }),
    {
      columns: { twice: 'integer', day: 'date', tags: 'array(varchar)' },
    },
  )
  const [, bytes] = await Promise.all([
    pipeline(source(rows.slice(0, 3)), change, parquet(target)),
    buffer(target),
  ])
  const wanted = [0, 1, 2].map((i) => [i * 2, BigInt(20454 + i), [`name ${i}`]])
  same(t, await duckdb.query(bytes), wanted, 'rows')
})

t.test('a whole file is not compressed', async (t) => {
  t.throws(() => parquet(join(folder, 'x.parquet.gz')), { code: 'E_USAGE', hint: /codec/ })
})
