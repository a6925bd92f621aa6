import type { Command } from 'commander'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import type { Style } from '../terminal/style.js'
import { print } from '../text/print.js'

interface StateShowOptions extends AnswerOptions {
  state?: string
}

export function stateShowCommand(group: Command, session: Session): void {
  const command = subcommand(group, session, {
    name: 'show',
    summary: 'show each export and scheduled time in the state of a manifest',
    description:
      'Show what the state of a manifest knows: how far each export has come, and its scheduled times with their jobs.',
    examples: [
      'td-sluice state show exports.yaml',
      "td-sluice state show exports.yaml --json | jq '.exports[] | {name, watermark}'",
    ],
  })
    .argument('<file>', 'the manifest, or its state')
    .optionsGroup('State:')
    .option('--state <file>', 'file that records what was done (default: beside the manifest)')
  answerOptions(command).action(async (file: string) => {
    const options = command.optsWithGlobals<StateShowOptions>()
    const { describeState, openState } = await import('../../manifest/state-view.js')
    const { table } = await import('../terminal/table.js')
    const { state } = await openState({ file, state: options.state, cwd: session.context.cwd })
    const text = ({ exports }: ReturnType<typeof describeState>, style: Style, columns: number) => {
      // Which manifest an export is of goes without saying where there is one.
      const isShared = new Set(exports.map(({ manifest }) => manifest)).size > 1
      const rows = exports.flatMap(({ name, manifest, watermark, times }) => {
        const of = isShared ? [manifest ?? ''] : []
        const own = watermark === null ? [] : [[name, '', `watermark ${watermark}`, '', '', ...of]]
        return [
          ...own,
          ...times.map(({ scheduledTime, window, complete, jobId, rows }) => [
            name,
            scheduledTime,
            complete ? 'complete' : 'unfinished',
            window === null ? (jobId ?? '') : `${jobId ?? ''} ${window.from} to ${window.to}`.trim(),
            rows === null ? '' : String(rows),
            ...of,
          ]),
        ]
      })
      const names = ['export', 'scheduled time', 'state', 'job', 'rows', ...(isShared ? ['manifest'] : [])]
      return table(
        names.map((name) => ({ name })),
        rows,
        columns,
        style,
      ).lines
    }
    print(describeState(state), options, session, text)
  })
}
