import type { Command } from 'commander'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { stateAdoptCommand } from './state-adopt.js'
import { stateSetCommand } from './state-set.js'
import { stateShowCommand } from './state-show.js'

/** The group of commands about the file in which `run` keeps what was done. */
export function stateCommand(program: Command, session: Session): void {
  const group = subcommand(program, session, {
    name: 'state',
    description: 'Show what earlier starts of a manifest have done, or change that.',
    examples: [
      'td-sluice state show exports.yaml',
      'td-sluice state set exports.yaml events watermark 2026-01-31',
      'td-sluice state adopt exports.yaml --state /var/lib/exports.json',
    ],
  }).helpCommand(false)
  group.commandsGroup('What:')
  stateShowCommand(group, session)
  stateSetCommand(group, session)
  stateAdoptCommand(group, session)
}
