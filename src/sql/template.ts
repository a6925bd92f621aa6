import { SluiceError } from '../errors.js'
import { QUERY_TYPES, type QueryType } from '../model/query-type.js'
import { checkArgument } from '../usage.js'
import { fillHoles, type Hole } from './holes.js'
import { fillParams, type SqlParams } from './params.js'
import { tokensOf } from './tokens.js'
import {
  dateText,
  decimalText,
  doubleText,
  identifierText,
  SqlPart,
  type SqlValue,
  timestampLiteral,
} from './value.js'

/** Stands for a value until the engine is known. No query can hold it. */
const MARK = '\0'

/** A query with values, as `sql` makes it. What they become depends on the engine, so that `query` fills them in. */
export class SqlTemplate {
  readonly #text: string
  readonly #values: readonly SqlValue[]

  /** @param texts one more than there are values */
  constructor(texts: readonly string[], values: readonly (SqlValue | SqlTemplate)[]) {
    const flat: SqlValue[] = []
    this.#text = texts.reduce((text, next, i) => {
      const value = values[i - 1]!
      if (value instanceof SqlTemplate) {
        flat.push(...value.#values)
        return text + value.#text + next
      }
      flat.push(value)
      return text + MARK + next
    })
    this.#values = flat
    if (this.#text.split(MARK).length !== flat.length + 1)
      throw new SluiceError('E_USAGE', 'a NUL character cannot stand in a query')
  }

  /**
   * The SQL text for an engine.
   *
   * @throws SluiceError `E_USAGE` for a value that the engine cannot hold exactly, and for one inside of quotes or a comment.
   */
  text(engine: QueryType = 'trino'): string {
    checkArgument(engine, 'the engine', QUERY_TYPES)
    const text = this.#text
    const holes: Hole[] = []
    for (const { kind, start, end } of tokensOf(text, engine)) {
      if (kind === 'sign' && text[start] === MARK) {
        const what = `value ${holes.length + 1} of the query`
        holes.push({ start, end, what, value: this.#values[holes.length]! })
      } else if (text.slice(start, end).includes(MARK))
        throw new SluiceError(
          'E_USAGE',
          `value ${holes.length + 1} of the query stands inside of a ${kind}`,
          {
            hint: 'a value brings its own quotes; leave those around it out, and give names as sql.identifier(…)',
          },
        )
    }
    return fillHoles(text, holes, engine)
  }
}

/** The tag for queries with values, and what makes values that JavaScript has no type for. */
export interface SqlTag {
  (texts: TemplateStringsArray, ...values: readonly (SqlValue | SqlTemplate)[]): SqlTemplate
  /** The name of a column, a table, or of a database and a table: `sql.identifier('sales', 'orders')`. */
  identifier(...names: readonly [string, ...string[]]): SqlPart
  /** A timestamp such as `2026-01-31 06:00:00.123456`; one with a zone, `Z` or `+09:00`, is an instant, written in UTC. */
  timestamp(text: string): SqlPart
  /** A date such as `2026-01-31`. */
  date(text: string): SqlPart
  /** A decimal such as `12.50`, of at most 38 digits. */
  decimal(text: string): SqlPart
  /** A double, also where a number is whole. */
  double(value: number): SqlPart
  /** SQL as it is, from a text that a program has written itself. A text of anybody else can do anything here. */
  unsafe(text: string): SqlPart
}

/**
 * A query with values: texts are quoted, numbers and times written exactly, lists become `1, 2, 3`. A value never changes what the
 * query means.
 *
 * @example
 * const [codes, host] = [[200, 404], "o'hara.example"]
 * query(sql`select * from www_access where code in (${codes}) and host <> ${host}`, { database: 'sample_datasets' })
 */
export const sql: SqlTag = Object.assign(
  (texts: TemplateStringsArray, ...values: readonly (SqlValue | SqlTemplate)[]) => {
    if (!Array.isArray(texts?.raw))
      throw new SluiceError('E_USAGE', 'sql is a tag: sql`select …`', {
        hint: 'sql.unsafe(text) is for SQL that a program has put together',
      })
    return new SqlTemplate(texts, values)
  },
  {
    identifier: (...names: readonly string[]) => {
      for (const name of names) checkArgument(name, 'a name', 'text')
      if (names.length === 0) throw new SluiceError('E_USAGE', 'sql.identifier takes at least one name')
      return new SqlPart((engine) => identifierText(names, engine))
    },
    timestamp: (text: string) => ofText(text, 'a timestamp', (engine) => timestampLiteral(text, engine)),
    date: (text: string) => ofText(text, 'a date', () => dateText(text)),
    decimal: (text: string) => ofText(text, 'a decimal', () => decimalText(text)),
    double: (value: number) => {
      if (typeof value !== 'number') throw new SluiceError('E_USAGE', 'a double must be a number')
      return new SqlPart(() => doubleText(value))
    },
    unsafe: (text: string) => ofText(text, 'the SQL', () => text),
  },
)

function ofText(text: string, what: string, render: (engine: QueryType) => string): SqlPart {
  checkArgument(text, what, 'text')
  return new SqlPart(render)
}

/**
 * The SQL text of a query with its values.
 *
 * @throws SluiceError `E_USAGE` for anything but a text or a template, and as `fillParams` does.
 */
export function sqlText(
  query: string | SqlTemplate,
  params: SqlParams | undefined,
  engine: QueryType = 'trino',
): string {
  if (!(query instanceof SqlTemplate)) {
    checkArgument(query, 'the SQL', 'text')
    return params === undefined ? query : fillParams(query, params, engine)
  }
  if (params === undefined) return query.text(engine)
  throw new SluiceError('E_USAGE', 'params are for a SQL text; a query of the tag sql has its values already')
}
