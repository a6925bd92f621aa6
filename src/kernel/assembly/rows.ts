// The parts of writing a row that all formats share.

import { Output } from './buffers'
import { castValue } from './cast'
import { Failed, Failure } from './failure'
import { cellAt } from './frame'
import { Cast, PlanColumn } from './plan'
import { Scratch } from './scratch'
import { beginText, runText } from './text'
import { Text, TextStatus } from './text-state'

export class Rows {
  /** Rows that are completely written. */
  static done: u64 = 0
}

/** The framed row on its way out. */
export class Row {
  /** The next column to go out. */
  static column: u32 = 0
  /** It is written in part already. */
  static inCell: bool = false
  /** Where its output begins. */
  static output: usize = 0
  /** {@link Text.replaced} when it was begun. */
  static replaced: u64 = 0
}

export const enum Written {
  Done = 0,
  /** The output is full. */
  Full = 1,
  Failed = 2,
}

export function beginRow(): void {
  Row.column = 0
  Row.inCell = false
  Row.output = Output.at
  Row.replaced = Text.replaced
}

/** The value of a column after its cast; 0 when it cannot be cast, which is then noted as a failure. */
export function valueOf(column: PlanColumn): usize {
  const at = cellAt(column.source)
  if (column.cast == Cast.None) return at
  const value = castValue(at, column.cast)
  if (value == 0) noteValue(Failed.Cast, column)
  return value
}

/** Notes that the text of a column could not be written. */
export function noteText(status: TextStatus, column: PlanColumn): Written {
  noteValue(failedOf(status), column)
  return Written.Failed
}

function failedOf(status: TextStatus): Failed {
  switch (status) {
    case TextStatus.NotUtf8:
      return Failed.NotUtf8
    case TextStatus.Special:
      return Failed.Special
    case TextStatus.ReadsAsNull:
      return Failed.ReadsAsNull
    default:
      return Failed.KeyDepth
  }
}

/** Notes a failure with the beginning of the value's text. */
function noteValue(kind: Failed, column: PlanColumn): void {
  Failure.kind = kind
  Failure.column = column.source
  Failure.got = column.cast
  Failure.textAt = Scratch.start
  beginText(cellAt(column.source), -1)
  Failure.textLength = runText(Scratch.start, Scratch.end) - Scratch.start
}
