import { requireObject, SluiceError } from '../errors.js'
import type { QueryType } from '../model/query-type.js'
import { suggestion } from '../model/suggest.js'
import { fillHoles, type Hole } from './holes.js'
import { tokensOf } from './tokens.js'
import type { SqlValue } from './value.js'

/** Values of a query by their names: `{ code: 200 }` for `:code`. */
export type SqlParams = Readonly<Record<string, SqlValue>>

const NAME = /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u

/** Whether a parameter can be called so. */
export function isParamName(name: string): boolean {
  return NAME.test(name)
}

interface Place {
  readonly name: string
  readonly start: number
  readonly end: number
}

/**
 * The query with the values of its parameters in place of `:name`. A colon within quotes, comments, casts (`::int`), names and
 * times (`12:30`) begins none, nor one right behind a word, a text, a quoted name or a closing bracket, where no value can stand
 * (`json_object('a' :b)`, `struct<a:int>`). Without any parameter the query stays as it is.
 *
 * @throws SluiceError `E_USAGE` for a parameter that the query does not use, one that has no value, and a value that the engine
 *   cannot hold exactly.
 */
export function fillParams(
  sql: string,
  params: SqlParams,
  engine: QueryType,
  mayBeUnused: (name: string) => boolean = () => false,
): string {
  requireObject(params, 'the parameters')
  const names = Object.keys(params)
  if (names.length === 0) return sql
  for (const name of names) {
    if (!isParamName(name))
      throw new SluiceError('E_USAGE', `${JSON.stringify(name)} is no name of a parameter`, {
        hint: 'names are letters, digits and underscores, such as code, which stands in the SQL as :code',
      })
  }
  const places = placesIn(sql, engine)
  requireKnown(places, names)
  const used = new Set(places.map(({ name }) => name))
  const unused = names.find((name) => !used.has(name) && !mayBeUnused(name))
  if (unused !== undefined) throw unusedParam(unused, sql)
  const holes = places.map(
    ({ name, start, end }): Hole => ({ start, end, what: `the parameter ${name}`, value: params[name]! }),
  )
  return fillHoles(sql, holes, engine)
}

function placesIn(sql: string, engine: QueryType): Place[] {
  const tokens = [...tokensOf(sql, engine)]
  /** The last one that is neither white space nor a comment. */
  let last = ''
  return tokens.flatMap(({ kind, start, end }, i) => {
    const before = last
    if (kind === 'space' || kind === 'comment') return []
    last = kind === 'text' || kind === 'name' ? kind : sql.slice(start, end)
    const next = tokens[i + 1]
    if (sql[start] !== ':' || kind !== 'sign' || next?.kind !== 'word') return []
    const name = sql.slice(next.start, next.end)
    const follows = ['text', 'name', ':', ')', ']'].includes(before) || tokens[i - 1]?.kind === 'word'
    return follows || !isParamName(name) ? [] : [{ name, start, end: next.end }]
  })
}

function requireKnown(places: readonly Place[], names: readonly string[]): void {
  const unknown = places.find(({ name }) => !names.includes(name))
  if (unknown === undefined) return
  throw new SluiceError(
    'E_USAGE',
    `the query has :${unknown.name}, and no parameter gives its value${suggestion(unknown.name, names)}`,
  )
}

function unusedParam(name: string, sql: string): SluiceError {
  const isQuoted = new RegExp(`:${name}(?![\\p{L}\\p{N}\\p{M}_])`, 'u').test(sql)
  const hint = isQuoted
    ? `within quotes and comments :${name} is text; a value brings its own quotes, so leave those around it out`
    : `write :${name} where its value goes`
  return new SluiceError('E_USAGE', `the query does not use the parameter ${name}`, { hint })
}
