import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { SluiceError } from '../../errors.js'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type JobOptions, jobOptions } from '../options/job.js'
import { epochSeconds } from '../options/parse.js'
import { type IssueFlags, issueOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

interface ExportResultOptions extends JobOptions, IssueFlags, ConnectionOptions, AnswerOptions {
  connectionId?: string
  connectionSettings?: string
  scheduledTime?: number
  query?: string
  targetJobId?: string
  database?: string
  table?: string
}

export function exportResultCommand(group: Command, session: Session): void {
  const command = subcommand(group, session, {
    name: 'result',
    summary: 'write the result of a job to a URL or a connection',
    description:
      'Write the result of a finished job to a URL or a connection. Prints the id of the export job.',
    examples: [
      `td-sluice export result 123456 --connection-id 42 --connection-settings '{"bucket":"b","path":"/a.csv"}' -w`,
      'td-sluice export result 123456 @target-url.txt',
    ],
  })
    .argument('<job-id>', 'number of the job with the result', checkJobId)
    .argument('[url]', 'target URL; @FILE reads it from a file, which hides a password from other users')
    .optionsGroup('Target:')
    .option('--connection-id <id>', 'write through this connection instead of to a URL')
    .option(
      '--connection-settings <json>',
      'settings of the connection, as JSON; @FILE reads them from a file',
    )
  jobOptions(command)
    .option(
      '--scheduled-time <time>',
      'what TD_SCHEDULED_TIME() means to the export: 2026-01-31T12:00:00Z or seconds since 1970',
      epochSeconds,
    )
    .option('--query <sql>', 'query of the export job, as the API takes it; @FILE reads it from a file')
    .option(
      '--target-job-id <id>',
      'number of the job with the result, told in the request as well',
      checkJobId,
    )
    .option('-d, --database <name>', 'database of the export job')
    .option('--table <name>', 'table of the export job')
  issueOptions(command, 'wait for the export; the exit code says how it ended')
  connectionOptions(jsonOption(command)).action(async (id: string, url: string | undefined) => {
    const options = command.optsWithGlobals<ExportResultOptions>()
    if ((url === undefined) === (options.connectionId === undefined)) {
      throw new SluiceError('E_USAGE', 'export result takes either a URL or --connection-id')
    }
    const { targetOrFile, textOrFile } = await import('../text-or-file.js')
    const { withClient } = await import('../with-client.js')
    const { announce } = await import('../wait.js')
    const { context } = session
    const target = {
      resultUrl: await targetOrFile(url, session),
      resultConnectionId: options.connectionId,
      resultConnectionSettings: await targetOrFile(options.connectionSettings, session),
    }
    const query = await textOrFile(options.query, context)
    const { priority, retryLimit, poolName, domainKey, scheduledTime, targetJobId, database, table } = options
    await withClient(options, session, async (client) => {
      const { jobId } = await client.jobs.exportResult(id, {
        ...target,
        priority,
        retryLimit,
        poolName,
        domainKey,
        scheduledTime,
        query,
        targetJobId,
        database,
        table,
        signal: context.signal,
      })
      await announce(jobId, client, options, session)
    })
  })
}
