import type { Command } from 'commander'
import { examples } from './help.js'
import type { Session } from './session.js'

export interface CommandText {
  readonly name: string
  /** For the list of commands. */
  readonly summary: string
  /** For the command's own help. Default: the summary as a sentence. */
  readonly description?: string
  readonly examples: readonly string[]
}

/** A new command below `parent`, with help that starts with examples. */
export function subcommand(parent: Command, { context }: Session, text: CommandText): Command {
  const { name, summary } = text
  const sentence = `${summary[0]!.toUpperCase()}${summary.slice(1)}.`
  const command = parent
    .command(name)
    .summary(summary)
    .description(text.description ?? sentence)
  examples(command, context, text.examples)
  return command
}
