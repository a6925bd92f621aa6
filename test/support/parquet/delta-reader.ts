// Readers of encodings as https://github.com/apache/parquet-format/blob/master/Encodings.md describes them, bit by bit and
// without the writer in sight.

/** Numbers from the beginning of `page`, which wrap around in `bits` bits; `widest` is the most bits of a delta. */
export function readDeltas(page: Uint8Array, bits: 32 | 64) {
  let at = 0
  let widest = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = page[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const zigzag = () => {
    const value = varint()
    return value & 1n ? -(value >> 1n) - 1n : value >> 1n
  }
  const block = Number(varint())
  const parts = Number(varint())
  const total = Number(varint())
  const numbers: bigint[] = []
  let last = zigzag()
  if (total > 0) numbers.push(last)
  while (numbers.length < total) {
    const least = zigzag()
    const widths = page.subarray(at, at + parts)
    at += parts
    for (const width of widths) {
      if (numbers.length >= total) break
      widest = Math.max(widest, width)
      for (let i = 0; i < block / parts; i++) {
        let delta = 0n
        for (let bit = 0; bit < width; bit++) {
          const place = i * width + bit
          if ((page[at + (place >> 3)]! >> (place & 7)) & 1) delta |= 1n << BigInt(bit)
        }
        if (numbers.length >= total) continue
        last = BigInt.asIntN(bits, last + least + delta)
        numbers.push(last)
      }
      at += (width * block) / parts / 8
    }
  }
  return { numbers, end: at, bytes: page.length, widest }
}

export function readTexts(page: Uint8Array): string[] {
  const { numbers, end } = readDeltas(page, 32)
  let at = end
  return numbers.map((length) => {
    at += Number(length)
    return Buffer.from(page.subarray(at - Number(length), at)).toString()
  })
}

export function readPrefixedTexts(page: Uint8Array): string[] {
  const { numbers: shared, end } = readDeltas(page, 32)
  const { numbers: lengths, end: rest } = readDeltas(page.subarray(end), 32)
  let at = end + rest
  let before = Buffer.of()
  return shared.map((prefix, i) => {
    const length = Number(lengths[i])
    before = Buffer.concat([before.subarray(0, Number(prefix)), page.subarray(at, at + length)])
    at += length
    return before.toString()
  })
}

/** Values of `width` bytes each. */
export function readStreams(page: Uint8Array, width: number): Buffer[] {
  const count = page.length / width
  return Array.from({ length: count }, (_, i) =>
    Buffer.from(Array.from({ length: width }, (_, byte) => page[byte * count + i]!)),
  )
}
