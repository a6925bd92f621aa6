import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { arrow, arrows, csv, file, json, ndjson, parquet, pipeline, tsv } from '../../../src/index.js'
import { inspect } from '../../../src/inspect/index.js'
import { packRows } from '../../../src/sandbox/index.js'

const SCHEMA = JSON.stringify([
  ['id', 'bigint'],
  ['name', 'varchar'],
  ['score', 'double'],
  ['ok', 'boolean'],
  ['at', 'timestamp'],
])
const ROWS = Array.from({ length: 3000 }, (_, i) => [
  i === 7 ? 2n ** 62n : i,
  i % 10 === 0 ? null : `name, "${i % 40}"\n`,
  i / 4,
  i % 2 === 0,
  `2026-01-31 12:${String(i % 60).padStart(2, '0')}:00.000`,
])
const folder = t.testdir({ 'rows.msgpack.gz': packRows(ROWS) })
const path = (name: string) => join(folder, name)
const source = () => file(path('rows.msgpack.gz'), { schema: SCHEMA })

/** zstd came to Node in 22.15. */
function zstd(bytes: Buffer): Buffer | undefined {
  try {
    return execFileSync('zstd', ['-c'], { input: bytes })
  } catch {
    return undefined
  }
}

const SINKS = { csv, tsv, ndjson, json, arrow, arrows, parquet } as const

for (const [format, sink] of Object.entries(SINKS))
  t.test(`${format} tells of each column what msgpack tells`, async (t) => {
    const name = path(`rows.${format}`)
    await pipeline(source(), sink(name))
    const expected = await inspect(path('rows.msgpack.gz'), { schema: SCHEMA })
    const found = await inspect(name)
    const isText = ['csv', 'tsv', 'ndjson', 'json'].includes(format)
    t.match(found, { format, rows: 3000, rowsRead: 3000 })
    t.strictSame(
      found.columns.map(({ name, nulls, isGuessed }) => [name, nulls, isGuessed]),
      expected.columns.map(({ name, nulls }) => [name, nulls, isText || undefined]),
    )
    t.match(found.columns, [
      { type: 'bigint', min: 0, max: 2n ** 62n, kinds: { number: 3000 } },
      { type: 'varchar', distinct: expected.columns[1]!.distinct, kinds: { text: 2700 } },
      { type: 'double', max: 749.75 },
      { type: 'boolean', min: false, max: true },
      { type: /^timestamp/, min: /^2026-01-31T12:00:00/, max: /^2026-01-31T12:59:00/, kinds: { time: 3000 } },
    ])
    t.equal(found.firstRows.length, 10)
    t.match(await inspect(name, { columns: ['ok', 'id'], limit: 5 }), {
      rowsRead: 5,
      columns: [{ name: 'ok' }, { name: 'id' }],
    })
    await t.rejects(inspect(name, { columns: ['none'] }), { code: 'E_USAGE', message: /no column "none"/ })
  })

t.test('D20: msgpack is read out of zstd, and a cut is damage', async (t) => {
  const packed = zstd(gunzipSync(packRows(ROWS)))
  if (packed === undefined) {
    t.comment('zstd is not installed')
    return
  }
  const place = path('rows.msgpack.zst')
  writeFileSync(place, packed)
  const found = await inspect(place, { schema: SCHEMA })
  t.match(found, { format: 'msgpack', compression: 'zstd', rows: 3000, rowsRead: 3000 })
  t.match(await inspect(place, { schema: SCHEMA, limit: 5 }), { rowsRead: 5 })
  writeFileSync(place, packed.subarray(0, packed.length - 20))
  await t.rejects(inspect(place, { schema: SCHEMA }), { code: /^E_GZIP/ })
})

t.test('D20: text is read out of gzip and zstd, and a cut of either is damage', async (t) => {
  const text = Buffer.from(
    `id,name\n${Array.from({ length: 20_000 }, (_, i) => `${i},name ${i * 7919}\n`).join('')}`,
  )
  const packs = { gz: gzipSync(text), zst: zstd(text) }
  for (const [ending, packed] of Object.entries(packs)) {
    if (packed === undefined) {
      t.comment('zstd is not installed')
      continue
    }
    const name = path(`packed.csv.${ending}`)
    writeFileSync(name, packed)
    t.match(await inspect(name), {
      compression: ending === 'gz' ? 'gzip' : 'zstd',
      rows: 20_000,
      bytes: packed.length,
      decodedBytes: text.length,
    })
    for (const length of [packed.length - 20, 5, 4, 3, 2, 1, 0]) {
      writeFileSync(name, packed.subarray(0, length))
      await t.rejects(inspect(name), { code: /^E_GZIP/ }, `${ending} of ${length} bytes`)
    }
  }
})

t.test('the first bytes count more than the name, and the option more than both', async (t) => {
  await pipeline(source(), arrow(path('plain.arrow')))
  writeFileSync(path('no-name'), readFileSync(path('plain.arrow')))
  t.equal((await inspect(path('no-name'))).format, 'arrow')
  writeFileSync(path('lines.txt'), '{"a":1}\n{"a":2}\n')
  t.match(await inspect(path('lines.txt')), { format: 'ndjson', rows: 2 })
  writeFileSync(path('table.txt'), 'a;b\n1;2\n')
  t.match(await inspect(path('table.txt'), { format: 'csv' }), {
    columns: [{ name: 'a' }, { name: 'b', max: 2 }],
  })
  await t.rejects(inspect(path('table.txt')), { code: 'E_NOT_MSGPACK' })
})

t.test('a CSV file may have another delimiter, no header and another NULL', async (t) => {
  writeFileSync(path('odd.csv'), '1|NULL\n2|x\n')
  const found = await inspect(path('odd.csv'), { delimiter: '|', header: false, nullText: 'NULL' })
  t.match(found, {
    rows: 2,
    columns: [
      { name: '_col0', max: 2 },
      { name: '_col1', nulls: 1 },
    ],
  })
  writeFileSync(path('wide.csv'), 'a,b\n1,2,3\n')
  await t.rejects(inspect(path('wide.csv')), {
    code: 'E_SCHEMA',
    message: /^row 2 has 3 cells, and the first has 2/,
  })
  writeFileSync(path('blank.csv'), '\ufeffa,b\r\n\r\n1,2\r\n\r\n')
  t.match(await inspect(path('blank.csv')), { rows: 1, columns: [{ name: 'a' }, {}] })
  writeFileSync(path('utf16.csv'), Buffer.from('\ufeffa,ü\n1,2\n', 'utf16le'))
  t.match(await inspect(path('utf16.csv')), { columns: [{ name: 'a' }, { name: 'ü' }] })
})

t.test('a FIFO is read once it has a writer, who is not disturbed before', async (t) => {
  for (const [name, text] of [
    ['pipe.csv', 'n\n1\n2\n'],
    ['pipe.ndjson', '{"n":1}\n{"n":2}\n'],
  ] as const) {
    execFileSync('mkfifo', [path(name)])
    for (const wait of [0, 50]) {
      const found = inspect(path(name))
      await delay(wait)
      // It ends with a signal when its reader goes away.
      const writer = spawn('sh', ['-c', `printf '${text}' > "$0"`, path(name)], { stdio: 'ignore' })
      const end = once(writer, 'exit')
      t.match(await found, { rows: 2, columns: [{ name: 'n', min: 1, max: 2 }] }, name)
      t.strictSame(await end, [0, null])
    }
    const signal = AbortSignal.timeout(100)
    await t.rejects(inspect(path(name), { signal }), { code: 'E_INTERRUPTED' }, 'nobody writes')
  }
  execFileSync('mkfifo', [path('pipe.parquet')])
  const found = inspect(path('pipe.parquet'))
  createWriteStream(path('pipe.parquet')).end('PAR1 and more')
  await t.rejects(found, { code: 'E_USAGE', message: /cannot be Parquet, which is read from its end/ })
})

t.test('D20: UTF-16 that was cut inside of a character, or has half of one, is damage', async (t) => {
  const text = (more: string) => Buffer.from(`\ufeffa\n${more}\n`, 'utf16le')
  writeFileSync(path('wide.csv'), text('日本'))
  t.match(await inspect(path('wide.csv')), { rows: 1, columns: [{ name: 'a', max: '日本' }] })
  const lone = [text('\ud800x'), text('\ud83d').subarray(0, -2)]
  const bigEndian = lone.map((bytes) => Buffer.from(bytes).swap16())
  for (const bytes of [text('日本').subarray(0, -1), ...lone, ...bigEndian]) {
    writeFileSync(path('wide.csv'), bytes)
    await t.rejects(inspect(path('wide.csv')), { code: 'E_TEXT_DAMAGED', message: /UTF-16/ })
  }
})

t.test('rows may be as short as there are', async (t) => {
  writeFileSync(path('short.csv'), `n\n${'1\n'.repeat(300_000)}`)
  t.match(await inspect(path('short.csv')), { rows: 300_000, columns: [{ name: 'n', min: 1, max: 1 }] })
})

t.test('files without rows have the columns that they name', async (t) => {
  writeFileSync(path('header.csv'), 'a,b\n')
  t.match(await inspect(path('header.csv')), { rows: 0, columns: [{ name: 'a' }, { name: 'b' }] })
  writeFileSync(path('empty.ndjson'), '')
  t.match(await inspect(path('empty.ndjson')), { rows: 0, columns: [] })
})

t.test('a column of NDJSON that comes late was NULL before', async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    JSON.stringify(i < 25_000 ? { a: i } : { a: i, b: 'x' }),
  )
  writeFileSync(path('late.ndjson'), lines.join('\n'))
  t.match(await inspect(path('late.ndjson')), {
    rows: 30_000,
    columns: [
      { name: 'a', nulls: 0 },
      { name: 'b', nulls: 25_000 },
    ],
  })
})

t.test('the commonest values are counted where that is asked for', async (t) => {
  const rows = Array.from({ length: 5000 }, (_, i) => [i % 4 === 0 ? 'often' : `rare ${i}`, i % 3])
  writeFileSync(path('top.ndjson'), rows.map(([a, b]) => JSON.stringify({ a, b })).join('\n'))
  const [a, b] = (await inspect(path('top.ndjson'), { topValues: 2 })).columns
  t.match(a!.top, { isExact: false, values: [{ value: 'often' }] })
  const { count } = a!.top!.values[0]!
  t.ok(count <= 1250 && count + a!.top!.error >= 1250, `${count} and an error of ${a!.top!.error}`)
  t.strictSame(b!.top, {
    isExact: true,
    error: 0,
    values: [
      { value: '0', count: 1667 },
      { value: '1', count: 1667 },
    ],
  })
  t.equal((await inspect(path('top.ndjson'))).columns[0]!.top, undefined)
})

t.test('the layout of a Parquet file is told where that is asked for', async (t) => {
  await pipeline(source(), parquet(path('groups.parquet'), { rowGroupSize: 1000 }))
  const { layout, bytes } = await inspect(path('groups.parquet'), { layout: true, columns: ['id', 'name'] })
  t.strictSame(
    layout!.map(({ rows }) => rows),
    [1000, 1000, 1000],
  )
  for (const { columns } of layout!) {
    t.equal(columns.length, 2)
    for (const chunk of columns)
      t.ok(chunk.bytes > 0 && chunk.decodedBytes > 0 && chunk.pages! > 0, JSON.stringify(chunk))
  }
  t.ok(layout!.flatMap(({ columns }) => columns).reduce((sum, chunk) => sum + chunk.bytes, 0) < bytes!)
})
