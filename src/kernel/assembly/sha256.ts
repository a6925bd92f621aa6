// SHA-256 of four messages side by side, one in each lane of a vector: three times as quick as one after the other.
// https://csrc.nist.gov/pubs/fips/180-4/upd1/final, section 6.2.2; names as there.

/** Bytes of a block. */
export const BLOCK: usize = 64

/** Bytes of a state: eight words of four lanes. */
export const STATE: usize = 128

/** The constants of the rounds: the first bits of the cube roots of primes. */
const constants = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
], 16)

/** The state before the first block: the first bits of the square roots of primes. */
const initial = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16)

/** The words of the schedule. The first 16 are those of the block, and are put there by the caller. */
export const schedule = memory.data(64 * 16, 16)

export function beginState(state: usize): void {
  for (let i: usize = 0; i < 8; ++i) v128.store(state + (i << 4), v128.load32_splat(initial + (i << 2)))
}

/** The same block in all four lanes. */
export function scheduleOne(block: usize): void {
  for (let i: usize = 0; i < 16; ++i) v128.store(schedule + (i << 4), i32x4.splat(bswap<u32>(load<u32>(block + (i << 2)))))
}

/** The blocks of four messages, 64 bytes each, one after the other. */
export function scheduleFour(blocks: usize): void {
  for (let i: usize = 0; i < BLOCK; i += 16) {
    const from = blocks + i
    const a = bigEndian(v128.load(from))
    const b = bigEndian(v128.load(from, 64))
    const c = bigEndian(v128.load(from, 128))
    const d = bigEndian(v128.load(from, 192))
    putTransposed(a, b, c, d, schedule + (i << 2))
  }
}

/** What stands behind the words of a digest to fill its block, which is the second one of its message. */
export function padDigests(): void {
  v128.store(schedule, i32x4.splat(0x80000000), 8 * 16)
  for (let i: usize = 9; i < 15; ++i) v128.store(schedule + (i << 4), i32x4.splat(0))
  v128.store(schedule, i32x4.splat(<i32>(BLOCK + 32) * 8), 15 * 16)
}

/** The bytes of the four digests: the first halves of all of them, then the second ones. */
export function putDigests(state: usize, to: usize): void {
  for (let i: usize = 0; i < STATE; i += 64) {
    const from = state + i
    const a = bigEndian(v128.load(from))
    const b = bigEndian(v128.load(from, 16))
    const c = bigEndian(v128.load(from, 32))
    const d = bigEndian(v128.load(from, 48))
    putTransposed(a, b, c, d, to + i)
  }
}

/** Lanes of four vectors become vectors. */
// @ts-ignore: decorator
@inline
function putTransposed(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  const abLow = v128.shuffle<u32>(a, b, 0, 4, 1, 5)
  const abHigh = v128.shuffle<u32>(a, b, 2, 6, 3, 7)
  const cdLow = v128.shuffle<u32>(c, d, 0, 4, 1, 5)
  const cdHigh = v128.shuffle<u32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<u64>(abLow, cdLow, 0, 2))
  v128.store(to, v128.shuffle<u64>(abLow, cdLow, 1, 3), 16)
  v128.store(to, v128.shuffle<u64>(abHigh, cdHigh, 0, 2), 32)
  v128.store(to, v128.shuffle<u64>(abHigh, cdHigh, 1, 3), 48)
}

// @ts-ignore: decorator
@inline
function bigEndian(words: v128): v128 {
  return v128.shuffle<u8>(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

// @ts-ignore: decorator
@inline
function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(x, by), i32x4.shl(x, 32 - by))
}

/** What a round adds to `d` and to `h`. */
// @ts-ignore: decorator
@inline
function firstSum(e: v128, f: v128, g: v128, h: v128, word: usize, constant: usize): v128 {
  const mixed = v128.xor(v128.xor(rotated(e, 6), rotated(e, 11)), rotated(e, 25))
  const chosen = v128.xor(g, v128.and(e, v128.xor(f, g)))
  const added = i32x4.add(v128.load(word), v128.load32_splat(constant))
  return i32x4.add(i32x4.add(h, added), i32x4.add(mixed, chosen))
}

/**
 * What it adds to `h` alone.
 *
 * @param ab `a ^ b`, which the next round needs as `bc`
 */
// @ts-ignore: decorator
@inline
function secondSum(a: v128, b: v128, ab: v128, bc: v128): v128 {
  const mixed = v128.xor(v128.xor(rotated(a, 2), rotated(a, 13)), rotated(a, 22))
  const majority = v128.xor(b, v128.and(ab, bc))
  return i32x4.add(mixed, majority)
}

/** Puts the word of the schedule that is needed 16 rounds after the one at `word`. */
// @ts-ignore: decorator
@inline
function extend(word: usize): void {
  const early = v128.load(word, 16)
  const late = v128.load(word, 14 * 16)
  const first = v128.xor(v128.xor(rotated(early, 7), rotated(early, 18)), i32x4.shr_u(early, 3))
  const second = v128.xor(v128.xor(rotated(late, 17), rotated(late, 19)), i32x4.shr_u(late, 10))
  const others = i32x4.add(v128.load(word), v128.load(word, 9 * 16))
  v128.store(word, i32x4.add(i32x4.add(others, first), second), 16 * 16)
}

/**
 * Takes the four blocks of the schedule into the states at `from`, and puts the new ones at `to`, which may be there or the schedule.
 * The schedule grows beside the rounds: neither could fill the processor alone, as each step waits for the one before.
 */
export function compress(from: usize, to: usize): void {
  let a = v128.load(from)
  let b = v128.load(from, 16)
  let c = v128.load(from, 32)
  let d = v128.load(from, 48)
  let e = v128.load(from, 64)
  let f = v128.load(from, 80)
  let g = v128.load(from, 96)
  let h = v128.load(from, 112)
  let even: v128
  let odd = v128.xor(b, c)
  let sum: v128
  for (let words = schedule, keys = constants; words < schedule + 64 * 16; words += 8 * 16, keys += 8 * 4) {
    if (words < schedule + 48 * 16) for (let i: usize = 0; i < 8; ++i) extend(words + (i << 4))
    sum = firstSum(e, f, g, h, words + 0, keys + 0)
    d = i32x4.add(d, sum)
    even = v128.xor(a, b)
    h = i32x4.add(sum, secondSum(a, b, even, odd))
    sum = firstSum(d, e, f, g, words + 16, keys + 4)
    c = i32x4.add(c, sum)
    odd = v128.xor(h, a)
    g = i32x4.add(sum, secondSum(h, a, odd, even))
    sum = firstSum(c, d, e, f, words + 32, keys + 8)
    b = i32x4.add(b, sum)
    even = v128.xor(g, h)
    f = i32x4.add(sum, secondSum(g, h, even, odd))
    sum = firstSum(b, c, d, e, words + 48, keys + 12)
    a = i32x4.add(a, sum)
    odd = v128.xor(f, g)
    e = i32x4.add(sum, secondSum(f, g, odd, even))
    sum = firstSum(a, b, c, d, words + 64, keys + 16)
    h = i32x4.add(h, sum)
    even = v128.xor(e, f)
    d = i32x4.add(sum, secondSum(e, f, even, odd))
    sum = firstSum(h, a, b, c, words + 80, keys + 20)
    g = i32x4.add(g, sum)
    odd = v128.xor(d, e)
    c = i32x4.add(sum, secondSum(d, e, odd, even))
    sum = firstSum(g, h, a, b, words + 96, keys + 24)
    f = i32x4.add(f, sum)
    even = v128.xor(c, d)
    b = i32x4.add(sum, secondSum(c, d, even, odd))
    sum = firstSum(f, g, h, a, words + 112, keys + 28)
    e = i32x4.add(e, sum)
    odd = v128.xor(b, c)
    a = i32x4.add(sum, secondSum(b, c, odd, even))
  }
  v128.store(to, i32x4.add(v128.load(from), a))
  v128.store(to, i32x4.add(v128.load(from, 16), b), 16)
  v128.store(to, i32x4.add(v128.load(from, 32), c), 32)
  v128.store(to, i32x4.add(v128.load(from, 48), d), 48)
  v128.store(to, i32x4.add(v128.load(from, 64), e), 64)
  v128.store(to, i32x4.add(v128.load(from, 80), f), 80)
  v128.store(to, i32x4.add(v128.load(from, 96), g), 96)
  v128.store(to, i32x4.add(v128.load(from, 112), h), 112)
}
