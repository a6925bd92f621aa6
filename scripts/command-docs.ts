import { readFileSync, writeFileSync } from 'node:fs'
import type { Command, Option } from 'commander'
import { createProgram } from '../src/cli/program.js'
import { inertSession } from '../test/support/cli/context.js'

/** The page of the command line; everything between its two marks is made from the commands themselves. */
export const COMMAND_PAGE = new URL('../docs/command-line.md', import.meta.url)

const BEGIN = '<!-- commands: npm run docs:commands -->'
const END = '<!-- end of commands -->'

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

/** The page with its tables of commands and options made anew. */
export async function renderCommandPage(page: string): Promise<string> {
  const program = await createProgram(inertSession(), () => true)
  const commands = leaves(program)
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
  const parts = [commandTable(commands), ...optionTables(program, commands)]
  return `${head}\n${parts.join('\n\n')}\n${page.slice(page.indexOf(END))}`
}

/** Commands that do something, those of a group by their full name. */
function leaves(parent: Command, path: readonly string[] = []): Documented[] {
  return parent.commands.flatMap((command) => {
    const names = [...path, command.name()]
    return command.commands.length > 0 ? leaves(command, names) : [{ name: names.join(' '), command }]
  })
}

function commandTable(commands: readonly Documented[]): string {
  const rows = commands.map(({ name, command }) => {
    const usage = [name, ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' ')
    const groups = [...new Set(command.options.map(groupOf))].join(', ')
    return `| \`${usage}\` | ${cell(command.description() || `${command.summary()}.`)} | ${groups} |`
  })
  return ['## Commands', '| command | what it does | options |', '|---|---|---|', ...rows].join('\n')
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
      const key = `${option.flags} ${text}`
      const users = [...(group.get(key)?.users ?? []), name]
      groups.set(groupOf(option), group.set(key, { flags: option.flags, text, users }))
    }
  }
  return [...groups].map(([group, options]) => {
    const users = new Set([...options.values()].flatMap((option) => option.users))
    const rows = [...options.values()].map(({ flags, text, users: own }) => {
      const only = own.length < users.size ? ` (${own.map((name) => `\`${name}\``).join(', ')} only)` : ''
      return `| \`${flags}\` | ${cell(text)}${only} |`
    })
    return [`### ${group}`, '| option | meaning |', '|---|---|', ...rows].join('\n')
  })
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

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(COMMAND_PAGE, await renderCommandPage(readFileSync(COMMAND_PAGE, 'utf8')))
}
