// All that is known of a stream, in the memory rather than in globals: the hot loop keeps what it needs in locals, and
// everything else is loaded from an address that is a constant.

import { STATE } from './layout'

/** The next step. */
export const enum Step {
  // Of a member, RFC 1952.
  Magic = 0,
  Method = 1,
  Time = 2,
  System = 3,
  ExtraLength = 4,
  Extra = 5,
  Name = 6,
  Comment = 7,
  HeaderCrc = 8,
  // Of a block, RFC 1951.
  Block = 9,
  StoredLength = 10,
  Stored = 11,
  Counts = 12,
  LengthCodes = 13,
  Lengths = 14,
  Symbols = 15,
  Copy = 16,
  // Behind the blocks.
  Crc = 17,
  Size = 18,
  /** A member is over: another one, padding, or the end. */
  Between = 19,
  Padding = 20,
  Failed = 21,
}

/** The error, 0 for none. The loader knows the same numbers (src/kernel/numbers.ts). */
export const enum Failure {
  Magic = 1,
  Method = 2,
  Flags = 3,
  HeaderCrc = 4,
  BlockType = 5,
  StoredLengths = 6,
  TooManySymbols = 7,
  LengthCodes = 8,
  RepeatedLength = 9,
  NoEndOfBlock = 10,
  LiteralLengths = 11,
  DistanceLengths = 12,
  LiteralCode = 13,
  DistanceCode = 14,
  TooFar = 15,
  Crc = 16,
  Size = 17,
  Trailing = 18,
}

@unmanaged
export class State {
  /** Bits that were read but not used, the next one lowest. Above `bits` of them there may be any. */
  buffer: u64
  bits: u64
  /** Input: where the next byte is, where it ends. */
  input: usize
  inputEnd: usize
  /** Output: where this call began, where the next byte goes, where this call has to stop. */
  outputStart: usize
  output: usize
  outputLimit: usize
  /** Where the member begins, or what is left of it; no match reaches before it. */
  history: usize
  step: Step
  failure: Failure
  /** Members that were begun. */
  members: u32
  /** Flags of the member. */
  flags: u32
  /** CRC-32 of the header. */
  headerCrc: u32
  /** CRC-32 and length of the member up to `checked`. */
  crc: u32
  size: u32
  checked: usize
  lastBlock: bool
  /** The tables are those of fixed codes. */
  isFixed: bool
  /** Of a dynamic block: how many codes of each kind there are, and how many of their lengths are known. */
  literals: u32
  distances: u32
  lengthCodes: u32
  known: u32
  /** Bytes left of a stored block, a match, or a field of the header. */
  length: u32
  distance: u32
  /** Result of careful.ts: an entry, and the number of bits before those that the entry counts. */
  entry: u32
  skipped: u64
}

// @ts-ignore: decorator
@inline
export const S: State = changetype<State>(STATE)

/** Ends the stream. Returns false, as what is behind it cannot go on. */
export function fail(failure: Failure): bool {
  S.failure = failure
  S.step = Step.Failed
  return false
}
