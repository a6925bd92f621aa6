import { Argument, type Command } from 'commander'
import type { CommandWords } from '../completion/commands.js'
import { type CommandEntry, createProgram } from '../program.js'
import { newSession, type Session } from '../session.js'
import { subcommand } from '../subcommand.js'

type Render = (commands: readonly CommandWords[]) => string

/** How each shell's script is made. */
const SHELLS: Readonly<Record<string, () => Promise<Render>>> = {
  bash: async () => (await import('../completion/bash.js')).bashCompletion,
  zsh: async () => (await import('../completion/zsh.js')).zshCompletion,
  fish: async () => (await import('../completion/fish.js')).fishCompletion,
}

export function completionCommand(program: Command, session: Session, all: readonly CommandEntry[]): void {
  const command = subcommand(program, session, {
    name: 'completion',
    description: 'Print a script that lets a shell complete commands, options, their values and file names.',
    examples: [
      'td-sluice completion bash >> ~/.bashrc',
      'td-sluice completion zsh > ~/.zfunc/_td-sluice          # a folder of $fpath',
      'td-sluice completion fish > ~/.config/fish/completions/td-sluice.fish',
    ],
  }).addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
  command.action(async (shell: string) => {
    const { commandWords } = await import('../completion/commands.js')
    const render = await SHELLS[shell]!()
    const everything = await createProgram(newSession(session.context), all, () => true)
    session.context.stdout.write(render(commandWords(everything)))
  })
}
