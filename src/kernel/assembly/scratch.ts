// A cell's text on its way: long enough for nearly every nested value, and the unit in which longer texts pass.

import { allocate } from './memory'
import { TOKEN_ROOM } from './text-state'

const SCRATCH: usize = 64 * 1024

export class Scratch {
  static start: usize = 0
  static end: usize = 0
}

export function openScratch(): void {
  Scratch.start = allocate(SCRATCH + TOKEN_ROOM)
  Scratch.end = Scratch.start + SCRATCH
}
