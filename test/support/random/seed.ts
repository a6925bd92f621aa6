import type { Test } from 'tap'
import { Random } from '../../../bench/random.js'

/** Random numbers for one test. Their seed is printed; the environment variable SEED repeats a run. */
export function seeded(t: Test): Random {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  return new Random(seed)
}
