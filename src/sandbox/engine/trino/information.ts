import { CATALOG } from '../functions/session.js'
import { SqlError } from '../sql/sql-error.js'
import { typeName } from '../type-names.js'
import type { Catalog, CatalogTable } from './catalog.js'
import type { TranslatedQuery } from './translator.js'
import { BIGINT, display, duck, type Type, VARCHAR } from './type.js'
import { sqlText } from './typed.js'

type Cell = string | number | null

/** Rows that are known when the query is translated. */
export function rowsQuery(
  columns: readonly (readonly [name: string, type: Type])[],
  rows: readonly (readonly Cell[])[],
): TranslatedQuery {
  const cell = (value: Cell, type: Type) =>
    `CAST(${value === null ? 'NULL' : typeof value === 'number' ? value : sqlText(value)} AS ${duck(type)})`
  const names = columns.map((_, i) => `c${i}`)
  const lines = rows.map((row) => `(${row.map((value, i) => cell(value, columns[i]![1])).join(', ')})`)
  const none = `SELECT ${columns.map(([, type], i) => `${cell(null, type)} AS c${i}`).join(', ')} WHERE false`
  const sql =
    rows.length === 0 ? none : `SELECT * FROM (VALUES ${lines.join(', ')}) AS v(${names.join(', ')})`
  return { sql, columns: columns.map(([name, type]) => ({ name, type })) }
}

const texts = (...names: string[]) => names.map((name) => [name, VARCHAR] as const)

function columnRows({ schema, name, columns }: CatalogTable): Cell[][] {
  return columns.map((column, i) => [
    CATALOG,
    schema,
    name,
    column.name,
    i + 1,
    null,
    'YES',
    display(column.type),
  ])
}

/** https://trino.io/docs/current/sql/show-columns.html: DESCRIBE and SHOW COLUMNS. */
export function describe({ columns }: CatalogTable, isHive: boolean): TranslatedQuery {
  if (isHive)
    return rowsQuery(
      texts('col_name', 'data_type', 'comment'),
      columns.map(({ name, type }) => [name, typeName(type, 'hive'), '']),
    )
  return rowsQuery(
    texts('Column', 'Type', 'Extra', 'Comment'),
    columns.map(({ name, type }) => [name, display(type), '', '']),
  )
}

function tableRow({ schema, name, isView }: CatalogTable): Cell[] {
  return [CATALOG, schema, name, isView ? 'VIEW' : 'BASE TABLE']
}

/** https://trino.io/docs/current/admin/properties.html has no page of its own for these: the tables of the SQL standard. */
export function informationTable(table: string, catalog: Catalog, at: number): TranslatedQuery {
  switch (table) {
    case 'tables':
      return rowsQuery(
        texts('table_catalog', 'table_schema', 'table_name', 'table_type'),
        catalog.tables.map(tableRow),
      )
    case 'columns':
      return rowsQuery(
        [
          ...texts('table_catalog', 'table_schema', 'table_name', 'column_name'),
          ['ordinal_position', BIGINT],
          ...texts('column_default', 'is_nullable', 'data_type'),
        ],
        catalog.tables.flatMap(columnRows),
      )
    case 'schemata':
      return rowsQuery(
        texts('catalog_name', 'schema_name'),
        [...catalog.schemas, 'information_schema'].map((name) => [CATALOG, name]),
      )
    default:
      throw new SqlError(`Table 'information_schema.${table}' does not exist`, at)
  }
}
