// Texts and bytes within a text, in parts: they may be longer than the output and hold anything.

import { putBase64 } from './base64'
import { Input } from './buffers'
import { mostPerByte, putEscaped, putQuote } from './escape'
import { allocate } from './memory'
import { InvalidUtf8, Limit, Plan } from './plan'
import { Text, TextStatus, stop } from './text-state'
import { isValid, putRepaired, wholeSequences } from './utf8'

/** Size of the parts in which long texts are written, in bytes. */
export const PART: usize = 16 * 1024

export const enum BodyKind {
  None = 0,
  Utf8 = 1,
  Base64 = 2,
}

/** The next step after a body. */
export const enum BodyEnd {
  Quote = 0,
  /** The end of `{"type":1,"data":"` */
  Object = 1,
  /** The same, quoted as a whole. */
  QuotedObject = 2,
}

/** The text or bytes being written. */
export class Body {
  static kind: BodyKind = BodyKind.None
  static at: usize = 0
  static left: usize = 0
  static level: i32 = 0
  static end: BodyEnd = BodyEnd.Quote
  static repaired: bool = false
}

let repairs: usize = 0

export function openBodies(): void {
  repairs = allocate(PART * 3 + 64)
}

export function beginBody(op: usize, kind: BodyKind, body: usize, bytes: usize, level: i32): usize {
  if (!isPresent(body, bytes)) return stop(op, TextStatus.Damaged)
  Body.kind = kind
  Body.at = body
  Body.left = bytes
  Body.level = level
  Body.end = BodyEnd.Quote
  Body.repaired = false
  Text.at = body + bytes
  return putQuote(op, level)
}

/** Within the limit and within the input. What a cast made lies below the input. */
export function isPresent(body: usize, bytes: usize): bool {
  return bytes <= Limit.cellBytes && body + bytes <= Input.end
}

export function putBodyEnd(op: usize): usize {
  Body.kind = BodyKind.None
  op = putQuote(op, Body.level)
  if (Body.end != BodyEnd.Quote) store<u8>(op++, 0x7d) // }
  if (Body.end == BodyEnd.QuotedObject) op = putQuote(op, Body.level - 1)
  return op
}

/** As much of the body as there is room for, and at most a part of it. */
export function putBodyPart(op: usize, limit: usize): usize {
  const src = Body.at
  const room = limit - op - 64
  let bytes = min(Body.left, PART)
  if (Body.kind == BodyKind.Base64) {
    const most = (room >> 2) * 3
    if (bytes > most) bytes = most
    if (bytes < Body.left) bytes -= bytes % 3
    op = putBase64(op, src, bytes)
  } else {
    bytes = min(bytes, room / mostPerByte(Body.level))
    if (bytes < Body.left) bytes = wholeSequences(src, bytes)
    const written = Body.level < 0 ? putValid(op, src, bytes) : putEscaped(op, src, bytes, Body.level)
    if (written) {
      op = written
    } else {
      if (Plan.invalidUtf8 == InvalidUtf8.Fail) return stop(op, TextStatus.NotUtf8)
      if (!Body.repaired) Text.replaced += 1
      Body.repaired = true
      op =
        Body.level < 0
          ? putRepaired(op, src, bytes)
          : putEscaped(op, repairs, putRepaired(repairs, src, bytes) - repairs, Body.level)
    }
  }
  Body.at += bytes
  Body.left -= bytes
  return op
}

/** Text as it is; 0 when it is not UTF-8 and should be. */
function putValid(op: usize, src: usize, bytes: usize): usize {
  if (!isValid(src, bytes)) return 0
  memory.copy(op, src, bytes)
  return op + bytes
}
