import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import type { ErrorCode, SluiceError } from '../../errors.js'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type WaitFlags, waitOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

/** The failures of a wait for a job that has ended. */
const JOB_ENDED: readonly ErrorCode[] = ['E_JOB_FAILED', 'E_JOB_KILLED']

export function waitCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'wait',
    description:
      'Wait until a job has finished. Exits 0 when it succeeded, 3 when it failed, 4 when it was killed, 5 when it still runs.',
    examples: [
      'td-sluice wait 123456 && td-sluice dump 123456 -o result.csv',
      'td-sluice wait 123456 --wait-timeout 30m',
    ],
  }).argument('<job-id>', 'number of the job', checkJobId)
  connectionOptions(jsonOption(waitOptions(command))).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & WaitFlags & AnswerOptions>()
    const { withClient } = await import('../with-client.js')
    const { waitFor } = await import('../wait.js')
    await withClient(options, session, async (client) => {
      const end = await waitFor(id, false, client, options, session).catch((error) => error as SluiceError)
      // Whoever asks for JSON wants to know of a failed job, too.
      if (options.json && (end === undefined || JOB_ENDED.includes(end.code))) {
        const { statusJson } = await import('../text/job-json.js')
        const { printJson } = await import('../text/print.js')
        const { signal } = session.context
        printJson(statusJson(await client.jobs.status(id, { signal })), session)
      }
      if (end !== undefined) throw end
    })
  })
}
