/** Fine bins that are kept; some of them make one bar. */
const BINS = 1024
/** Values looked at before the first bins are laid out. */
const FIRST = 256
/** Beyond that the width of a bin would not be a number any more. */
const MOST = 1e300
/** Smaller widths would be 0 once divided. */
const TINY = 2 ** -900

/**
 * Counts numbers in bins of equal width, whatever numbers come: where one lies outside, neighbouring bins are made one
 * until it does not. Constant memory, and no second pass over the data.
 */
export class Histogram {
  #counts = new Float64Array()
  #waiting: number[] | undefined = []
  #from = 0
  #width = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #integers = true

  /** Takes a finite number. */
  add(value: number): void {
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    this.#integers &&= Number.isInteger(value)
    if (this.#waiting !== undefined) {
      this.#waiting.push(value)
      if (this.#waiting.length === FIRST) this.#layOut(this.#waiting)
      return
    }
    this.#count(value)
  }

  /**
   * How many numbers lie in each of at most `most` equal parts of their range, of integers no more parts than there
   * are integers. Nothing unless two numbers differ, by more than next to nothing.
   */
  bars(most: number): { from: number; to: number; counts: number[] } | undefined {
    if (this.#waiting !== undefined) this.#layOut(this.#waiting)
    if (!(this.#max - this.#min > TINY)) return undefined
    const from = clamp(this.#min)
    // An integer stands for all up to the next.
    const range = clamp(this.#max) - from + (this.#integers ? 1 : 0)
    const bars = this.#integers ? Math.min(most, range) : most
    return { from: this.#min, to: this.#max, counts: this.#spread(from, range / bars, bars) }
  }

  /** Bins do not end where bars do: each gives every bar as much as lies in it. */
  #spread(from: number, barWidth: number, bars: number): number[] {
    const shares: number[] = new Array(bars).fill(0)
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#counts[bin]!
      if (count === 0) continue
      const begin = Math.max(0, (this.#from + bin * this.#width - from) / barWidth)
      const end = Math.min(bars, (this.#from + (bin + 1) * this.#width - from) / barWidth)
      // The greatest value may be where a bin begins, and the last bar ends.
      if (begin >= end) shares[bars - 1]! += count
      for (let bar = Math.floor(begin); bar < end; bar++) {
        shares[bar]! += (count * (Math.min(bar + 1, end) - Math.max(bar, begin))) / (end - begin)
      }
    }
    // Whole numbers whose sum is that of the bins.
    let sum = 0
    return shares.map((share) => {
      const before = Math.round(sum)
      sum += share
      return Math.round(sum) - before
    })
  }

  #layOut(values: readonly number[]): void {
    this.#waiting = undefined
    this.#counts = new Float64Array(BINS)
    const [min, max] = [clamp(this.#min), clamp(this.#max)]
    // Twice as wide as what has come, so that a little more fits; a power of two, so that adding widths is exact.
    const width = Math.max((max - min) / (BINS / 2), Math.max(Math.abs(min), Math.abs(max)) * 2 ** -48, TINY)
    this.#width = 2 ** Math.ceil(Math.log2(width))
    this.#from = Math.floor(min / this.#width) * this.#width
    for (const value of values) this.#count(value)
  }

  #count(value: number): void {
    const clamped = clamp(value)
    let bin = Math.floor((clamped - this.#from) / this.#width)
    while (bin < 0 || bin >= BINS) {
      this.#widen(bin < 0)
      bin = Math.floor((clamped - this.#from) / this.#width)
    }
    this.#counts[bin]!++
  }

  /** Makes two bins one, and room for as many more at one end. */
  #widen(atLowEnd: boolean): void {
    const counts = this.#counts
    const shift = atLowEnd ? BINS / 2 : 0
    const merged = new Float64Array(BINS)
    for (let i = 0; i < BINS; i++) merged[shift + (i >> 1)]! += counts[i]!
    this.#counts = merged
    if (atLowEnd) this.#from -= BINS * this.#width
    this.#width *= 2
  }
}

function clamp(value: number): number {
  return Math.min(MOST, Math.max(-MOST, value))
}
