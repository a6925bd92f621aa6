// Powers of ten to 128 bits, computed when an instance is set up: 10 KB of numbers that can be derived in a fraction
// of a millisecond need not be carried around.

/** The powers that doubles need: 10^-292 to 10^324. */
const FIRST: i32 = -292
const LAST: i32 = 324

const table = memory.data(16 * (324 + 292 + 1), 16)
let ready = false

/** A big number of 32-bit limbs, the lowest first. */
const LIMBS: i32 = 37
const big = memory.data(4 * 37, 16)

/**
 * For 10^k the address of g = ceil(10^k / 2^e), where e is such that g has exactly 128 bits; the low 64 bits first.
 */
// @ts-ignore: decorator
@inline
export function powerOfTen(k: i32): usize {
  return table + ((k - FIRST) << 4)
}

export function openPowers(): void {
  if (ready) return
  ready = true
  // Upwards exactly: 10^324 has 1077 bits and fits into the limbs.
  memory.fill(big, 0, LIMBS * 4)
  store<u32>(big, 1)
  let used = 1
  for (let k = 0; k <= LAST; ++k) {
    keep(k, false)
    let carry: u64 = 0
    for (let i = 0; i < used; ++i) {
      carry += <u64>load<u32>(big + i * 4) * 10
      store<u32>(big + i * 4, <u32>carry)
      carry >>= 32
    }
    if (carry) store<u32>(big + used++ * 4, <u32>carry)
  }
  // Downwards from 2^1152: dividing by ten and rounding down k times is dividing by 10^k and rounding down once.
  memory.fill(big, 0, LIMBS * 4)
  store<u32>(big + (LIMBS - 1) * 4, 1)
  let top = LIMBS - 1
  for (let k = -1; k >= FIRST; --k) {
    let rest: u64 = 0
    for (let i = top; i >= 0; --i) {
      rest = (rest << 32) | load<u32>(big + i * 4)
      const tenth = rest / 10
      store<u32>(big + i * 4, <u32>tenth)
      rest -= tenth * 10
    }
    if (limb(top) == 0) --top
    keep(k, true) // A negative power of ten is never exact in binary.
  }
}

/** Stores the highest 128 bits of the big number, rounded up. */
function keep(k: i32, inexact: bool): void {
  let top = LIMBS - 1
  while (limb(top) == 0) --top
  // Five limbs hold 128 bits wherever the highest one begins.
  const zeros = clz<u32>(<u32>limb(top))
  let high = (limb(top) << 32) | limb(top - 1)
  let low = (limb(top - 2) << 32) | limb(top - 3)
  const next = limb(top - 4) << 32
  if (zeros) {
    high = (high << zeros) | (low >> (64 - zeros))
    low = (low << zeros) | (next >> (64 - zeros))
  }
  if (!inexact) inexact = next << zeros != 0
  for (let i = top - 5; i >= 0 && !inexact; --i) inexact = limb(i) != 0
  if (inexact) {
    low += 1
    if (low == 0) high += 1
  }
  const at = table + ((k - FIRST) << 4)
  store<u64>(at, low)
  store<u64>(at, high, 8)
}

function limb(i: i32): u64 {
  return i < 0 ? 0 : <u64>load<u32>(big + i * 4)
}
