import { type Command, Option } from 'commander'
import { SluiceError } from '../../errors.js'
import type { SqlParams } from '../../sql/params.js'
import type { Session } from '../session.js'
import type { ConnectionOptions } from './connection.js'
import { type JobOptions, jobOptions } from './job.js'
import { params } from './param.js'
import { epochSeconds } from './parse.js'

/** Options of a query job besides its SQL. */
export interface QueryFlags extends JobOptions {
  database?: string
  type: 'trino' | 'presto' | 'hive'
  query?: string
  param?: SqlParams
  encoding?: string
  engineVersion?: string
  scheduledTime?: number
  table?: string
  resultUrl?: string
}

/** The query to run, and how. */
export function queryOptions(command: Command): Command {
  command
    .argument('[sql]', 'the SQL; - is stdin, which is read as well where it is a pipe or a file')
    .optionsGroup('Query:')
    .option('-d, --database <name>', 'database the query runs in (or TD_DATABASE)')
    .addOption(
      new Option('-T, --type <engine>', 'query engine').choices(['trino', 'presto', 'hive']).default('trino'),
    )
    .option('-q, --query <file>', 'read the SQL from a file; - is stdin')
    .option(
      '--encoding <name>',
      'encoding of that text, such as cp932 (default: UTF-8, or what its BOM says)',
    )
    .option(
      '--param <name=value>',
      'value for :name in the SQL, quoted for the engine; with a type: code:int=200, day:date=…, codes:int[]=200,404; may be repeated',
      params,
    )
    .option('--engine-version <version>', 'version of the query engine')
    .option(
      '--scheduled-time <time>',
      'what TD_SCHEDULED_TIME() returns: 2026-01-31T12:00:00Z or seconds since 1970',
      epochSeconds,
    )
    .option('--table <name>', 'table that the job is for, as the API takes it')
    .option(
      '-r, --result-url <url>',
      'let the server write the result there as well; @FILE reads it from a file',
    )
  return jobOptions(command)
}

/** The options as the client takes them. */
export async function querySettings(options: QueryFlags & ConnectionOptions, session: Session) {
  const database = options.database ?? (await configuredDatabase(options, session))
  if (database === undefined) {
    throw new SluiceError('E_USAGE', 'no database given', { hint: 'use -d NAME, or set TD_DATABASE' })
  }
  const { targetOrFile } = await import('../text-or-file.js')
  const resultUrl = await targetOrFile(options.resultUrl, session)
  const { type, priority, retryLimit, poolName, domainKey, engineVersion, scheduledTime, table } = options
  return {
    database,
    type,
    priority,
    retryLimit,
    poolName,
    domainKey,
    engineVersion,
    scheduledTime,
    table,
    resultUrl,
  }
}

async function configuredDatabase(
  options: ConnectionOptions,
  { context: { cwd, env, home } }: Session,
): Promise<string | undefined> {
  const { clientOptions } = await import('../client-options.js')
  const { resolveConfig } = await import('../../client/index.js')
  return resolveConfig(clientOptions(options, cwd), env, home).database
}
