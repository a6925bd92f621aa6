import type { Command } from 'commander'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { plural } from '../terminal/units.js'

export function stateAdoptCommand(group: Command, session: Session): void {
  const command = subcommand(group, session, {
    name: 'adopt',
    summary: 'take over the exports that another manifest has kept in the state',
    description:
      'Make the exports of a manifest that its state knows its own, where another manifest has kept them there: the manifest goes on ' +
      'where that one was. No run may be at work. A manifest that was moved or renamed needs none of this.',
    examples: ['td-sluice state adopt exports.yaml --state /var/lib/exports.json'],
  })
    .argument('<file>', 'the manifest')
    .optionsGroup('State:')
    .option('--state <file>', 'file that records what was done (default: beside the manifest)')
  jsonOption(command).action(async (file: string) => {
    const { state, json } = command.optsWithGlobals<AnswerOptions & { state?: string }>()
    const { context, reporter } = session
    const { adoptExports } = await import('../../manifest/state-view.js')
    const adopted = await adoptExports(
      { file, state, cwd: context.cwd },
      {
        signal: context.signal,
        notice: (notice) => reporter.progress({ type: 'notice', ...notice }),
      },
    )
    if (json) {
      const { printJson } = await import('../text/print.js')
      const exports = adopted.map(({ name, before }) => ({ export: name, before: before ?? null }))
      return printJson({ exports }, session)
    }
    for (const { name, before } of adopted)
      reporter.info(`${name} was an export of ${before ?? 'a manifest that the state does not name'}`, {
        event: 'state_adopt',
        name,
        before,
      })
    reporter.info(`${plural(adopted.length, 'export')} taken over`)
  })
}
