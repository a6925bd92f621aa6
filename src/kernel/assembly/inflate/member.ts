// A member of a gzip file, RFC 1952, section 2.3: what stands before and behind its blocks.

import { giveBack, has, take } from './bits'
import { crc32, crc32OfByte } from './crc'
import { Failure, S, Step, fail } from './state'

/** Flags of a member. */
const enum Flag {
  HeaderCrc = 2,
  Extra = 4,
  Name = 8,
  Comment = 16,
  Reserved = 0xe0,
}

/** Whether something that is wrong at the beginning of a member is no damage, but no member. */
function failHeader(failure: Failure): bool {
  return fail(S.members > 1 ? Failure.Trailing : failure)
}

function noteByte(byte: u32): u32 {
  S.headerCrc = crc32OfByte(S.headerCrc, byte)
  return byte
}

function noteNumber(number: u32, bytes: u32): u32 {
  for (let i: u32 = 0; i < bytes; ++i) noteByte((number >> (i << 3)) & 0xff)
  return number
}

export function readMagic(): bool {
  if (!has(16)) return false
  S.members += 1
  S.headerCrc = -1
  if (noteNumber(take(16), 2) != 0x8b1f) return failHeader(Failure.Magic)
  S.step = Step.Method
  return true
}

export function readMethod(): bool {
  if (!has(16)) return false
  const method = noteByte(take(8))
  S.flags = noteByte(take(8))
  if (method != 8) return failHeader(Failure.Method)
  if (S.flags & Flag.Reserved) return failHeader(Failure.Flags)
  S.step = Step.Time
  return true
}

/** Skips `bits` bits of the header that say nothing here. */
export function skipNumber(bits: u64, next: Step): bool {
  if (!has(bits)) return false
  noteNumber(take(bits), <u32>(bits >> 3))
  S.step = next
  return true
}

export function readExtraLength(): bool {
  S.length = 0
  if (S.flags & Flag.Extra) {
    if (!has(16)) return false
    S.length = noteNumber(take(16), 2)
  }
  S.step = Step.Extra
  return true
}

export function skipExtra(): bool {
  for (; S.length > 0; --S.length) {
    if (!has(8)) return false
    noteByte(take(8))
  }
  S.step = Step.Name
  return true
}

export function skipName(): bool {
  if (!(S.flags & Flag.Name) || skipText()) S.step = Step.Comment
  return S.step == Step.Comment
}

export function skipComment(): bool {
  if (!(S.flags & Flag.Comment) || skipText()) S.step = Step.HeaderCrc
  return S.step == Step.HeaderCrc
}

/** Skips a text and the NUL behind it. */
function skipText(): bool {
  while (has(8)) if (noteByte(take(8)) == 0) return true
  return false
}

export function checkHeaderCrc(): bool {
  if (S.flags & Flag.HeaderCrc) {
    if (!has(16)) return false
    if (take(16) != (~S.headerCrc & 0xffff)) return fail(Failure.HeaderCrc)
  }
  S.lastBlock = false
  S.history = S.output
  S.crc = -1
  S.size = 0
  S.checked = S.output
  S.step = Step.Block
  return true
}

/** Adds what was written since to the checksum and length of the member. */
export function noteOutput(): void {
  const bytes = S.output - S.checked
  if (bytes == 0) return
  S.crc = crc32(S.crc, S.checked, bytes)
  S.size += <u32>bytes
  S.checked = S.output
}

export function checkCrc(): bool {
  if (!has(32)) return false
  noteOutput()
  if (take(32) != ~S.crc) return fail(Failure.Crc)
  S.step = Step.Size
  return true
}

export function checkSize(): bool {
  if (!has(32)) return false
  if (take(32) != S.size) return fail(Failure.Size)
  S.step = Step.Between
  return true
}

/** Behind a member a NUL begins padding, and anything else the next member. */
export function beginNext(): bool {
  if (!has(8)) return false
  S.step = <u8>S.buffer == 0 ? Step.Padding : Step.Magic
  return true
}

/** Reads all input there is; false at its end, as nothing else can follow. */
export function skipPadding(): bool {
  giveBack()
  while (S.bits > 0) if (take(8) != 0) return fail(Failure.Trailing)
  for (; S.input < S.inputEnd; ++S.input) if (load<u8>(S.input) != 0) return fail(Failure.Trailing)
  return false
}
