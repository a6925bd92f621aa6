import { type Command, InvalidArgumentError, Option } from 'commander'
import { LISTED_STATES } from '../../client/job-record.js'
import { listed } from '../../model/option-values.js'
import { suggestion } from '../../model/suggest.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { integer, positiveDuration } from '../options/parse.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print, printLines } from '../text/print.js'

interface ListCommandOptions extends ConnectionOptions, AnswerOptions {
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
    description:
      'List jobs, the newest first. In a pipe: a line a job of tab-separated values, nothing cut and no header. ' +
      'They are id, status, type, database, time of creation, seconds that it took, rows and query.',
    examples: [
      'td-sluice list',
      'td-sluice list 100 --status running',
      "td-sluice list --status error --json | jq -r '.[].jobId'",
      'td-sluice list --running | cut -f 1 | xargs -n 1 td-sluice kill',
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
  answerOptions(command, ['text', 'tsv', 'json'], 'text on a terminal, tsv elsewhere')
  connectionOptions(command).action(async (max: number) => {
    const options = command.optsWithGlobals<ListCommandOptions>()
    const { withClient } = await import('../with-client.js')
    const { listText, listTsv } = await import('../text/job.js')
    const { jobJson } = await import('../text/job-json.js')
    const page = await withClient(options, session, (client) =>
      client.jobs.page({
        from: options.skip,
        to: options.skip + max - 1,
        status: wantedStatus(options),
        slowerThan: options.slowerThan,
        signal: session.context.signal,
      }),
    )
    const { format = session.context.stdoutIsTerminal ? 'text' : 'tsv' } = options
    if (format === 'tsv' && !options.json) return printLines(listTsv(page.jobs), session)
    print(page.jobs, options, session, listText, (jobs) => jobs.map(jobJson))
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

/** Words for a state that other programs use. */
const SYNONYMS: Readonly<Record<string, string>> = {
  failed: 'error',
  failure: 'error',
  succeeded: 'success',
  done: 'success',
  finished: 'success',
  pending: 'queued',
  waiting: 'queued',
  started: 'running',
  active: 'running',
}

/** A state that the API lists jobs by: for any other word it answers with no jobs. */
function status(text: string): string {
  const word = text.toLowerCase()
  if (LISTED_STATES.includes(word)) return word
  const synonym = SYNONYMS[word]
  const meant = synonym === undefined ? suggestion(word, LISTED_STATES) : `; did you mean ${synonym}?`
  throw new InvalidArgumentError(`The API lists jobs by ${listed(LISTED_STATES, 'or')}${meant}`)
}
