import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { InlineGunzip } from '../../../src/transforms/decode/inline-gunzip.js'
import { outcome, sampleText } from '../../support/gzip/cases.js'

const MIB = 1024 * 1024

t.test('data that ends where a piece does', async (t) => {
  for (const bytes of [MIB, 2 * MIB, 4 * MIB]) {
    const data = randomBytes(bytes)
    const found = await outcome(new InlineGunzip(), [gzipSync(data, { level: 0 })])
    t.ok(data.equals(found as Buffer), `${bytes} bytes`)
  }
})

t.test(
  'chunks belong to a reader that gives none back; large ones that are given back are emptied',
  async (t) => {
    const data = Buffer.concat([randomBytes(4 * MIB), sampleText(MIB)])
    const packed = gzipSync(data, { level: 1 })
    t.ok(data.equals((await outcome(new InlineGunzip(), [packed])) as Buffer))
    const stage = new InlineGunzip()
    stage.end(packed)
    const copies: Buffer[] = []
    const left: number[] = []
    for await (const chunk of stage) {
      copies.push(Buffer.from(chunk))
      const isLarge = chunk.byteLength >= 4096
      stage.recycle(chunk)
      if (isLarge) left.push(chunk.byteLength)
    }
    t.ok(data.equals(Buffer.concat(copies)))
    t.ok(left.length > 4 && left.every((bytes) => bytes === 0), `${left}`)
  },
)
