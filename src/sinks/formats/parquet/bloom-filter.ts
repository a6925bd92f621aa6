import { Buffer } from 'node:buffer'
import type { ThriftWriter } from './thrift.js'

/** Of a block: eight words, in each of which a value sets one bit. */
const BLOCK_BYTES = 32
const WORDS = 8

/** A larger one takes readers longer than most pages that it saves them. */
const MOST_BYTES = 1024 * 1024

/** With this number a reader looks in vain for one value in a hundred. */
const BITS_A_VALUE = 10.5

const SALT = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
] as const

/** The hashes of the values of a column in one row group: eight bytes for each value, until the group closes. */
export class ValueHashes {
  #hashes = new BigUint64Array(1024)
  #count = 0

  add(hashes: BigUint64Array): void {
    const count = this.#count + hashes.length
    if (count > this.#hashes.length) {
      const larger = new BigUint64Array(Math.max(count, this.#hashes.length * 2))
      larger.set(this.#hashes.subarray(0, this.#count))
      this.#hashes = larger
    }
    this.#hashes.set(hashes, this.#count)
    this.#count = count
  }

  /** Memory, in bytes. */
  get bytes(): number {
    return this.#hashes.byteLength
  }

  /** The filter with its header: https://github.com/apache/parquet-format/blob/master/BloomFilter.md */
  filter(thrift: ThriftWriter): Buffer {
    const hashes = this.#hashes.subarray(0, this.#count).sort()
    const words = new Uint32Array(bytesFor(distinctIn(hashes)) / 4)
    const blocks = words.length / WORDS
    const halves = new Uint32Array(hashes.buffer, 0, hashes.length * 2)
    for (let i = 0; i < halves.length; i += 2) {
      const [key, upper] = [halves[i]!, halves[i + 1]!]
      const block = Math.floor((upper * blocks) / 2 ** 32) * WORDS
      for (let word = 0; word < WORDS; word++)
        words[block + word]! |= 1 << (Math.imul(key, SALT[word]!) >>> 27)
    }
    const header = thrift
      .clear()
      .body(() => {
        thrift.i32(1, words.byteLength)
        // The unions of one choice each: blocks, XXH64, no compression.
        for (const union of [2, 3, 4]) thrift.struct(union, () => thrift.struct(1, () => {}))
      })
      .take()
    return Buffer.concat([header, Buffer.from(words.buffer)])
  }
}

function distinctIn(sorted: BigUint64Array): number {
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}

/** A power of two. */
function bytesFor(distinct: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, (distinct * BITS_A_VALUE) / 8)))
  return Math.min(MOST_BYTES, Math.max(BLOCK_BYTES, wanted))
}
