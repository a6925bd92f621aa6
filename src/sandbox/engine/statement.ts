import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { type Word, wordsOf } from './words.js'

/** Statements that change tables, and answer with a count or nothing: these jobs have no result. */
const WRITES: ReadonlySet<StatementType> = new Set([
  ...[StatementType.INSERT, StatementType.UPDATE, StatementType.DELETE, StatementType.MERGE_INTO],
  ...[StatementType.CREATE, StatementType.DROP, StatementType.ALTER],
])

/** What `CREATE`, `DROP` and `ALTER` may be about: no secrets, types or extensions, and nobody drops a database. */
const THINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['create', ['table', 'view', 'macro', 'function', 'schema']],
  ['drop', ['table', 'view', 'macro', 'function']],
  ['alter', ['table', 'view']],
])

/** DuckDB counts COMMENT among the ALTERs, and DEALLOCATE among the DROPs. */
const THING_TYPES: ReadonlySet<StatementType> = new Set([
  ...[StatementType.CREATE, StatementType.DROP, StatementType.ALTER],
])

/** Words between `CREATE` and the thing. */
const BEFORE_THING = new Set(['or', 'replace', 'temp', 'temporary', 'recursive'])

/** Table functions that a query may use; others change settings, write logs, or tell of files and settings. */
const TABLE_FUNCTIONS = new Set(
  (
    'read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto read_ndjson read_ndjson_auto ' +
    'range generate_series unnest repeat repeat_row summary json_each json_tree seq_scan histogram ' +
    'duckdb_tables duckdb_columns duckdb_views duckdb_schemas duckdb_types duckdb_functions duckdb_constraints ' +
    'duckdb_indexes duckdb_sequences duckdb_databases duckdb_keywords pragma_version pragma_table_info pragma_show ' +
    'pg_timezone_names icu_calendar_names test_all_types'
  ).split(' '),
)

/** Functions that tell a setting, such as the paths of tables; or that run a text, in which such a one could hide. */
const SCALARS = new Set(['current_setting'])
const RUN_TEXTS = new Set(['query', 'query_table', 'json_execute_serialized_sql', 'getenv', 'write_log'])

/** A statement that Trino would have refused as well, or that the sandbox does not let through. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused'
}

/** A query that the sandbox runs. */
export interface Statement {
  /** What is run; of an EXPLAIN all of it. */
  readonly sql: string
  readonly kind: 'rows' | 'change'
}

/**
 * Finds out what a query is, by what DuckDB's own parser and planner make of it.
 *
 * @throws StatementRefused for whatever is no single statement that reads or changes tables; what DuckDB says is wrong
 *   with it.
 */
export async function statementOf(connection: DuckDBConnection, query: string): Promise<Statement> {
  const words = allWords(query)
  if (words.length === 0) throw new StatementRefused('The query is empty')
  refuseFunctions(words)
  const type = await typeOf(connection, query)
  if (type === StatementType.EXPLAIN) return explained(connection, query, words)
  if (type !== StatementType.SELECT && !WRITES.has(type)) {
    throw new StatementRefused(`${StatementType[type]} statements are not allowed here`)
  }
  if (THING_TYPES.has(type)) refuseThings(words)
  await refuseTableFunctions(connection, query)
  return { sql: query, kind: type === StatementType.SELECT ? 'rows' : 'change' }
}

function allWords(query: string): Word[] {
  try {
    return [...wordsOf(query)]
  } catch (error) {
    throw new StatementRefused((error as RangeError).message)
  }
}

async function typeOf(connection: DuckDBConnection, query: string): Promise<StatementType> {
  const statements = await connection.extractStatements(query)
  if (statements.count !== 1) throw new StatementRefused(`A job runs one statement, not ${statements.count}`)
  const statement: DuckDBPreparedStatement = await statements.prepare(0)
  const type = statement.statementType
  statement.destroySync()
  return type
}

/** EXPLAIN runs nothing, but takes any statement, and with ANALYZE runs it: what comes behind it must be a SELECT. */
async function explained(connection: DuckDBConnection, query: string, words: Word[]): Promise<Statement> {
  const [explain, ...rest] = words
  const [open, format, value, close] = rest.map(({ text }) => text)
  const hasFormat =
    open === '(' && format === 'format' && close === ')' && /^(?:text|json)$/.test(value ?? '')
  const from = hasFormat ? rest[4] : rest[0]
  const select = query.slice(from?.start ?? explain!.end)
  const type = await typeOf(connection, select).catch(() => undefined)
  if (type !== StatementType.SELECT) throw new StatementRefused('EXPLAIN is allowed of a SELECT only')
  return { sql: `EXPLAIN ${hasFormat ? `(FORMAT ${value}) ` : ''}${select}`, kind: 'rows' }
}

function refuseThings(words: readonly Word[]): void {
  const [first, ...rest] = words
  const thing = rest.find(({ text }) => !BEFORE_THING.has(text))?.text ?? ''
  if (THINGS.get(first!.text)?.includes(thing)) return
  throw new StatementRefused(`${first!.text.toUpperCase()} ${thing.toUpperCase()} is not allowed here`)
}

function refuseFunctions(words: readonly Word[]): void {
  words.forEach(({ text }, i) => {
    const name = text.toLowerCase()
    const isCalled = words[i + 1]?.text === '('
    if (SCALARS.has(name) || (RUN_TEXTS.has(name) && isCalled)) {
      throw new StatementRefused(`The function ${name} is not allowed here`)
    }
  })
}

/** Looks for table functions in the plan, where those of views and macros are seen, too. */
async function refuseTableFunctions(connection: DuckDBConnection, query: string): Promise<void> {
  const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${query}`)
  for (const [, plan] of reader.getRowsJS()) {
    for (const name of functionsOf(JSON.parse(String(plan)))) {
      if (!TABLE_FUNCTIONS.has(name)) throw new StatementRefused(`The function ${name} is not allowed here`)
    }
  }
}

interface PlanNode {
  readonly children?: readonly PlanNode[]
  readonly extra_info?: Readonly<Record<string, unknown>>
}

function functionsOf(nodes: readonly PlanNode[]): string[] {
  return nodes.flatMap(({ children = [], extra_info: info }) => [
    ...(typeof info?.Function === 'string' ? [info.Function.toLowerCase()] : []),
    ...functionsOf(children),
  ])
}
