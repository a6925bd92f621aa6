import type { Dialect } from '../sql/tokens.js'
import { AGGREGATES, WINDOWS } from './aggregates.js'
import { COLLECTIONS } from './collections.js'
import { HIVE, SHARED } from './hive.js'
import { JSONS } from './json.js'
import { NUMBERS } from './numbers.js'
import type { Rule } from './rule.js'
import { SESSION } from './session.js'
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
  ...SESSION,
  ...TD,
]

function byName(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const found = new Map<string, Rule[]>()
  for (const rule of rules) found.set(rule.name, [...(found.get(rule.name) ?? []), rule])
  return found
}

const trino = byName(RULES)
const hive = byName(HIVE)

/** The functions that the sandbox has for Hive. */
export function hiveNames(): string[] {
  const td = RULES.map(({ name }) => name).filter((name) => name.startsWith('td_'))
  return [...new Set([...hive.keys(), ...SHARED, ...td])].sort()
}

/** The forms of a function, in the order in which they are tried. Of Trino's, Hive has those that mean the same. */
export function formsOf(name: string, dialect: Dialect): readonly Rule[] {
  if (dialect === 'trino') return trino.get(name) ?? []
  return hive.get(name) ?? (SHARED.has(name) || name.startsWith('td_') ? (trino.get(name) ?? []) : [])
}
