import type { Command } from 'commander'
import { examples } from './help.js'
import type { Session } from './session.js'

export interface CommandText {
  readonly name: string
  /** For the list of commands, where that is not in the table of commands. */
  readonly summary?: string
  readonly description: string
  readonly examples: readonly string[]
  /** Whether all that it does is to print an answer on stdout. */
  readonly answersOnly?: true
}

/** A new command below `parent`, with help that starts with examples. One that only answers refuses a closed stdout before it asks anybody. */
export function subcommand(parent: Command, { context }: Session, text: CommandText): Command {
  const { name, summary = '', description, answersOnly = false } = text
  const command = parent.command(name).summary(summary).description(description)
  examples(command, context, text.examples)
  if (answersOnly) {
    command.hook('preAction', (_, used) => {
      // Where a page is wanted, its reader may want no more.
      if (used.optsWithGlobals<{ html?: string }>().html === undefined) context.requireStdout()
    })
  }
  return command
}
