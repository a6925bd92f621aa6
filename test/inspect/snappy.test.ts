import fc from 'fast-check'
import t from 'tap'
import { unsnappy } from '../../src/inspect/snappy.js'

/** A literal, or a copy of what is there; its distance and length are cut to what is possible. */
const step = fc.oneof(
  fc.record({
    literal: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    bytes: fc.constantFrom(0, 1, 2, 3, 4),
  }),
  fc.record({
    distance: fc.nat(100_000),
    length: fc.integer({ min: 1, max: 64 }),
    kind: fc.constantFrom(1, 2, 3),
  }),
)

/** The number in so many bytes, the lowest first. */
function little(value: number, bytes: number): Buffer {
  const all = Buffer.alloc(4)
  all.writeUInt32LE(value)
  return all.subarray(0, bytes)
}

function varint(value: number): Buffer {
  const bytes = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}

/** Snappy as the steps say, and what it holds. */
const packed = fc.array(step, { maxLength: 60 }).map((steps) => {
  let plain = Buffer.alloc(0)
  const parts: Buffer[] = []
  for (const each of steps) {
    if ('literal' in each) {
      const bytes =
        each.bytes === 0 && each.literal.length > 60
          ? 2
          : Math.max(each.bytes, each.literal.length > 256 ? 2 : 0)
      const tag = bytes === 0 ? each.literal.length - 1 : 59 + bytes
      parts.push(Buffer.of(tag << 2), little(each.literal.length - 1, bytes), Buffer.from(each.literal))
      plain = Buffer.concat([plain, each.literal])
      continue
    }
    const most = plain.length
    if (most === 0) continue
    const distance = 1 + (each.distance % (each.kind === 1 ? Math.min(most, 2047) : most))
    const length = each.kind === 1 ? 4 + (each.length % 8) : each.length
    if (each.kind === 1)
      parts.push(Buffer.of(((distance >> 8) << 5) | ((length - 4) << 2) | 1, distance & 0xff))
    else parts.push(Buffer.of(((length - 1) << 2) | each.kind), little(distance, each.kind === 2 ? 2 : 4))
    const copied = Buffer.alloc(length)
    for (let i = 0; i < length; i++)
      copied[i] = i < distance ? plain[most - distance + i]! : copied[i - distance]!
    plain = Buffer.concat([plain, copied])
  }
  return { bytes: Buffer.concat([varint(plain.length), ...parts]), plain }
})

t.test('literals and copies of every form are unpacked', async () => {
  fc.assert(
    fc.property(packed, ({ bytes, plain }) => plain.equals(unsnappy(bytes, plain.length))),
    { numRuns: 300 },
  )
})

t.test('damage ends in an error or in as many bytes', async () => {
  fc.assert(
    fc.property(
      packed,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      ({ bytes, plain }, changes) => {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        try {
          return unsnappy(damaged, plain.length).length === plain.length
        } catch (error) {
          return error instanceof RangeError
        }
      },
    ),
    { numRuns: 500 },
  )
})

t.test('D19: lengths and distances beyond what is there are refused, however large', async (t) => {
  const refused = (bytes: number[], message: RegExp, length = 4) =>
    t.throws(() => unsnappy(Uint8Array.from(bytes), length), { name: 'RangeError', message }, String(bytes))
  // A literal of 2^31 and one of 2^32 bytes: walked through for half a minute once.
  refused([4, 63 << 2, 0, 0, 0, 0x80, 1, 2, 3, 4], /a literal of Snappy is longer/)
  refused([4, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4], /a literal of Snappy is longer/)
  refused([4, 3 << 2, 1, 2, 3], /a literal of Snappy is longer/)
  refused([4, 4 << 2, 1, 2, 3, 4, 5], /a literal of Snappy is longer/)
  refused([4, 0, 7, 2, 2, 0], /a copy of Snappy lies outside/)
  refused([4, 0, 7, 2, 0, 0], /a copy of Snappy lies outside/)
  refused([4, 0, 7, (9 << 2) | 2, 1, 0], /a copy of Snappy lies outside/)
  refused([4, 0, 7, 2], /Snappy data are cut/)
  refused([4, 2 << 2, 1, 2, 3], /Snappy data end after 3 of 4 bytes/)
  refused([5, 0, 7], /Snappy data are 5 of 4 bytes/)
  refused([0x80, 0x80], /Snappy data are cut/)
})
