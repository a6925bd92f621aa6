import { printableLines } from '../../client/printable.js'

/**
 * Text from elsewhere, safe to print on one line and with nothing left out: line breaks, tabs and other control
 * characters become visible escapes, so that neither a server nor a column name can drive the terminal or forge a line.
 */
export function escapeControls(text: string): string {
  return printableLines(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t')
}
