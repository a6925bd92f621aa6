/** Two 32-bit hashes of one value, as one object that is used again and again: a pair for each cell would be garbage. */
export class Hash {
  high = 0
  low = 0
  readonly #double = new Float64Array(1)
  readonly #words = new Uint32Array(this.#double.buffer)

  /** Equal numbers have equal hashes, 0 and -0 as well. `seed` keeps kinds of values apart. */
  number(value: number, seed: number): void {
    this.#double[0] = value + 0
    this.#mix(this.#words[0]! ^ seed, this.#words[1]! ^ (seed << 16))
  }

  text(text: string, seed: number): void {
    // cyrb53, public domain: two multiplicative hashes with a common end.
    let high = 0xdeadbeef ^ seed
    let low = 0x41c6ce57 ^ seed
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      high = Math.imul(high ^ unit, 2654435761)
      low = Math.imul(low ^ unit, 1597334677)
    }
    this.#mix(high, low)
  }

  /** The finalizer of MurmurHash3, on each half with the other in it. */
  #mix(first: number, second: number): void {
    let high = first ^ Math.imul(second, 0x9e3779b1)
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b)
    high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
    high ^= high >>> 16
    let low = second ^ Math.imul(high, 0x27d4eb2f)
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b)
    low = Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
    this.high = high
    this.low = low ^ (low >>> 16)
  }
}
