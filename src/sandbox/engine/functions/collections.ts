import { SqlError } from '../sql/sql-error.js'
import { cast } from '../trino/cast.js'
import { isFloating } from '../trino/coercion.js'
import { BIGINT, DOUBLE, duck, type Type } from '../trino/type.js'
import { bind, failure, fill, type Typed } from '../trino/typed.js'
import { type Make, rulesOf } from './rule.js'

/** With NULL where Trino says unknown: no match, but a NULL that could have been one. */
const matchOf = (wanted: 'true' | 'false', found: string, other: string) => (list: string) =>
  bind(
    [list],
    (x) =>
      `CASE WHEN ${x} IS NULL THEN NULL WHEN list_contains(${x}, ${wanted}) THEN ${found} WHEN len(${x}) <> list_count(${x}) THEN NULL ELSE ${other} END`,
  )

const LONGEST_SEQUENCE = 10_000

const DAY_MS = 86_400_000n

const sequence: Make = ([start, stop, step]) => {
  const type = start!.type
  const isWhole = type.kind === 'bigint' || type.kind === 'integer'
  const result: Type = { kind: 'array', of: isWhole ? BIGINT : type }
  if (type.kind === 'date' && typeof step?.literal === 'bigint' && step.literal % DAY_MS !== 0n)
    throw new SqlError('sequence step must be a day interval if start and end values are dates', step.at)
  const one = isWhole ? '1' : 'INTERVAL 1 DAY'
  const zero = isWhole ? '0' : 'INTERVAL 0 DAY'
  const sides = [start!, stop!].map(({ sql }) => (isWhole ? sql : `CAST(${sql} AS TIMESTAMP)`)) as [
    string,
    string,
  ]
  const series = (from: string, to: string, by: string) =>
    `CAST(generate_series(${from}, ${to}, ${by}) AS ${duck(result)})`
  const tooLong = failure(
    `INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than ${LONGEST_SEQUENCE} entries`,
    result,
  )
  const short = (list: string) =>
    bind([list], (x) => `CASE WHEN len(${x}) > ${LONGEST_SEQUENCE} THEN ${tooLong} ELSE ${x} END`)
  if (step === undefined)
    return short(
      bind(sides, (from, to) => series(from, to, `CASE WHEN ${from} <= ${to} THEN ${one} ELSE -${one} END`)),
    )
  const away = failure(
    'INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start',
    result,
  )
  return short(
    bind(
      [...sides, step.sql],
      (from, to, by) =>
        `CASE WHEN ${by} = ${zero} OR (${by} > ${zero} AND ${from} > ${to}) OR (${by} < ${zero} AND ${from} < ${to}) THEN ${away} ELSE ${series(from, to, by)} END`,
    ),
  )
}

const elementOfArray: Make = ([array, index]) => {
  const { of } = array!.type as Type & { kind: 'array' }
  const zero = failure('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1', of)
  if (typeof index!.literal === 'bigint' && index!.literal !== 0n) return `${array!.sql}[${index!.sql}]`
  return fill(`CASE WHEN $2 = 0 THEN ${zero} ELSE $1[$2] END`, [array!.sql, index!.sql])
}

const slice: Make = ([array, start, length]) =>
  fill(
    `CASE WHEN $2 = 0 THEN ${failure('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1', array!.type)}
      WHEN $3 < 0 THEN ${failure('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0', array!.type)}
      WHEN $3 = 0 OR $2 > len($1) OR -$2 > len($1) THEN $1[1:0]
      WHEN $2 > 0 THEN $1[$2:least($2 + $3 - 1, len($1))] ELSE $1[len($1) + $2 + 1:least(len($1) + $2 + $3, len($1))] END`,
    [array!.sql, start!.sql, length!.sql],
  )

const joinArray: Make = ([array, delimiter, filler]) => {
  const type = array!.type as Type & { kind: 'array' }
  if (['array', 'map', 'row', 'varbinary'].includes(type.of.kind))
    throw new SqlError('array_join wants an array of plain values', array!.at)
  const texts = coerceTexts(array!).sql
  // A list of nothing but NULL must not reach the function: DuckDB hands texts over that nobody wrote.
  const filled = filler
    ? `list_transform(${texts}, lambda e1: coalesce(e1, ${filler.sql}))`
    : `list_filter(${texts}, lambda e1: e1 IS NOT NULL)`
  return `_join(${filled}, ${delimiter!.sql})`
}

const coerceTexts = (array: Typed) => cast(array, { kind: 'array', of: { kind: 'varchar' } }, array.at)

/** In the order in which the items first come; DuckDB's own has none. NULL is an item like any other. */
function distinct(list: string): string {
  return bind(
    [list],
    (x) =>
      `list_filter(${x}, lambda e, i: CASE WHEN e IS NULL THEN len(${x}[1:i]) - list_count(${x}[1:i]) = 1 ELSE list_position(${x}, e) = i END)`,
  )
}

const zip =
  (count: number): Make =>
  (args) => {
    const rows: Type = {
      kind: 'row',
      fields: args.map(({ type }) => ({ name: undefined, type: (type as Type & { kind: 'array' }).of })),
    }
    const fields = Array.from({ length: count }, (_, i) => `f${i + 1} := e1[${i + 1}]`).join(', ')
    // DuckDB takes NULL for an empty list.
    const sql = bind(
      args.map(({ sql: list }) => list),
      (...lists) =>
        `CASE WHEN ${lists.map((list) => `${list} IS NOT NULL`).join(' AND ')} THEN list_transform(list_zip(${lists.join(', ')}), lambda e1: struct_pack(${fields})) END`,
    )
    return { sql, type: { kind: 'array', of: rows } }
  }

/** The union of maps: of a key in several, the last value wins. */
const concatMaps: Make = (args) => `map_concat(${args.map(({ sql }) => sql).join(', ')})`

const extremeOf =
  (call: string): Make =>
  ([array]) =>
    fill(`CASE WHEN len($1) <> list_count($1) THEN NULL ELSE ${call} END`, [array!.sql])

/** NaN only where there is nothing else; for DuckDB it is the largest number. */
const largest: Make = (args, site) => {
  const { of } = args[0]!.type as Type & { kind: 'array' }
  const call = isFloating(of)
    ? 'coalesce(list_max(list_filter($1, lambda e: NOT isnan(e))), list_max($1))'
    : 'list_max($1)'
  return extremeOf(call)(args, site)
}

const entry = (args: readonly Typed[], i: number) => args[i]!.sql

/** Each item goes behind those that are not greater; the items that are there are in order already. */
const SORTED = `CASE WHEN len($1) = 0 THEN $1 ELSE list_reduce(list_transform($1, lambda @: [@]), lambda @a, @b:
  list_transform([len(list_filter(@a, lambda @c: CASE $2(@c, @b[1]) WHEN -1 THEN true WHEN 0 THEN true WHEN 1 THEN false
    ELSE CAST(_fail('INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1') AS BOOLEAN) END))],
  lambda @d: @a[1:@d] || @b || @a[@d + 1:])[1]) END`

/** How often each item comes; NULL is none. */
const histogram = (list: string) => {
  const items = bind([list], (x) => `list_filter(${x}, lambda e: e IS NOT NULL)`)
  return bind(
    [items],
    (x) =>
      `map_from_entries(list_transform(${distinct(x)}, lambda e2: struct_pack(k := e2, v := len(list_filter(${x}, lambda q: q = e2)))))`,
  )
}

const pairsOfRows = (rows: string) => `list_transform(${rows}, lambda e: struct_pack(k := e.f1, v := e.f2))`

/** A multimap of a list of structs with k and v, the keys in the order in which they come. */
export function multimapOfPairs(pairs: string): string {
  const keys = (x: string) => distinct(`list_transform(${x}, lambda q: q.k)`)
  return bind(
    [pairs],
    (x) =>
      `map_from_entries(list_transform(${keys(x)}, lambda e2: struct_pack(k := e2, v := list_transform(list_filter(${x}, lambda q: q.k = e2), lambda q: q.v))))`,
  )
}

const containsSequence: Make = (args) =>
  fill(
    'CASE WHEN len($2) = 0 THEN $1 IS NOT NULL ELSE list_contains(list_transform(generate_series(1, len($1) - len($2) + 1), lambda e: $1[e:e + len($2) - 1] IS NOT DISTINCT FROM $2), true) END',
    args.map(({ sql }) => sql),
  )

/** Of sparse vectors: what is in one map alone counts as 0 in the other. */
const sparseProduct = (x: string, y: string) =>
  `list_sum(list_transform(map_entries(${x}), lambda e: e.value * coalesce(${y}[e.key], 0.0)))`

const sparseSimilarity: Make = (args) =>
  bind(
    args.map(({ sql }) => sql),
    (x, y) =>
      `(coalesce(${sparseProduct(x!, y!)}, 0.0) / nullif(_sqrt(coalesce(${sparseProduct(x!, x!)}, 0.0)) * _sqrt(coalesce(${sparseProduct(y!, y!)}, 0.0)), 0.0))`,
  )

const sameLength =
  (call: string): Make =>
  (args) =>
    fill(
      `CASE WHEN len($1) <> len($2) THEN ${failure('INVALID_FUNCTION_ARGUMENT: The arguments must have the same length', DOUBLE)} WHEN list_count($1) = len($1) AND list_count($2) = len($2) THEN ${call} END`,
      args.map(({ sql }) => sql),
    )

const product = (x: string, y: string) =>
  `list_sum(list_transform(list_zip(${x}, ${y}), lambda e: e[1] * e[2]))`

const SIMILARITY = `(${product('$1', '$2')} / nullif(_sqrt(${product('$1', '$1')}) * _sqrt(${product('$2', '$2')}), 0.0))`

export const COLLECTIONS = [
  ...rulesOf('functions/array', {
    'all_match(array(t), function(t,boolean)) -> boolean':
      'match false false true list_transform($1, lambda @: $2(@))',
    'any_match(array(t), function(t,boolean)) -> boolean':
      'match true true false list_transform($1, lambda @: $2(@))',
    'none_match(array(t), function(t,boolean)) -> boolean':
      'match true false true list_transform($1, lambda @: $2(@))',
    'array_first(array(t)) -> t': '$1[1]',
    'array_last(array(t)) -> t': '$1[-1]',
    'array_histogram(array(t)) -> map(t,bigint)': ([array]) => histogram(array!.sql),
    'combinations(array(t), bigint) -> array(array(t))': (args) =>
      fill(
        'list_transform(CAST(CAST(_combinations(len($1), $2) AS JSON) AS INTEGER[][]), lambda e: list_transform(e, lambda q: $1[q]))',
        args.map(({ sql }) => sql),
      ),
    'contains_sequence(array(t), array(t)) -> boolean': containsSequence,
    'dot_product(array(double), array(double)) -> double': sameLength(product('$1', '$2')),
    'euclidean_distance(array(double), array(double)) -> double': sameLength(
      '_sqrt(list_sum(list_transform(list_zip($1, $2), lambda e: (e[1] - e[2]) * (e[1] - e[2]))))',
    ),
    'cosine_similarity(array(double), array(double)) -> double': sameLength(SIMILARITY),
    'cosine_distance(array(double), array(double)) -> double': sameLength(`(1.0 - ${SIMILARITY})`),
    'cosine_similarity(map(varchar,double), map(varchar,double)) -> double': sparseSimilarity,
    'cosine_distance(map(varchar,double), map(varchar,double)) -> double': (args, site) =>
      `(1.0 - ${sparseSimilarity(args, site) as string})`,
    'array_distinct(array(t)) -> array(t)': ([array]) => distinct(array!.sql),
    'array_except(array(t), array(t)) -> array(t)': ([a, b]) =>
      distinct(
        bind(
          [a!.sql, b!.sql],
          (x, y) =>
            `CASE WHEN ${y} IS NOT NULL THEN list_filter(${x}, lambda e: CASE WHEN e IS NULL THEN len(${y}) = list_count(${y}) ELSE NOT list_contains(${y}, e) END) END`,
        ),
      ),
    'array_intersect(array(t), array(t)) -> array(t)': ([a, b]) =>
      distinct(
        bind(
          [a!.sql, b!.sql],
          (x, y) =>
            `CASE WHEN ${y} IS NOT NULL THEN list_filter(${x}, lambda e: CASE WHEN e IS NULL THEN len(${y}) <> list_count(${y}) ELSE list_contains(${y}, e) END) END`,
        ),
      ),
    'array_union(array(t), array(t)) -> array(t)': ([a, b]) =>
      distinct(
        bind(
          [a!.sql, b!.sql],
          (x, y) => `CASE WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN ${x} || ${y} END`,
        ),
      ),
    'array_join(array(t), varchar) -> varchar': joinArray,
    'array_join(array(t), varchar, varchar) -> varchar': joinArray,
    'array_max(array(t)) -> t': largest,
    'array_min(array(t)) -> t': extremeOf('list_min($1)'),
    'array_position(array(t), t) -> bigint':
      'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN CAST(coalesce(list_position($1, $2), 0) AS BIGINT) END',
    'array_remove(array(t), t) -> array(t)':
      'CASE WHEN $2 IS NOT NULL THEN list_filter($1, lambda @: @ IS DISTINCT FROM $2) END',
    'array_sort(array(t)) -> array(t)': "list_sort($1, 'ASC', 'NULLS LAST')",
    'array_sort(array(t), function(t,t,bigint)) -> array(t)': SORTED,
    'arrays_overlap(array(t), array(t)) -> boolean':
      'CASE WHEN list_has_any($1, $2) THEN true WHEN len($1) <> list_count($1) OR len($2) <> list_count($2) THEN NULL ELSE list_has_any($1, $2) END',
    'cardinality(array(t)) -> bigint': 'CAST(len($1) AS BIGINT)',
    'concat(array(t), array(t)...) -> array(t)': (args) =>
      bind(
        args.map(({ sql }) => sql),
        (...lists) =>
          `CASE WHEN ${lists.map((list) => `${list} IS NOT NULL`).join(' AND ')} THEN ${lists.join(' || ')} END`,
      ),
    'contains(array(t), t) -> boolean':
      'CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_contains($1, $2) THEN true WHEN len($1) <> list_count($1) THEN NULL ELSE false END',
    'element_at(array(t), bigint) -> t': elementOfArray,
    'filter(array(t), function(t,boolean)) -> array(t)': 'list_filter($1, lambda @: $2(@))',
    'flatten(array(array(t))) -> array(t)': 'flatten($1)',
    'reduce(array(t), s, function(s,t,s), function(s,r)) -> r': 'reduce',
    'repeat(t, bigint) -> array(t)': ([value, count]) => {
      const type: Type = { kind: 'array', of: value!.type }
      const negative = failure(
        'INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be greater than or equal to 0',
        type,
      )
      return fill(
        `CASE WHEN $2 < 0 THEN ${negative} ELSE list_transform(generate_series(1, $2), lambda e1: $1) END`,
        [value!.sql, count!.sql],
      )
    },
    'reverse(array(t)) -> array(t)': 'list_reverse($1)',
    'sequence(bigint, bigint) -> array(bigint)': sequence,
    'sequence(bigint, bigint, bigint) -> array(bigint)': sequence,
    'sequence(date, date) -> array(date)': sequence,
    'sequence(date, date, interval day to second) -> array(date)': sequence,
    'sequence(date, date, interval year to month) -> array(date)': sequence,
    'sequence(timestamp, timestamp, interval day to second) -> array(timestamp)': sequence,
    'sequence(timestamp, timestamp, interval year to month) -> array(timestamp)': sequence,
    'shuffle(array(t)) -> array(t)':
      'list_transform(list_sort(list_transform($1, lambda @: struct_pack(r := random(), v := @))), lambda @: @.v)',
    'slice(array(t), bigint, bigint) -> array(t)': slice,
    'transform(array(t), function(t,u)) -> array(u)': 'list_transform($1, lambda @: $2(@))',
    'trim_array(array(t), bigint) -> array(t)': (args) =>
      fill(
        `CASE WHEN $2 < 0 OR $2 > len($1) THEN ${failure('INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality', args[0]!.type)} ELSE $1[1:len($1) - $2] END`,
        [entry(args, 0), entry(args, 1)],
      ),
    'zip(array(t), array(u)) -> array(t)': zip(2),
    'zip(array(t), array(u), array(v)) -> array(t)': zip(3),
    'zip_with(array(t), array(u), function(t,u,r)) -> array(r)':
      'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_transform(list_zip($1, $2), lambda @: $3(@[1], @[2])) END',
    'ngrams(array(t), bigint) -> array(array(t))': (args) =>
      fill(
        `CASE WHEN $2 <= 0 THEN ${failure('INVALID_FUNCTION_ARGUMENT: N must be positive', { kind: 'array', of: args[0]!.type })} WHEN $2 >= len($1) THEN [$1] ELSE list_transform(generate_series(1, len($1) - $2 + 1), lambda e1: $1[e1:e1 + $2 - 1]) END`,
        [entry(args, 0), entry(args, 1)],
      ),
  }),
  ...rulesOf('functions/map', {
    'cardinality(map(k,v)) -> bigint': 'CAST(cardinality($1) AS BIGINT)',
    'element_at(map(k,v), k) -> v': '$1[$2]',
    'map() -> map(unknown,unknown)': 'MAP {}',
    'map(array(k), array(v)) -> map(k,v)': 'map($1, $2)',
    'map_concat(map(k,v), map(k,v)...) -> map(k,v)': concatMaps,
    'map_entries(map(k,v)) -> array(row(k,v))':
      'list_transform(map_entries($1), lambda @: struct_pack(f1 := @.key, f2 := @.value))',
    'map_filter(map(k,v), function(k,v,boolean)) -> map(k,v)':
      'map_from_entries(list_filter(map_entries($1), lambda @: $2(@.key, @.value)))',
    'map_from_entries(array(row(k,v))) -> map(k,v)': 'map_from_entries($1)',
    'multimap_from_entries(array(row(k,v))) -> map(k,array(v))': ([rows]) =>
      multimapOfPairs(pairsOfRows(rows!.sql)),
    'map_keys(map(k,v)) -> array(k)': 'map_keys($1)',
    'map_values(map(k,v)) -> array(v)': 'map_values($1)',
    'transform_keys(map(k,v), function(k,v,u)) -> map(u,v)':
      'map_from_entries(list_transform(map_entries($1), lambda @: struct_pack(k := $2(@.key, @.value), v := @.value)))',
    'transform_values(map(k,v), function(k,v,u)) -> map(k,u)':
      'map_from_entries(list_transform(map_entries($1), lambda @: struct_pack(k := @.key, v := $2(@.key, @.value))))',
    'map_zip_with(map(k,v), map(k,w), function(k,v,w,u)) -> map(k,u)':
      'map_from_entries(list_transform(list_transform(map_keys($1) || list_filter(map_keys($2), lambda e: NOT map_contains($1, e)), lambda e: struct_pack(k := e, x := $1[e], y := $2[e])), lambda @: struct_pack(k := @.k, v := $3(@.k, @.x, @.y))))',
  }),
]

export { distinct, matchOf }
