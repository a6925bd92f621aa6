import { escapeControls } from './escape.js'
import type { Style } from './style.js'
import { truncate, width } from './width.js'

export interface TableColumn {
  readonly name: string
  /**
   * Numbers stand at the right, and are hardly ever cut: a part of one looks like another.
   *
   * @default left
   */
  readonly align?: 'left' | 'right'
  /** Never cut, only left out. */
  readonly whole?: boolean
}

/** A cell: its text, or null for NULL, which is shown dim. */
export type Cell = string | null

const GAP = '  '
const NARROWEST = 8
/** As wide as a decimal of any precision in use. */
const NARROWEST_NUMBER = 24

/**
 * Lines of a table with a header, fitted to `columns` terminal cells: the widest columns are cut first, and columns
 * that do not fit even so are left out at the right, which `hidden` tells.
 */
export function table(
  header: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  columns: number,
  style: Style,
): { lines: string[]; hidden: number } {
  const names = header.map((column) => escapeControls(column.name))
  const texts = rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : escapeControls(cell))))
  const natural = names.map((name, i) => Math.max(width(name), ...texts.map((row) => width(row[i] ?? ''))))
  const widths = fit(natural, header, columns)
  const line = (cells: readonly string[], paint: (text: string, i: number) => string) =>
    widths
      .map((most, i) => {
        const text = truncate(cells[i] ?? '', most)
        const space = ' '.repeat(most - width(text))
        return header[i]!.align === 'right' ? space + paint(text, i) : paint(text, i) + space
      })
      .join(GAP)
      .trimEnd()
  return {
    lines: [
      line(names, style.bold),
      ...texts.map((row, r) => line(row, (text, i) => (rows[r]![i] === null ? style.dim(text) : text))),
    ],
    hidden: header.length - widths.length,
  }
}

/** Widths that fit: what is too much is taken from the widest columns, from none more than it can do without. */
function fit(natural: readonly number[], header: readonly TableColumn[], columns: number): number[] {
  const shown = [...natural]
  const least = (w: number, i: number) => {
    const { whole, align } = header[i]!
    return whole ? w : Math.min(w, align === 'right' ? NARROWEST_NUMBER : NARROWEST)
  }
  while (shown.length > 1 && total(shown.map(least)) > columns) shown.pop()
  let excess = total(shown) - columns
  if (excess <= 0) return shown
  // Lower a common ceiling until the columns under it fit.
  let ceiling = Math.max(...shown)
  while (excess > 0 && ceiling > NARROWEST) {
    ceiling--
    for (let i = 0; i < shown.length && excess > 0; i++) {
      if (shown[i]! > ceiling && shown[i]! > least(natural[i]!, i)) {
        shown[i]!--
        excess--
      }
    }
  }
  return shown.map((w) => Math.min(w, Math.max(1, columns)))
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1)
}
