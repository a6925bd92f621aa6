// A stream of gzip, step by step, from a run of input to a run of output.

import { mask } from './bits'
import { beginBlock, copyStored, readCounts, readLengthCodes, readLengths, readStoredLength } from './blocks'
import { copyMatch, putSymbol } from './careful'
import { putSymbolsFast } from './fast'
import { HISTORY_BYTES, INPUT, OUTPUT, OUTPUT_BYTES, OUTPUT_END, OUTPUT_RING, STATE } from './layout'
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
import { S, State, Step } from './state'

export function openStream(): void {
  memory.fill(STATE, 0, offsetof<State>())
  S.inputStart = INPUT
  S.input = INPUT
  S.inputEnd = INPUT
  S.outputStart = OUTPUT_RING
  S.output = OUTPUT_RING
  S.history = S.output
  S.checked = S.output
}

/** The next run of input; all of the last one was read. */
export function feed(at: usize, bytes: usize): void {
  // Bits beyond those that count may be of bytes that are overwritten now.
  S.buffer &= mask(S.bits)
  S.inputStart = at
  S.input = at
  S.inputEnd = at + bytes
}

/** Inflates until there is no more input or there are `room` bytes of output, at least 1 of those up to the ring's end. */
export function inflate(room: usize): void {
  if (S.output == OUTPUT_END) moveHistory()
  S.outputStart = S.output
  S.outputLimit = S.output + room
  while (advance()) {}
  if (S.step == Step.Failed) return
  noteOutput()
  S.isFull = S.output == S.outputLimit
}

/** Whether the stream may end here: behind a member, or the padding that follows it. */
export function isComplete(): bool {
  return S.step == Step.Padding || (S.step == Step.Between && S.bits == 0)
}

/** Puts what matches may reach before the ring, which is used again from its beginning. */
function moveHistory(): void {
  memory.copy(OUTPUT, OUTPUT_END - HISTORY_BYTES, HISTORY_BYTES)
  S.output = OUTPUT_RING
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
