import { Xxh64 } from '../../../xxh64.js'
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

function xxhash64(bytes: Uint8Array): Uint8Array {
  const hash = new Xxh64()
  hash.update(bytes)
  const { high, low } = hash.digest()
  const buffer = Buffer.alloc(8)
  buffer.writeUInt32BE(high)
  buffer.writeUInt32BE(low, 4)
  return buffer
}

function bigEndian(value: bigint, width: 4 | 8): Uint8Array {
  const buffer = Buffer.alloc(width)
  if (width === 4) buffer.writeInt32BE(Number(value))
  else buffer.writeBigUInt64BE(BigInt.asUintN(64, value))
  return buffer
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** https://datatracker.ietf.org/doc/html/rfc4648#section-6 */
function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const text = (bits.match(/.{1,5}/g) ?? [])
    .map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

function fromBase32(text: string): Uint8Array {
  const letters = text.replace(/=*$/, '')
  // So many letters make no whole byte.
  if (!/^[A-Z2-7]*$/.test(letters) || [1, 3, 6].includes(letters.length % 8))
    throw new Error(`INVALID_FUNCTION_ARGUMENT: Cannot decode base32: ${text}`)
  const bits = [...letters].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2))
}

/** The bytes of IEEE 754, the most significant first. */
function toFloat(value: number, width: 4 | 8): Uint8Array {
  const buffer = Buffer.alloc(width)
  if (width === 4) buffer.writeFloatBE(value)
  else buffer.writeDoubleBE(value)
  return buffer
}

function fromFloat(bytes: Uint8Array, width: 4 | 8): number {
  if (bytes.length !== width)
    throw new Error(
      `INVALID_FUNCTION_ARGUMENT: Input floating-point value must be exactly ${width} bytes long`,
    )
  const buffer = Buffer.from(bytes)
  return width === 4 ? buffer.readFloatBE() : buffer.readDoubleBE()
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
  native('_to_base32', ['bytes'], 'text', toBase32),
  native('_from_base32', ['text'], 'bytes', fromBase32),
  native('_to_ieee754_32', ['number'], 'bytes', (value) => toFloat(value, 4)),
  native('_to_ieee754_64', ['number'], 'bytes', (value) => toFloat(value, 8)),
  native('_from_ieee754_32', ['bytes'], 'number', (bytes) => fromFloat(bytes, 4)),
  native('_from_ieee754_64', ['bytes'], 'number', (bytes) => fromFloat(bytes, 8)),
  native('_xxhash64', ['bytes'], 'bytes', xxhash64),
]
