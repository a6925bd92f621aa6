import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { type PrintOptions, print, printFormat } from '../text/print.js'

export function showCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'show',
    description: 'Show everything known about a job: state, times, size, schema, query and error.',
    examples: ['td-sluice show 123456', 'td-sluice show 123456 -f json | jq -r .query'],
  })
    .argument('<job-id>', 'number of the job', checkJobId)
    .addOption(printFormat())
  connectionOptions(command).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & PrintOptions>()
    const { withClient } = await import('../with-client.js')
    const { jobText } = await import('../text/job.js')
    const { signal } = session.context
    const job = await withClient(options, session, (client) => client.jobs.show(id, { signal }))
    print(job, options, session, jobText)
  })
}
