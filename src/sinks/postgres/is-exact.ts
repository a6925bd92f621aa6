import type { Buffer } from 'node:buffer'

/**
 * Whether the text of COPY in `bytes`, from `from` up to `to`, is what `cellsFor` would make of the value that it was made of. False
 * also where that would take long to find out.
 */
export type IsExact = (bytes: Buffer, from: number, to: number) => boolean

const [ZERO, NINE] = [48, 57]

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}
