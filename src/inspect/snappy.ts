import { copyBack } from './back-copy.js'

/**
 * Unpacks Snappy, which fills `length` bytes: https://github.com/google/snappy/blob/main/format_description.txt. That of hyparquet
 * takes lengths beyond 2^31 for negative ones, and walks back for them.
 *
 * @throws RangeError for bytes that are cut or damaged
 */
export function unsnappy(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let [from, to] = [0, 0]

  /** A number of so many bytes, the lowest first. */
  function number(bytes: number): number {
    if (bytes > input.length - from) throw new RangeError('Snappy data are cut')
    let value = 0
    for (let i = 0; i < bytes; i++) value += input[from++]! * 2 ** (8 * i)
    return value
  }

  let unpackedBytes = 0
  for (let byte = 0x80, scale = 1; byte >= 0x80; scale *= 0x80) {
    byte = number(1)
    unpackedBytes += (byte & 0x7f) * scale
  }
  if (unpackedBytes !== length) throw new RangeError(`Snappy data are ${unpackedBytes} of ${length} bytes`)

  while (from < input.length) {
    const tag = number(1)
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      const bytes = 1 + (short < 60 ? short : number(short - 59))
      if (bytes > input.length - from || bytes > length - to)
        throw new RangeError('a literal of Snappy is longer than its data')
      output.set(input.subarray(from, from + bytes), to)
      from += bytes
      to += bytes
      continue
    }
    const bytes = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const distance = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4)
    to = copyBack(output, to, distance, bytes, 'a copy of Snappy lies outside of its data')
  }
  if (to !== length) throw new RangeError(`Snappy data end after ${to} of ${length} bytes`)
  return output
}
