import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { wholeProgram } from '../support/cli/context.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const path = join(t.testdir(), 'page.1')
execFileSync(process.execPath, ['scripts/man.mjs', path], { cwd: ROOT })
const page = readFileSync(path, 'utf8')

t.test('the man page shows examples of every command, line by line', async (t) => {
  const [, examples] = page.split('.SH Examples\n')
  const blocks = new Map(
    [...examples!.matchAll(/^\\fB([a-z ]+)\\fR:\n\.nf\n\.RS 4\n(.*?)\n\.RE\n\.fi$/gms)].map(
      ([, name, lines]) => [name!, lines!],
    ),
  )
  for (const command of (await wholeProgram()).commands) {
    for (const { name } of leavesOf(command)) t.match(blocks.get(name), `td\\-sluice ${name}`, name)
  }
  t.match(blocks.get('inspect'), 'jq \\(aq.columns[] | select(.nulls > 0) | .column\\(aq')
})

const groff = spawnSync('groff', ['-man', '-Kutf8', '-Tutf8', '-ww', path], { encoding: 'utf8' })
const skip = groff.error === undefined ? false : 'this machine has no groff'
t.test('groff has no complaint about the man page', { skip }, async (t) => {
  t.equal(groff.stderr, '')
  t.match(groff.stdout, 'td-sluice dump 123456 -o result.csv.gz')
})

type Command = Awaited<ReturnType<typeof wholeProgram>>

/** The commands that do something, by their full names. */
function leavesOf(command: Command, path: readonly string[] = []): { readonly name: string }[] {
  const names = [...path, command.name()]
  const isLeaf = command.commands.length === 0 || command.registeredArguments.length > 0
  return [
    ...(isLeaf ? [{ name: names.join(' ') }] : []),
    ...command.commands.flatMap((below) => leavesOf(below, names)),
  ]
}
