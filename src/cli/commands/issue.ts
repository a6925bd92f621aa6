import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { sqlText } from '../../sql/template.js'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type QueryFlags, queryOptions, querySettings } from '../options/query.js'
import { type IssueFlags, issueOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

export function issueCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'issue',
    description: 'Issue a query and print its job id on stdout, without waiting for it unless asked to.',
    examples: [
      "id=$(td-sluice issue -d sample_datasets 'select count(1) from www_access')",
      'td-sluice wait "$id" && td-sluice dump "$id" -o result.csv',
    ],
  })
  issueOptions(queryOptions(command), 'wait for the job; the exit code says how it ended')
  connectionOptions(jsonOption(command)).action(async (argument: string | undefined) => {
    const options = command.optsWithGlobals<QueryFlags & IssueFlags & ConnectionOptions & AnswerOptions>()
    const { context } = session
    const settings = await querySettings(options, session)
    const { readSql } = await import('../sql.js')
    const query = sqlText(await readSql(argument, options, session), options.param, options.type)
    const { withClient } = await import('../with-client.js')
    const { announce } = await import('../wait.js')
    // With a key a lost reply does not make a second job.
    const domainKey = settings.domainKey ?? `td-sluice-${randomUUID()}`
    await withClient(options, session, async (client) => {
      const { jobId } = await client.jobs.issue({ query, ...settings, domainKey, signal: context.signal })
      await announce(jobId, client, options, session, { domainKey })
    })
  })
}
