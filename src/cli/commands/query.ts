import type { Command } from 'commander'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type DownloadFlags, downloadOptions, downloadSettings, outputOptions } from '../options/output.js'
import { type QueryFlags, queryOptions, querySettings } from '../options/query.js'
import { type IssueFlags, issueOptions, waitLimit } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { WriteOptions } from '../write-result.js'

type QueryCommandOptions = QueryFlags & IssueFlags & DownloadFlags & WriteOptions & ConnectionOptions

export function queryCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'query',
    description:
      'Issue a query, wait for it and write its result. The SQL is an argument, a file, or comes in a pipe. A statement without ' +
      'rows, such as INSERT, needs no output.',
    examples: [
      "td-sluice query -d sample_datasets 'select * from www_access' -o access.csv.gz",
      'td-sluice query -d sample_datasets -q report.sql -o report.ndjson',
      "td-sluice query -d sample_datasets 'select * from www_access where code = :code' --param code:int=404 -o 404.csv",
      "echo 'select count(1) from nasdaq' | td-sluice query -d sample_datasets -f csv",
    ],
  })
  issueOptions(queryOptions(command), 'accepted for compatibility with td; query always waits')
  connectionOptions(downloadOptions(outputOptions(command))).action(async (argument: string | undefined) => {
    const options = command.optsWithGlobals<QueryCommandOptions>()
    const settings = await querySettings(options, session)
    const { readSql } = await import('../sql.js')
    const sql = await readSql(argument, options, session)
    const { writeResult } = await import('../write-result.js')
    const { readPlace } = await import('../places.js')
    const { liveness } = await import('../wait.js')
    const { query } = await import('../../sources/query.js')
    const { withClient } = await import('../with-client.js')
    await withClient(options, session, (client) => {
      const source = query(sql, {
        ...settings,
        params: options.param,
        connection: client,
        waitTimeout: waitLimit(options),
        ...liveness(session.reporter),
        ...downloadSettings(options, session.context),
        onIssuing: (key) =>
          session.reporter.detail(`issuing under the domain key ${key}`, { domainKey: key }),
      })
      const isPiped = argument === '-' || (argument ?? options.query) === undefined
      const inputs = isPiped ? [readPlace('the SQL on stdin', '-', session.context)] : []
      return writeResult(source, options, session, { inputs, client })
    })
  })
}
