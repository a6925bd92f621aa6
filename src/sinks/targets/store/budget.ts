/**
 * Bytes that all outputs of this process together have on their way. Many outputs are open at a time where rows are partitioned,
 * and each may have several parts in flight.
 */
export class Budget {
  #used = 0
  readonly #waiting: { readonly bytes: number; readonly most: number; readonly go: () => void }[] = []

  /** Resolves when there is room for `bytes` within `most`, or nothing else is on its way. Turns are kept. */
  async take(bytes: number, most: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#hasRoom(bytes, most)) {
      this.#used += bytes
      return
    }
    await new Promise<void>((go) => this.#waiting.push({ bytes, most, go }))
  }

  give(bytes: number): void {
    this.#used -= bytes
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoom(next.bytes, next.most)) return
      this.#waiting.shift()
      this.#used += next.bytes
      next.go()
    }
  }

  #hasRoom(bytes: number, most: number): boolean {
    return this.#used === 0 || this.#used + bytes <= most
  }
}
