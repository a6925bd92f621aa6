// Texts too long to be written in one go: they pass through the scratch part by part, and the output may be taken
// away in between. What has to be known before the first byte is written (does csv need quotes? how long is the
// text, for msgpack?) is found by writing the text once to nowhere. That costs twice the time, still linear. The text
// for NULL is shorter than any text here (src/kernel/settings.ts), so the two need not be compared.

import { Output } from './buffers'
import { mostForCell, putPart, wantsQuotes } from './cell-text'
import { beginFormulas, putApostrophe, startsFormula } from './formulas'
import { Format, Plan } from './plan'
import { Scratch } from './scratch'
import { beginText, runText } from './text'
import { Text, TextStatus } from './text-state'

export class LongText {
  /** In bytes, without quotes and escapes. */
  static length: u64 = 0
}

let quoted = false
let apostrophe = false

/** Measures the value's text, which may be JSON, and starts on it. `Done`, or a failure of the text. */
export function beginLongText(at: usize, json: bool): TextStatus {
  const replaced = Text.replaced
  LongText.length = 0
  quoted = false
  apostrophe = false
  beginFormulas(json)
  let status: TextStatus
  beginText(at, -1)
  do {
    const bytes = runText(Scratch.start, Scratch.end) - Scratch.start
    status = Text.status
    if (status > TextStatus.Full) return status
    apostrophe = startsFormula(Scratch.start, bytes)
    quoted = quoted || (Plan.format == Format.Csv && wantsQuotes(Scratch.start, bytes))
    LongText.length += bytes
  } while (status == TextStatus.Full)
  Text.replaced = replaced
  beginFormulas(json)
  beginText(at, -1)
  return TextStatus.Done
}

/** The bytes before the text of a cell. */
export function putCellBegin(): void {
  if (quoted) store<u8>(Output.at++, 0x22)
  if (Plan.escapeFormulas && apostrophe) Output.at = putApostrophe(Output.at)
}

/** Writes as much as there is room for: `Done`, `Full`, or a failure of the text. */
export function continueLongText(): TextStatus {
  while (Output.at + mostForCell(Scratch.end - Scratch.start) <= Output.end) {
    const bytes = runText(Scratch.start, Scratch.end) - Scratch.start
    if (Text.status > TextStatus.Full) return Text.status
    Output.at = putPart(Output.at, Scratch.start, bytes, quoted)
    if (Text.status == TextStatus.Done) {
      if (quoted) store<u8>(Output.at++, 0x22)
      return TextStatus.Done
    }
  }
  return TextStatus.Full
}
