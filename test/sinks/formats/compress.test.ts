import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import * as zlib from 'node:zlib'
import { encode as msgpack } from '@msgpack/msgpack'
import t from 'tap'
import { csv, pipeline, stream } from '../../../src/index.js'
import { compressor } from '../../../src/sinks/formats/compress.js'
import { sampleText } from '../../support/gzip/cases.js'

const TEXT = sampleText(3_000_000)

const { createZstdCompress, zstdDecompressSync } = zlib as {
  createZstdCompress?: unknown
  zstdDecompressSync?: (data: Uint8Array) => Buffer
}

function pack(kind: 'gzip' | 'zstd', pieces: Iterable<Uint8Array>, level?: number): Promise<Buffer> {
  const stage = compressor(kind, level === undefined ? {} : { level })
  return buffer(Readable.from(pieces, { objectMode: false }).pipe(stage))
}

function* piecesOf(data: Uint8Array, size: number) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}

t.test('gzip unpacks to what went in, and holds neither name nor time', async (t) => {
  const packed = await pack('gzip', piecesOf(TEXT, 100_000))
  t.ok(zlib.gunzipSync(packed).equals(TEXT))
  t.strictSame([...packed.subarray(0, 8)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
})

t.test('gzip gives the same bytes for the same rows, however they are cut', async (t) => {
  const [whole, cut, again] = await Promise.all([
    pack('gzip', [TEXT]),
    pack('gzip', piecesOf(TEXT, 9_999)),
    pack('gzip', piecesOf(TEXT, 1_000_000)),
  ])
  t.ok(whole.equals(cut))
  t.ok(whole.equals(again))
})

t.test('gzip of nothing is a whole member', async (t) => {
  t.equal(zlib.gunzipSync(await pack('gzip', [])).length, 0)
})

t.test('a higher level is smaller', async (t) => {
  const [fast, usual, small] = await Promise.all(
    [1, undefined, 9].map((level) => pack('gzip', [TEXT], level)),
  )
  t.ok(fast!.length > usual!.length)
  t.ok(usual!.length > small!.length)
})

t.test('a level that does not exist is refused at once', async (t) => {
  for (const level of [0, 10, 1.5]) {
    t.throws(() => compressor('gzip', { level }), { code: 'E_USAGE', message: /from 1 to 9$/ })
  }
  t.throws(() => compressor('gzip', { level: Number.NaN }), { code: 'E_USAGE', message: /must be a number$/ })
})

const hasZstd = createZstdCompress !== undefined

t.test(
  'zstd without support says what is needed, before any work',
  { skip: hasZstd && 'has zstd' },
  async (t) => {
    t.throws(() => compressor('zstd'), {
      name: 'SluiceError',
      code: 'E_UNSUPPORTED',
      message: `zstd needs Node 22.15 or newer; this is ${process.version}`,
      hint: /\.gz/,
    })
  },
)

t.test('zstd unpacks to what went in, with a checksum', { skip: !hasZstd && 'no zstd here' }, async (t) => {
  const packed = await pack('zstd', piecesOf(TEXT, 100_000))
  t.ok(zstdDecompressSync!(packed).equals(TEXT))
  // RFC 8878, section 3.1.1.1.1: bit 2 of the frame header descriptor.
  t.ok(packed[4]! & 0b100)
})

t.test('a level changes the bytes of a file, not its content', async (t) => {
  const folder = t.testdir()
  const rows = Buffer.concat(
    Array.from({ length: 20_000 }, (_, i) => msgpack([i, `/path/${i % 977}`, 'GET'])),
  )
  const schema = '[["id","bigint"],["path","varchar"],["method","varchar"]]'
  const written = async (end: 'gz' | 'zst', compressionLevel?: number) => {
    const path = join(folder, `${compressionLevel}.csv.${end}`)
    await pipeline(stream(Readable.from([rows]), { schema }), csv(path, { compressionLevel }))
    return readFileSync(path)
  }
  for (const end of ['gz', 'zst'] as const) {
    if (end === 'zst' && !hasZstd) continue
    const unpack = end === 'gz' ? zlib.gunzipSync : zstdDecompressSync!
    const [fast, usual, three, small] = await Promise.all(
      [1, undefined, 3, 9].map((level) => written(end, level)),
    )
    t.ok(usual!.equals(three!), `3 is the default of ${end}`)
    t.ok(small!.length < fast!.length, `${end}: ${small!.length} < ${fast!.length}`)
    t.ok(unpack(small!).equals(unpack(fast!)))
    t.ok(unpack(small!).toString().startsWith('id,path,method\n0,/path/0,GET\n'))
  }
})
