// Bodies of pages: levels, then values. https://github.com/apache/parquet-format#data-pages

import { Buffer, newBuffer, reserve } from './buffer'
import { indexCount, indicesAt } from './dictionary'
import { bitWidthOf, encodeHybrid, hybridBound, putRun } from './hybrid'
import { Encoding, openDelta, putEncoded } from './delta'
import { lz4Block, lz4Bound, lz4Frame } from './lz4'
import { snappyBound, snappyCompress } from './snappy'
import { isBytes, Kind, Leaf } from './tree'

export class Page {
  static body: Buffer = changetype<Buffer>(0)
  static packed: Buffer = changetype<Buffer>(0)
  /** How the body begins, in bytes. */
  static repetitionBytes: usize = 0
  static definitionBytes: usize = 0
}

export function openPages(): void {
  Page.body = newBuffer(1 << 16)
  Page.packed = newBuffer(1 << 16)
  openDelta()
}

/** Levels and values, PLAIN encoded. `prefixed` levels carry their length: data page V1. */
export function encodePlain(leaf: Leaf, prefixed: bool): void {
  putLevels(leaf, prefixed)
  const body = Page.body
  const count = <u32>(leaf.values.used / leaf.width)
  const values = leaf.values.at
  if (isBytes(leaf.kind)) return putTexts(body, values, count)
  if (leaf.kind == Kind.Boolean) return putBits(body, values, count)
  if (leaf.kind == Kind.Decimal128) return putWide(body, values, count, leaf.storedWidth)
  reserve(body, leaf.values.used)
  memory.copy(body.at + body.used, values, leaf.values.used)
  body.used += leaf.values.used
}

/** Levels and values in one of the encodings of `./delta`. */
export function encodeAs(leaf: Leaf, encoding: Encoding, prefixed: bool): void {
  putLevels(leaf, prefixed)
  putEncoded(Page.body, leaf, encoding)
}

/** Levels and the indices that `indexValues` left. */
export function encodeIndices(leaf: Leaf, prefixed: bool): void {
  putLevels(leaf, prefixed)
  const body = Page.body
  const count = indexCount()
  const dictionary = leaf.dictionary
  const bitWidth = dictionary.count < 2 ? 0 : bitWidthOf(dictionary.count - 1)
  reserve(body, hybridBound(count, bitWidth) + 1)
  store<u8>(body.at + body.used++, <u8>bitWidth)
  body.used = encodeHybrid<u32>(body.at + body.used, indicesAt(), count, bitWidth) - body.at
}

function putLevels(leaf: Leaf, prefixed: bool): void {
  Page.body.used = 0
  const count = <u32>leaf.definitions.used
  const present = <u32>(leaf.values.used / leaf.width)
  Page.repetitionBytes = putLevel(leaf.repetitions.at, count, leaf.maxRepetition, false, prefixed)
  Page.definitionBytes = putLevel(leaf.definitions.at, count, leaf.maxDefinition, present == count, prefixed)
}

/** `uniform` levels all have the maximum. Returns how many bytes they take. */
function putLevel(levels: usize, count: u32, maximum: u32, uniform: bool, prefixed: bool): usize {
  if (maximum == 0) return 0
  const body = Page.body
  const bitWidth = bitWidthOf(maximum)
  const prefix: usize = prefixed ? 4 : 0
  reserve(body, hybridBound(count, bitWidth) + prefix)
  const start = body.at + body.used
  let end = start + prefix
  if (!uniform) end = encodeHybrid<u8>(end, levels, count, bitWidth)
  else if (count > 0) end = putRun(end, maximum, count, bitWidth)
  if (prefixed) store<u32>(start, <u32>(end - start - 4))
  body.used += end - start
  return end - start
}

function putTexts(body: Buffer, values: usize, count: u32): void {
  let bytes: usize = 0
  for (let i: u32 = 0; i < count; ++i) bytes += 4 + <usize>load<u32>(values + (<usize>i << 3), 4)
  reserve(body, bytes)
  let op = body.at + body.used
  for (let i: u32 = 0; i < count; ++i) {
    const from = <usize>load<u32>(values + (<usize>i << 3))
    const length = <usize>load<u32>(values + (<usize>i << 3), 4)
    store<u32>(op, <u32>length)
    op += 4
    if (length <= 32) {
      v128.store(op, v128.load(from))
      v128.store(op, v128.load(from, 16), 16)
    } else {
      memory.copy(op, from, length)
    }
    op += length
  }
  body.used += bytes
}

function putBits(body: Buffer, values: usize, count: u32): void {
  const bytes = (<usize>count + 7) / 8
  reserve(body, bytes)
  const op = body.at + body.used
  // Old bytes lie behind the last value: clear them up to the next eight.
  store<u64>(values + count, 0)
  for (let i: usize = 0; i < bytes; ++i) {
    // Bytes 0 or 1 to bits, the first one lowest: each product bit comes from one of them.
    store<u8>(op + i, <u8>((load<u64>(values + (i << 3)) * 0x0102040810204080) >> 56))
  }
  body.used += bytes
}

/** Two's complement, big-endian, in as many bytes as the precision needs. */
function putWide(body: Buffer, values: usize, count: u32, width: u32): void {
  reserve(body, <usize>count * width + 16)
  let op = body.at + body.used
  for (let i: u32 = 0; i < count; ++i) {
    putBigEndian(op, values + (<usize>i << 4), width)
    op += width
  }
  body.used += <usize>count * width
}

export function putBigEndian(op: usize, value: usize, width: u32): void {
  for (let i: u32 = 0; i < width; ++i) store<u8>(op + i, load<u8>(value + width - 1 - i))
}

/** Compresses bytes into `Page.packed` by Snappy. Returns how many they are then. */
export function pack(at: usize, bytes: usize): usize {
  return packedUpTo(snappyCompress(at, bytes, roomForPacked(snappyBound(bytes))))
}

/** The same to a frame of LZ4. */
export function packLz4(at: usize, bytes: usize): usize {
  return packedUpTo(lz4Frame(at, bytes, roomForPacked(lz4Bound(bytes))))
}

/** The same to one block of LZ4 without a frame. */
export function packLz4Block(at: usize, bytes: usize): usize {
  return packedUpTo(lz4Block(at, bytes, roomForPacked(lz4Bound(bytes))))
}

/** Where `Page.packed` begins, emptied and with room for `most` bytes. */
function roomForPacked(most: usize): usize {
  Page.packed.used = 0
  reserve(Page.packed, most)
  return Page.packed.at
}

function packedUpTo(end: usize): usize {
  Page.packed.used = end - Page.packed.at
  return Page.packed.used
}
