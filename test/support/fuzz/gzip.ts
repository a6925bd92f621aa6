import { constants, gzipSync } from 'node:zlib'
import type { Random } from '../../../bench/random.js'
import { memberWith } from '../gzip/cases.js'

/** gzip around `data` in any of the ways a server may choose. */
export function packRandomly(data: Buffer, random: Random): Buffer {
  const options = {
    level: random.below(10),
    strategy: random.pick([constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED]),
  }
  if (!random.oneIn(4)) return gzipSync(data, options)
  const at = random.below(data.length + 1)
  return Buffer.concat([gzipSync(data.subarray(0, at), options), gzipSync(data.subarray(at))])
}

const TRAILERS = [
  Buffer.alloc(1),
  Buffer.alloc(512),
  Buffer.from('\n'),
  Buffer.from('<html>'),
  Buffer.from('1f', 'hex'),
  Buffer.from('1f8b', 'hex'),
  Buffer.from('1f8b08ff', 'hex'),
  Buffer.concat([Buffer.alloc(3), Buffer.from('text')]),
  gzipSync(''),
  Buffer.concat([Buffer.alloc(2), gzipSync('')]),
]

/** One change to gzip data, at a place that matters where it can. */
export function mutateGzip(packed: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(packed)
  const flip = (at: number) => {
    bytes[at]! ^= 1 << random.below(8)
    return bytes
  }
  return random.pick<() => Buffer>([
    () => flip(random.below(bytes.length)),
    () => flip(random.below(10)),
    () => flip(bytes.length - 1 - random.below(8)),
    () => bytes.subarray(0, random.below(bytes.length)),
    () => bytes.subarray(random.below(12)),
    () => Buffer.concat([bytes, random.pick(TRAILERS)]),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([bytes, bytes.subarray(0, random.below(bytes.length))]),
    () => Buffer.concat([bytes.subarray(0, random.below(bytes.length)), bytes]),
    () => gzipSync(bytes),
    () => withFields(bytes, random),
    () => swapped(bytes, random),
  ])()
}

/** Another header in place of the first ten bytes. */
function withFields(packed: Buffer, random: Random): Buffer {
  const flags = random.below(256)
  const fields = random.pick([Buffer.from('name\0'), Buffer.from('0300616263', 'hex'), Buffer.alloc(0)])
  return Buffer.concat([
    memberWith(Buffer.alloc(0), flags, fields).subarray(0, 10 + fields.length),
    packed.subarray(10),
  ])
}

function swapped(bytes: Buffer, random: Random): Buffer {
  const [a, b] = [random.below(bytes.length), random.below(bytes.length)].sort((x, y) => x - y)
  return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b), bytes.subarray(a, b)])
}
