import { createHash } from 'node:crypto'
import { KernelInstance } from '../src/kernel/instance.js'
import type { KernelExports } from '../src/kernel/module.js'
import { STATUS } from '../src/kernel/numbers.js'
import { encodeSettings } from '../src/kernel/settings.js'
import type { EncodeSpec } from '../src/model/option-types.js'
import type { Plan } from '../src/model/plan.js'

/** As `KernelInstance` hands input over. */
const WINDOW = 128 * 1024

/** Output is taken when there is so much. */
const PIECE = 64 * 1024

/** A kernel by its exports: nothing of the loader is measured but the copy of the input into its memory. */
export class RawKernel {
  readonly #kernel: KernelExports

  constructor(kernel: KernelExports, spec: EncodeSpec, plan: Plan) {
    this.#kernel = kernel
    const fail = () => new Error('the rows are wrong') as never
    new KernelInstance(fail, kernel).configure(encodeSettings(spec, plan))
  }

  /** Encodes rows; `take` sees each piece of output where it lies. */
  pass(bytes: Uint8Array, take?: (piece: Uint8Array) => void): void {
    const kernel = this.#kernel
    const hand = () => {
      take?.(new Uint8Array(kernel.memory.buffer, kernel.outputAt() >>> 0, kernel.outputLength() >>> 0))
      kernel.clearOutput()
    }
    for (let at = 0; at < bytes.length; at += WINDOW) {
      const window = bytes.subarray(at, at + WINDOW)
      const address = kernel.reserve(window.length) >>> 0
      new Uint8Array(kernel.memory.buffer).set(window, address)
      let status = kernel.advance(window.length)
      while (status === STATUS.full) {
        hand()
        status = kernel.advance(0)
      }
      if (status === STATUS.failed) throw new Error('the rows are wrong')
      if (kernel.outputLength() >>> 0 >= PIECE) hand()
    }
    hand()
  }

  checksum(bytes: Uint8Array): string {
    const hash = createHash('sha256')
    this.pass(bytes, (piece) => hash.update(piece))
    return hash.digest('hex').slice(0, 16)
  }
}
