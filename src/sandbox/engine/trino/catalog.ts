import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import type { Name } from '../sql/syntax.js'
import { typeOfDuck } from './duck-types.js'
import type { Type } from './type.js'
import { sqlName } from './typed.js'

export interface TableColumn {
  readonly name: string
  readonly type: Type
  /** DuckDB keeps it in another type, such as an unsigned one: it is cast where it is read. */
  readonly isCast: boolean
}

export interface CatalogTable {
  readonly schema: string
  readonly name: string
  readonly isView: boolean
  readonly columns: readonly TableColumn[]
}

/** The tables that a query is about, read before it is translated. */
export interface Catalog {
  /** The database of the job. */
  readonly schema: string
  readonly schemas: readonly string[]
  /** All tables where `isWhole`, else those that were asked for. */
  readonly tables: readonly CatalogTable[]
}

export const INFORMATION_SCHEMA = 'information_schema'

/** The schema and the table that a name means. A catalog in front of them is taken for the only one. */
export function placeOf(name: readonly Name[], schema: string): { schema: string; table: string } {
  return { schema: name.at(-2)?.text ?? schema.toLowerCase(), table: name.at(-1)!.text }
}

export function findTable(catalog: Catalog, name: readonly Name[]): CatalogTable | undefined {
  const place = placeOf(name, catalog.schema)
  return catalog.tables.find(
    (table) => table.schema.toLowerCase() === place.schema && table.name.toLowerCase() === place.table,
  )
}

async function columnsOf(
  connection: DuckDBConnection,
  schema: string,
  table: string,
): Promise<TableColumn[]> {
  const statement = await connection.prepare(`SELECT * FROM ${sqlName(schema)}.${sqlName(table)}`)
  try {
    return Array.from({ length: statement.columnCount }, (_, at) => {
      const type: DuckDBType = statement.columnType(at)
      return { name: statement.columnName(at), ...typeOfDuck(type) }
    })
  } finally {
    statement.destroySync()
  }
}

const LIST = `SELECT schema_name, table_name, is_view FROM (
  SELECT schema_name, table_name, false AS is_view FROM duckdb_tables() WHERE NOT internal
  UNION ALL SELECT schema_name, view_name, true FROM duckdb_views() WHERE NOT internal) ORDER BY 1, 2`

const SCHEMAS = `SELECT DISTINCT schema_name FROM duckdb_schemas()
  WHERE database_name = 'memory' AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') ORDER BY 1`

/** Reads what the names stand for; the columns of all tables where one of them is of `information_schema`. */
export async function readCatalog(
  connection: DuckDBConnection,
  schema: string,
  names: readonly (readonly Name[])[],
  wantsAll: boolean,
): Promise<Catalog> {
  const places = names.map((name) => placeOf(name, schema))
  const isWhole = wantsAll || places.some((place) => place.schema === INFORMATION_SCHEMA)
  const all = (await connection.runAndReadAll(LIST)).getRowsJS() as [string, string, boolean][]
  const schemas = (await connection.runAndReadAll(SCHEMAS)).getRowsJS() as [string][]
  const wanted = all.filter(
    ([of, table]) =>
      isWhole ||
      places.some((place) => place.schema === of.toLowerCase() && place.table === table.toLowerCase()),
  )
  const tables: CatalogTable[] = []
  for (const [of, name, isView] of wanted) {
    tables.push({ schema: of, name, isView, columns: await columnsOf(connection, of, name) })
  }
  return { schema, schemas: schemas.map(([name]) => name), tables }
}
