import { PassThrough } from 'node:stream'
import t from 'tap'
import { columnTree } from '../../../../src/kernel/columns/tree.js'
import { ByteWriter } from '../../../../src/sinks/formats/columns/byte-writer.js'
import { Footer } from '../../../../src/sinks/formats/parquet/footer.js'
import { chunksOf } from '../../../support/parquet/footer.js'
import { collect } from '../../../support/streams/collect.js'

const MIB = 1024 * 1024

/** A footer behind row groups whose indexes have so many bytes each. */
async function file(indexBytes: readonly number[]) {
  const footer = new Footer({
    names: ['c'],
    trees: [columnTree({ kind: 'bigint' })],
    marksJson: false,
    sortedBy: undefined,
    page: 'v1',
    createdBy: 'test',
    metadata: {},
    leaves: 1,
  })
  const struct = Buffer.of(0)
  for (const bytes of indexBytes) {
    const chunk = { metadata: struct, offsetIndex: struct, columnIndex: Buffer.alloc(bytes) }
    footer.add({ chunks: [chunk], uncompressed: 0, compressed: 0, rows: 1, start: 4 })
  }
  const estimated = footer.bytes
  const output = new PassThrough({ highWaterMark: 100 * MIB })
  const collected = collect<Buffer>(output)
  const writer = new ByteWriter(output)
  await writer.write(Buffer.from('PAR1'))
  await footer.write(writer)
  output.end()
  return { bytes: Buffer.concat(await collected), estimated }
}

t.test('indexes of all row groups lie before the footer, or none of them does', async (t) => {
  const few = await file([10, 20, 30])
  t.strictSame(
    chunksOf(few.bytes).map(([chunk]) => [chunk!.get(6), chunk!.get(7), chunk!.get(4), chunk!.get(5)]),
    [
      [4, 10, 64, 1],
      [14, 20, 65, 1],
      [34, 30, 66, 1],
    ],
  )
  const many = await file([20 * MIB, 20 * MIB, 30])
  t.ok(many.bytes.length < 1000, 'as many as 40 MiB of them are not kept')
  t.ok(many.estimated < 10_000)
  for (const [chunk] of chunksOf(many.bytes)) t.notOk(chunk!.has(4) || chunk!.has(6))
})
