import { eastAsianWidth } from 'get-east-asian-width'

const PLAIN = /^[\x20-\x7e]*$/
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** Asks for the picture of a character that also has a plain form; pictures are two cells wide. */
const PICTURE = '\ufe0f'

let segmenter: Intl.Segmenter | undefined

/** The segmenter is made when the first text needs one: that takes longer than the rest of this file. */
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** How many terminal cells a text without control characters takes. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length
  let cells = 0
  for (const { segment } of graphemes(text)) cells += graphemeWidth(segment)
  return cells
}

/** Cuts a text to at most `cells` terminal cells, the last of them an ellipsis where something was cut. */
export function truncate(text: string, cells: number): string {
  if (width(text) <= cells) return text
  if (cells <= 0) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes(text)) {
    used += graphemeWidth(segment)
    if (used > cells - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** How many lines a text takes on a terminal that breaks it after `columns` cells. */
export function wrappedLines(text: string, columns: number): number {
  const most = Math.max(1, columns)
  let lines = 1
  let used = 0
  for (const { segment } of graphemes(text)) {
    const cells = graphemeWidth(segment)
    // A wide character is not cut in two: it goes to the next line whole.
    if (used > 0 && used + cells > most) {
      lines++
      used = 0
    }
    used += cells
  }
  return lines
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0
  return grapheme.includes(PICTURE) ? 2 : eastAsianWidth(grapheme.codePointAt(0)!)
}
