import { type Command, InvalidArgumentError, Option } from 'commander'
import { LISTED_STATES } from '../../client/job-record.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { integer, positiveDuration } from '../options/parse.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { type PrintOptions, print, printFormat } from '../text/print.js'

interface ListCommandOptions extends ConnectionOptions, PrintOptions {
  skip: number
  status?: string
  running?: true
  success?: true
  error?: true
  slowerThan?: number
}

export function listCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'list',
    description: 'List jobs, the newest first.',
    examples: [
      'td-sluice list',
      'td-sluice list 100 --status running',
      "td-sluice list --status error -f json | jq -r '.[].jobId'",
    ],
  })
    .argument('[max]', 'how many jobs', integer(1, 10_000), 20)
    .optionsGroup('Which jobs:')
    .option('-s, --skip <n>', 'skip the newest n', integer(0), 0)
    .option('--status <status>', `only jobs in this state: ${LISTED_STATES.join(', ')}`, status)
    .addOption(short('-R, --running', 'running'))
    .addOption(short('-S, --success', 'success'))
    .addOption(short('-E, --error', 'error'))
    .option(
      '--slower-than <duration>',
      'only jobs that took longer; the API answers this slowly',
      positiveDuration,
    )
    .addOption(printFormat())
  connectionOptions(command).action(async (max: number) => {
    const options = command.optsWithGlobals<ListCommandOptions>()
    const { withClient } = await import('../with-client.js')
    const { listText } = await import('../text/job.js')
    const page = await withClient(options, session, (client) =>
      client.jobs.page({
        from: options.skip,
        to: options.skip + max - 1,
        status: wantedStatus(options),
        slowerThan: options.slowerThan,
        signal: session.context.signal,
      }),
    )
    print(page.jobs, options, session, listText)
  })
}

/** A flag that stands for `--status` of the same word. */
function short(flags: string, word: string): Option {
  const others = ['status', 'running', 'success', 'error'].filter((other) => other !== word)
  return new Option(flags, `the same as --status ${word}`).conflicts(others)
}

function wantedStatus(options: ListCommandOptions): string | undefined {
  if (options.running) return 'running'
  if (options.success) return 'success'
  return options.error ? 'error' : options.status
}

/** Any word: the API may know more states than this program. */
function status(text: string): string {
  if (/^[a-z]+$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('A state is one word, such as running.')
}
