// The dictionary of a column in one row group: its distinct values in the order they came, PLAIN encoded, which is
// the body of the dictionary page, and a hash table over them.

import { Buffer, freeBuffer, newBuffer, reserve } from './buffer'
import { Dictionary } from './dictionary-data'
import { isBytes, Leaf } from './tree'

const FIRST_SLOTS: u32 = 64

/** Bytes of all open dictionaries, their tables included, and beyond how many nothing is added to any of them. */
let held: usize = 0
let budget: usize = 0

export function setDictionaryBudget(bytes: usize): void {
  budget = bytes
}

function memoryOf(dictionary: Dictionary): usize {
  return (<usize>dictionary.mask + 1) * 8 + dictionary.values.capacity + dictionary.offsets.capacity
}

/** Indices of the batch's values, four bytes each. */
let indices: Buffer = changetype<Buffer>(0)

export function indicesAt(): usize {
  return indices.at
}

export function indexCount(): u32 {
  return <u32>(indices.used >> 2)
}

export function openDictionary(leaf: Leaf): void {
  closeDictionary(leaf)
  if (changetype<usize>(indices) == 0) indices = newBuffer(1 << 16)
  const dictionary = changetype<Dictionary>(heap.alloc(offsetof<Dictionary>()))
  dictionary.table = newTable(FIRST_SLOTS)
  dictionary.mask = FIRST_SLOTS - 1
  dictionary.count = 0
  dictionary.values = newBuffer(1 << 8)
  dictionary.offsets = newBuffer(isBytes(leaf.kind) ? 1 << 7 : 0)
  leaf.dictionary = dictionary
  held += memoryOf(dictionary)
}

export function closeDictionary(leaf: Leaf): void {
  const dictionary = leaf.dictionary
  if (changetype<usize>(dictionary) == 0) return
  held -= memoryOf(dictionary)
  freeBuffer(dictionary.values)
  freeBuffer(dictionary.offsets)
  heap.free(dictionary.table)
  heap.free(changetype<usize>(dictionary))
  leaf.dictionary = changetype<Dictionary>(0)
}

function newTable(slots: u32): usize {
  const table = heap.alloc(<usize>slots * 8)
  memory.fill(table, 0, <usize>slots * 8)
  return table
}

function growTable(dictionary: Dictionary): void {
  const slots = (dictionary.mask + 1) * 2
  const mask = slots - 1
  const table = newTable(slots)
  for (let slot: u32 = 0; slot <= dictionary.mask; ++slot) {
    const entry = load<u64>(dictionary.table + (<usize>slot << 3))
    if (entry == 0) continue
    let to = <u32>(entry >> 32) & mask
    while (load<u64>(table + (<usize>to << 3)) != 0) to = (to + 1) & mask
    store<u64>(table + (<usize>to << 3), entry)
  }
  heap.free(dictionary.table)
  dictionary.table = table
  dictionary.mask = mask
}

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15

// @ts-ignore: decorator
@inline
function mix(hash: u64, word: u64): u64 {
  hash = (hash ^ word) * MULTIPLIER
  return hash ^ (hash >> 32)
}

/** The first and the last eight bytes of a short text, which overlap or are zeros if it has fewer: no loop. */
// @ts-ignore: decorator
@inline
function head(at: usize, length: usize): u64 {
  return length >= 8 ? load<u64>(at) : length == 0 ? 0 : load<u64>(at) << ((8 - <u64>length) << 3)
}

// @ts-ignore: decorator
@inline
function tail(at: usize, length: usize): u64 {
  return length > 8 ? load<u64>(at + length - 8) : 0
}

// @ts-ignore: decorator
@inline
function hashBytes(at: usize, length: usize): u32 {
  if (length <= 16) return <u32>mix(mix(<u64>length, head(at, length)), tail(at, length))
  // Two at a time, so that one multiplication need not wait for the other.
  let even = <u64>length
  let odd = MULTIPLIER
  let i: usize = 0
  for (; i + 16 < length; i += 16) {
    even = mix(even, load<u64>(at + i))
    odd = mix(odd, load<u64>(at + i, 8))
  }
  even = mix(even, load<u64>(at + length - 16))
  odd = mix(odd, load<u64>(at + length - 8))
  return <u32>mix(even, odd)
}

// @ts-ignore: decorator
@inline
function equal(a: usize, b: usize, length: usize): bool {
  if (length <= 16) return head(a, length) == head(b, length) && tail(a, length) == tail(b, length)
  for (let i: usize = 0; i + 16 < length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false
  }
  return !v128.any_true(v128.xor(v128.load(a + length - 16), v128.load(b + length - 16)))
}

/**
 * Looks up the batch's values from the `from`th to the `to`th and adds those that are new, as long as the
 * dictionary stays within `limit` bytes and all together within the budget. False when it would not: the dictionary is
 * then as before the call.
 */
export function indexValues(leaf: Leaf, from: u32, to: u32, limit: usize): bool {
  const dictionary = leaf.dictionary
  if (from == 0) indices.used = 0
  reserve(indices, <usize>(to - from) * 4)
  const count = dictionary.count
  const used = dictionary.values.used
  const memory = memoryOf(dictionary)
  let done: bool
  if (isBytes(leaf.kind)) done = indexTexts(dictionary, leaf.values.at, from, to, limit)
  else if (leaf.width == 4) done = indexNumbers<u32>(dictionary, leaf.values.at, from, to, limit)
  else done = indexNumbers<u64>(dictionary, leaf.values.at, from, to, limit)
  if (!done) {
    // The table keeps entries of the values that are taken back: nothing is looked up in it any more.
    dictionary.count = count
    dictionary.values.used = used
  }
  held += memoryOf(dictionary) - memory
  indices.used += <usize>(to - from) * 4
  return done
}

function indexNumbers<T>(dictionary: Dictionary, source: usize, from: u32, to: u32, limit: usize): bool {
  let op = indices.at + indices.used
  for (let i = from; i < to; ++i, op += 4) {
    const value = load<T>(source + <usize>i * sizeof<T>())
    const hash = <u32>mix(0, <u64>value)
    let slot = hash & dictionary.mask
    let entry: u64
    let index: u32 = 0
    while ((entry = load<u64>(dictionary.table + (<usize>slot << 3))) != 0) {
      index = <u32>entry
      if (
        <u32>(entry >> 32) == hash &&
        load<T>(dictionary.values.at + <usize>(index - 1) * sizeof<T>()) == value
      ) {
        break
      }
      slot = (slot + 1) & dictionary.mask
    }
    if (entry == 0) {
      const values = dictionary.values
      if (values.used + sizeof<T>() > limit || held > budget) return false
      reserve(values, sizeof<T>())
      store<T>(values.at + values.used, value)
      values.used += sizeof<T>()
      index = added(dictionary, slot, hash)
    }
    store<u32>(op, index - 1)
  }
  return true
}

function indexTexts(dictionary: Dictionary, source: usize, from: u32, to: u32, limit: usize): bool {
  let op = indices.at + indices.used
  for (let i = from; i < to; ++i, op += 4) {
    const at = <usize>load<u32>(source + (<usize>i << 3))
    const length = <usize>load<u32>(source + (<usize>i << 3), 4)
    const hash = hashBytes(at, length)
    let slot = hash & dictionary.mask
    let entry: u64
    let index: u32 = 0
    while ((entry = load<u64>(dictionary.table + (<usize>slot << 3))) != 0) {
      index = <u32>entry
      if (<u32>(entry >> 32) == hash) {
        const known = dictionary.values.at + load<u32>(dictionary.offsets.at + (<usize>(index - 1) << 2))
        if (<usize>load<u32>(known) == length && equal(known + 4, at, length)) break
      }
      slot = (slot + 1) & dictionary.mask
    }
    if (entry == 0) {
      const values = dictionary.values
      if (values.used + 4 + length > limit || held > budget) return false
      reserve(values, 4 + length)
      reserve(dictionary.offsets, 4)
      dictionary.offsets.used = <usize>dictionary.count << 2
      store<u32>(dictionary.offsets.at + dictionary.offsets.used, <u32>values.used)
      dictionary.offsets.used += 4
      store<u32>(values.at + values.used, <u32>length)
      memory.copy(values.at + values.used + 4, at, length)
      values.used += 4 + length
      index = added(dictionary, slot, hash)
    }
    store<u32>(op, index - 1)
  }
  return true
}

/** The new entry's index plus one. */
function added(dictionary: Dictionary, slot: u32, hash: u32): u32 {
  const index = ++dictionary.count
  store<u64>(dictionary.table + (<usize>slot << 3), (<u64>hash << 32) | index)
  if (index * 2 > dictionary.mask) growTable(dictionary)
  return index
}

/** How many entries the values that were looked up in the batch are exactly once, and exactly twice. */
export class Seen {
  static once: u32 = 0
  static twice: u32 = 0
}

/** Counts in `Seen` how often each entry was looked up. */
export function countSeen(leaf: Leaf): void {
  const entries = leaf.dictionary.count
  const times = heap.alloc(max<usize>(entries, 1))
  memory.fill(times, 0, entries)
  const end = indices.at + indices.used
  for (let at = indices.at; at < end; at += 4) {
    const entry = times + <usize>load<u32>(at)
    const seen = load<u8>(entry)
    if (seen < 3) store<u8>(entry, seen + 1)
  }
  Seen.once = 0
  Seen.twice = 0
  for (let i: u32 = 0; i < entries; ++i) {
    const seen = load<u8>(times + i)
    if (seen == 1) ++Seen.once
    else if (seen == 2) ++Seen.twice
  }
  heap.free(times)
}
