// Base64 with padding: https://www.rfc-editor.org/rfc/rfc4648#section-4

const alphabet = memory.data<u8>([
  0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, // A-P
  0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, // Q-Z a-f
  0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, // g-v
  0x77, 0x78, 0x79, 0x7a, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x2b, 0x2f, // w-z 0-9 + /
], 16)

// @ts-ignore: decorator
@inline
function character(bits: u32): u32 {
  return load<u8>(alphabet + (bits & 63))
}

/** Writes four characters for every three bytes, the last ones padded. Reads up to a byte beyond the end. */
export function putBase64(op: usize, src: usize, bytes: usize): usize {
  let i: usize = 0
  for (; i + 3 <= bytes; i += 3) {
    const bits = bswap<u32>(load<u32>(src + i)) >> 8
    const text = character(bits >> 18) | (character(bits >> 12) << 8) | (character(bits >> 6) << 16) | (character(bits) << 24)
    store<u32>(op, text)
    op += 4
  }
  if (i < bytes) {
    const two = i + 2 == bytes
    const bits = (<u32>load<u8>(src + i) << 16) | (two ? <u32>load<u8>(src + i, 1) << 8 : 0)
    store<u8>(op, <u8>character(bits >> 18))
    store<u8>(op, <u8>character(bits >> 12), 1)
    store<u8>(op, two ? <u8>character(bits >> 6) : 0x3d, 2)
    store<u8>(op, 0x3d, 3) // =
    op += 4
  }
  return op
}
