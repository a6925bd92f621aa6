// Encodings of values besides PLAIN and dictionaries, which readers of data pages V2 know:
// https://github.com/apache/parquet-format/blob/master/Encodings.md

import { Buffer, newBuffer, reserve } from './buffer'
import { Leaf } from './tree'

/** Numbers of the format; those of the loader are in src/sinks/formats/parquet/format.ts. */
export const enum Encoding {
  DeltaBinaryPacked = 5,
  DeltaLengthByteArray = 6,
  DeltaByteArray = 7,
  ByteStreamSplit = 9,
}

/** Deltas of a block, and of each of its parts that have a bit width of their own. */
const BLOCK: u32 = 128
const PART: u32 = 32
const PARTS: u32 = 4

/** The largest size of a block of deltas: the least delta, the bit widths, and eight bytes for each. */
const BLOCK_BYTES: usize = 10 + <usize>PARTS + <usize>BLOCK * 8

/** Of one block, less the least of them. */
const deltas = memory.data(128 * 8, 16)

/** Lengths of texts, and of what they share with the text before; four bytes each. */
let lengths: Buffer = changetype<Buffer>(0)
let shared: Buffer = changetype<Buffer>(0)

export function openDelta(): void {
  lengths = newBuffer(1 << 10)
  shared = newBuffer(1 << 10)
}

/** Appends the batch's values to the body, which has their levels already. */
export function putEncoded(body: Buffer, leaf: Leaf, encoding: Encoding): void {
  const values = leaf.values.at
  const count = <u32>(leaf.values.used / leaf.width)
  switch (encoding) {
    case Encoding.DeltaBinaryPacked:
      if (leaf.width == 4) putDeltas<i32>(body, values, count)
      else putDeltas<i64>(body, values, count)
      return
    case Encoding.DeltaLengthByteArray:
      return putLengthsAndTexts(body, values, count)
    case Encoding.DeltaByteArray:
      return putSharedTexts(body, values, count)
    default:
      return putStreams(body, values, count, leaf.width)
  }
}

function putVarint(op: usize, value: u64): usize {
  while (value > 0x7f) {
    store<u8>(op++, <u8>(value | 0x80))
    value >>= 7
  }
  store<u8>(op, <u8>value)
  return op + 1
}

// @ts-ignore: decorator
@inline
function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63))
}

/** Differences between values, which wrap around in as many bits as the values have. */
function putDeltas<T>(body: Buffer, values: usize, count: u32): void {
  const blocks = (<usize>count + BLOCK - 1) / BLOCK
  reserve(body, 40 + blocks * BLOCK_BYTES)
  let op = putVarint(body.at + body.used, BLOCK)
  op = putVarint(op, PARTS)
  op = putVarint(op, count)
  let before: T = count == 0 ? <T>0 : load<T>(values)
  op = putVarint(op, zigzag(<i64>before))
  for (let from: u32 = 1; from < count; from += BLOCK) {
    const length = min(BLOCK, count - from)
    let least: i64 = i64.MAX_VALUE
    for (let i: u32 = 0; i < length; ++i) {
      const value = load<T>(values + <usize>(from + i) * sizeof<T>())
      const delta = <i64>(<T>(value - before))
      before = value
      store<i64>(deltas + (<usize>i << 3), delta)
      if (delta < least) least = delta
    }
    op = putBlock(op, length, least)
  }
  body.used = op - body.at
}

/** The differences above the least one: of 32 bits they need no more than 32. */
function putBlock(op: usize, length: u32, least: i64): usize {
  op = putVarint(op, zigzag(least))
  const widths = op
  store<u32>(widths, 0)
  op += PARTS
  for (let part: u32 = 0; part * PART < length; ++part) {
    const end = min((part + 1) * PART, length)
    let all: u64 = 0
    for (let i = part * PART; i < (part + 1) * PART; ++i) {
      const at = deltas + (<usize>i << 3)
      const above = i < end ? <u64>(load<i64>(at) - least) : 0
      store<u64>(at, above)
      all |= above
    }
    const width = 64 - <u32>clz(all)
    store<u8>(widths + part, <u8>width)
    op = packPart(op, deltas + (<usize>(part * PART) << 3), width)
  }
  return op
}

/** 32 numbers of `width` bits, the lowest bits first. */
function packPart(op: usize, at: usize, width: u32): usize {
  let word: u64 = 0
  let filled: u32 = 0
  for (let i: u32 = 0; i < PART; ++i) {
    const value = load<u64>(at + (<usize>i << 3))
    word |= value << filled
    if (filled + width < 64) {
      filled += width
      continue
    }
    store<u64>(op, word)
    op += 8
    const taken = 64 - filled
    word = taken < 64 ? value >> taken : 0
    filled = width - taken
  }
  // 32 times any width are whole words of 32 bits.
  if (filled > 0) store<u32>(op, <u32>word)
  return filled > 0 ? op + 4 : op
}

// @ts-ignore: decorator
@inline
function textAt(values: usize, index: u32): usize {
  return <usize>load<u32>(values + (<usize>index << 3))
}

// @ts-ignore: decorator
@inline
function textLength(values: usize, index: u32): u32 {
  return load<u32>(values + (<usize>index << 3), 4)
}

function putLengthsAndTexts(body: Buffer, values: usize, count: u32): void {
  lengths.used = 0
  reserve(lengths, <usize>count << 2)
  for (let i: u32 = 0; i < count; ++i) store<u32>(lengths.at + (<usize>i << 2), textLength(values, i))
  putDeltas<i32>(body, lengths.at, count)
  for (let i: u32 = 0; i < count; ++i) append(body, textAt(values, i), textLength(values, i))
}

/** The length of the prefix that each text shares with the previous one, and its suffix. */
function putSharedTexts(body: Buffer, values: usize, count: u32): void {
  lengths.used = 0
  shared.used = 0
  reserve(lengths, <usize>count << 2)
  reserve(shared, <usize>count << 2)
  let before: usize = 0
  let beforeLength: u32 = 0
  for (let i: u32 = 0; i < count; ++i) {
    const at = textAt(values, i)
    const length = textLength(values, i)
    const prefix = commonBytes(before, at, min(beforeLength, length))
    store<u32>(shared.at + (<usize>i << 2), prefix)
    store<u32>(lengths.at + (<usize>i << 2), length - prefix)
    before = at
    beforeLength = length
  }
  putDeltas<i32>(body, shared.at, count)
  putDeltas<i32>(body, lengths.at, count)
  for (let i: u32 = 0; i < count; ++i) {
    const prefix = load<u32>(shared.at + (<usize>i << 2))
    append(body, textAt(values, i) + prefix, load<u32>(lengths.at + (<usize>i << 2)))
  }
}

function commonBytes(a: usize, b: usize, most: u32): u32 {
  let i: u32 = 0
  for (; i + 8 <= most; i += 8) {
    const difference = load<u64>(a + i) ^ load<u64>(b + i)
    if (difference != 0) return i + <u32>(ctz(difference) >> 3)
  }
  while (i < most && load<u8>(a + i) == load<u8>(b + i)) ++i
  return i
}

function append(body: Buffer, at: usize, bytes: u32): void {
  reserve(body, bytes)
  memory.copy(body.at + body.used, at, bytes)
  body.used += bytes
}

/** The first bytes of all values, then the second ones, and so on. */
function putStreams(body: Buffer, values: usize, count: u32, width: u32): void {
  reserve(body, <usize>count * width)
  let op = body.at + body.used
  for (let byte: u32 = 0; byte < width; ++byte) {
    let from = values + byte
    for (let i: u32 = 0; i < count; ++i, from += width) store<u8>(op++, load<u8>(from))
  }
  body.used = op - body.at
}
