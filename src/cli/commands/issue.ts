import type { Command } from 'commander'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import {
  type InterruptOptions,
  interruptOption,
  jobSettings,
  type QueryJobOptions,
  queryOptions,
  type WaitOptions,
  waitOptions,
} from '../options/job.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

type IssueCommandOptions = QueryJobOptions &
  WaitOptions &
  InterruptOptions &
  ConnectionOptions & { wait?: true }

export function issue(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'issue',
    summary: 'issue a query and print its job id',
    description: 'Issue a query and print its job id on stdout, without waiting for it unless asked to.',
    examples: [
      "id=$(td-sluice issue -d sample_datasets 'select count(1) from www_access')",
      'td-sluice wait "$id" && td-sluice dump "$id" -o result.csv',
    ],
  }).argument('[sql]', 'the SQL; - is stdin')
  queryOptions(command).option('-w, --wait', 'wait for the job; the exit code says how it ended')
  connectionOptions(interruptOption(waitOptions(command))).action(async (argument: string | undefined) => {
    const options = command.optsWithGlobals<IssueCommandOptions>()
    const { context } = session
    const settings = await jobSettings(options, context)
    const { readSql } = await import('../sql.js')
    const query = await readSql(argument, options.query, context)
    const { connect } = await import('../connect.js')
    const { announce } = await import('../wait.js')
    await connect(options, session, async (client) => {
      const { jobId } = await client.jobs.issue({ query, ...settings, signal: context.signal })
      await announce(jobId, client, options, session)
    })
  })
}
