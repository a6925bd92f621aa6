import type { Command } from 'commander'
import { examples } from './help.js'
import type { Session } from './session.js'

export interface CommandText {
  readonly name: string
  /** For the list of commands, where that is not in the table of commands. */
  readonly summary?: string
  readonly description: string
  readonly examples: readonly string[]
}

/** A new command below `parent`, with help that starts with examples. */
export function subcommand(parent: Command, { context }: Session, text: CommandText): Command {
  const { name, summary = '', description } = text
  const command = parent.command(name).summary(summary).description(description)
  examples(command, context, text.examples)
  return command
}
