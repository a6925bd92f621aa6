// The beginnings of blocks, RFC 1951, section 3.2.3 on, and blocks that are stored.

import { drop, giveBack, has, peek, take } from './bits'
import { LENGTHS, LENGTH_TABLE } from './layout'
import { Failure, S, Step, fail } from './state'
import { LENGTH_BITS, makeDistanceTable, makeFixedTables, makeLiteralTable, makeTable } from './tables'

/** Begins a block, or the trailer behind the last one. Like all of these, false when input is missing or wrong. */
export function beginBlock(): bool {
  if (S.lastBlock) {
    drop(S.bits & 7)
    S.step = Step.Crc
    return true
  }
  if (!has(3)) return false
  S.lastBlock = take(1) == 1
  switch (take(2)) {
    case 0:
      drop(S.bits & 7)
      S.step = Step.StoredLength
      return true
    case 1:
      makeFixedTables()
      S.step = Step.Symbols
      return true
    case 2:
      S.step = Step.Counts
      return true
    default:
      return fail(Failure.BlockType)
  }
}

export function readStoredLength(): bool {
  if (!has(32)) return false
  const lengths = take(32)
  S.length = lengths & 0xffff
  if (S.length != ((lengths >> 16) ^ 0xffff)) return fail(Failure.StoredLengths)
  S.step = Step.Stored
  return true
}

export function copyStored(): bool {
  giveBack()
  // Bytes of an earlier piece of input cannot be given back.
  while (S.length > 0 && S.bits > 0 && S.output < S.outputLimit) {
    store<u8>(S.output, take(8))
    S.output += 1
    S.length -= 1
  }
  if (S.bits == 0) {
    const room = min(S.inputEnd - S.input, S.outputLimit - S.output)
    const bytes = min(<usize>S.length, room)
    memory.copy(S.output, S.input, bytes)
    S.input += bytes
    S.output += bytes
    S.length -= <u32>bytes
  }
  if (S.length > 0) return false
  S.step = Step.Block
  return true
}

export function readCounts(): bool {
  if (!has(14)) return false
  S.literals = take(5) + 257
  S.distances = take(5) + 1
  S.lengthCodes = take(4) + 4
  if (S.literals > 286 || S.distances > 30) return fail(Failure.TooManySymbols)
  S.known = 0
  memory.fill(LENGTHS, 0, 19)
  S.step = Step.LengthCodes
  return true
}

/** The order in which the lengths of the codes of lengths come. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

export function readLengthCodes(): bool {
  while (S.known < S.lengthCodes) {
    if (!has(3)) return false
    store<u8>(LENGTHS + load<u8>(ORDER + S.known), take(3))
    S.known += 1
  }
  if (!makeTable(LENGTH_TABLE, LENGTH_BITS, 128, LENGTHS, 19, 0, false)) return fail(Failure.LengthCodes)
  S.known = 0
  S.step = Step.Lengths
  return true
}

export function readLengths(): bool {
  const all = S.literals + S.distances
  while (S.known < all) {
    // A code of 7 bits and 7 more; near the end of the input fewer may do.
    has(14)
    const entry = load<u32>(LENGTH_TABLE + (<usize>peek(LENGTH_BITS) << 2))
    const code = <u64>entry & 63
    const symbol = entry >> 16
    const extra: u64 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
    if (S.bits < code + extra) return false
    drop(code)
    if (symbol < 16) {
      store<u8>(LENGTHS + S.known, symbol)
      S.known += 1
      continue
    }
    if (symbol == 16 && S.known == 0) return fail(Failure.RepeatedLength)
    const length = symbol == 16 ? load<u8>(LENGTHS + S.known - 1) : <u8>0
    const times = take(extra) + (symbol == 18 ? 11 : 3)
    if (S.known + times > all) return fail(Failure.RepeatedLength)
    memory.fill(LENGTHS + S.known, length, times)
    S.known += times
  }
  S.isFixed = false
  if (load<u8>(LENGTHS + 256) == 0) return fail(Failure.NoEndOfBlock)
  if (!makeLiteralTable(S.literals)) return fail(Failure.LiteralLengths)
  if (!makeDistanceTable(S.literals, S.distances)) return fail(Failure.DistanceLengths)
  S.step = Step.Symbols
  return true
}
