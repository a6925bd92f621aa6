import { native } from './native.js'

/** Positions count from 1, or from the end if negative. */
function substring(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const from = start > 0 ? start - 1 : bytes.length + start
  if (start === 0 || from < 0 || from >= bytes.length || length <= 0) return new Uint8Array()
  return bytes.slice(from, from + length)
}

function pad(bytes: Uint8Array, size: number, filler: Uint8Array, isLeft: boolean): Uint8Array {
  if (size < 0)
    throw new Error('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
  if (filler.length === 0) throw new Error('INVALID_FUNCTION_ARGUMENT: Padding bytes must not be empty')
  if (bytes.length >= size) return bytes.slice(0, size)
  const fill = Uint8Array.from({ length: size - bytes.length }, (_, i) => filler[i % filler.length]!)
  return Buffer.concat(isLeft ? [fill, bytes] : [bytes, fill])
}

function fromBigEndian(bytes: Uint8Array, width: 4 | 8): bigint {
  if (bytes.length !== width)
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: expected ${width}-byte input, but got instead: ${bytes.length}`,
    )
  const buffer = Buffer.from(bytes)
  return width === 4 ? BigInt(buffer.readInt32BE()) : buffer.readBigInt64BE()
}

const P1: bigint = 0x9e3779b185ebca87n
const P2: bigint = 0xc2b2ae3d27d4eb4fn
const P3: bigint = 0x165667b19e3779f9n
const P4: bigint = 0x85ebca77c2b2ae63n
const P5: bigint = 0x27d4eb2f165667c5n

const u64 = (value: bigint) => BigInt.asUintN(64, value)
const rotate = (value: bigint, bits: bigint) => u64((value << bits) | (value >> (64n - bits)))
const round = (sum: bigint, input: bigint) => u64(rotate(u64(sum + u64(input * P2)), 31n) * P1)
const merge = (hash: bigint, sum: bigint) => u64(u64((hash ^ round(0n, sum)) * P1) + P4)

/** https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, with the seed 0. */
function xxhash64(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes)
  let at = 0
  let hash = P5
  if (buffer.length >= 32) {
    let sums = [u64(P1 + P2), P2, 0n, u64(-P1)]
    for (; at + 32 <= buffer.length; at += 32)
      sums = sums.map((sum, i) => round(sum, buffer.readBigUInt64LE(at + 8 * i)))
    const bits = [1n, 7n, 12n, 18n]
    hash = u64(sums.reduce((all, sum, i) => all + rotate(sum, bits[i]!), 0n))
    hash = sums.reduce(merge, hash)
  }
  hash = u64(hash + BigInt(buffer.length))
  for (; at + 8 <= buffer.length; at += 8)
    hash = u64(rotate(hash ^ round(0n, buffer.readBigUInt64LE(at)), 27n) * P1 + P4)
  if (at + 4 <= buffer.length) {
    hash = u64(rotate(hash ^ u64(BigInt(buffer.readUInt32LE(at)) * P1), 23n) * P2 + P3)
    at += 4
  }
  for (; at < buffer.length; at++) hash = u64(rotate(hash ^ u64(BigInt(buffer[at]!) * P5), 11n) * P1)
  hash = u64((hash ^ (hash >> 33n)) * P2)
  hash = u64((hash ^ (hash >> 29n)) * P3)
  return bigEndian(hash ^ (hash >> 32n), 8)
}

function bigEndian(value: bigint, width: 4 | 8): Uint8Array {
  const buffer = Buffer.alloc(width)
  if (width === 4) buffer.writeInt32BE(Number(value))
  else buffer.writeBigUInt64BE(u64(value))
  return buffer
}

/** https://trino.io/docs/current/functions/binary.html */
export const BYTES = [
  native('_bytes_substr', ['bytes', 'number', 'number'], 'bytes', substring),
  native('_bytes_lpad', ['bytes', 'number', 'bytes'], 'bytes', (bytes, size, filler) =>
    pad(bytes, size, filler, true),
  ),
  native('_bytes_rpad', ['bytes', 'number', 'bytes'], 'bytes', (bytes, size, filler) =>
    pad(bytes, size, filler, false),
  ),
  native('_bytes_reverse', ['bytes'], 'bytes', (bytes) => bytes.slice().reverse()),
  native('_from_big_endian_32', ['bytes'], 'long', (bytes) => fromBigEndian(bytes, 4)),
  native('_from_big_endian_64', ['bytes'], 'long', (bytes) => fromBigEndian(bytes, 8)),
  native('_to_big_endian_32', ['long'], 'bytes', (value) => bigEndian(value, 4)),
  native('_to_big_endian_64', ['long'], 'bytes', (value) => bigEndian(value, 8)),
  native('_xxhash64', ['bytes'], 'bytes', xxhash64),
]
