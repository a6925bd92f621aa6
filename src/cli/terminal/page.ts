import { escapeControls } from './escape.js'
import type { Style } from './style.js'
import { width } from './width.js'

/** A name and what there is to say; what is null or undefined is left out. */
export type Entry = readonly [name: string, text: string | null | undefined]

/** Lines of names and texts, aligned. */
export function entries(list: readonly Entry[], style: Style): string[] {
  const given = list.filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== undefined)
  return aligned(
    given.map(([name, text]) => [name, escapeControls(text)]),
    style,
  )
}

/** The same for texts that can be printed unchanged, colored perhaps. */
export function aligned(list: readonly (readonly [name: string, text: string])[], style: Style): string[] {
  const safe = list.map(([name, text]) => [escapeControls(name), text] as const)
  const cells = Math.max(0, ...safe.map(([name]) => width(name)))
  return safe.map(([name, text]) =>
    `  ${style.dim(name)}${' '.repeat(cells - width(name) + 2)}${text}`.trimEnd(),
  )
}
