import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { SluiceError } from '../../errors.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

interface StatusOptions extends ConnectionOptions, AnswerOptions {
  domainKey?: string
}

export function statusCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'status',
    description: "Show a job's state, times and size. The exit code only says whether the API answered.",
    examples: ['td-sluice status 123456', 'td-sluice status --domain-key nightly-2026-01-31'],
  })
    .argument('[job-id]', 'number of the job', checkJobId)
    .optionsGroup('Which job:')
    .option('--domain-key <key>', 'find the job by the domain key it was issued with')
  connectionOptions(answerOptions(command)).action(async (id: string | undefined) => {
    const options = command.optsWithGlobals<StatusOptions>()
    const { domainKey } = options
    if ((id === undefined) === (domainKey === undefined)) {
      throw new SluiceError('E_USAGE', 'status takes either a job id or --domain-key')
    }
    const { withClient } = await import('../with-client.js')
    const { statusText } = await import('../text/job.js')
    const { statusJson } = await import('../text/job-json.js')
    const { signal } = session.context
    const job = await withClient(options, session, ({ jobs }) =>
      jobs.status(id ?? { domainKey: domainKey! }, { signal }),
    )
    print(job, options, session, statusText, statusJson)
  })
}
