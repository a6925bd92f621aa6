// msgpack extensions as text: timestamps as such, all others as an object of their type and their bytes in base64.

import { DEEPEST_LEVEL, putQuote } from './escape'
import { putI64 } from './integers'
import { Body, BodyEnd, BodyKind, beginBody, isPresent } from './text-body'
import { Text, TextStatus, stop } from './text-state'
import { TIMESTAMP_TYPE, isTimestamp, putTimestamp } from './timestamps'

/** An extension from its type byte on. */
export function putExt(op: usize, at: usize, bytes: usize, asText: bool, level: i32): usize {
  const type: i32 = load<i8>(at)
  const body = at + 1
  if (!isPresent(body, bytes)) return stop(op, TextStatus.Damaged)
  if (type == TIMESTAMP_TYPE && isTimestamp(body, bytes)) {
    Text.at = body + bytes
    return putQuote(putTimestamp(putQuote(op, level), body, bytes), level)
  }
  let inner = level
  if (asText) {
    if (level == DEEPEST_LEVEL) return stop(op, TextStatus.KeyDepth)
    op = putQuote(op, level)
    inner = level + 1
  }
  // {"type":1,"data":" then the body
  store<u8>(op++, 0x7b)
  op = putQuote(op, inner)
  store<u32>(op, 0x65707974) // type
  op = putQuote(op + 4, inner)
  store<u8>(op++, 0x3a)
  op = putI64(op, type)
  store<u8>(op++, 0x2c)
  op = putQuote(op, inner)
  store<u32>(op, 0x61746164) // data
  op = putQuote(op + 4, inner)
  store<u8>(op++, 0x3a)
  op = beginBody(op, BodyKind.Base64, body, bytes, inner)
  Body.end = asText ? BodyEnd.QuotedObject : BodyEnd.Object
  return op
}
