import type { QueryType } from '../client/index.js'
import { apart, textLiteral } from '../sql/literal.js'
import { type SqlPlace, sqlPlaceAfter } from '../sql/tokens.js'

/** The use of a template's text; it decides which characters a value may hold. */
export type Purpose =
  | { readonly kind: 'sql'; readonly engine: QueryType }
  | { readonly kind: 'path' }
  | { readonly kind: 'url' }
  /** A value of a query, which is quoted as a whole. */
  | { readonly kind: 'value' }
  /** A name of something on the server. */
  | { readonly kind: 'name' }

/** The template around a placeholder. */
export interface Around {
  readonly before: string
  readonly after: string
}

type Filter = (value: string, around: Around) => string

/** Words with single dots, colons, plus signs and hyphens between them: an identifier, number, date or time. */
const PLAIN = /^\w+(?:[.:+-]\w+)*$/

/** The same of digits: a number, a date or a time, with no word that could be a name or a keyword. */
const DIGITS = /^\d+(?:[.:+-]\d+)*$/

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Why a value must not stand in a text of this kind as it is; `undefined` when it may. */
export function refusal(value: string, purpose: Purpose, { before }: Around): string | undefined {
  if (purpose.kind === 'value') return undefined
  if (/[\0-\x1f\x7f]/.test(value)) return 'holds a control character'
  switch (purpose.kind) {
    case 'sql':
      return sqlRefusal(value, sqlPlaceAfter(before, purpose.engine), purpose.engine)
    case 'name':
      return PLAIN.test(value) ? undefined : 'has characters that no name has'
    case 'path':
      return pathRefusal(value, before)
    case 'url':
      return undefined
  }
}

/** Quotes and comments hold a plain value; outside of them `ALL` is a keyword and `id` a column. */
function sqlRefusal(value: string, place: SqlPlace, engine: QueryType): string | undefined {
  const filters = '| sql makes a quoted text of it, | number checks that it is a number'
  if (!PLAIN.test(value)) return `could change what the query means; ${filters}`
  if (place !== 'code' || DIGITS.test(value) || NUMBER.test(value)) return undefined
  const quote = engine === 'hive' ? '`' : '"'
  return `could change what the query means outside of quotes; ${filters}, and a name goes between ${quote}`
}

/** A value may name folders, but not lead out of where the manifest says. */
function pathRefusal(value: string, before: string): string | undefined {
  const folders = value.split(/[\\/]/)
  if (folders.some((folder) => /^\.+$/.test(folder))) return 'leads out of its folder'
  if (folders[0] === '' && before !== '') return 'is an absolute path in the middle of another'
  return undefined
}

/**
 * The filter that a placeholder asks for.
 *
 * @throws RangeError when there is none of that name for this purpose.
 */
export function filterNamed(name: string, purpose: Purpose): Filter {
  if (purpose.kind === 'sql') {
    if (name === 'sql') return (value, around) => quoted(value, purpose.engine, around)
    if (name === 'number') return numeric
    throw new RangeError(`there is no filter ${name}; a query has sql and number`)
  }
  if (purpose.kind === 'url' && name === 'url') return (value) => encodeURIComponent(value)
  const known = purpose.kind === 'url' ? '; a URL has url' : ' here'
  throw new RangeError(`there is no filter ${name}${known}`)
}

function quoted(value: string, engine: QueryType, { before, after }: Around): string {
  const place = sqlPlaceAfter(before, engine)
  if (place === 'quotes') throw new RangeError('| sql brings its own quotes; leave those around it out')
  // A literal is none in a comment: what is in it could end that.
  if (place === 'comment') throw new RangeError('| sql cannot stand in a comment')
  return apart(textLiteral(value, engine), before, after)
}

/** A number; a negative one in parentheses, since `-` and `-1` together begin a comment. */
function numeric(value: string): string {
  if (!NUMBER.test(value)) throw new RangeError('the value is not a number')
  return value.startsWith('-') ? `(${value})` : value
}
