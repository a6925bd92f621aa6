import type { Command } from 'commander'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { exportResultCommand } from './export-result.js'
import { exportTableCommand } from './export-table.js'

/** The group of commands that let TD's servers do the writing. */
export function exportCommand(program: Command, session: Session): void {
  const group = subcommand(program, session, {
    name: 'export',
    description:
      "Let Treasure Data's own servers write a result or a table elsewhere; no data passes through here.",
    examples: [
      'td-sluice export result 123456 @target-url.txt -w',
      'td-sluice export table sample_datasets www_access -b my-bucket -a arn:aws:iam::1:role/export -w',
    ],
  }).helpCommand(false)
  group.commandsGroup('What:')
  exportResultCommand(group, session)
  exportTableCommand(group, session)
}
