import type { Command } from 'commander'
import { checkJobId } from '../../client/arguments.js'
import type { JsonObject } from '../../client/json.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { Style } from '../terminal/style.js'
import { print } from '../text/print.js'

export function statsCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'stats',
    description: "Show a job's raw statistics from the API, such as the number of records it inserted.",
    examples: ['td-sluice stats 123456'],
  }).argument('<job-id>', 'number of the job', checkJobId)
  connectionOptions(answerOptions(command)).action(async (id: string) => {
    const options = command.optsWithGlobals<ConnectionOptions & AnswerOptions>()
    const { withClient } = await import('../with-client.js')
    const { entries } = await import('../terminal/page.js')
    const { statisticsJson } = await import('../text/job-json.js')
    const { signal } = session.context
    const { counters } = await withClient(options, session, ({ jobs }) => jobs.statistics(id, { signal }))
    const text = (all: JsonObject, style: Style) =>
      entries(
        Object.entries(all).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
        style,
      )
    print(counters, options, session, text, statisticsJson)
  })
}
