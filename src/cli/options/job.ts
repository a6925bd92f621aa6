import { type Command, Option } from 'commander'
import { parsePriority } from '../../client/priority.js'
import { SluiceError } from '../../errors.js'
import type { Context } from '../context.js'
import { epochSeconds, integer, positiveDuration } from './parse.js'

/** How a job is to run. */
export interface JobOptions {
  priority?: number
  retryLimit?: number
  poolName?: string
  domainKey?: string
}

/** What a query job takes besides its SQL. */
export interface QueryJobOptions extends JobOptions {
  database?: string
  type: 'trino' | 'presto' | 'hive'
  query?: string
  engineVersion?: string
  scheduledTime?: number
  resultUrl?: string
}

/** Options of every job that can be issued. */
export function jobOptions(command: Command): Command {
  return command
    .option('-P, --priority <priority>', 'very-low, low, normal, high, very-high, or -2 to 2', parsePriority)
    .option('-R, --retry-limit <n>', 'how often the server tries a failed job again', integer(0, 32))
    .option('-O, --pool-name <name>', 'resource pool')
    .option('--domain-key <key>', 'unique key of the job: issuing it again finds the same job')
}

/** Options of a query. */
export function queryOptions(command: Command): Command {
  command
    .optionsGroup('Query:')
    .option('-d, --database <name>', 'database the query runs in (or TD_DATABASE)')
    .addOption(
      new Option('-T, --type <engine>', 'query engine').choices(['trino', 'presto', 'hive']).default('trino'),
    )
    .option('-q, --query <file>', 'read the SQL from a file; - is stdin')
  return jobOptions(command)
    .option('--engine-version <version>', 'version of the query engine')
    .option(
      '--scheduled-time <time>',
      'what TD_SCHEDULED_TIME() returns: 2026-01-31T12:00:00Z or seconds since 1970',
      epochSeconds,
    )
    .option(
      '-r, --result-url <url>',
      'let the server write the result there as well; @FILE reads it from a file',
    )
}

/** What the API takes of a query's options. */
export async function jobSettings(options: QueryJobOptions, context: Context) {
  const database = options.database ?? (context.env.TD_DATABASE || undefined)
  if (database === undefined) {
    throw new SluiceError('E_USAGE', 'there is no database', { hint: 'name one with -d, or set TD_DATABASE' })
  }
  const { type, priority, retryLimit, poolName, domainKey, engineVersion, scheduledTime } = options
  const resultUrl =
    options.resultUrl && (await (await import('../text-or-file.js')).textOrFile(options.resultUrl, context))
  return {
    database,
    type,
    priority,
    retryLimit,
    poolName,
    domainKey,
    engineVersion,
    scheduledTime,
    resultUrl,
  }
}

const DEFAULT_WAIT_MS = 24 * 3_600_000

export interface WaitOptions {
  waitTimeout?: number
}

/** How long to wait for a job. */
export function waitOptions(command: Command): Command {
  return command.option(
    '--wait-timeout <duration>',
    'stop waiting after this long, exit 5 and leave the job running (default: 24h)',
    positiveDuration,
  )
}

/** Milliseconds to wait for the job. */
export function waitLimit({ waitTimeout = DEFAULT_WAIT_MS }: WaitOptions): number {
  return waitTimeout
}

export interface InterruptOptions {
  onInterrupt: 'kill' | 'leave'
}

/** What becomes of the job when the run is stopped. */
export function interruptOption(command: Command): Command {
  return command.addOption(
    new Option('--on-interrupt <action>', 'what Ctrl-C does to the job this run issued')
      .choices(['kill', 'leave'])
      .default('kill'),
  )
}
