// Wide results are mostly NULL, and NULLs come in runs: those are written as one.

import { Token } from './tokens'

/** How many of the next `left` cells are NULL in a row, up to 16; `at` is the first, and is one. Reads 16 bytes. */
// @ts-ignore: decorator
@inline
export function nullRun(at: usize, left: u32): u32 {
  const others = ~i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>Token.Nil)))
  return min(<u32>ctz(others | 0x10000), left)
}
