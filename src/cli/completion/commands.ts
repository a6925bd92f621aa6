import type { Argument, Command, Option } from 'commander'
import { PRIORITY_NAMES } from '../../client/arguments.js'
import { LISTED_STATES } from '../../client/job-record.js'
import { FORMAT_NAMES } from '../../model/formats.js'

/** Words that a shell offers at one place of the command line. */
export type Words =
  | { readonly kind: 'files' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** Known only to the user, such as a job id. */
  | { readonly kind: 'free' }

export interface OptionWords {
  /** `-o` and `--output`, or only the long one. */
  readonly flags: readonly string[]
  readonly description: string
  /** Its value; undefined for an option without one. */
  readonly value: Words | undefined
}

/** One command as a shell needs to know it. */
export interface CommandWords {
  /** The words that lead to it; none for the program itself. */
  readonly path: readonly string[]
  readonly summary: string
  /** Commands below it, by name. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly OptionWords[]
  /** One for each of its arguments. */
  readonly arguments: readonly Words[]
}

/** The program and all its commands, each with the options of those above it. */
export function commandWords(command: Command, above: readonly OptionWords[] = []): CommandWords[] {
  const general = [...above, ...command.options.filter(({ long }) => long !== '--version').map(optionWords)]
  const own = [...command.createHelp().visibleOptions(command)].map(optionWords)
  const options = unique([...own, ...general])
  const here: CommandWords = {
    path: pathOf(command),
    summary: command.summary() || command.description(),
    commands: command.commands.map((sub) => ({ name: sub.name(), summary: sub.summary() })),
    options,
    arguments: command.registeredArguments.map(argumentWords),
  }
  return [here, ...command.commands.flatMap((sub) => commandWords(sub, general))]
}

function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

function unique(options: readonly OptionWords[]): OptionWords[] {
  const seen = new Set<string>()
  return options.filter(({ flags }) => {
    const flag = flags.at(-1)!
    return !seen.has(flag) && seen.add(flag)
  })
}

function optionWords(option: Option): OptionWords {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined)
  const value = option.required || option.optional ? valueWords(option.flags, option.argChoices) : undefined
  return { flags, description: option.description, value }
}

function argumentWords(argument: Argument): Words {
  return valueWords(`<${argument.name()}>`, argument.argChoices)
}

/** The name of a value tells what it is: `<file>`, `<folder>`. */
function valueWords(flags: string, choices: readonly string[] | undefined): Words {
  if (choices !== undefined) return { kind: 'words', words: choices }
  const name = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? ''
  if (/^(?:file|folder|name=file|manifest)$/.test(name)) return { kind: 'files' }
  const words = WORDS[name]
  return words === undefined ? { kind: 'free' } : { kind: 'words', words }
}

/** Values that are a closed set, though the option checks them itself. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  format: FORMAT_NAMES,
  priority: PRIORITY_NAMES,
  status: LISTED_STATES,
}
