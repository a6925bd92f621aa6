import { escapeControls } from './escape.js'
import type { Style } from './style.js'
import { width } from './width.js'

/** A name and what there is to say; what is null or undefined is left out. */
export type Entry = readonly [name: string, text: string | null | undefined]

/** Lines of names and texts, aligned. */
export function entries(list: readonly Entry[], style: Style): string[] {
  const given = list.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== undefined)
  const cells = Math.max(0, ...given.map(([name]) => width(name)))
  return given.map(
    ([name, text]) => `  ${style.dim(name)}${' '.repeat(cells - width(name) + 2)}${escapeControls(text)}`,
  )
}
