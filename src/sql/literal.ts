import type { QueryType } from '../model/query-type.js'

const CONTROLS = /[\x01-\x1f\x7f]/

/**
 * A text literal. Trino doubles quotes and has `U&'…'` for control characters; Hive has escapes, replaces `${…}` itself
 * and splits at semicolons.
 *
 * @throws RangeError for a text that no query can hold.
 */
export function textLiteral(value: string, engine: QueryType): string {
  refuseUnsendable(value)
  if (engine === 'hive') return `'${value.replace(/[\\'"$;\x01-\x1f\x7f]/g, (one) => `\\u${codeOf(one)}`)}'`
  const quoted = value.replaceAll("'", "''")
  if (!CONTROLS.test(value)) return `'${quoted}'`
  return `U&'${quoted.replaceAll('\\', '\\\\').replace(/[\x01-\x1f\x7f]/g, (one) => `\\${codeOf(one)}`)}'`
}

/**
 * The name of a table or column between the quotes of the engine.
 *
 * @throws RangeError for a text that is no name there.
 */
export function quotedName(name: string, engine: QueryType): string {
  refuseUnsendable(name)
  if (name === '') throw new RangeError('a name is empty')
  if (CONTROLS.test(name)) throw new RangeError('a name holds a control character')
  if (engine !== 'hive') return `"${name.replaceAll('"', '""')}"`
  // Hive looks for both before it parses the query.
  if (/[$;]/.test(name)) throw new RangeError('a name for Hive holds $ or ;')
  return `\`${name.replaceAll('`', '``')}\``
}

function refuseUnsendable(value: string): void {
  if (value.includes('\0')) throw new RangeError('a NUL character cannot stand in a query')
  if (/\p{Surrogate}/u.test(value))
    throw new RangeError('half of a surrogate pair cannot stand in a query: it has no form in UTF-8')
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}

/** A literal that does not run into what it touches: `'a''b'` would be one text, `xU&'a'` a name, `1.5` one number. */
export function apart(literal: string, before: string, after: string): string {
  const isName = /^["`]/.test(literal)
  const touches = (neighbour: string | undefined) =>
    neighbour !== undefined && (/[\p{L}\p{N}\p{M}_'"`&}$]/u.test(neighbour) || (!isName && neighbour === '.'))
  return `${touches(before.at(-1)) ? ' ' : ''}${literal}${touches(after[0]) ? ' ' : ''}`
}
