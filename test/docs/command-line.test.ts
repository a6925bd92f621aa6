import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import t from 'tap'
import { ERROR_TABLE } from '../../src/errors.js'
import { runInProcess, wholeProgram } from '../support/cli/context.js'

const everything = wholeProgram
const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')

t.test('the page lists the exit codes there are', async (t) => {
  const listed = [...page.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
  const used = Object.values(ERROR_TABLE).map((entry) => entry.exitCode)
  t.same(
    listed,
    [...new Set([0, ...used])].sort((a, b) => a - b),
  )
})

t.test('every option and argument is in the help of its command, with a description', async (t) => {
  const visit = async (path: string[], command: Command) => {
    const { exit, stdout } = await runInProcess([...path, '--help'])
    t.equal(exit, 0)
    for (const option of command.options) {
      t.ok(option.description, `${path.join(' ')} ${option.flags}`)
      t.ok(stdout.includes(`  ${option.flags} `), `${path.join(' ')} ${option.flags}`)
    }
    for (const argument of command.registeredArguments)
      t.ok(argument.description, `${path.join(' ')} ${argument.name()}`)
    for (const sub of command.commands) await visit([...path, sub.name()], sub)
  }
  await visit([], await everything())
})

t.test('the examples in the help are command lines that parse', async (t) => {
  const commands = (await everything()).commands.map((command) => command.name())
  for (const name of commands) {
    const { stdout } = await runInProcess([name, '--help'])
    const examples = stdout.slice(0, stdout.indexOf('\n\n')).split('\n').slice(1)
    t.ok(examples.length > 0, name)
    for (const line of examples) {
      for (const flag of line.match(/(?<= )--[a-z][a-z-]*/g) ?? []) t.match(page, flag, line)
      for (const [, command] of line.matchAll(/td-sluice ([a-z]+)/g)) t.ok(commands.includes(command!), line)
    }
  }
})
