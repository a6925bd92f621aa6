// Texts too long to be written in one go: they pass through the scratch part by part, and the output may be taken
// away in between. What has to be known before the first byte is written (does csv need quotes? how long is the
// text, for msgpack?) is found by writing the text once to nowhere. That costs twice the time, still linear. The text
// for NULL is shorter than any text here (src/kernel/settings.ts), so the two need not be compared.

import { Output } from './buffers'
import { isFormula, mostForCell, needsQuotes, putDoubled, putTsv } from './cell-text'
import { Format, Plan } from './plan'
import { Scratch } from './scratch'
import { beginText, runText } from './text'
import { Text, TextStatus } from './text-state'

export class LongText {
  /** In bytes, without quotes and escapes. */
  static length: u64 = 0
}

let first: u8 = 0
let quoted = false

/** Measures the value's text and starts on it. `Done`, or a failure of the text. */
export function beginLongText(at: usize): TextStatus {
  const replaced = Text.replaced
  LongText.length = 0
  quoted = false
  let status: TextStatus
  beginText(at, -1)
  do {
    const bytes = runText(Scratch.start, Scratch.end) - Scratch.start
    status = Text.status
    if (status > TextStatus.Full) return status
    if (LongText.length == 0) first = load<u8>(Scratch.start)
    quoted = quoted || (Plan.format == Format.Csv && needsQuotes(Scratch.start, bytes))
    LongText.length += bytes
  } while (status == TextStatus.Full)
  Text.replaced = replaced
  beginText(at, -1)
  return TextStatus.Done
}

/** What stands before the text of a cell. */
export function putCellBegin(): void {
  if (quoted) store<u8>(Output.at++, 0x22)
  if (Plan.escapeFormulas && isFormula(first)) store<u8>(Output.at++, 0x27)
}

/** Writes as much as there is room for: `Done`, `Full`, or a failure of the text. */
export function continueLongText(): TextStatus {
  while (Output.at + mostForCell(Scratch.end - Scratch.start) <= Output.end) {
    const bytes = runText(Scratch.start, Scratch.end) - Scratch.start
    if (Text.status > TextStatus.Full) return Text.status
    Output.at = putPart(Output.at, bytes)
    if (Text.status == TextStatus.Done) {
      if (quoted) store<u8>(Output.at++, 0x22)
      return TextStatus.Done
    }
  }
  return TextStatus.Full
}

function putPart(op: usize, bytes: usize): usize {
  if (Plan.format == Format.Tsv) return putTsv(op, Scratch.start, bytes)
  if (quoted) return putDoubled(op, Scratch.start, bytes)
  memory.copy(op, Scratch.start, bytes)
  return op + bytes
}
