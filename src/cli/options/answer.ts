import { type Command, Option } from 'commander'
import { SluiceError } from '../../errors.js'

/** How an answer is printed; `tsv` where it is a list. */
export interface AnswerOptions {
  format?: 'text' | 'tsv' | 'json'
  json?: true
}

const GROUP = 'Answer:'

/** How a command that answers a question prints the answer. `preset` is what it does without an option. */
export function answerOptions(
  command: Command,
  formats: readonly string[] = ['text', 'json'],
  preset = 'text',
): Command {
  const format = new Option('-f, --format <format>', `how the answer is printed (default: ${preset})`)
  command.addOption(format.choices(formats).helpGroup(GROUP))
  return jsonOption(command, 'the same as --format json').hook('preAction', (_, used) => {
    const { format, json } = used.opts<AnswerOptions>()
    if (!json || format === undefined || format === 'json') return
    throw new SluiceError('E_USAGE', `--json and --format ${format} contradict each other`)
  })
}

/** For commands that otherwise print a word, or only a message. */
export function jsonOption(command: Command, help = 'print the answer as JSON'): Command {
  return command.addOption(new Option('--json', help).helpGroup(GROUP))
}

/** Whether the options ask for JSON. */
export function wantsJson({ format, json }: AnswerOptions): boolean {
  return json === true || format === 'json'
}
