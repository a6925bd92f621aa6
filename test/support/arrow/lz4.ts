/** Unpacks a frame of LZ4: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, without checksums. */
export function unpackLz4(frame: Uint8Array): Buffer {
  const bytes = Buffer.from(frame)
  if (bytes.readUInt32LE(0) !== 0x184d2204 || bytes[4] !== 0x60 || bytes[5] !== 0x40 || bytes[6] !== 0x82)
    throw new Error('the header of the frame is another one')
  const blocks: Buffer[] = []
  for (let at = 7; ; ) {
    const size = bytes.readUInt32LE(at)
    at += 4
    if (size === 0) {
      if (at !== bytes.length) throw new Error('bytes follow the frame')
      return Buffer.concat(blocks)
    }
    const length = size & 0x7fffffff
    const block = bytes.subarray(at, at + length)
    blocks.push(size >>> 31 === 1 ? block : unpackBlock(block))
    at += length
  }
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md, with its rules for the end of a block. */
export function unpackBlock(block: Buffer): Buffer {
  const out: number[] = []
  let lastMatch = 0
  let at = 0
  const rest = (nibble: number) => {
    let length = nibble
    if (nibble === 15) {
      for (let more = 255; more === 255; length += more) more = block[at++]!
    }
    return length
  }
  while (at < block.length) {
    const token = block[at++]!
    const literals = rest(token >> 4)
    for (let i = 0; i < literals; i++) out.push(block[at++]!)
    if (at === block.length) {
      if (lastMatch > Math.max(0, out.length - 12)) throw new Error('the last match begins too late')
      if (literals < 5 && out.length >= 13) throw new Error('the last literals are too few')
      break
    }
    const offset = block.readUInt16LE(at)
    at += 2
    lastMatch = out.length
    const length = 4 + rest(token & 15)
    for (let i = 0; i < length; i++) out.push(out[out.length - offset]!)
  }
  return Buffer.from(out)
}
