import { type Command, Help, type HelpConfiguration, Option } from 'commander'
import type { Context } from './context.js'
import { type ColorChoice, type Style, styleFor } from './terminal/style.js'

/** Widest help text, in characters, however wide the terminal is. */
const HELP_COLUMNS = 100

export const GENERAL = 'General:'

/** How every help text looks: the options of all commands stand at the end of each command's own. */
export function helpConfiguration(program: Command, context: Context): HelpConfiguration {
  return {
    helpWidth: Math.min(context.columns(), HELP_COLUMNS),
    formatHelp,
    visibleOptions,
    optionDescription,
    subcommandTerm: (command) => command.name(),
    styleTitle: (title) => helpStyle(program, context).bold(title),
  }
}

/** Puts examples before everything else: most readers need nothing more. */
export function examples(command: Command, context: Context, lines: readonly string[]): void {
  command.addHelpText('before', () => {
    const title = helpStyle(command, context).bold('Examples:')
    return [title, ...lines.map((line) => `  ${line}`), ''].join('\n')
  })
}

function helpStyle(command: Command, context: Context): Style {
  const { color } = command.optsWithGlobals<{ color?: ColorChoice }>()
  return styleFor(context.stdoutIsTerminal, context.env, color)
}

/** commander puts commands last; who asks for the program's help looks for a command first. */
function formatHelp(this: Help, command: Command, helper: Help): string {
  const text = Help.prototype.formatHelp.call(this, command, helper)
  if (command.commands.length === 0) return text
  const sections = text.trimEnd().split('\n\n')
  const isGeneral = (section: string) => section.split('\n')[0]!.includes(GENERAL)
  return `${[...sections.filter((section) => !isGeneral(section)), ...sections.filter(isGeneral)].join('\n\n')}\n`
}

function visibleOptions(this: Help, command: Command): Option[] {
  const own = Help.prototype.visibleOptions.call(this, command)
  const inherited: Option[] = []
  for (let parent = command.parent; parent; parent = parent.parent) {
    // A command below `run` is another command, not a form of it.
    if (parent.parent !== null) continue
    inherited.push(...parent.options.filter((option) => option.long !== '--version'))
  }
  return [...own, ...inherited]
}

/** `query engine: trino, presto, hive (default: trino)` */
function optionDescription(this: Help, { description, argChoices, defaultValue, required }: Option): string {
  const [, text = '', preset = ''] = /^(.*?)( \(default: .*\))?$/.exec(description)!
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`
  const value = required && defaultValue !== undefined ? ` (default: ${defaultValue})` : preset
  return `${text}${choices}${value}`
}

/** `-h`, in the same place everywhere. */
export function helpOption(): Option {
  return new Option('-h, --help', 'print this help').helpGroup(GENERAL)
}
