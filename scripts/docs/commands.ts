import type { Command, Option } from 'commander'
import { runInProcess, wholeProgram } from '../../test/support/cli/context.js'
import { type Page, tableOf } from './page.js'

/** The table of commands, and a table for each group of options, made from the commands themselves. */
export const commands: Page = {
  path: 'docs/command-line.md',
  render: async () => {
    const program = await wholeProgram()
    const commands = leaves(program)
    return [
      commandTable(commands),
      ...optionTables(program, commands),
      '## Examples',
      ...(await Promise.all(commands.map(examples))),
    ].join('\n\n')
  },
}

/** One option of a group, and the commands that have it. */
interface Row {
  readonly flags: string
  readonly text: string
  readonly users: readonly string[]
}

interface Documented {
  readonly name: string
  readonly command: Command
}

/** Commands that do something, those of a group by their full name. */
function leaves(parent: Command, path: readonly string[] = []): Documented[] {
  return parent.commands.flatMap((command) => {
    const names = [...path, command.name()]
    const below = leaves(command, names)
    // Some do something and have others below.
    const isLeaf = below.length === 0 || command.registeredArguments.length > 0
    return [...(isLeaf ? [{ name: names.join(' '), command }] : []), ...below]
  })
}

function commandTable(commands: readonly Documented[]): string {
  const rows = commands.map(({ name, command }) => {
    const usage = [name, ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' ')
    const groups = [...new Set(command.options.map(groupOf))].join(', ')
    return [`\`${usage}\``, cell(command.description() || `${command.summary()}.`), groups]
  })
  return `## Commands\n${tableOf(['command', 'what it does', 'options'], rows)}`
}

/** A table for each group of options. */
function optionTables(program: Command, commands: readonly Documented[]): string[] {
  const groups = new Map<string, Map<string, Row>>()
  for (const { name, command } of [{ name: '', command: program }, ...commands]) {
    const help = command.createHelp()
    Object.assign(help, command.configureHelp())
    for (const option of command.options) {
      const group = groups.get(groupOf(option)) ?? new Map()
      const text = help.optionDescription(option)
      // A command may have an option without its letter, because td means another by it.
      const key = `${option.long} ${text}`
      const users = [...(group.get(key)?.users ?? []), name]
      groups.set(
        groupOf(option),
        group.set(key, { flags: group.get(key)?.flags ?? option.flags, text, users }),
      )
    }
  }
  return [...groups].map(([group, options]) => {
    const users = new Set([...options.values()].flatMap((option) => option.users))
    const rows = [...options.values()].map(({ flags, text, users: own }) => {
      const only = own.length < users.size ? ` (${own.map((name) => `\`${name}\``).join(', ')} only)` : ''
      return [`\`${flags}\``, `${cell(text)}${only}`]
    })
    return `### ${group}\n${tableOf(['option', 'meaning'], rows)}`
  })
}

/** The examples with which the help of a command begins. */
async function examples({ name }: Documented): Promise<string> {
  const { stdout } = await runInProcess([...name.split(' '), '--help'])
  const [, lines] = /^Examples:\n(.*?)\n\n/s.exec(stdout)!
  return `\`${name}\`:\n\`\`\`\n${lines!.replace(/^ +/gm, '')}\n\`\`\``
}

function groupOf(option: Option): string {
  return option.helpGroupHeading!.replace(/:$/, '')
}

function argumentTerm(argument: { name(): string; required: boolean }): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
