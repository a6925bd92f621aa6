import type { Command } from 'commander'
import type { CommandEntry } from '../program.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

export function helpCommand(program: Command, session: Session, all: readonly CommandEntry[]): void {
  const command = subcommand(program, session, {
    name: 'help',
    description: 'Print the help of a command, or a page of the documentation.',
    examples: [
      'td-sluice help query',
      'td-sluice help export table',
      'td-sluice help errors',
      'td-sluice help topics                        the names of all pages',
    ],
  }).argument('[words...]', 'a command, or the name of a page')
  command.action(async (words: string[]) => {
    const explained = commandNamed(program, words)
    explained?.outputHelp()
    const topic = words.join(' ')
    if (topic === '' || topic === 'help') return
    const { printTopic, topicPage } = await import('../topics.js')
    const names = all.map(({ name }) => name)
    // A command may have a page besides.
    if (explained === undefined || topicPage(topic) !== undefined) printTopic(topic, names, session)
  })
}

/** Such as `export table`; the program itself where there are no words, undefined where no command is called so. */
function commandNamed(program: Command, words: readonly string[]): Command | undefined {
  return words.reduce<Command | undefined>(
    (above, word) => above?.commands.find((command) => command.name() === word),
    program,
  )
}
