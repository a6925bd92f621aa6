import { type Command, InvalidArgumentError, Option } from 'commander'
import { FORMAT_NAMES, type Format } from '../../model/formats.js'

export interface InputOptions {
  inputFormat?: Format
  delimiter?: string
  header: boolean
  null?: string
}

/** How a file is read whose first bytes and name do not say it. */
export function inputOptions(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .addOption(
      new Option(
        '--input-format <format>',
        'the format of what is read (default: by its first bytes, else by its name, else msgpack)',
      ).choices(FORMAT_NAMES),
    )
    .option(
      '--delimiter <char>',
      'between cells of CSV or TSV (default: a tab in TSV; in CSV a comma, or ; tab or | where the first line has no comma)',
      oneCharacter,
    )
    .option('--no-header', 'the first row of CSV or TSV is no row of names')
    .option('--null <text>', 'the cell of CSV or TSV that is NULL (default: nothing in CSV, \\N in TSV)')
}

/** The options of the library. */
export function inputSettings({ inputFormat, delimiter, header, null: nullText }: InputOptions) {
  return { format: inputFormat, delimiter, header, nullText }
}

function oneCharacter(value: string): string {
  const char = value === '\\t' ? '\t' : value
  if (char.length !== 1 || char === '"' || char === '\n' || char === '\r')
    throw new InvalidArgumentError('it is one character, and no quote or line end')
  return char
}
