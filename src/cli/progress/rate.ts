interface Sample {
  readonly at: number
  readonly amount: number
}

/** How far back the speed looks: long enough to be calm, short enough to follow a change. */
const WINDOW_MS = 5000

/** The speed of something that only grows, over the last seconds. */
export class Rate {
  readonly #samples: Sample[] = []

  /** Takes a new total, at a time in milliseconds. */
  add(at: number, amount: number): void {
    this.#samples.push({ at, amount })
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - WINDOW_MS) this.#samples.shift()
  }

  /** Per second; undefined while there is too little to tell. */
  get perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at - first.at < 200) return undefined
    return ((last.amount - first.amount) * 1000) / (last.at - first.at)
  }
}
