import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type DownloadFlags, downloadOptions, downloadSettings, outputOptions } from '../options/output.js'
import { type WaitFlags, waitLimit, waitOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { WriteOptions } from '../write-result.js'

export function dumpCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'dump',
    description: 'Write the result of an existing job, after waiting for it if it still runs.',
    examples: [
      'td-sluice dump 123456 -o result.csv.gz',
      'td-sluice dump 123456 --columns time,path --limit 1000 -f ndjson',
    ],
  }).argument('<job-id>', 'number of the job', checkJobId)
  connectionOptions(downloadOptions(outputOptions(waitOptions(command)))).action(async (id: string) => {
    const options = command.optsWithGlobals<DownloadFlags & WriteOptions & ConnectionOptions & WaitFlags>()
    const { writeResult } = await import('../write-result.js')
    const { liveness } = await import('../wait.js')
    const { job } = await import('../../sources/job.js')
    const { withClient } = await import('../with-client.js')
    await withClient(options, session, (client) => {
      const source = job(id, {
        connection: client,
        waitTimeout: waitLimit(options),
        ...liveness(session.reporter),
        ...downloadSettings(options, session.context),
      })
      return writeResult(source, options, session, { client })
    })
  })
}
