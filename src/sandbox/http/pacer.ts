import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a burst may last; short enough that a throttled download looks smooth. */
const SLICE_MS = 20

/** Keeps one connection at a byte rate, over all the requests it carries. */
export class Pacer {
  readonly #bytesPerSecond: number
  #freeAt = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** The largest piece to write at once, in bytes. */
  get slice(): number {
    return Math.max(1, Math.floor((this.#bytesPerSecond * SLICE_MS) / 1000))
  }

  /** Waits until `bytes` more may be written. */
  async take(bytes: number): Promise<void> {
    const now = performance.now()
    const wait = this.#freeAt - now
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes * 1000) / this.#bytesPerSecond
    if (wait > 0) await sleep(wait)
  }
}

/** One {@link Pacer} a connection. */
export class Throttle {
  readonly #bytesPerSecond: number
  readonly #pacers = new WeakMap<Socket, Pacer>()

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  pacerOf(socket: Socket): Pacer {
    let pacer = this.#pacers.get(socket)
    if (pacer === undefined) {
      pacer = new Pacer(this.#bytesPerSecond)
      this.#pacers.set(socket, pacer)
    }
    return pacer
  }
}
