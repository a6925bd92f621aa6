import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import t from 'tap'
import { runInProcess, wholeProgram } from '../support/cli/context.js'
import { TD_FLAGS } from '../support/cli/td-flags.js'

const page = readFileSync(new URL('../../docs/td-users.md', import.meta.url), 'utf8')

/** The commands that stand for one of td. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  'All commands': ['query'],
  'td query': ['query', 'issue'],
  'td job:show': ['dump', 'show'],
  'td job:list': ['list'],
  'td job:status': ['status'],
  'td job:kill': ['kill'],
  'td export:result': ['export result'],
  'td table:export': ['export table'],
}

const program = await wholeProgram()

function commandOf(name: string): Command {
  let command: Command = program
  for (const part of name.split(' ')) command = command.commands.find((one) => one.name() === part)!
  return command
}

function longFlags(name: string): (string | undefined)[] {
  const command = commandOf(name)
  return [...command.options, ...program.options].map((option) => option.long)
}

/** The rows of the table below a heading: theirs, ours, remarks. */
function rowsBelow(heading: string): string[][] {
  const begin = page.indexOf(`\n## ${heading}\n`)
  t.not(begin, -1, heading)
  const end = page.indexOf('\n## ', begin + 1)
  return page
    .slice(begin, end === -1 ? undefined : end)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

t.test('every flag of td has a row, and what stands in it exists', async (t) => {
  for (const [heading, flags] of Object.entries(TD_FLAGS)) {
    const rows = rowsBelow(heading)
    t.same(
      rows.map(([theirs]) => theirs),
      flags.map((flag) => `\`${flag}\``),
      heading,
    )
    const known = OURS[heading]!.flatMap(longFlags)
    for (const [theirs, ours, remark] of rows) {
      if (ours === 'none') t.not(remark, '', `${heading} ${theirs} says why`)
      else t.ok(known.includes(ours!.replaceAll('`', '')), `${heading} ${theirs}: ${ours}`)
    }
  }
})

t.test('letters that both have mean the same', async (t) => {
  const same = ['-d', '-T', '-q', '-o', '-f', '-P', '-R', '-O', '-w', '-l', '-G', '-r']
  const theirs = new Map(TD_FLAGS['td query']!.map((flag) => flag.split(', ') as [string, string]))
  const query = program.commands.find((command) => command.name() === 'query')!
  for (const letter of same) {
    t.ok(theirs.has(letter), letter)
    t.ok(
      query.options.some((option) => option.short === letter),
      letter,
    )
  }
})

t.test('G19: no letter that carries a key or a place in td means another one here', async (t) => {
  for (const [heading, flags] of Object.entries(TD_FLAGS)) {
    const ours = OURS[heading]!.map(commandOf)
    for (const letter of ['-e', '-k', '-s', '-b', '-a', '-p', '-u'].filter((one) => flags.includes(one))) {
      const row = rowsBelow(heading).find(([theirs]) => theirs === `\`${letter}\``)!
      for (const command of ours) {
        const same = command.options.find(({ short }) => short === letter)
        if (same !== undefined) t.equal(`\`${same.long}\``, row[1], `${heading} ${letter}`)
      }
    }
  }
})

t.test('the command lines of the page parse', async (t) => {
  for (const [line] of page.matchAll(/(?<=^|\s{3})td-sluice (?!.*\[).*$/gm)) {
    const [, ...args] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
    const { stderr } = await runInProcess([...args, '--endpoint', 'ftp://nowhere'], {
      env: { TD_API_KEY: 'k' },
    })
    t.match(stderr, /^td-sluice: E_CONFIG/, line)
  }
})
