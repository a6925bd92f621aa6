/** A type of DuckDB that holds others, which are given by their texts. */
export type DuckDbNested =
  | { readonly kind: 'list'; readonly element: string; readonly length: number | undefined }
  | { readonly kind: 'map'; readonly key: string; readonly value: string }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [name: string, type: string])[] }

/**
 * Reads the text of a type as DuckDB shows it, `STRUCT(a INTEGER, "b c" VARCHAR[])[]` for example; `undefined` for one that holds
 * no others.
 */
export function nestedType(text: string): DuckDbNested | undefined {
  const list = /^(.*)\[(\d*)\]$/s.exec(text)
  if (list !== null)
    return { kind: 'list', element: list[1]!, length: list[2] === '' ? undefined : Number(list[2]) }
  const [, kind, inside] = /^(MAP|STRUCT)\((.*)\)$/s.exec(text) ?? []
  if (inside === undefined) return undefined
  const parts = partsOf(inside)
  if (kind === 'MAP') return { kind: 'map', key: parts[0]!, value: parts[1]! }
  return { kind: 'struct', fields: parts.map(fieldOf) }
}

/** Names and labels in quotes, brackets, and commas. */
const MARKS = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]/g

/** Splits at the commas outside of brackets. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const { 0: mark, index } of text.matchAll(MARKS)) {
    if (mark === '(') depth++
    else if (mark === ')') depth--
    else if (mark === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}

function fieldOf(text: string): readonly [name: string, type: string] {
  const [, name, type] = /^("(?:[^"]|"")*"|\S+) (.*)$/s.exec(text)!
  return [name!.startsWith('"') ? name!.slice(1, -1).replaceAll('""', '"') : name!, type!]
}
