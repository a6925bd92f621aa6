/** A number of 64 bits, as two of 32 without a sign. */
interface Words {
  readonly high: number
  readonly low: number
}

const PRIME_1: Words = { high: 0x9e3779b1, low: 0x85ebca87 }
const PRIME_2: Words = { high: 0xc2b2ae3d, low: 0x27d4eb4f }
const PRIME_3: Words = { high: 0x165667b1, low: 0x9e3779f9 }
const PRIME_4: Words = { high: 0x85ebca77, low: 0xc2b2ae63 }
const PRIME_5: Words = { high: 0x27d4eb2f, low: 0x165667c5 }

const BLOCK_BYTES = 32

/** One that is changed in place: with the numbers of 64 bits that the language has, this would take many times as long. */
class Word implements Words {
  high: number
  low: number

  constructor({ high, low }: Words) {
    this.high = high
    this.low = low
  }

  add({ high, low }: Words): this {
    const sum = this.low + low
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) >>> 0
    this.low = sum >>> 0
    return this
  }

  xor({ high, low }: Words): this {
    this.high = (this.high ^ high) >>> 0
    this.low = (this.low ^ low) >>> 0
    return this
  }

  multiply({ high, low }: Words): this {
    const a = this.low & 0xffff
    const b = this.low >>> 16
    const c = low & 0xffff
    const d = low >>> 16
    const least = a * c
    const middle = b * c + (least >>> 16)
    const upper = a * d + (middle & 0xffff)
    const carried = b * d + (middle >>> 16) + (upper >>> 16)
    this.high = (carried + Math.imul(this.high, low) + Math.imul(this.low, high)) >>> 0
    this.low = ((upper << 16) | (least & 0xffff)) >>> 0
    return this
  }

  /** By no multiple of 32. */
  rotateLeft(bits: number): this {
    const high = bits < 32 ? this.high : this.low
    const low = bits < 32 ? this.low : this.high
    const by = bits % 32
    this.high = ((high << by) | (low >>> (32 - by))) >>> 0
    this.low = ((low << by) | (high >>> (32 - by))) >>> 0
    return this
  }

  /** `this ^= this >>> bits`. */
  shiftIn(bits: number): this {
    if (bits >= 32) return this.xor({ high: 0, low: this.high >>> (bits - 32) })
    return this.xor({
      high: this.high >>> bits,
      low: ((this.low >>> bits) | (this.high << (32 - bits))) >>> 0,
    })
  }

  round(high: number, low: number): this {
    return this.add(product(high, low, PRIME_2))
      .rotateLeft(31)
      .multiply(PRIME_1)
  }
}

const scratch = new Word({ high: 0, low: 0 })

/** To be used before the next call. */
function product(high: number, low: number, prime: Words): Words {
  scratch.high = high
  scratch.low = low
  return scratch.multiply(prime)
}

function rounded(high: number, low: number): Word {
  return new Word({ high: 0, low: 0 }).round(high, low)
}

/** The hash XXH64 with the seed 0, of bytes that come in pieces: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
export class Xxh64 {
  readonly #lanes = [
    new Word(PRIME_1).add(PRIME_2),
    new Word(PRIME_2),
    new Word({ high: 0, low: 0 }),
    // 0 - PRIME_1
    new Word({ high: ~PRIME_1.high >>> 0, low: ~PRIME_1.low >>> 0 }).add({ high: 0, low: 1 }),
  ]
  /** The bytes that fill no block yet. */
  #rest = new Uint8Array()
  #bytes = 0

  update(piece: Uint8Array): void {
    this.#bytes += piece.length
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const whole = bytes.length - (bytes.length % BLOCK_BYTES)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < whole; at += BLOCK_BYTES)
      for (let lane = 0; lane < 4; lane++) {
        const from = at + 8 * lane
        this.#lanes[lane]!.round(view.getUint32(from + 4, true), view.getUint32(from, true))
      }
    this.#rest = Uint8Array.from(bytes.subarray(whole))
  }

  /** To be called once. */
  digest(): Words {
    const hash = this.#bytes >= BLOCK_BYTES ? this.#merged() : new Word(PRIME_5)
    hash.add({ high: Math.floor(this.#bytes / 2 ** 32), low: this.#bytes >>> 0 })
    const rest = this.#rest
    const view = new DataView(rest.buffer)
    let at = 0
    for (; at + 8 <= rest.length; at += 8) {
      hash.xor(rounded(view.getUint32(at + 4, true), view.getUint32(at, true)))
      hash.rotateLeft(27).multiply(PRIME_1).add(PRIME_4)
    }
    if (at + 4 <= rest.length) {
      hash.xor(product(0, view.getUint32(at, true), PRIME_1))
      hash.rotateLeft(23).multiply(PRIME_2).add(PRIME_3)
      at += 4
    }
    for (; at < rest.length; at++) {
      hash.xor(product(0, rest[at]!, PRIME_5))
      hash.rotateLeft(11).multiply(PRIME_1)
    }
    return hash.shiftIn(33).multiply(PRIME_2).shiftIn(29).multiply(PRIME_3).shiftIn(32)
  }

  #merged(): Word {
    const hash = new Word({ high: 0, low: 0 })
    for (const [i, bits] of [1, 7, 12, 18].entries()) hash.add(new Word(this.#lanes[i]!).rotateLeft(bits))
    for (const { high, low } of this.#lanes) hash.xor(rounded(high, low)).multiply(PRIME_1).add(PRIME_4)
    return hash
  }
}
