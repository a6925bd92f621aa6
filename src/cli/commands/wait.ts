import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { type WaitFlags, waitOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

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
  connectionOptions(waitOptions(command)).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & WaitFlags>()
    const { withClient } = await import('../with-client.js')
    const { waitFor } = await import('../wait.js')
    await withClient(options, session, (client) => waitFor(id, false, client, options, session))
  })
}
