import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

export function killCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'kill',
    description: 'Kill a job. Killing a job that has finished already does nothing and exits 0.',
    examples: ['td-sluice kill 123456'],
  }).argument('<job-id>', 'number of the job', checkJobId)
  connectionOptions(jsonOption(command)).action(async (id: string) => {
    const { withClient } = await import('../with-client.js')
    const { isFinished, printable } = await import('../../client/index.js')
    const { printJson } = await import('../text/print.js')
    const { signal } = session.context
    const options = command.optsWithGlobals<ConnectionOptions & AnswerOptions>()
    const { formerStatus } = await withClient(options, session, ({ jobs }) => jobs.kill(id, { signal }))
    const former = formerStatus === null ? undefined : printable(formerStatus)
    if (options.json) return printJson({ jobId: id, formerStatus: former ?? null }, session)
    session.reporter.info(
      former !== undefined && isFinished(former)
        ? `job ${id} had finished already: ${former}`
        : `job ${id} was killed${former === undefined ? '' : `; it was ${former}`}`,
      { jobId: id, formerStatus: former },
    )
  })
}
