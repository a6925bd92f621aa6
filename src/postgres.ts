/**
 * The entry point `td-sluice/postgres`: rows into a table of PostgreSQL.
 *
 * @packageDocumentation
 */

export {
  type NulRule,
  type PostgresClient,
  type PostgresOptions,
  postgres,
  type SqlTableOptions,
  type TableMode,
  type TableName,
  type TableReceipt,
} from './sinks/postgres/index.js'
