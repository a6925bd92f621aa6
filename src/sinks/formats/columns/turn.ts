import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work that takes longer on one turn of the loop keeps timers, sockets and the other work of a program waiting. */
const TURN_MS = 4

/** Cuts long work into turns of the event loop: a batch of columns, or a row group that is written. */
export class Turn {
  #beganAt = performance.now()

  /** Goes on at once, or on the next turn when this one has had its share. To be called between two pieces of work. */
  async pause(): Promise<void> {
    if (performance.now() - this.#beganAt < TURN_MS) return
    await nextTurn()
    this.#beganAt = performance.now()
  }
}
