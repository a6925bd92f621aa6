import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

export function showCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'show',
    description: 'Show everything known about a job: state, times, size, schema, query and error.',
    examples: ['td-sluice show 123456', 'td-sluice show 123456 --json | jq -r .query'],
  }).argument('<job-id>', 'number of the job', checkJobId)
  connectionOptions(answerOptions(command)).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & AnswerOptions>()
    const { withClient } = await import('../with-client.js')
    const { jobText } = await import('../text/job.js')
    const { jobJson } = await import('../text/job-json.js')
    const { signal } = session.context
    const job = await withClient(options, session, (client) => client.jobs.show(id, { signal }))
    print(job, options, session, jobText, jobJson)
  })
}
