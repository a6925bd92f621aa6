// Inflates gzip: RFC 1951 and 1952, written from them. Input may end at any byte, and so may the room for output.
//
//   member.ts    header and trailer of a member        blocks.ts    beginnings of blocks, stored blocks
//   tables.ts    codes as tables of two levels         fast.ts      the hot loop
//   careful.ts   near the ends of input and output     bits.ts      bits, outside of the hot loop
//   crc.ts       the checksum, in vectors              state.ts     all that is known of a stream
//   layout.ts    what is where in the memory
//
// The loader (src/kernel/inflater.ts) calls `open` once and `reset` for each stream; then for each piece of input a
// copy to `inputAt` and `feed`, and `inflate` until it asks for input.

import { mask } from './bits'
import { beginBlock, copyStored, readCounts, readLengthCodes, readLengths, readStoredLength } from './blocks'
import { copyMatch, putSymbol } from './careful'
import { openCrc } from './crc'
import { openShuffles, putSymbolsFast } from './fast'
import { HISTORY_BYTES, INPUT, INPUT_BYTES, OUTPUT, OUTPUT_BYTES, OUTPUT_END, STATE, assertLayout } from './layout'
import {
  beginNext,
  checkCrc,
  checkHeaderCrc,
  checkSize,
  noteOutput,
  readExtraLength,
  readMagic,
  readMethod,
  skipComment,
  skipExtra,
  skipName,
  skipNumber,
  skipPadding,
} from './member'
import { Failure, S, State, Step } from './state'
import { openSymbols } from './tables'

/** Results of `inflate`. The loader knows the same numbers. */
const enum Status {
  NeedsInput = 0,
  /** Take the output, then call `inflate` again. */
  Full = 1,
  Failed = 2,
}

/** Makes what all streams need. */
export function open(): void {
  assertLayout()
  openCrc()
  openSymbols()
  openShuffles()
}

/** Begins a stream. */
export function reset(): void {
  memory.fill(STATE, 0, offsetof<State>())
  S.input = INPUT
  S.inputEnd = INPUT
  S.outputStart = OUTPUT + HISTORY_BYTES
  S.output = S.outputStart
  S.history = S.output
  S.checked = S.output
}

/** Where to put input, at most `inputCapacity` bytes. */
export function inputAt(): usize {
  return INPUT
}

export function inputCapacity(): usize {
  return INPUT_BYTES
}

/** There are `bytes` new bytes of input. To be called when `inflate` needs them. */
export function feed(bytes: usize): void {
  if (bytes > INPUT_BYTES || S.input != S.inputEnd) unreachable()
  // Bits beyond those that count may be of bytes that are overwritten now.
  S.buffer &= mask(S.bits)
  S.input = INPUT
  S.inputEnd = INPUT + bytes
}

/** Inflates until there is no more input or there are `room` bytes of output, at least 1, or fewer at its end. */
export function inflate(room: usize): Status {
  if (S.output == OUTPUT_END) moveHistory()
  S.outputStart = S.output
  S.outputLimit = S.output + min(room, OUTPUT_END - S.output)
  while (advance()) {}
  if (S.step == Step.Failed) return Status.Failed
  noteOutput()
  return S.output == S.outputLimit ? Status.Full : Status.NeedsInput
}

/** Output that was made by the last `inflate`. It stays until the next. */
export function outputAt(): usize {
  return S.outputStart
}

export function outputLength(): usize {
  return S.output - S.outputStart
}

/** Whether the stream may end here: behind a member, or the padding that follows it. */
export function isComplete(): bool {
  return S.step == Step.Padding || (S.step == Step.Between && S.bits == 0)
}

export function failure(): Failure {
  return S.failure
}

/** Puts what matches may reach before the room that is used again. */
function moveHistory(): void {
  memory.copy(OUTPUT, OUTPUT_END - HISTORY_BYTES, HISTORY_BYTES)
  S.output = OUTPUT + HISTORY_BYTES
  S.checked = S.output
  S.history = S.history > OUTPUT + OUTPUT_BYTES ? S.history - OUTPUT_BYTES : OUTPUT
}

/** Does the next step; false when it cannot be done. */
function advance(): bool {
  switch (S.step) {
    case Step.Magic:
      return readMagic()
    case Step.Method:
      return readMethod()
    case Step.Time:
      return skipNumber(32, Step.System)
    case Step.System:
      return skipNumber(16, Step.ExtraLength)
    case Step.ExtraLength:
      return readExtraLength()
    case Step.Extra:
      return skipExtra()
    case Step.Name:
      return skipName()
    case Step.Comment:
      return skipComment()
    case Step.HeaderCrc:
      return checkHeaderCrc()
    case Step.Block:
      return beginBlock()
    case Step.StoredLength:
      return readStoredLength()
    case Step.Stored:
      return copyStored()
    case Step.Counts:
      return readCounts()
    case Step.LengthCodes:
      return readLengthCodes()
    case Step.Lengths:
      return readLengths()
    case Step.Symbols:
      return putSymbolsFast() && (S.step != Step.Symbols || putSymbol())
    case Step.Copy:
      return copyMatch()
    case Step.Crc:
      return checkCrc()
    case Step.Size:
      return checkSize()
    case Step.Between:
      return beginNext()
    case Step.Padding:
      return skipPadding()
    default:
      return false
  }
}
