import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { type PrintOptions, print, printFormat } from '../text/print.js'

export function statsCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'stats',
    description: "Show a job's raw statistics from the API, such as the number of records it inserted.",
    examples: ['td-sluice stats 123456'],
  })
    .argument('<job-id>', 'number of the job', checkJobId)
    .addOption(printFormat())
  connectionOptions(command).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & PrintOptions>()
    const { withClient } = await import('../with-client.js')
    const { entries } = await import('../terminal/page.js')
    const { signal } = session.context
    const statistics = await withClient(options, session, ({ jobs }) => jobs.statistics(id, { signal }))
    print(statistics, options, session, (all, style) =>
      entries(
        Object.entries(all).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
        style,
      ),
    )
  })
}
