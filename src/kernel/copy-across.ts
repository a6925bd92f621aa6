/** Bytes that are copied in one go, and room to begin at any of eight addresses. */
const scratch = new Uint8Array(128 * 1024 + 8)

/**
 * Copies `from` to `to` at the index `at`, where one of them is in memory that threads share and the other is not.
 *
 * V8 copies between those one byte at a time unless both addresses are the same modulo eight, which takes ten times as long
 * (`Relaxed_Memmove`: 104 MB took 44 ms instead of 4). So bytes go through memory that is not shared and has the address
 * for it.
 */
export function copyAcross(from: Uint8Array, to: Uint8Array, at: number): void {
  const isFromShared = from.buffer instanceof SharedArrayBuffer
  const shared = isFromShared ? from.byteOffset : to.byteOffset + at
  const other = isFromShared ? to.byteOffset + at : from.byteOffset
  if (((shared ^ other) & 7) === 0) {
    to.set(from, at)
    return
  }
  const begin = shared & 7
  const most = scratch.length - 8
  for (let done = 0; done < from.length; done += most) {
    const part = from.subarray(done, done + most)
    scratch.set(part, begin)
    to.set(scratch.subarray(begin, begin + part.length), at + done)
  }
}
