// Rows that are only watched as they pass: how many NULLs each column has, and a hash of each key, by which repeats.ts finds
// the rows that are there twice. Equal values have equal hashes however msgpack spells them, so a key that comes twice is
// never missed; 128 bits are enough that two keys which differ never meet.

import { Input, Output } from './buffers'
import { cellAt, frameUsualRow } from './frame'
import { allocate } from './memory'
import { Format, KeyPart, Limit, Plan, planColumn } from './plan'
import { Rows, Written, valueOf } from './rows'
import { TIMESTAMP_TYPE, isTimestamp } from './timestamps'
import { Token, big16, big32, big64, isFixStr, isInteger, readFloat, readInteger } from './tokens'

/** For each column, how many cells are NULL and how many have no hash: numbers of 64 bits, in turn. */
let counts: usize = 0

/** Bytes of a hash. */
export const HASH: usize = 16

/** Hashes are handed over in parts, by their first byte. */
const PARTS: usize = 256

/** Keys of a row. */
let keys: usize = 0

/** The hashes of the output once more, and where the parts of each key end there: numbers of 32 bits, in hashes. */
let sorted: usize = 0
let ends: usize = 0

/** @param output bytes of the output */
export function openWatch(output: usize): void {
  const bytes = <usize>Plan.columns * 16
  counts = allocate(bytes)
  memory.fill(counts, 0, bytes)
  keys = 0
  if (Plan.format != Format.Watch) return
  for (let i: u32 = 0; i < Plan.columns; ++i) keys += <usize>(planColumn(i).keyPart == KeyPart.Last)
  sorted = allocate(output)
  ends = allocate(keys * PARTS * 4)
}

export function nullsIn(column: u32): u64 {
  return load<u64>(counts + <usize>column * 16)
}

export function unhashedIn(column: u32): u64 {
  return load<u64>(counts + <usize>column * 16, 8)
}

/** The hot loop: gives up before a row at anything unusual. */
export function putUsualHashes(): void {
  while (Rows.done < Limit.rows) {
    const end = frameUsualRow()
    if (end == 0 || putHashes() != Written.Done) return
    Rows.done += 1
    Input.row = end
  }
}

/**
 * The hashes of a row's keys, 16 bytes each; zeros for a key that holds a NULL, which equals nothing, and for one that has no
 * hash.
 */
export function putHashes(): Written {
  const columns = Plan.columns
  // As if each column were a key: the loader has room for so many.
  if (Output.at + <usize>columns * HASH > Output.end) return Written.Full
  let isWhole = true
  beginHash()
  for (let i: u32 = 0; i < columns; ++i) {
    const column = planColumn(i)
    const isNull = load<u8>(cellAt(column.source)) == Token.Nil
    const count = counts + <usize>i * 16
    if (isNull) store<u64>(count, load<u64>(count) + 1)
    if (column.keyPart == KeyPart.None) continue
    if (isNull) {
      isWhole = false
    } else {
      const value = valueOf(column)
      if (value == 0) return Written.Failed
      if (!absorb(value)) {
        store<u64>(count, load<u64>(count, 8) + 1, 8)
        isWhole = false
      }
    }
    if (column.keyPart != KeyPart.Last) continue
    putHash(isWhole)
    isWhole = true
    beginHash()
  }
  return Written.Done
}

function putHash(isWhole: bool): void {
  endHash()
  // All zeros stand for no key.
  store<u64>(Output.at, isWhole ? Hash.first | <u64>(Hash.first == 0) : 0)
  store<u64>(Output.at, isWhole ? Hash.second : 0, 8)
  Output.at += HASH
}

/**
 * Puts the hashes of the output together, by key and by part, and leaves out the zeros. Returns where {@link hashEnds} end the
 * parts.
 */
export function sortHashes(): usize {
  memory.fill(ends, 0, keys * PARTS * 4)
  const step = keys * HASH
  for (let key: usize = 0; key < keys; ++key) {
    for (let at = Output.start + key * HASH; at < Output.at; at += step) {
      if (!load<u64>(at)) continue
      const end = endOf(key, at)
      store<u32>(end, load<u32>(end) + 1)
    }
  }
  let before: u32 = 0
  for (let end = ends; end < ends + keys * PARTS * 4; end += 4) {
    const count = load<u32>(end)
    store<u32>(end, before)
    before += count
  }
  // Where a part begins moves on to where it ends.
  for (let key: usize = 0; key < keys; ++key) {
    for (let at = Output.start + key * HASH; at < Output.at; at += step) {
      if (!load<u64>(at)) continue
      const end = endOf(key, at)
      const place = load<u32>(end)
      v128.store(sorted + <usize>place * HASH, v128.load(at))
      store<u32>(end, place + 1)
    }
  }
  return sorted
}

// @ts-ignore: decorator
@inline
function endOf(key: usize, hash: usize): usize {
  return ends + (key * PARTS + <usize>load<u8>(hash)) * 4
}

export function hashEnds(): usize {
  return ends
}

/** Values with this in common may have equal bytes without being equal. */
const enum Family {
  Integer = 1,
  /** Beyond 2^63. */
  Unsigned = 2,
  Double = 3,
  Boolean = 4,
  Text = 5,
  Timestamp = 6,
  Extension = 7,
}

/** Takes a value into the hash; false for arrays and maps, which are equal in more ways than bytes tell. */
function absorb(at: usize): bool {
  const t: i32 = load<u8>(at)
  if (isInteger(t)) {
    const x = readInteger(at, t)
    mix(x, t == Token.UInt64 && <i64>x < 0 ? Family.Unsigned : Family.Integer)
    return true
  }
  if (isFixStr(t)) {
    absorbBytes(at + 1, t & 0x1f, Family.Text)
    return true
  }
  switch (t) {
    case Token.False:
    case Token.True:
      mix(t, Family.Boolean)
      return true
    case Token.Float32:
    case Token.Float64:
      absorbDouble(readFloat(at, t))
      return true
    case Token.Str8:
    case Token.Bin8:
      absorbBytes(at + 2, load<u8>(at, 1), Family.Text)
      return true
    case Token.Str16:
    case Token.Bin16:
      absorbBytes(at + 3, big16(at + 1), Family.Text)
      return true
    case Token.Str32:
    case Token.Bin32:
      absorbBytes(at + 5, big32(at + 1), Family.Text)
      return true
    case Token.Ext8:
      absorbExtension(at + 2, load<u8>(at, 1))
      return true
    case Token.Ext16:
      absorbExtension(at + 3, big16(at + 1))
      return true
    case Token.Ext32:
      absorbExtension(at + 5, big32(at + 1))
      return true
    case Token.FixExt1:
    case Token.FixExt2:
    case Token.FixExt4:
    case Token.FixExt8:
    case Token.FixExt16:
      absorbExtension(at + 1, 1 << (t - Token.FixExt1))
      return true
    default:
      return false
  }
}

/** A double without a fraction equals the integer; 0 and -0 are equal, and so is NaN to itself. */
function absorbDouble(value: f64): void {
  if (value == trunc<f64>(value)) {
    if (value >= -9223372036854775808.0 && value < 9223372036854775808.0) return mix(<u64>(<i64>value), Family.Integer)
    if (value >= 0 && value < 18446744073709551616.0) return mix(<u64>value, Family.Unsigned)
  }
  mix(value == value ? reinterpret<u64>(value) : 0x7ff8000000000000, Family.Double)
}

/** From the byte of the type on, which is not one of `bytes`. */
function absorbExtension(at: usize, bytes: u32): void {
  const type: i32 = load<i8>(at)
  const body = at + 1
  if (type != TIMESTAMP_TYPE || !isTimestamp(body, bytes)) {
    mix(<u64>type, Family.Extension)
    return absorbBytes(body, bytes, Family.Extension)
  }
  // The same moment in each of three lengths.
  const packed = bytes == 8 ? big64(body) : 0
  const seconds = bytes == 4 ? <u64>big32(body) : bytes == 8 ? packed & 0x3_ffff_ffff : big64(body + 4)
  const nanoseconds = bytes == 4 ? 0 : bytes == 8 ? packed >> 34 : <u64>big32(body)
  mix(seconds, (nanoseconds << 8) | Family.Timestamp)
}

/** Reads up to 15 bytes beyond the end, and leaves them out. */
function absorbBytes(at: usize, bytes: u32, family: u64): void {
  mix(bytes, family)
  const end = at + <usize>bytes
  for (; at + 16 <= end; at += 16) mix(load<u64>(at), load<u64>(at, 8))
  const rest = end - at
  if (rest == 0) return
  if (rest >= 8) mix(load<u64>(at), rest == 8 ? 0 : firstBytes(load<u64>(at, 8), rest - 8))
  else mix(firstBytes(load<u64>(at), rest), 0)
}

/** From 1 to 7 bytes of eight. */
// @ts-ignore: decorator
@inline
function firstBytes(value: u64, bytes: usize): u64 {
  return value & ((<u64>1 << (<u64>bytes * 8)) - 1)
}

/** The hash under way: MurmurHash3_x64_128 (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp), public domain. */
class Hash {
  static first: u64 = 0
  static second: u64 = 0
}

const FIRST_FACTOR: u64 = 0x87c37b91114253d5
const SECOND_FACTOR: u64 = 0x4cf5ad432745937f

function beginHash(): void {
  Hash.first = 0
  Hash.second = 0
}

/** Takes a block of 16 bytes. */
// @ts-ignore: decorator
@inline
function mix(first: u64, second: u64): void {
  const a = Hash.first ^ (rotl<u64>(first * FIRST_FACTOR, 31) * SECOND_FACTOR)
  const b = Hash.second ^ (rotl<u64>(second * SECOND_FACTOR, 33) * FIRST_FACTOR)
  Hash.first = (rotl<u64>(a, 27) + Hash.second) * 5 + 0x52dce729
  Hash.second = (rotl<u64>(b, 31) + Hash.first) * 5 + 0x38495ab5
}

function endHash(): void {
  const first = finalMix(Hash.first + Hash.second)
  const second = finalMix(Hash.second + Hash.first + Hash.second)
  Hash.first = first + second
  Hash.second = second + Hash.first
}

function finalMix(value: u64): u64 {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53
  return value ^ (value >> 33)
}
