import type { Command } from 'commander'
import { SluiceError } from '../../errors.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import { integer } from '../options/parse.js'
import { texts } from '../options/repeats.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { print } from '../text/print.js'

interface RunStatusOptions extends AnswerOptions {
  from?: string
  to?: string
  last?: number
  only?: readonly string[]
  state?: string
  html?: string
}

export function runStatusCommand(run: Command, session: Session): void {
  const command = subcommand(run, session, {
    name: 'status',
    summary: 'show what was exported, and what is missing',
    description:
      'Show the last scheduled times of each export of a manifest: whether it is complete, its rows, bytes and duration, and what is ' +
      'missing. Reads the manifest and its state; needs no key and no network.',
    examples: [
      'td-sluice run status exports.yaml',
      'td-sluice run status exports.yaml --last 31 --only users',
      'td-sluice run status exports.yaml --last 90 --html status.html',
      "td-sluice run status exports.yaml --json | jq '.exports[] | select(.missing > 0).name'",
    ],
  })
    .argument('<manifest>', 'the YAML file with the exports')
    .optionsGroup('Run:')
    .option('--from <time>', 'scheduled times from this one on')
    .option('--to <time>', 'the last of them (default: the current one)')
    .option('--last <n>', 'the last n scheduled times (default: 7)', integer(1, 100_000))
    .option('--only <name>', 'only this export; may be repeated', texts)
    .option('--state <file>', 'file that records what was done (default: beside the manifest)')
    .optionsGroup('Answer:')
    .option('--html <file>', 'write a page with plots into this file as well, for any browser')
  answerOptions(command).action(async (file: string) => {
    refuseOthers(command, session)
    // What `run` has as well is read by it.
    const options = command.optsWithGlobals<RunStatusOptions>()
    const { statusOf } = await import('../../manifest/status.js')
    const { runStatusText } = await import('../text/run-status.js')
    const { context } = session
    const { from, to, last, only, state, html } = options
    const { preparePage } = await import('../html/save-page.js')
    const { statePathOf } = await import('../../manifest/plan.js')
    const { readPlace } = await import('../places.js')
    const inputs = [
      readPlace('the manifest', file, context),
      readPlace('the state', state ?? statePathOf(file), context),
    ]
    const savePage = await preparePage({ html }, inputs, context)
    const status = await statusOf({
      file,
      cwd: context.cwd,
      from,
      to,
      last,
      only,
      state,
      now: context.clock(),
    })
    if (savePage !== undefined) {
      const { statusPage } = await import('../html/status-page.js')
      await savePage(statusPage(status, context.clock()))
    }
    print(status, options, session, runStatusText)
  })
}

/** Options of `run` that mean nothing here. */
function refuseOthers(command: Command, { given }: Session): void {
  const known = [...command.options, ...command.parent!.parent!.options].map(({ long }) => long)
  const other = given.find(({ option }) => !known.includes(option.long))
  if (other !== undefined) throw new SluiceError('E_USAGE', `run status has no option ${other.option.long}`)
}
