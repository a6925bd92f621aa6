const PRECISION = 12
const REGISTERS = 2 ** PRECISION
/** Bits of the hash that the rank is taken from. */
const RANK_BITS = 32
const ALPHA = 1 / (2 * Math.LN2)

/** The standard error of an estimate: two out of three are closer than that, 19 out of 20 than twice as much. */
export const DISTINCT_ERROR = 1.04 / Math.sqrt(REGISTERS)

/**
 * Estimates how many different values there were, in 4 KiB. HyperLogLog by Flajolet and others (2007), with the
 * estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6
 * (https://arxiv.org/abs/1702.01284), which needs no tables and no switch for small numbers.
 */
export class HyperLogLog {
  readonly #registers = new Uint8Array(REGISTERS)

  /** Takes a value by the two halves of its hash. */
  add(high: number, low: number): void {
    const at = high >>> (32 - PRECISION)
    const rank = Math.clz32(low) + 1
    if (rank > this.#registers[at]!) this.#registers[at] = rank
  }

  estimate(): number {
    const counts = new Uint32Array(RANK_BITS + 2)
    for (const rank of this.#registers) counts[rank]!++
    let z = REGISTERS * tau(1 - counts[RANK_BITS + 1]! / REGISTERS)
    for (let rank = RANK_BITS; rank >= 1; rank--) z = (z + counts[rank]!) / 2
    z += REGISTERS * sigma(counts[0]! / REGISTERS)
    return (ALPHA * REGISTERS * REGISTERS) / z
  }
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let sum = x
  for (let power = x * x, factor = 1; ; power *= power, factor *= 2) {
    const next = sum + power * factor
    if (next === sum) return sum
    sum = next
  }
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let sum = 1 - x
  for (let root = Math.sqrt(x), factor = 0.5; ; root = Math.sqrt(root), factor /= 2) {
    const next = sum - (1 - root) ** 2 * factor
    if (next === sum) return sum / 3
    sum = next
  }
}
