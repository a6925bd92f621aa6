// The value that a cast made, as msgpack. It lies below the input, which tells it apart.

import { Token } from './tokens'

/** Every text made here fits: a header, and up to 62 bytes. */
export const made = memory.data(64, 16)

/** Where a text is made that {@link madeText} then puts a header before. */
export const madeBody: usize = made + 2

/** The text from `madeBody` to `end`, in the fewest bytes. */
export function madeText(end: usize): usize {
  const bytes = <u32>(end - madeBody)
  if (bytes < 32) {
    store<u8>(madeBody - 1, <u8>(Token.FixStr | bytes))
    return madeBody - 1
  }
  store<u8>(made, Token.Str8)
  store<u8>(made, <u8>bytes, 1)
  return made
}
