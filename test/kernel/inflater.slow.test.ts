import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { Inflater } from '../../src/kernel/inflater.js'
import { memberWith, sampleText } from '../support/gzip/cases.js'
import { byInflater, byZlib, difference, inWords, randomChunks, randomRoom } from '../support/gzip/compare.js'
import { damaged, randomGzip } from '../support/gzip/streams.js'
import { seeded } from '../support/random/seed.js'

const MIB = 1024 * 1024
const STREAMS = 700

t.test(
  `C2: ${3 * STREAMS} random streams, two of three damaged: the bytes or the message of zlib`,
  async (t) => {
    const random = seeded(t)
    const wrong: string[] = []
    const found = { inflated: 0, refused: 0 }
    for (let i = 0; i < STREAMS; i++) {
      const valid = randomGzip(random, 20_000)
      // Node closes the engines of zlib that failed on a later turn of the loop.
      await turn()
      for (const packed of [valid, damaged(valid, random), damaged(valid, random)]) {
        const expected = byZlib(packed)
        found[typeof expected === 'string' ? 'refused' : 'inflated'] += 1
        const ways = [
          byInflater([packed]),
          byInflater(randomChunks(packed, random), randomRoom(expected, packed, random)),
        ]
        for (const way of ways) {
          const differs = difference(way, expected)
          if (differs !== undefined) wrong.push(`${differs}: ${packed.toString('base64').slice(0, 4000)}`)
        }
      }
    }
    t.comment(found)
    t.strictSame(wrong.slice(0, 3), [])
    t.ok(found.inflated > STREAMS / 2 && found.refused > STREAMS / 2, 'both kinds')
  },
)

t.test('every level and strategy of zlib, byte by byte on both sides', async (t) => {
  const data = Buffer.concat([sampleText(3000), randomBytes(500), Buffer.alloc(2000), sampleText(1000)])
  const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants
  for (let level = 0; level <= 9; level++) {
    for (const strategy of [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED]) {
      const packed = gzipSync(data, { level, strategy })
      const single = byInflater(
        Array.from(packed, (byte) => Buffer.of(byte)),
        1,
      )
      const differs = difference(single, data) ?? difference(byInflater([packed]), data)
      t.equal(differs, undefined, `level ${level}, strategy ${strategy}`)
    }
  }
})

t.test(
  'output of many MiB, with matches as far back as they may reach where the memory is used again',
  async (t) => {
    const random = seeded(t)
    const bytes = 2.5 * MIB
    const kinds = {
      'a period of 32,768 bytes': Buffer.alloc(bytes, randomBytes(32_768)),
      'a period of 29 bytes': Buffer.alloc(bytes, randomBytes(29)),
      'one byte': Buffer.alloc(bytes, 'x'),
      'no matches': randomBytes(bytes),
      text: sampleText(bytes),
    }
    for (const [name, data] of Object.entries(kinds)) {
      // zlib itself never makes a distance of more than 32,506.
      const packed = name.includes('32,768') ? farMatches(data) : gzipSync(data)
      for (const room of [undefined, 40_000 + random.below(100_000)]) {
        const chunk = 1000 + random.below(100_000)
        const chunks = Array.from({ length: Math.ceil(packed.length / chunk) }, (_, i) =>
          packed.subarray(i * chunk, (i + 1) * chunk),
        )
        t.equal(difference(byInflater(chunks, room), data), undefined, name)
      }
    }
  },
)

/** gzip of data that repeats after 32,768 bytes, by matches of that distance and 258 bytes alone. */
function farMatches(data: Buffer): Buffer {
  // A block of fixed codes: 285 is 11000101, distance 29 is 11101 with 13 extra bits that are all ones.
  let bits = '110'
  const times = Math.floor((data.length - 32_768) / 258)
  bits += `11000101${'11101'}${'1'.repeat(13)}`.repeat(times)
  const rest = data.subarray(32_768 + times * 258)
  for (const byte of rest) bits += literalBits(byte)
  bits += '0000000'
  return memberOf(data, stored(data.subarray(0, 32_768)), packed(bits))
}

/** A block of bytes as they are, which is not the last. */
function stored(bytes: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0])
  head.writeUInt16LE(bytes.length, 1)
  head.writeUInt16LE(~bytes.length & 0xffff, 3)
  return Buffer.concat([head, bytes])
}

/** Bits in the order in which deflate has them. */
function packed(bits: string): Buffer {
  return Buffer.from(
    (bits.match(/.{1,8}/g) ?? []).map((eight) => Number.parseInt([...eight].reverse().join(''), 2)),
  )
}

function memberOf(data: Buffer, ...blocks: Buffer[]): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(data), 0)
  trailer.writeUInt32LE(data.length, 4)
  return Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), ...blocks, trailer])
}

t.test('C2: no match reaches before its member, where the memory is used again either', async (t) => {
  const literals = randomBytes(20_000)
  for (const before of [MIB - 10_000, 2 * MIB - 10_000, 100_000]) {
    const first = randomBytes(before)
    for (const distance of [20_000, 20_001]) {
      // A match of three bytes: 257 is 0000001, distance 28 is 11100 with 13 extra bits, the lowest first.
      const extra = [...(distance - 16_385).toString(2).padStart(13, '0')].reverse().join('')
      const match = packed(`110${'0000001'}11100${extra}${'0000000'}`)
      const data = Buffer.concat([literals, literals.subarray(0, 3)])
      const bytes = Buffer.concat([gzipSync(first, { level: 0 }), memberOf(data, stored(literals), match)])
      const expected = distance === 20_000 ? Buffer.concat([first, data]) : byZlib(bytes)
      for (const room of [undefined, 50_000]) {
        t.equal(difference(byInflater([bytes], room), expected), undefined, `${before}, ${distance}`)
      }
      if (distance > 20_000) t.match(expected, /too far back/)
    }
  }
})

function literalBits(byte: number): string {
  return byte < 144 ? (byte + 0x30).toString(2).padStart(8, '0') : (byte - 144 + 0x190).toString(2)
}

t.test('C2: the checksum of any number of bytes', async (t) => {
  const random = seeded(t)
  const lengths = [
    0,
    1,
    7,
    8,
    9,
    4799,
    4800,
    16_383,
    16_384,
    16_385,
    16_399,
    16_400,
    65_535,
    MIB - 1,
    MIB,
    MIB + 1,
  ]
  for (let i = 0; i < 100; i++) lengths.push(random.below(60_000))
  const data = randomBytes(MIB + 1)
  for (const length of lengths) {
    const packed = gzipSync(data.subarray(0, length), { level: 0 })
    t.equal(difference(byInflater([packed]), data.subarray(0, length)), undefined, `${length} bytes`)
    packed[packed.length - 8 + random.below(4)]! ^= 1 << random.below(8)
    t.equal(
      inWords(byInflater([packed])),
      'the gzip data is damaged: incorrect data check',
      `${length} bytes, damaged`,
    )
  }
})

t.test('C2: a wrong length is damage', async (t) => {
  const packed = gzipSync(sampleText(5000))
  packed[packed.length - 1]! ^= 1
  t.equal(byInflater([packed]), 'the gzip data is damaged: incorrect length check')
})

t.test('C2: no match reaches before its member, though bytes of an earlier one are there', async (t) => {
  const first = gzipSync(sampleText(40_000))
  // A raw stream whose first match reaches into a dictionary that no reader of gzip has.
  const dictionary = randomBytes(300)
  const body = deflateRawSync(dictionary, { dictionary, level: 9 })
  const second = Buffer.concat([first.subarray(0, 10), body, Buffer.alloc(8)])
  const message = 'the gzip data is damaged: invalid distance too far back'
  t.equal(byInflater([second]), message)
  t.equal(byInflater([Buffer.concat([first, second])]), message)
  t.equal(byZlib(Buffer.concat([first, second])), message)
})

t.test('C8: the checksum of a header counts, in every chunking', async (t) => {
  const data = sampleText(50)
  for (const flags of [0x02, 0x06, 0x0a, 0x12, 0x1f]) {
    const fields = [
      flags & 4 ? Buffer.from([3, 0, 1, 2, 3]) : Buffer.alloc(0),
      flags & 8 ? Buffer.from('name\0') : Buffer.alloc(0),
      flags & 16 ? Buffer.from('comment\0') : Buffer.alloc(0),
    ]
    const header = memberWith(data, flags, Buffer.concat(fields)).subarray(0, 10)
    const check = Buffer.alloc(2)
    check.writeUInt16LE(crc32(Buffer.concat([header, ...fields])) & 0xffff)
    const good = memberWith(data, flags, Buffer.concat([...fields, check]))
    for (let at = 0; at <= good.length; at++) {
      t.equal(
        difference(byInflater([good.subarray(0, at), good.subarray(at)]), data),
        undefined,
        `flags ${flags}`,
      )
    }
    check[0]! ^= 1
    const bad = memberWith(data, flags, Buffer.concat([...fields, check]))
    t.equal(byInflater([bad]), 'the gzip data is damaged: header crc mismatch')
  }
})

t.test('an inflater that was left in the middle, or that failed, leaves nothing to the next', async (t) => {
  const packed = gzipSync(sampleText(100_000))
  const left = new Inflater()
  for (const _ of left.feed(packed.subarray(0, 20_000))) break
  left.close()
  t.equal(difference(byInflater([packed]), sampleText(100_000)), undefined)
  t.type(byInflater([packed.subarray(0, 15), packed]), 'string')
  t.equal(difference(byInflater([packed]), sampleText(100_000)), undefined)
})

t.test('two inflaters at a time do not share their memory, nor one that is closed twice', async (t) => {
  const texts = [sampleText(30_000), Buffer.alloc(30_000, 'abc')]
  const closed = new Inflater()
  closed.close()
  closed.close()
  const inflaters = texts.map(() => new Inflater())
  const packed = texts.map((text) => gzipSync(text))
  const found = texts.map(() => [] as Buffer[])
  for (let at = 0; at < packed[0]!.length; at += 10) {
    for (const [i, inflater] of inflaters.entries()) {
      for (const piece of inflater.feed(packed[i]!.subarray(at, at + 10))) found[i]!.push(Buffer.from(piece))
    }
  }
  for (const [i, text] of texts.entries()) t.ok(Buffer.concat(found[i]!).equals(text))
  for (const inflater of inflaters) inflater.close()
})
