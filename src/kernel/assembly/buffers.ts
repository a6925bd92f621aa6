// The input, which holds rows and perhaps the beginning of one more, and the output, which the loader takes away
// piece by piece.

import { allocate, resizeLast } from './memory'

/**
 * Bytes one may read beyond the end of the input: the longest token the hot loops take without looking, and a
 * vector.
 */
const READ_SLACK: usize = 512

export class Input {
  static base: usize = 0
  static capacity: usize = 0
  static end: usize = 0
  /** Where the row in progress begins. */
  static row: usize = 0
  /** Bytes before it are not needed any more. */
  static keep: usize = 0
}

export class Output {
  static start: usize = 0
  static at: usize = 0
  static end: usize = 0
  /** Up to here a scalar, a short text, a key, a NULL fit without looking. */
  static safe: usize = 0
}

/** Bytes one may write beyond a position that was checked: vectors are stored whole. */
const WRITE_SLACK: usize = 64

export function openOutput(bytes: usize, reserve: usize): void {
  Output.start = allocate(bytes + WRITE_SLACK)
  Output.at = Output.start
  Output.end = Output.start + bytes
  Output.safe = Output.end - reserve
}

export function openInput(bytes: usize): void {
  Input.base = allocate(bytes + READ_SLACK)
  Input.capacity = bytes
  Input.end = Input.base
  Input.row = Input.base
  Input.keep = Input.base
}

/**
 * Makes room for `bytes` more bytes of input: what is not needed is overwritten, and if that is not enough the input
 * doubles. Doubling keeps a row of any size linear in time, and memory in proportion to what really came, whatever
 * length a header claims. Returns how far everything moved towards the base, or -1 when there is no memory left.
 */
export function makeRoom(bytes: usize): isize {
  const moved = Input.keep - Input.base
  if (moved > 0) {
    memory.copy(Input.base, Input.keep, Input.end - Input.keep)
    Input.end -= moved
    Input.row -= moved
    Input.keep = Input.base
  }
  const needed = Input.end - Input.base + bytes
  if (needed > Input.capacity) {
    const capacity = max(needed, Input.capacity * 2)
    if (!resizeLast(Input.base, capacity + READ_SLACK)) return -1
    Input.capacity = capacity
  }
  return moved
}
