/**
 * Appends bytes that lie `distance` before `to`, as LZ4 and Snappy do: one by one, since they may go into what they make. Returns where
 * they end.
 *
 * @param outside the message where they begin before the output or end behind it
 * @throws RangeError with that message
 */
export function copyBack(
  output: Uint8Array,
  to: number,
  distance: number,
  bytes: number,
  outside: string,
): number {
  if (distance === 0 || distance > to || bytes > output.length - to) throw new RangeError(outside)
  const end = to + bytes
  for (let at = to; at < end; at++) output[at] = output[at - distance]!
  return end
}
