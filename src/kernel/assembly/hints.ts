// Hints that the hot loops keep for each column, because the next value is mostly like the last one. A hint only says which way
// is tried first: the output is the same whatever it holds.

import { allocate } from './memory'
import { Plan } from './plan'

export class Hints {
  /** A byte for each column, see `putDouble`, and one more, as some count down to 1. */
  static doubles: usize = 0
}

export function openHints(): void {
  const bytes = <usize>Plan.width + 1
  Hints.doubles = allocate(bytes)
  memory.fill(Hints.doubles, 0, bytes)
}
