import { matchOf } from '../functions/collections.js'
import { depthOf, rowKeys, type Type } from './type.js'
import { bind, failure, sqlName } from './typed.js'

/** Arrays, maps and rows: a NULL in them may be anything, where DuckDB takes it for a value like others. */
export const isStructured = ({ kind }: Type): boolean => kind === 'array' || kind === 'map' || kind === 'row'

/** Of two values of one type: true, false or unknown. https://trino.io/docs/current/functions/comparison.html */
export function equality(left: string, right: string, type: Type): string {
  switch (type.kind) {
    case 'real':
    case 'double':
      return bind([left, right], (x, y) => `(${x} = ${y} AND NOT isnan(${x}))`)
    case 'array':
      return bind([left, right], (x, y) => {
        const item = `p${depthOf(type)}`
        const pairs = `list_transform(list_zip(${x}, ${y}), lambda ${item}: ${equality(`${item}[1]`, `${item}[2]`, type.of)})`
        return `CASE WHEN len(${x}) <> len(${y}) THEN false WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN ${allTrue(pairs)} END`
      })
    case 'map':
      return bind([left, right], (x, y) => {
        const entry = `p${depthOf(type)}`
        const values = `list_transform(map_entries(${x}), lambda ${entry}: CASE WHEN map_contains(${y}, ${entry}.key) THEN ${equality(`${entry}.value`, `${y}[${entry}.key]`, type.value)} ELSE false END)`
        return `CASE WHEN cardinality(${x}) <> cardinality(${y}) THEN false WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN ${allTrue(values)} END`
      })
    case 'row':
      return bind([left, right], (x, y) => {
        const fields = rowKeys(type.fields).map((key, i) =>
          equality(`(${x}).${sqlName(key)}`, `(${y}).${sqlName(key)}`, type.fields[i]!.type),
        )
        return `CASE WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN (${fields.join(' AND ')}) END`
      })
    default:
      return `(${left} = ${right})`
  }
}

const allTrue = matchOf('false', 'false', 'true')

/** Which of two comes first; Trino does not say it of those with NULL in them. */
export function ordering(op: string, left: string, right: string, type: Type): string {
  const unknown = failure(
    `NOT_SUPPORTED: ${type.kind.toUpperCase()} comparison not supported for ${type.kind === 'row' ? 'fields' : 'arrays'} with null elements`,
    { kind: 'boolean' },
  )
  const hasNull = (x: string) =>
    type.kind === 'row'
      ? rowKeys(type.fields).map((key) => `(${x}).${sqlName(key)} IS NULL`)
      : [`len(${x}) <> list_count(${x})`]
  return bind(
    [left, right],
    (x, y) =>
      `CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN ${[...hasNull(x), ...hasNull(y)].join(' OR ')} THEN ${unknown} ELSE ${x} ${op} ${y} END`,
  )
}
