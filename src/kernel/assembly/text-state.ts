// Where the writing of a text stands, for the files that share the work: text.ts the values, text-body.ts what is long.

import { Special } from './plan'
import { Token } from './tokens'

export const enum TextStatus {
  Done = 0,
  /** The output is full: `runText` again with more room. */
  Full = 1,
  /** Not msgpack, beyond a limit, or cut off by the end of the input: frame.ts knows which. */
  Damaged = 2,
  NotUtf8 = 3,
  /** NaN or an infinity, and the options want an error. */
  Special = 4,
  /** Quoted more often than can be. */
  KeyDepth = 5,
  /** The text is the one for NULL, and the format has no quotes to tell them apart. */
  ReadsAsNull = 6,
}

/** Room for any token but a long text: at the deepest level an extension has seven quotes of 2^8 bytes. */
export const TOKEN_ROOM: usize = 4096

export class Text {
  static status: TextStatus = TextStatus.Done
  /** The next token; after the value its end. */
  static at: usize = 0
  /** Texts in which U+FFFD was put so far. */
  static replaced: u64 = 0
  static special: Special = Special.String
  static quoteIntegers: bool = false
}

/** Notes why the writing stops. */
export function stop(op: usize, status: TextStatus): usize {
  Text.status = status
  return op
}

/** `true` or `false`, without a branch, as there is no telling which comes; stores eight bytes. */
// @ts-ignore: decorator
@inline
export function putBoolean(op: usize, t: i32): usize {
  const isTrue = t == Token.True
  store<u64>(op, select<u64>(0x65757274, 0x65736c6166, isTrue))
  return op + 5 - <usize>isTrue
}
