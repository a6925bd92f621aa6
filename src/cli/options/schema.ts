import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'

export interface SchemaOptions {
  schema?: string
  schemaOf?: string
}

/** Where the names and types of a local file come from. */
export function schemaOptions(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .option(
      '--schema <json>',
      'names and types: [["time","bigint"],…], or @FILE with that, a report or a job record (default: the file beside the input, else _col0, _col1, …)',
    )
    .option('--schema-of <job-id>', 'the names and types of this job, which the API tells', checkJobId)
}
