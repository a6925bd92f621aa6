import type { Command } from 'commander'
import { PRIORITY_NAMES, parsePriority } from '../../client/arguments.js'
import { integer } from './parse.js'

/** How a job is to run. */
export interface JobOptions {
  priority?: number
  retryLimit?: number
  poolName?: string
  domainKey?: string
}

/** Options of every job that can be issued. */
export function jobOptions(command: Command): Command {
  return command
    .optionsGroup('Job:')
    .option('-P, --priority <priority>', `${PRIORITY_NAMES.join(', ')}, or -2 to 2`, parsePriority)
    .option('-R, --retry-limit <n>', 'how often the server tries a failed job again', integer(0, 32))
    .option('-O, --pool-name <name>', 'resource pool')
    .option('--domain-key <key>', 'unique key of the job: issuing it again finds the same job')
}
