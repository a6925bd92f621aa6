import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { memoryUsage } from 'node:process'
import { type Duplex, PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Stage } from '../../../src/transforms/decode/detect.js'
import {
  decompress,
  gunzip,
  inflater,
  inflating,
  StrictGunzip,
} from '../../../src/transforms/decode/gunzip.js'
import { InlineGunzip } from '../../../src/transforms/decode/inline-gunzip.js'
import { chunkings, memberWith, outcome, sampleText } from '../../support/gzip/cases.js'

const hello = gzipSync('hello ')
const world = gzipSync('world')
const nothing = gzipSync('')
const NUL = Buffer.alloc(1)
const MIB = 1024 * 1024

interface Inflating {
  readonly by: string
  gunzip(): Duplex
  /** The same where the first bytes are looked at. */
  readonly detect?: () => Duplex
}

/** The ways to inflate. */
const INFLATERS: readonly Inflating[] = [
  { by: 'by zlib', gunzip: () => new StrictGunzip() },
  { by: 'inline', gunzip: () => new InlineGunzip(), detect: () => decompress('detect') },
]

/** Unpacks `data` in every chunking, in each way, and expects the same of all. */
async function everyChunking(t: Test, way: Inflating, data: Buffer, expected: Buffer | string) {
  const wrong: string[] = []
  for (const chunks of chunkings(data)) {
    for (const stage of [way.gunzip(), way.detect?.()]) {
      if (stage === undefined) continue
      const found = await outcome(stage, chunks)
      if (`${found}` !== `${expected}`) wrong.push(`${chunks.map((chunk) => chunk.length)}: ${found}`)
    }
  }
  t.strictSame(wrong, [])
}

for (const way of INFLATERS) {
  const { by, gunzip } = way

  t.test(`C3: all members are read, in every chunking, ${by}`, async (t) => {
    await everyChunking(t, way, hello, Buffer.from('hello '))
    await everyChunking(t, way, Buffer.concat([hello, world]), Buffer.from('hello world'))
    await everyChunking(
      t,
      way,
      Buffer.concat([nothing, hello, nothing, world, nothing]),
      Buffer.from('hello world'),
    )
  })

  t.test(`C3: a thousand members, ${by}`, async (t) => {
    const members = Array.from({ length: 1000 }, (_, index) => gzipSync(`${index},`))
    const found = await outcome(gunzip(), [Buffer.concat(members)])
    t.equal(`${found}`, Array.from({ length: 1000 }, (_, index) => `${index},`).join(''))
  })

  t.test(`C3: any members in any chunking, ${by}`, async () => {
    const members = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 })
    const cuts = fc.array(fc.nat(1000), { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(members, cuts, fc.nat(20), async (members, cuts, padding) => {
        const data = Buffer.concat([...members.map((member) => gzipSync(member)), Buffer.alloc(padding)])
        const at = [0, ...cuts.map((cut) => cut % data.length).toSorted((a, b) => a - b), data.length]
        const chunks = at.slice(1).map((end, index) => data.subarray(at[index], end))
        return Buffer.concat(members).equals((await outcome(gunzip(), chunks)) as Buffer)
      }),
      { numRuns: 200 },
    )
  })

  t.test(`C4: NUL bytes after the last member are padding, ${by}`, async (t) => {
    await everyChunking(t, way, Buffer.concat([hello, Buffer.alloc(9)]), Buffer.from('hello '))
  })

  t.test(`C4: anything else after a member is an error, in every chunking, ${by}`, async (t) => {
    const tails = [
      Buffer.from('<html>'),
      Buffer.from([0x1f, 0x8b, 7, 0, 0]),
      Buffer.from([0x1f, 0x8b, 8, 0xe0, 0]),
    ]
    for (const tail of tails) await everyChunking(t, way, Buffer.concat([hello, tail]), 'E_TRAILING_DATA')
  })

  t.test(
    `C4: what follows padding is not lost in silence, be it text or another member, ${by}`,
    async (t) => {
      for (const tail of [Buffer.from('x'), world, Buffer.from([0, 0, 0, 1])]) {
        await everyChunking(t, way, Buffer.concat([hello, NUL, tail]), 'E_TRAILING_DATA')
      }
    },
  )

  t.test(`C4: the beginning of a member after the last one is a truncation, ${by}`, async (t) => {
    await everyChunking(t, way, Buffer.concat([hello, Buffer.from([0x1f])]), 'E_GZIP_TRUNCATED')
    await everyChunking(t, way, Buffer.concat([hello, Buffer.from([0x1f, 0x8b, 8])]), 'E_GZIP_TRUNCATED')
  })

  t.test(`C1: truncated at every offset, ${by}`, async (t) => {
    const one = gzipSync(sampleText(600))
    for (const at of one.keys()) {
      t.equal(await outcome(gunzip(), [one.subarray(0, at)]), 'E_GZIP_TRUNCATED', `at ${at}`)
    }
    const two = Buffer.concat([one, one])
    for (const at of one.subarray(1).keys()) {
      t.equal(await outcome(gunzip(), [two.subarray(0, one.length + 1 + at)]), 'E_GZIP_TRUNCATED', `at ${at}`)
    }
  })

  t.test(`C2: with any one bit flipped it fails, or gives the same bytes, ${by}`, async (t) => {
    const text = sampleText(250)
    const good = gzipSync(text)
    const wrong: string[] = []
    const codes = new Set<string>()
    for (const bit of Buffer.alloc(good.length * 8).keys()) {
      const bad = Buffer.from(good)
      bad[bit >> 3]! ^= 1 << (bit & 7)
      const found = await outcome(gunzip(), [bad])
      if (typeof found === 'string') codes.add(found)
      else if (!found.equals(text)) wrong.push(`bit ${bit}: ${found.length} bytes`)
    }
    t.strictSame(wrong, [])
    t.strictSame([...codes].toSorted(), ['E_GZIP', 'E_GZIP_TRUNCATED'])
  })

  t.test(`C2: a wrong checksum or length is damage, ${by}`, async (t) => {
    for (const fromEnd of [8, 4]) {
      const bad = Buffer.from(hello)
      bad[bad.length - fromEnd]! ^= 1
      await everyChunking(t, way, bad, 'E_GZIP')
    }
  })

  t.test(`C5: no data at all is a truncation, packed nothing is nothing, ${by}`, async (t) => {
    t.equal(await outcome(gunzip(), []), 'E_GZIP_TRUNCATED')
    await everyChunking(t, way, nothing, Buffer.alloc(0))
    await everyChunking(t, way, nothing.subarray(0, 10), 'E_GZIP_TRUNCATED')
  })

  t.test(`C8: header fields of any size are skipped, reserved flags refused, ${by}`, async (t) => {
    const name = Buffer.concat([Buffer.alloc(65_536, 'n'), NUL])
    const extra = Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(65_535)])
    t.equal(`${await outcome(gunzip(), [memberWith(Buffer.from('x'), 0x08, name)])}`, 'x')
    t.equal(`${await outcome(gunzip(), [memberWith(Buffer.from('x'), 0x10, name)])}`, 'x')
    t.equal(`${await outcome(gunzip(), [memberWith(Buffer.from('x'), 0x04, extra)])}`, 'x')
    t.equal(await outcome(gunzip(), [memberWith(Buffer.from('x'), 0x20, Buffer.alloc(0))]), 'E_GZIP')
  })

  t.test(`what is not gzip is damage from the first byte, ${by}`, async (t) => {
    for (const data of [Buffer.from('<html>'), deflateSync('zlib, not gzip'), Buffer.alloc(100)]) {
      t.equal(await outcome(gunzip(), [data]), 'E_GZIP')
    }
  })

  t.test(`C7: a reader that waits holds the inflater back, ${by}`, async (t) => {
    const bomb = gzipSync(Buffer.alloc(64 << 20))
    const stage = gunzip()
    Readable.from([bomb], { objectMode: false }).pipe(stage)
    await once(stage, 'readable')
    let bytes: number = stage.read(1).length
    await delay(100)
    t.ok(stage.readableLength <= 2 << 20, `${stage.readableLength} bytes wait`)
    for await (const chunk of stage) bytes += chunk.length
    t.equal(bytes, 64 << 20)
  })

  t.test(`a reader that stops early ends it, and its source, ${by}`, async (t) => {
    const source = Readable.from([gzipSync(sampleText(1 << 20))], { objectMode: false })
    const stage = gunzip()
    const first = async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) return chunk.length
      return 0
    }
    // Node's own way to say that not all was read.
    await pipeline(source, stage, first).catch((error) => t.equal(error.code, 'ABORT_ERR'))
    t.ok(stage.destroyed)
    t.ok(source.destroyed)
  })

  t.test(`an error of the source reaches the reader, ${by}`, async (t) => {
    const source = new PassThrough()
    source.write(hello.subarray(0, 15))
    setTimeout(() => source.destroy(new Error('reset')), 10)
    await t.rejects(pipeline(source, gunzip(), new PassThrough().resume()), { message: 'reset' })
  })
}

t.test('detect: what is not gzip passes as it is', async (t) => {
  for (const data of [Buffer.of(0x93), Buffer.from([0x1f]), Buffer.from([0x92, 1, 2]), sampleText(3000)]) {
    for (const chunks of [[data], Array.from(data, (byte) => Buffer.of(byte))]) {
      t.ok(data.equals((await outcome(decompress('detect'), chunks)) as Buffer), `${data.length} bytes`)
    }
  }
})

t.test('none: everything passes, nothing too', async (t) => {
  t.ok(hello.equals((await outcome(decompress('none'), [hello])) as Buffer))
  t.equal((await outcome(decompress('none'), [])).length, 0)
})

t.test('C6: zstd is named, not taken for rows', async (t) => {
  const data = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0])
  for (const chunks of chunkings(data)) t.equal(await outcome(decompress('detect'), chunks), 'E_UNSUPPORTED')
})

t.test('chunks that are given back as they come make room at once, and no data is lost', async (t) => {
  const data = randomBytes(MIB)
  const members = Array.from({ length: 64 }, () => gzipSync(data, { level: 0 }))
  const ways = INFLATERS.map(({ gunzip }) => gunzip() as Stage)
  for (const stage of [...ways, decompress('detect')]) {
    // Pieces of an odd length, so that many chunks share a buffer.
    const packed = Buffer.concat(members)
    const pieces = Array.from({ length: Math.ceil(packed.length / 300_007) }, (_, i) =>
      packed.subarray(i * 300_007, (i + 1) * 300_007),
    )
    Readable.from(pieces).pipe(stage)
    const [found, expected] = [createHash('sha256'), createHash('sha256')]
    for (const _ of members) expected.update(data)
    const before = memoryUsage().arrayBuffers
    let most = 0
    for await (const chunk of stage) {
      found.update(chunk)
      stage.recycle?.(chunk)
      most = Math.max(most, memoryUsage().arrayBuffers - before)
    }
    t.equal(found.digest('hex'), expected.digest('hex'))
    t.ok(most < 8 * MIB, `${most} bytes`)
  }
})

t.test('bytes that are not packed stay whose they are', async (t) => {
  const mine = Buffer.alloc(MIB, 'x')
  const stage = decompress('detect')
  stage.end(mine)
  for await (const chunk of stage) stage.recycle?.(chunk)
  t.equal(mine.byteLength, MIB)
})

t.test('small data, and any on one processor, is inflated inline, and other data by zlib', async (t) => {
  const before = { ...inflating }
  t.teardown(() => Object.assign(inflating, before))
  t.equal(inflating.inlineTo, availableParallelism() > 1 ? MIB : Number.POSITIVE_INFINITY)
  for (const [inlineTo, large] of [
    [MIB, StrictGunzip],
    [Number.POSITIVE_INFINITY, InlineGunzip],
  ] as const) {
    inflating.inlineTo = inlineTo
    t.type(inflater({ expectedBytes: MIB }), InlineGunzip)
    t.type(inflater({ expectedBytes: MIB + 1 }), large)
    t.type(inflater({}), large)
    t.type(gunzip(), large)
  }
})

t.test(
  'packed chunks are freed once they were read where the source allows it, and never otherwise',
  async (t) => {
    const packed = gzipSync(randomBytes(2 * MIB), { level: 0 })
    for (const expectedBytes of [undefined, MIB]) {
      for (const disposesInput of [true, false, undefined]) {
        const stage = inflater({ expectedBytes, disposesInput })
        const whole = Buffer.allocUnsafeSlow(MIB)
        packed.copy(whole, 0, 0, MIB)
        const shared = Buffer.from(packed.subarray(MIB))
        const [half, rest] = [shared.subarray(0, MIB / 2), shared.subarray(MIB / 2)]
        const read = stage.resume()
        for (const chunk of [whole, half, rest]) await new Promise((done) => stage.write(chunk, done))
        await once(read.end(), 'end')
        const name = `${expectedBytes} bytes, ${disposesInput}`
        t.equal(whole.byteLength, disposesInput === true ? 0 : MIB, name)
        t.equal(half.byteLength, MIB / 2, `${name}: its buffer has more chunks`)
      }
    }
  },
)

t.test('all ways say the same of damage, in the same words', async (t) => {
  const flip = (at: number) => {
    const bad = Buffer.from(hello)
    bad[at < 0 ? bad.length + at : at]! ^= 0xff
    return bad
  }
  const cases = [
    flip(0),
    flip(2),
    flip(3),
    flip(10),
    flip(-8),
    flip(-1),
    hello.subarray(0, 12),
    Buffer.alloc(0),
  ]
  cases.push(
    Buffer.concat([hello, flip(0)]),
    Buffer.concat([hello, NUL, hello]),
    Buffer.concat([hello, flip(10)]),
  )
  const messageOf = (stage: Duplex, data: Buffer) =>
    new Promise((resolve) =>
      stage
        .on('error', ({ message }) => resolve(message))
        .resume()
        .end(data),
    )
  for (const data of cases) {
    const [first, ...others] = await Promise.all(INFLATERS.map(({ gunzip }) => messageOf(gunzip(), data)))
    t.match(first, /gzip|empty/)
    t.strictSame(
      others,
      others.map(() => first),
    )
  }
})
