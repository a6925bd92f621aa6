import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runInProcess } from '../support/cli/context.js'
import { absent, NO_TERMINAL, Terminal } from '../support/cli/terminal.js'

const folder = t.testdir({ 'result.csv': '', 'result two.csv': '', 'query.sql': '', sub: { 'x.sql': '' } })

/** The completion script of a shell, in a file. */
async function script(shell: string): Promise<string> {
  const { exit, stdout, stderr } = await runInProcess(['completion', shell])
  t.same([exit, stderr], [0, ''])
  const path = join(t.testdirName, `completion.${shell}`)
  writeFileSync(path, stdout)
  return path
}

/** What each shell offers for the last of these words. */
const CASES: [line: string, offered: readonly string[]][] = [
  ['td-sluice qu', ['query']],
  ['td-sluice st', ['status', 'stats', 'state']],
  ['td-sluice export ', ['result', 'table']],
  ['td-sluice export table db t --file-f', ['--file-format']],
  ['td-sluice export table -F ', ['jsonl.gz', 'tsv.gz', 'json.gz', 'line-json.gz']],
  ['td-sluice query --type ', ['trino', 'presto', 'hive']],
  ['td-sluice query -d query --ty', ['--type']],
  ['td-sluice --log-format json dump 12 -f cs', ['csv']],
  ['td-sluice --color ', ['auto', 'always', 'never']],
  ['td-sluice completion ', ['bash', 'zsh', 'fish']],
  ['td-sluice query -q q', ['query.sql']],
  ['td-sluice convert res', ['result.csv', 'result two.csv']],
  ['td-sluice query --database ', []],
]

t.test('bash', { skip: absent('bash') }, async (t) => {
  const path = await script('bash')
  const complete = (words: readonly string[]) => {
    const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _td_sluice; printf '%s\\n' "\${COMPREPLY[@]}"`
    const out = execFileSync('bash', ['--norc', '-c', program, 'bash', path, ...words], {
      encoding: 'utf8',
      cwd: folder,
    })
    return out.split('\n').filter((line) => line !== '')
  }
  for (const [line, offered] of CASES) t.same(complete(line.split(' ')).sort(), [...offered].sort(), line)
  t.same(complete(['td-sluice', 'query', '--type', '=', 'tr']), ['trino'], 'readline breaks words at =')
  t.same(complete(['td-sluice', 'query', '--type', '=']), ['trino', 'presto', 'hive'])
  t.same(complete(['td-sluice', '--color', '=', 'never', 'ki']), ['kill'])
})

t.test('fish', { skip: absent('fish') }, async (t) => {
  const path = await script('fish')
  const complete = (line: string) => {
    const env = { PATH: process.env.PATH, HOME: folder }
    const program = `source ${path}; complete -C ${JSON.stringify(line)}`
    const out = execFileSync('fish', ['--no-config', '-c', program], { encoding: 'utf8', cwd: folder, env })
    return out
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => text.split('\t')[0]!.replaceAll('\\ ', ' '))
  }
  for (const [line, offered] of CASES) {
    // fish offers folders with files as well.
    const found = complete(line).filter((word) => !word.endsWith('/'))
    t.same(found.sort(), [...offered].sort(), line)
  }
})

t.test('zsh', { skip: absent('zsh') || NO_TERMINAL }, async (t) => {
  const path = await script('zsh')
  const terminal = new Terminal(['zsh', '-f', '-i'], { cwd: folder, columns: 120, env: { PS1: '> ' } })
  t.teardown(() => terminal.close())
  terminal.type(`autoload -Uz compinit && compinit -D -u && source ${path} && echo rea''dy`, 'Enter')
  await terminal.sees(/^ready$/m)
  const lines: [typed: string, shown: RegExp][] = [
    ['td-sluice qu', /^> td-sluice query $/m],
    ['td-sluice export ta', /^> td-sluice export table $/m],
    ['td-sluice query --type tr', /^> td-sluice query --type trino $/m],
    ['td-sluice query --type=tr', /^> td-sluice query --type=trino $/m],
    ['td-sluice dump 12 -f nd', /^> td-sluice dump 12 -f ndjson $/m],
    ['td-sluice convert query', /^> td-sluice convert query\.sql $/m],
    ['td-sluice query -d db --no-clo', /^> td-sluice query -d db --no-clobber $/m],
    ['td-sluice completion f', /^> td-sluice completion fish $/m],
  ]
  for (const [typed, shown] of lines) {
    terminal.type('-l', typed)
    terminal.type('Tab', 'x')
    const screen = (await terminal.sees(new RegExp(`${shown.source.slice(0, -1)}x$`, 'm'))).join('\n')
    t.ok(screen, typed)
    terminal.type('C-u', 'C-l')
  }
  terminal.type('-l', 'td-sluice ')
  terminal.type('Tab')
  t.match((await terminal.sees(/query +-- issue a query/)).join('\n'), /inspect +-- show what is in/)
})

t.test('bash in a terminal: file names with spaces, and all commands', { skip: NO_TERMINAL }, async (t) => {
  const path = await script('bash')
  const terminal = new Terminal(['bash', '--norc', '--noprofile'], { cwd: folder, env: { PS1: '> ' } })
  t.teardown(() => terminal.close())
  terminal.type(`source ${path}; echo rea''dy`, 'Enter')
  await terminal.sees(/^ready$/m)
  terminal.type('-l', 'td-sluice convert result\\ t')
  terminal.type('Tab', 'x')
  t.ok(await terminal.sees(/convert result\\ two\.csv x$/m))
  terminal.type('C-u')
  terminal.type('-l', 'td-sluice ')
  terminal.type('Tab', 'Tab')
  t.match((await terminal.sees(/kill/)).join('\n'), 'inspect')
})

t.test('another shell is a usage error', async (t) => {
  const { exit, stderr } = await runInProcess(['completion', 'tcsh'])
  t.equal(exit, 2)
  t.match(stderr, /Allowed choices are bash, zsh, fish/)
})

t.test('every command and option is known to every shell', async (t) => {
  const help = (await runInProcess(['query', '--help'])).stdout
  const flags = [...help.matchAll(/ --([a-z][a-z-]+)/g)].map(([, flag]) => flag!)
  t.ok(flags.length > 30)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runInProcess(['completion', shell])
    for (const flag of flags.filter((name) => !name.startsWith('api-key')))
      t.ok(stdout.includes(flag), `${shell} ${flag}`)
  }
})
