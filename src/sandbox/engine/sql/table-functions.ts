import { SqlError } from './sql-error.js'
import type { Name, Query, Relation, Select, SelectItem } from './syntax.js'

/** Hive's functions that make rows of a value. */
const TABLE_FUNCTIONS = new Set('explode posexplode inline json_tuple parse_url_tuple stack'.split(' '))

/** In SELECT, a table function stands alone: it is a LATERAL VIEW of which all columns are selected. */
export function unfolded(
  items: readonly SelectItem[],
  from: Relation | undefined,
): { items: readonly SelectItem[]; from: Relation | undefined } {
  const isMaker = (item: SelectItem) =>
    item.kind === 'expression' && item.expression.kind === 'call' && TABLE_FUNCTIONS.has(item.expression.name)
  const maker = items.find(isMaker)
  if (maker?.kind !== 'expression' || maker.expression.kind !== 'call') return { items, from }
  const { at, alias, aliases = alias ? [alias] : [], expression: call } = maker
  if (items.length > 1)
    throw new SqlError("Only a single expression in the SELECT clause is supported with UDTF's", at)
  const table: Name = { text: '\0made', raw: call.name, at }
  const left = from ?? oneRow(at)
  return {
    items: [{ kind: 'star', relation: [table], at }],
    from: { kind: 'lateral view', left, outer: false, call, table, columns: aliases, at },
  }
}

function oneRow(at: number): Relation {
  const items: SelectItem[] = [
    {
      kind: 'expression',
      expression: { kind: 'literal', type: 'integer', text: '1', at },
      alias: undefined,
      at,
    },
  ]
  const body: Select = {
    kind: 'select',
    distinct: false,
    items,
    from: undefined,
    where: undefined,
    groupBy: undefined,
    groupsOnce: false,
    having: undefined,
    windows: [],
    at,
  }
  const query: Query = {
    recursive: false,
    with: [],
    body,
    orderBy: [],
    offset: undefined,
    limit: undefined,
    withTies: false,
    at,
  }
  return { kind: 'derived', query, alias: undefined, isLateral: false, at }
}
