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
} from './sinks/postgres/index.js'
