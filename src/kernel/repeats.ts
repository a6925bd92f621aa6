import { SluiceError } from '../errors.js'
import { instantiateKernel, releaseKernel } from './module.js'
import { HASH_WORDS, REPEATS_INPUT } from './numbers.js'

/** Counts hashes of keys that were there before, in memory for the different ones: 16 bytes each, and up to 16 more. */
export class Repeats {
  readonly #kernel = instantiateKernel()
  #input = 0

  /** Forgets all hashes. @param expected how many will come, about @throws SluiceError `E_UNSUPPORTED` without memory. */
  begin(expected: number): void {
    this.#input = this.#kernel.beginRepeats(Math.min(expected, 0xffff_ffff)) >>> 0
    if (this.#input === 0) throw noMemory()
  }

  /** How many of these were there before. @throws SluiceError `E_UNSUPPORTED` without memory. */
  count(hashes: Int32Array): number {
    let repeated = 0
    for (let at = 0; at < hashes.length; at += REPEATS_INPUT * HASH_WORDS) {
      const some = hashes.subarray(at, at + REPEATS_INPUT * HASH_WORDS)
      new Int32Array(this.#kernel.memory.buffer, this.#input, some.length).set(some)
      const found = this.#kernel.countRepeats(some.length / HASH_WORDS)
      if (found < 0) throw noMemory()
      repeated += found
    }
    return repeated
  }

  /** Gives the memory back. To be called last. */
  release(): void {
    releaseKernel(this.#kernel)
  }
}

function noMemory(): SluiceError {
  return new SluiceError('E_UNSUPPORTED', 'there is no memory to compare the keys that must be unique')
}
