import type { CommandWords, OptionWords, Words } from './commands.js'

/** A completion script for fish: to be sourced, or saved as `td-sluice.fish` in a folder of completions. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  return `# Completion of td-sluice for fish; made by: td-sluice completion fish
complete -c td-sluice -f
${commands.flatMap(commandLines).join('\n')}
`
}

function commandLines({ path, commands, options, arguments: places }: CommandWords): string[] {
  const here = condition(
    path,
    commands.map(({ name }) => name),
  )
  return [
    ...commands.map(({ name, summary }) => `${here} -a ${name} -d ${literal(summary)}`),
    ...places.filter(({ kind }) => kind !== 'free').map((words) => `${here}${wordFlags(words)}`),
    ...options.map((option) => `${here}${optionFlags(option)}`),
  ]
}

/** True where the words so far lead to this command and to none below it. */
function condition(path: readonly string[], below: readonly string[]): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`)
  const unseen = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`]
  return `complete -c td-sluice -n ${literal([...seen, ...unseen].join('; and '))}`
}

function optionFlags({ flags, description, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const takes = value === undefined ? '' : value.kind === 'files' ? ' -r -F' : ` -x${wordFlags(value)}`
  return ` ${names.join(' ')}${takes} -d ${literal(description)}`
}

function wordFlags(words: Words): string {
  if (words.kind === 'files') return ' -F'
  return words.kind === 'words' ? ` -a ${literal(words.words.join(' '))}` : ''
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
