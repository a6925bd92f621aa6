import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { decodeMultiStream, encode } from '@msgpack/msgpack'
import { stringify } from 'csv-stringify/sync'
import { parquetReadObjects } from 'hyparquet'
import { asyncBufferFromFile } from 'hyparquet/src/node.js'
import parquetjs from 'parquetjs-lite'
import t from 'tap'

// What docs/decisions/ says of packages that were not taken. A failure here is good news: look at the package again.

t.test('csv-stringify writes false as nothing and the empty string as NULL by default', async (t) => {
  t.equal(stringify([[true, false, '', null]]), '1,,,\n')
})

t.test('decodeMultiStream drops a truncated last row without an error', async (t) => {
  const rows = Buffer.concat([encode([1, 'first']), encode([2, 'second'])])
  const read: unknown[] = []
  for await (const row of decodeMultiStream(Readable.from([rows.subarray(0, -3)]))) read.push(row)
  t.strictSame(read, [[1, 'first']])
})

t.test('parquetjs-lite rounds integers beyond 2^53 without an error', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'td-sluice-decisions-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'ids.parquet')
  const writer = await parquetjs.ParquetWriter.openFile(
    new parquetjs.ParquetSchema({ id: { type: 'INT64' } }),
    path,
  )
  await writer.appendRow({ id: 9007199254740993n })
  await writer.close()
  const [row] = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  t.equal(row?.id, 9007199254740992n)
})
