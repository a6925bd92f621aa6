import { AGGREGATES, WINDOWS } from './aggregates.js'
import { COLLECTIONS } from './collections.js'
import { JSONS } from './json.js'
import { NUMBERS } from './numbers.js'
import type { Rule } from './rule.js'
import { STRINGS } from './strings.js'
import { TD } from './td.js'
import { TIMES } from './times.js'

/** All functions that the sandbox has for Trino. */
export const RULES: readonly Rule[] = [
  ...STRINGS,
  ...NUMBERS,
  ...COLLECTIONS,
  ...TIMES,
  ...JSONS,
  ...AGGREGATES,
  ...WINDOWS,
  ...TD,
]

const byName = new Map<string, Rule[]>()
for (const rule of RULES) byName.set(rule.name, [...(byName.get(rule.name) ?? []), rule])

/** The forms of a function, in the order in which they are tried. */
export function formsOf(name: string): readonly Rule[] {
  return byName.get(name) ?? []
}
