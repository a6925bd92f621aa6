import { urlPart } from '../functions/hive.js'
import { SqlError } from '../sql/sql-error.js'
import { coerce } from './cast.js'
import { BIGINT, rowKeys, type Type, UNKNOWN } from './type.js'
import { sqlName, type Typed } from './typed.js'

/** A query with one row for each that the function makes. */
interface Generated {
  readonly sql: string
  readonly columns: readonly Type[]
  readonly names: readonly string[]
}

/** Hive's table functions: https://cwiki.apache.org/confluence/display/Hive/LanguageManual+UDF */
export function generated(name: string, args: readonly Typed[], at: number): Generated {
  const [first, ...rest] = args
  if (name === 'explode' && first?.type.kind === 'map')
    return {
      sql: `SELECT unnest(map_keys(${first.sql})) AS c0, unnest(map_values(${first.sql})) AS c1`,
      columns: [first.type.key, first.type.value],
      names: ['key', 'value'],
    }
  if (name === 'explode' && first?.type.kind === 'array')
    return { sql: `SELECT unnest(${first.sql}) AS c0`, columns: [first.type.of], names: ['col'] }
  if (name === 'posexplode' && first?.type.kind === 'array')
    return {
      sql: `SELECT unnest(generate_series(0, len(${first.sql}) - 1)) AS c0, unnest(${first.sql}) AS c1`,
      columns: [BIGINT, first.type.of],
      names: ['pos', 'val'],
    }
  if (name === 'inline' && first?.type.kind === 'array' && first.type.of.kind === 'row') {
    const { fields } = first.type.of
    const keys = rowKeys(fields)
    const picked = fields.map((_, i) => `u.${sqlName(keys[i]!)} AS c${i}`)
    return {
      sql: `SELECT ${picked.join(', ')} FROM (SELECT unnest(${first.sql}) AS u)`,
      columns: fields.map(({ type }) => type),
      names: fields.map(({ name: field }) => field ?? ''),
    }
  }
  if (name === 'json_tuple' && first !== undefined) {
    const picked = rest.map(({ sql }, i) => `_hive_json(${first.sql}, '$.' || ${sql}) AS c${i}`)
    return {
      sql: `SELECT ${picked.join(', ')}`,
      columns: rest.map(() => ({ kind: 'varchar' }) as Type),
      names: rest.map((_, i) => `c${i}`),
    }
  }
  if (name === 'parse_url_tuple' && first !== undefined)
    return {
      sql: `SELECT ${rest.map((part, i) => `${urlPart(first, part)} AS c${i}`).join(', ')}`,
      columns: rest.map(() => ({ kind: 'varchar' }) as Type),
      names: rest.map((_, i) => `c${i}`),
    }
  if (name === 'stack' && typeof first?.literal === 'bigint') {
    const rows = Number(first.literal)
    const width = Math.ceil(rest.length / rows)
    const types = Array.from({ length: width }, (_, i) => rest[i]?.type ?? UNKNOWN)
    const lines = Array.from(
      { length: rows },
      (_, row) =>
        `(${types.map((type, i) => coerce(rest[row * width + i] ?? { sql: 'NULL', type: UNKNOWN, at }, type).sql).join(', ')})`,
    )
    return {
      sql: `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(${types.map((_, i) => `c${i}`).join(', ')})`,
      columns: types,
      names: types.map((_, i) => `col${i}`),
    }
  }
  throw new SqlError(`${name} is not supported by the sandbox for these arguments`, at)
}
