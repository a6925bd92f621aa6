import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Random } from '../../../bench/random.js'
import { mutateGzip } from '../fuzz/gzip.js'
import { randomDeflate } from './deflate-writer.js'

const WORDS =
  'the quick brown fox jumps over a lazy dog 2026-11-27 https://www.example.com/search?q= GET 200'.split(' ')

/** Bytes below a bound. */
function randomBytes(random: Random, length: number, bound = 256): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = random.below(bound)
  return bytes
}

/** Data of one of the kinds that compress in different ways. */
function randomData(random: Random, most: number): Buffer {
  const bytes = random.below(random.oneIn(8) ? most : Math.min(most, 3000))
  const period = 1 + random.below(random.oneIn(4) ? 40_000 : 40)
  const alphabet = 1 + random.below(5)
  const pattern = randomBytes(random, Math.min(period, bytes + 1))
  return random.pick<() => Buffer>([
    () => randomBytes(random, bytes),
    () => randomBytes(random, bytes, alphabet),
    () => Buffer.alloc(bytes, random.below(256)),
    () => Buffer.alloc(bytes, pattern),
    () =>
      Buffer.from(Array.from({ length: bytes >> 2 }, () => random.pick(WORDS)).join(' ')).subarray(0, bytes),
    () => Buffer.concat([Buffer.alloc(bytes >> 1, pattern), pattern, Buffer.alloc(bytes >> 1, pattern)]),
  ])()
}

/** Deflated by zlib with any options, in one go or, as pigz does, in parts that end with a flush. */
function deflated(data: Buffer, random: Random): Buffer {
  const options = {
    level: random.below(10),
    memLevel: 1 + random.below(9),
    windowBits: 9 + random.below(7),
    strategy: random.pick([
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FILTERED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FIXED,
    ]),
  }
  const parts: Buffer[] = []
  let at = 0
  while (random.oneIn(3) && parts.length < 5) {
    const end = at + random.below(data.length - at + 1)
    const finishFlush = random.pick([constants.Z_SYNC_FLUSH, constants.Z_FULL_FLUSH])
    parts.push(
      deflateRawSync(data.subarray(at, end), { ...options, finishFlush, ...historyOf(data, at, random) }),
    )
    at = end
  }
  parts.push(deflateRawSync(data.subarray(at), { ...options, ...historyOf(data, at, random) }))
  return Buffer.concat(parts)
}

function historyOf(data: Buffer, at: number, random: Random): { dictionary?: Buffer } {
  return at === 0 || random.oneIn(2) ? {} : { dictionary: data.subarray(Math.max(0, at - 32_768), at) }
}

/** A header with any of the fields of RFC 1952, section 2.3. */
function randomHeader(random: Random): Buffer {
  const flags = random.oneIn(3) ? random.below(32) : 0
  const text = () => Buffer.from(`${'n'.repeat(random.below(random.oneIn(9) ? 70_000 : 20))}\0`)
  const extra = Buffer.alloc(random.below(random.oneIn(9) ? 65_536 : 20), 'e')
  const parts = [Buffer.from([0x1f, 0x8b, 8, flags]), randomBytes(random, 6)]
  if (flags & 4) parts.push(Buffer.from([extra.length & 255, extra.length >> 8]), extra)
  if (flags & 8) parts.push(text())
  if (flags & 16) parts.push(text())
  const header = Buffer.concat(parts)
  if (!(flags & 2)) return header
  const check = crc32(header) ^ (random.oneIn(6) ? 1 << random.below(16) : 0)
  return Buffer.concat([header, Buffer.from([check & 255, (check >> 8) & 255])])
}

function randomMember(random: Random, most: number): Buffer {
  let body: Buffer
  let data: Buffer = Buffer.alloc(0)
  if (random.oneIn(2)) {
    data = randomData(random, most)
    body = deflated(data, random)
  } else {
    body = randomDeflate(random, 25)
    try {
      data = inflateRawSync(body)
    } catch {
      // It has a fault, so no trailer can be right.
    }
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(data), 0)
  trailer.writeUInt32LE(data.length, 4)
  return Buffer.concat([randomHeader(random), body, trailer])
}

/** gzip of any kind that there is, most of it valid: one member or several, perhaps with padding. */
export function randomGzip(random: Random, most: number): Buffer {
  const members = [randomMember(random, most)]
  while (random.oneIn(4)) members.push(randomMember(random, most))
  if (random.oneIn(20)) members.push(Buffer.alloc(random.below(20)))
  return Buffer.concat(members)
}

/** One to three changes: bits, bytes that are missing, too many, or random, and ends of all kinds. */
export function damaged(packed: Buffer, random: Random): Buffer {
  let bytes = packed
  for (let left = 1 + random.below(3); left > 0 && bytes.length > 12; left--) {
    const at = random.below(bytes.length)
    const end = at + random.below(Math.min(bytes.length - at, 20))
    const noise = randomBytes(random, random.below(20))
    bytes = random.oneIn(3)
      ? Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(random.oneIn(2) ? at : end)])
      : mutateGzip(bytes, random)
  }
  return bytes
}
