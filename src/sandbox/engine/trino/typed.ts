import { duck, type Type } from './type.js'

/** An expression in DuckDB's SQL, with the type that Trino gives it. */
export interface Typed {
  readonly sql: string
  readonly type: Type
  /** Where it is in the user's query. */
  readonly at: number
  /** The value, of literals. */
  readonly literal?: string | bigint | number | boolean | null
  /** Of a value made from a literal text, such as a pattern or a zone. */
  readonly isRow?: readonly Typed[]
}

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Ends the query with a message when a row gets there. */
export function failure(message: string, type: Type): string {
  return `CAST(_fail(${sqlText(message)}) AS ${duck(type)})`
}

/** Longer expressions are computed once and named. Each level of nesting would double them otherwise. */
const LONGEST_REPEATED = 48

const isRepeatable = (sql: string) => sql.length <= LONGEST_REPEATED && !/random|uuid/.test(sql)

/** A name that no part has: parts made by this function have names of their own. */
function freeName(parts: readonly string[]): string {
  const taken = parts.flatMap((part) => [...part.matchAll(/\bv(\d+)\b/g)].map(([, number]) => Number(number)))
  return `v${Math.max(0, ...taken) + 1}`
}

/** Calls `make` with expressions that it repeats: long ones are bound to a name first. */
export function bind(sqls: readonly string[], make: (...names: string[]) => string): string {
  if (sqls.every(isRepeatable)) return make(...sqls)
  const name = freeName([...sqls, make(...sqls.map(() => ''))])
  if (sqls.length === 1) return `list_transform([${sqls[0]}], lambda ${name}: ${make(name)})[1]`
  const fields = sqls.map((sql, i) => `a${i} := ${sql}`).join(', ')
  const body = make(...sqls.map((_, i) => `${name}.a${i}`))
  return `list_transform([struct_pack(${fields})], lambda ${name}: ${body})[1]`
}

/** Fills a template such as `substr($1, $2)`; arguments that it repeats are bound. `$*` are all from the first on. */
export function fill(template: string, args: readonly string[]): string {
  const uses = args.map((_, i) => template.split(new RegExp(`\\$${i + 1}(?!\\d)`)).length - 1)
  const put = (sqls: readonly string[]) =>
    template
      .replaceAll('$*', () => sqls.join(', '))
      .replace(/\$(\d+)/g, (_, number: string) => sqls[Number(number) - 1] ?? 'NULL')
  if (uses.every((count) => count <= 1)) return put(args)
  // A lambda has no SQL of its own.
  return bind(
    args.map((arg) => arg || 'NULL'),
    (...names) => put(names),
  )
}
