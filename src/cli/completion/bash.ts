import type { CommandWords, Words } from './commands.js'

/**
 * A completion script for bash from 3.2 on. It needs no other package, and treats `--option=value`, which readline
 * breaks at the `=`, like `--option value`.
 */
export function bashCompletion(commands: readonly CommandWords[]): string {
  return `# Completion of td-sluice for bash; made by: td-sluice completion bash
_td_sluice() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command:\${COMP_WORDS[i]} in
${indented(6, [...subcommandCases(commands), ...skipCases(commands)])}
    esac
  done
  case $command:$previous in
${indented(4, valueCases(commands))}
  esac
  case $command in
${indented(4, commands.map(placeCase))}
  esac
}

_td_sluice_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$current"))
}

_td_sluice_files() {
  # readline's own completion of file names knows about spaces and ~; older versions of bash cannot ask for it.
  compopt -o default 2>/dev/null && return
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$current"))
}

complete -F _td_sluice td-sluice
`
}

/** The words that were typed lead from command to command. */
function subcommandCases(commands: readonly CommandWords[]): string[] {
  return commands.flatMap(({ path, commands: below }) =>
    below.map(({ name }) => `${key(path, name)}) command=${quoted([...path, name].join(' '))} ;;`),
  )
}

/** The value of an option is no command, whatever it looks like. */
function skipCases(commands: readonly CommandWords[]): string[] {
  return commands.map(({ path, options }) => {
    const flags = options.filter(({ value }) => value).flatMap((option) => option.flags)
    return `${flags.map((flag) => key(path, flag)).join('|')}) [[ \${COMP_WORDS[i+1]} == = ]] && ((i++)); ((i++)) ;;`
  })
}

/** Completions after an option that takes a value. */
function valueCases(commands: readonly CommandWords[]): string[] {
  return commands.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== undefined)
      .map(
        ({ flags, value }) => `${flags.map((flag) => key(path, flag)).join('|')}) ${action(value!)}return ;;`,
      ),
  )
}

/** Completions where no value of an option is expected. */
function placeCase({ path, commands, options, arguments: places }: CommandWords): string {
  const flags = options.flatMap((option) => option.flags).join(' ')
  const below = commands.map(({ name }) => name)
  const words = places.flatMap((place) => (place.kind === 'words' ? place.words : []))
  const others = [...below, ...words].join(' ')
  const files = places.some((place) => place.kind === 'files')
  const place = files ? action({ kind: 'files' }) : others && action({ kind: 'words', words: [others] })
  const elsewhere = place ? `else ${place}` : ''
  return `${quoted(path.join(' '))}) if [[ $current == -* ]]; then _td_sluice_words ${quoted(flags)}; ${elsewhere}fi ;;`
}

function action(words: Words): string {
  if (words.kind === 'files') return '_td_sluice_files; '
  return words.kind === 'words' ? `_td_sluice_words ${quoted(words.words.join(' '))}; ` : ''
}

function key(path: readonly string[], word: string): string {
  return `${quoted(path.join(' '))}:${word}`
}

function quoted(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `'${text}'`
}

function indented(spaces: number, lines: readonly string[]): string {
  return lines.map((line) => ' '.repeat(spaces) + line).join('\n')
}
