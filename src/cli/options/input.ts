import { type Command, InvalidArgumentError, Option } from 'commander'
import { SluiceError } from '../../errors.js'
import { FORMAT_NAMES, type Format } from '../../model/formats.js'
import type { SchemaOptions } from './schema.js'

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

const OWN_NAMES = 'other formats have names of their own, and types or values that tell them: leave it out'

/** Options that say something about some formats only. */
const USES: readonly {
  readonly flag: string
  readonly isGiven: (options: InputOptions & SchemaOptions) => boolean
  readonly formats: readonly Format[]
  readonly hint: string
}[] = [
  {
    flag: '--schema',
    isGiven: ({ schema }) => schema !== undefined,
    formats: ['msgpack'],
    hint: OWN_NAMES,
  },
  {
    flag: '--schema-of',
    isGiven: ({ schemaOf }) => schemaOf !== undefined,
    formats: ['msgpack'],
    hint: OWN_NAMES,
  },
  ...[
    { flag: '--delimiter', isGiven: ({ delimiter }: InputOptions) => delimiter !== undefined },
    { flag: '--no-header', isGiven: ({ header }: InputOptions) => !header },
    { flag: '--null', isGiven: (options: InputOptions) => options.null !== undefined },
  ].map((use) => ({
    ...use,
    formats: ['csv', 'tsv'] as const,
    hint: 'leave it out, or say with --input-format csv that it is CSV',
  })),
]

/**
 * Refuses an option that says nothing about any of what is read.
 *
 * @param formats what `name` was found to be
 * @throws SluiceError `E_USAGE`
 */
export function requireInputUse(
  options: InputOptions & SchemaOptions,
  formats: readonly Format[],
  name: string,
): void {
  const idle = USES.find((use) => use.isGiven(options) && !formats.some((each) => use.formats.includes(each)))
  if (idle === undefined) return
  const found = [...new Set(formats)].join(' and ')
  throw new SluiceError(
    'E_USAGE',
    `${idle.flag} is for ${idle.formats.join(' and ')}, and ${name} is ${found}`,
    {
      hint: idle.hint,
    },
  )
}

function oneCharacter(value: string): string {
  const char = value === '\\t' ? '\t' : value
  if (char.length !== 1 || char === '"' || char === '\n' || char === '\r')
    throw new InvalidArgumentError('it is one character, and no quote or line end')
  return char
}
