import type { Test } from 'tap'
import { Random } from '../../../bench/random.js'

/** Random numbers for one test. Their seed is printed; the environment variable SEED repeats a run. */
export function seeded(t: Test): Random {
  return new Random(seedOf(t))
}

/** The seed that is printed, for random numbers in other processes. */
export function seedOf(t: Test): number {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  return seed
}

/** The random numbers of a case that can be repeated without those before it. */
export function randomOfCase(seed: number, number: number): Random {
  return new Random((seed + Math.imul(number, 0x9e3779b1)) | 0)
}
