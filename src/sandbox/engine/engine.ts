import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { messageOf, SluiceError } from '../../errors.js'
import { registerNatives } from './natives/index.js'
import { type Answer, answer, type Query } from './query.js'
import { quoteName, type TableView } from './tables.js'

export interface EngineOptions {
  readonly views: readonly TableView[]
  /** A folder for what does not fit in memory. */
  readonly folder: string
}

export interface TableInfo {
  readonly name: string
  readonly columns: readonly (readonly [name: string, type: string])[]
  readonly rows: number
}

/** A query on its way, on a connection of its own. */
export interface Running {
  readonly answer: Promise<Answer>
  /** Makes the query fail soon. */
  interrupt(): void
  /** Gives the connection back; call once the answer was read, or failed. */
  end(): void
}

/**
 * Closed to the outside: no file but those of the tables, no network, no extensions to fetch.
 */
function settings({ views, folder }: EngineOptions): string[] {
  const files = views.flatMap(({ file }) => (file === undefined ? [] : [`'${file.replaceAll("'", "''")}'`]))
  return [
    `SET temp_directory = '${folder.replaceAll("'", "''")}'`,
    "SET memory_limit = '1GB'",
    "SET TimeZone = 'UTC'",
    `SET allowed_paths = [${files.join(', ')}]`,
    'SET enable_external_access = false',
  ]
}

/** A DuckDB in memory with the tables and functions of Treasure Data; each database is a schema. */
export class Engine {
  readonly #instance: DuckDBInstance
  /** For what the sandbox itself asks. */
  readonly #own: DuckDBConnection

  private constructor(instance: DuckDBInstance, own: DuckDBConnection) {
    this.#instance = instance
    this.#own = own
  }

  /** Throws `E_USAGE` when a file cannot be read as a table. */
  static async open(options: EngineOptions): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
    const own = await instance.connect()
    for (const statement of settings(options)) await own.run(statement)
    registerNatives(own)
    for (const { database, table, sql, file } of options.views) {
      await own.run(`CREATE SCHEMA IF NOT EXISTS ${quoteName(database)}`)
      await own.run(`CREATE VIEW ${quoteName(database)}.${quoteName(table)} AS ${sql}`).catch((error) => {
        const place = `${database}.${table}`
        if (file === undefined) throw error
        throw new SluiceError(
          'E_USAGE',
          `the table ${place} cannot be made from ${file}: ${messageOf(error)}`,
        )
      })
    }
    await own.run('SET lock_configuration = true')
    return new Engine(instance, own)
  }

  async #rows(sql: string, values: string[] = []): Promise<unknown[][]> {
    return (await this.#own.runAndReadAll(sql, values)).getRowsJS()
  }

  async databases(): Promise<string[]> {
    const rows = await this.#rows(
      `SELECT schema_name FROM information_schema.schemata
       WHERE catalog_name = 'memory' AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') ORDER BY 1`,
    )
    return rows.map(([name]) => String(name))
  }

  /** The tables of a database, their columns typed as Treasure Data's own table schemas are. */
  async tables(database: string): Promise<TableInfo[]> {
    const names = await this.#rows(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1`,
      [database],
    )
    return Promise.all(names.map(([name]) => this.#table(database, String(name))))
  }

  async #table(database: string, name: string): Promise<TableInfo> {
    const place = `${quoteName(database)}.${quoteName(name)}`
    const columns = await this.#rows(`DESCRIBE ${place}`)
    const [[count] = []] = await this.#rows(`SELECT count(*) FROM ${place}`)
    return {
      name,
      columns: columns.map(([column, type]) => [String(column), tableType(String(type))]),
      rows: Number(count),
    }
  }

  /** Starts a query. What is wrong with it comes out of `answer`. */
  async start(query: Query): Promise<Running> {
    const connection = await this.#instance.connect()
    return {
      answer: answer(connection, query),
      interrupt: () => connection.interrupt(),
      end: () => connection.closeSync(),
    }
  }

  close(): void {
    this.#own.closeSync()
    this.#instance.closeSync()
  }
}

/** Tables of Treasure Data know few types: `long`, `double`, `string` and arrays of them. */
function tableType(type: string): string {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'long'
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return 'double'
  return 'string'
}
