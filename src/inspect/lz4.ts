import { copyBack } from './back-copy.js'
import { xxh32 } from './xxh32.js'

function ofLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`a page has ${bytes.length} of ${length} bytes`)
  return bytes
}

/** One block of LZ4, which fills `output`. */
export function lz4Block(input: Uint8Array, output: Uint8Array): Uint8Array {
  return ofLength(output.subarray(0, lz4Into(input, output, 0)), output.length)
}

/**
 * Unpacks a block of LZ4 into `output`, from `start` on; what is there before may be repeated. Returns where it ends.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
function lz4Into(input: Uint8Array, output: Uint8Array, start: number): number {
  let [from, to] = [0, start]

  /** A length of 15 goes on in further bytes, up to one that is not 255. */
  function longer(length: number): number {
    if (length < 15) return length
    let sum = length
    for (let byte = 255; byte === 255; sum += byte) {
      byte = input[from++]!
      if (byte === undefined) throw new RangeError('a block of LZ4 is cut')
    }
    return sum
  }

  while (from < input.length) {
    const token = input[from++]!
    const literals = longer(token >> 4)
    if (literals > input.length - from || literals > output.length - to)
      throw new RangeError('literals of LZ4 are longer than their block')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    // The last sequence has no match.
    if (from === input.length) break
    const distance = input[from]! | (input[from + 1]! << 8)
    from += 2
    const length = longer(token & 0x0f) + 4
    to = copyBack(output, to, distance, length, 'a match of LZ4 lies outside of its block')
  }
  return to
}

/**
 * A frame of LZ4, with a look at its checksums: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md.
 *
 * @param length of what it makes
 * @throws RangeError for a frame that is cut or damaged
 */
export function lz4Frame(input: Uint8Array, length: number): Uint8Array {
  // No block makes more than 255 bytes of one.
  if (length > input.length * 255) throw new RangeError('a frame of LZ4 is too short')
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  if (view.getUint32(0, true) !== 0x184d2204) throw new RangeError('it is no frame of LZ4')
  const flags = view.getUint8(4)
  // Behind two bytes, the size of the content and the number of a dictionary.
  let from = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  const isChecked = (flags & 0x10) !== 0
  if (view.getUint8(from) !== ((xxh32(input.subarray(4, from)) >>> 8) & 0xff))
    throw new RangeError('the checksum of the header of a frame of LZ4 is another one')
  from += 1
  const output = new Uint8Array(length)
  let to = 0
  for (;;) {
    const header = view.getUint32(from, true)
    from += 4
    if (header === 0) {
      if ((flags & 0x04) !== 0) compare(output.subarray(0, to), from, 'a frame')
      return ofLength(output.subarray(0, to), length)
    }
    const size = header & 0x7fffffff
    if (size > input.length - from) throw new RangeError('a block of LZ4 is cut')
    const block = input.subarray(from, from + size)
    if (isChecked) compare(block, from + size, 'a block')
    if (header >>> 31 === 1) {
      output.set(block, to)
      to += size
    } else to = lz4Into(block, output, to)
    from += size + (isChecked ? 4 : 0)
  }

  function compare(bytes: Uint8Array, at: number, what: string): void {
    if (xxh32(bytes) !== view.getUint32(at, true))
      throw new RangeError(`the checksum of ${what} of LZ4 is another one`)
  }
}

/**
 * The framing that Hadoop puts around blocks, before each its unpacked and its packed length:
 * https://github.com/apache/parquet-format/blob/master/Compression.md#lz4. Other writers have named plain blocks so as well;
 * undefined for one of those.
 */
export function lz4Hadoop(input: Uint8Array, length: number): Uint8Array | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const output = new Uint8Array(length)
  let [from, to] = [0, 0]
  try {
    while (from < input.length) {
      const [unpackedBytes, packedBytes] = [view.getUint32(from), view.getUint32(from + 4)]
      from += 8
      if (packedBytes > input.length - from || unpackedBytes > length - to) return undefined
      lz4Block(input.subarray(from, from + packedBytes), output.subarray(to, to + unpackedBytes))
      from += packedBytes
      to += unpackedBytes
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
  return to === length ? output : undefined
}
