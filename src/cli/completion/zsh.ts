import type { CommandWords, OptionWords, Words } from './commands.js'

/** A completion script for zsh: to be sourced behind `compinit`, or saved as `_td-sluice` in a folder of `$fpath`. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef td-sluice
# Completion of td-sluice for zsh; made by: td-sluice completion zsh
${commands.map(commandFunction).join('\n')}
if [[ $funcstack[1] == _td-sluice ]]; then ${functionName([])} "$@"; else compdef ${functionName([])} td-sluice; fi
`
}

function commandFunction({ path, commands, options, arguments: places }: CommandWords): string {
  const specs = options.map(optionSpec)
  if (commands.length === 0) {
    const positional = places.map((words, i) => `'${i + 1}:argument:${action(words)}'`)
    return `${functionName(path)}() {\n  _arguments -s -S ${[...specs, ...positional].join(' \\\n    ')}\n}\n`
  }
  const list = commands.map(({ name, summary }) => `${literal(`${name}:${summary.replaceAll(':', '\\:')}`)}`)
  const branches = commands.map(({ name }) => `    ${name}) ${functionName([...path, name])} ;;`)
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands=(${list.join('\n    ')})
  _arguments -C -s ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
  command) _describe -t commands command commands ;;
  rest) case $line[1] in
${branches.join('\n')}
    esac ;;
  esac
}
`
}

/** `'(-o --output)'{-o+,--output=}'[description]:value:_files'` */
function optionSpec({ flags, description, value }: OptionWords): string {
  const text = description.replace(/[[\]\\:]/g, '\\$&')
  const takes = value === undefined ? '' : `:value:${action(value)}`
  const forms = flags.map((flag) =>
    value === undefined ? flag : `${flag}${flag.startsWith('--') ? '=' : '+'}`,
  )
  const [first = ''] = forms
  if (forms.length === 1) return literal(`${first}[${text}]${takes}`)
  return `'(${flags.join(' ')})'{${forms.join(',')}}${literal(`[${text}]${takes}`)}`
}

function action(words: Words): string {
  if (words.kind === 'files') return '_files'
  // An action of nothing would print a message, and a message keeps zsh from inserting what it has found.
  return words.kind === 'words' ? `(${words.words.join(' ')})` : '()'
}

function functionName(path: readonly string[]): string {
  return ['_td_sluice', ...path.map((name) => name.replaceAll('-', '_'))].join('_')
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
