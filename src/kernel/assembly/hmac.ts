// HMAC-SHA256 (https://www.rfc-editor.org/rfc/rfc2104) in hexadecimal. Texts of up to four blocks wait until there are four with as
// many, and are hashed at once. The text of a hash is always as long, so what follows it need not wait.

import { allocate } from './memory'
import { BLOCK, STATE, beginState, compress, padDigests, putDigests, schedule, scheduleFour, scheduleOne } from './sha256'

/** Bytes of a hash in hexadecimal. */
export const HEX: usize = 64

/** Padding behind a text in its last block: a bit, and the length. */
const PADDING: usize = 9

const LANES: usize = 4

const MOST_BLOCKS: usize = 4

/** The longest text that {@link hashText} takes. */
export const LONGEST: usize = MOST_BLOCKS * BLOCK - PADDING

/** The states behind the key, of the inner and the outer hash. */
const inner = memory.data(128, 16)
const outer = memory.data(128, 16)

const state = memory.data(128, 16)

/** For each number of blocks the texts that wait: how many, where their hashes go; and the blocks, the first ones of all lanes first. */
const counts = memory.data(4 * 4, 16)
const places = memory.data(4 * 4 * 4, 16)
const waiting = memory.data(4 * 4 * 4 * 64, 16)

// @ts-ignore: decorator
@inline
function waitingAt(blocks: usize): usize {
  return waiting + (blocks - 1) * MOST_BLOCKS * LANES * BLOCK
}

/** Of a longer text the block that is not full, and the bytes of all of it. */
const block = memory.data(64, 16)
let blockBytes: usize = 0
let textBytes: u64 = 0

/**
 * Hashes that were made, each with the block of its text, at the place that a hash of the block says: columns of people repeat
 * few of them, and in the cache of a processor a look takes a twentieth of a hash. 512 KiB in all.
 */
const KNOWN: u32 = 4096
const KNOWN_BYTES: usize = BLOCK + HEX
let known: usize = 0

/** Takes the key: its two blocks, xored with ipad and opad. They are wiped. */
export function setKey(blocks: usize): void {
  beginState(inner)
  scheduleOne(blocks)
  compress(inner, inner)
  beginState(outer)
  scheduleOne(blocks + BLOCK)
  compress(outer, outer)
  memory.fill(blocks, 0, 2 * BLOCK)
  memory.fill(schedule, 0, 64 * 16)
  memory.fill(counts, 0, 4 * 4)
  looks = 0
  hits = 0
  resting = 0
  known = allocate(<usize>KNOWN * KNOWN_BYTES)
  // No text has a block of zeros.
  memory.fill(known, 0, <usize>KNOWN * KNOWN_BYTES)
}

/** Puts the hash of a text of up to {@link LONGEST} bytes at `to`, at the latest in {@link finishHashes}. */
export function hashText(src: usize, bytes: usize, to: usize): void {
  const blocks = (bytes + PADDING + BLOCK - 1) / BLOCK
  const group = blocks - 1
  const lane = <usize>load<u32>(counts + group * 4)
  const first = waitingAt(blocks) + lane * BLOCK
  putBlocks(src, bytes, blocks, first)
  if (blocks == 1 && isKnown(first, to)) return
  store<u32>(places + (group * LANES + lane) * 4, <u32>to)
  store<u32>(counts + group * 4, <u32>lane + 1)
  if (lane + 1 == LANES) finishGroup(blocks)
}

/**
 * The blocks of a text, each {@link LANES} blocks behind the one before. Reads up to {@link BLOCK} and {@link PADDING} bytes beyond the end of the text,
 * and leaves them out.
 */
function putBlocks(src: usize, bytes: usize, blocks: usize, first: usize): void {
  const indexes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  const bit = i8x16.splat(<i8>0x80)
  let left = <isize>bytes
  let at = first
  for (let i: usize = 0; i < blocks; ++i) {
    for (let j: usize = 0; j < BLOCK; j += 16) {
      const end = i8x16.splat(<i8>max<isize>(min<isize>(left, 16), -1))
      const text = v128.and(v128.load(src), i8x16.lt_s(indexes, end))
      v128.store(at + j, v128.or(text, v128.and(i8x16.eq(indexes, end), bit)))
      src += 16
      left -= 16
    }
    at += LANES * BLOCK
  }
  store<u32>(at - LANES * BLOCK, bswap<u32>(<u32>(BLOCK + bytes) * 8), BLOCK - 4)
}

/** Texts that were looked up since this was last asked, and those found. */
let looks: u32 = 0
let hits: u32 = 0

/** So many texts are not looked up any more, as too few were found. */
let resting: u32 = 0

const LOOKS: u32 = 1024
const REST: u32 = 16 * LOOKS

/** Puts a hash that was made before. */
function isKnown(block: usize, to: usize): bool {
  if (resting) {
    resting -= 1
    return false
  }
  if (++looks == LOOKS) {
    // Below one in 16 the looks cost more than they save.
    if (hits < LOOKS / 16) resting = REST
    looks = 0
    hits = 0
  }
  const found = knownPlace(block)
  if (!isSameBlock(found, block)) return false
  hits += 1
  copyHex(found + BLOCK, to)
  return true
}

function knownPlace(lane: usize): usize {
  let mixed = load<u64>(lane)
  for (let i: usize = 8; i < BLOCK; i += 8) mixed = rotl<u64>(mixed * 0x9e3779b97f4a7c15, 29) ^ load<u64>(lane + i)
  return known + <usize>(<u32>((mixed * 0x9e3779b97f4a7c15) >> 32) & (KNOWN - 1)) * KNOWN_BYTES
}

// @ts-ignore: decorator
@inline
function isSameBlock(a: usize, b: usize): bool {
  const first = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16)))
  const second = v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48)))
  return !v128.any_true(v128.or(first, second))
}

function copyHex(from: usize, to: usize): void {
  for (let i: usize = 0; i < HEX; i += 16) v128.store(to + i, v128.load(from + i))
}

/** Puts the hashes of all texts that wait. */
export function finishHashes(): void {
  for (let blocks: usize = 1; blocks <= MOST_BLOCKS; ++blocks) if (load<u32>(counts + (blocks - 1) * 4)) finishGroup(blocks)
}

function finishGroup(blocks: usize): void {
  const group = blocks - 1
  const count = <usize>load<u32>(counts + group * 4)
  store<u32>(counts + group * 4, 0)
  const first = waitingAt(blocks)
  let before = inner
  for (let i: usize = 0; i < group; ++i) {
    scheduleFour(first + i * LANES * BLOCK)
    compress(before, state)
    before = state
  }
  scheduleFour(first + group * LANES * BLOCK)
  finish(before)
  for (let lane: usize = 0; lane < count; ++lane) {
    const to = <usize>load<u32>(places + (group * LANES + lane) * 4)
    putHex(lane, to)
    if (blocks == 1 && resting == 0) remember(first + lane * BLOCK, to)
  }
}

function remember(block: usize, hex: usize): void {
  const place = knownPlace(block)
  for (let i: usize = 0; i < BLOCK; i += 16) v128.store(place + i, v128.load(block + i))
  copyHex(hex, place + BLOCK)
}

/** From the last block of the inner hash, which is in the schedule, to the digests of the outer one. */
function finish(before: usize): void {
  compress(before, schedule)
  padDigests()
  compress(outer, state)
  putDigests(state, digests)
}

/** A text that comes in parts. */
export function beginHmac(): void {
  memory.copy(state, inner, STATE)
  blockBytes = 0
  textBytes = BLOCK
}

export function addToHmac(src: usize, bytes: usize): void {
  textBytes += bytes
  const end = src + bytes
  while (src < end) {
    const taken = min(BLOCK - blockBytes, end - src)
    memory.copy(block + blockBytes, src, taken)
    blockBytes += taken
    src += taken
    if (blockBytes == BLOCK) takeBlock()
  }
}

function takeBlock(): void {
  scheduleOne(block)
  compress(state, state)
  blockBytes = 0
}

export function endHmac(to: usize): void {
  store<u8>(block + blockBytes++, 0x80)
  if (blockBytes > BLOCK - 8) {
    memory.fill(block + blockBytes, 0, BLOCK - blockBytes)
    takeBlock()
  }
  memory.fill(block + blockBytes, 0, BLOCK - blockBytes)
  store<u64>(block, bswap<u64>(textBytes * 8), BLOCK - 8)
  scheduleOne(block)
  finish(state)
  putHex(0, to)
}

const digits = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, // 0-9 a-f
], 16)

const digests = memory.data(128, 16)

function putHex(lane: usize, to: usize): void {
  const from = digests + (lane << 4)
  putHexHalf(v128.load(from), to)
  putHexHalf(v128.load(from, 64), to + 32)
}

// @ts-ignore: decorator
@inline
function putHexHalf(bytes: v128, to: usize): void {
  const high = i8x16.shr_u(bytes, 4)
  const low = v128.and(bytes, i8x16.splat(0x0f))
  const first = v128.shuffle<u8>(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
  const second = v128.shuffle<u8>(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
  v128.store(to, i8x16.swizzle(v128.load(digits), first))
  v128.store(to, i8x16.swizzle(v128.load(digits), second), 16)
}
