import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { SluiceError } from '../../errors.js'
import { HERE, requireLocalPath } from '../../files/url-text.js'
import { CAST_FORMS, type CastTarget, TIME_FORMS, type TimeForm } from '../../model/casts.js'
import {
  type Compression,
  FORMAT_NAMES,
  type Format,
  OPTION_ROWS,
  type OptionName,
  type OptionRow,
} from '../../model/formats.js'
import { MASK_FORMS, type MaskKind } from '../../model/masks.js'
import type { AnySinkOptions } from '../../model/option-types.js'
import { defaultText, hasOption, listed } from '../../model/option-values.js'
import type { Expectations } from '../../pipeline/gates/expectations.js'
import { requireOptions, valueProblem } from '../../sinks/formats/options.js'
import { EARLIER_FILES_RULES, type EarlierFilesRule } from '../../sinks/partition/rules.js'
import { NUL_RULES, type NulRule, TABLE_MODES, type TableMode } from '../../sinks/tables/options.js'
import type { Context } from '../context.js'
import { jsonOption } from './answer.js'
import { expectations } from './expect.js'
import { casts, integer, masks, names, renames, size } from './parse.js'
import { texts } from './repeats.js'

export interface OutputFlags {
  /** All of them get the same rows. */
  output?: readonly string[]
  format?: string
  vertical?: true
  report?: string
  json?: true
  checksum?: 'sha256'
  expect?: Expectations
  encryptTo?: readonly string[]
  mode?: TableMode
  key?: readonly string[]
  nul?: NulRule
}

/** How rows are divided among the files of a folder. Any of them makes outputs folders. */
export interface FolderFlags {
  partitionBy?: readonly string[]
  maxRowsPerFile?: number
  maxBytesPerFile?: number
  receipt?: true
  earlierFiles?: EarlierFilesRule
}

export interface ShapeOptions {
  columns?: readonly string[]
  exclude?: readonly string[]
  rename?: Readonly<Record<string, string>>
  mask?: Readonly<Record<string, MaskKind>>
  maskKeyFile?: string
  cast?: Readonly<Record<string, CastTarget>>
  timeAs?: TimeForm
  limit?: number
}

export interface DownloadFlags {
  verifyCount: boolean
  connections?: number
  spool?: string
}

/** For results of jobs, which are downloaded and whose record says how many rows there are. */
export function downloadOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--no-verify-count', "don't fail when row or byte counts differ from the job record")
    .optionsGroup('Connection:')
    .option(
      '--connections <n>',
      'download over this many connections (default: 1 up to 32 MiB, 6 for larger results)',
      integer(1, 32),
    )
    .option(
      '--spool <folder>',
      'download into this folder first; the same run, started again, goes on where a killed one stopped',
    )
}

/** The options of a source that downloads. */
export function downloadSettings(options: DownloadFlags, { cwd }: Context) {
  if (options.spool !== undefined) requireLocalPath(options.spool, 'the spool', HERE)
  return {
    connections: options.connections,
    verifySize: options.verifyCount,
    spool: options.spool === undefined ? undefined : resolve(cwd, options.spool),
  }
}

/** Where rows go, which of them and how they are written. */
export function outputOptions(command: Command): Command {
  command
    .optionsGroup('Output:')
    .option(
      '-o, --output <file>',
      'write this file, object (s3://bucket/key), file of a server (sftp://user@host/path) or table (postgres://…#table, file.duckdb#table), whole or not at all; - is stdout; several times: each of them, final together',
      texts,
    )
    .option(
      '-f, --format <format>',
      `${listed(FORMAT_NAMES, 'or')}, or one such as csv.gz (default: the extension of the file)`,
    )
    .option('-G, --vertical', 'show the first rows one below the other, a line for each column')
    .option('--report <file>', 'write what was done into this file, as JSON')
    .option(
      '--expect <check>',
      'publish nothing (exit 12) unless rows>=1, rows<=1000, not_null(a,b), unique(a) or columns(a,b); several times: all of them',
      expectations,
    )
    .addOption(
      new Option(
        '--checksum <algorithm>',
        'write FILE.sha256 beside each file, for sha256sum -c; both become final together',
      ).choices(['sha256']),
    )
    .optionsGroup('Folders:')
    .option(
      '--partition-by <columns>',
      'write a folder with files by the values of these columns, as Hive has them: a,b',
      names,
    )
    .option('--max-rows-per-file <n>', 'write a folder of files with at most <n> rows each', integer(1))
    .option(
      '--max-bytes-per-file <size>',
      'write a folder of files of at most this size, such as 100MB',
      size,
    )
    .option(
      '--receipt',
      'write a folder, and manifest.json in it last: files with rows, bytes and SHA-256, for readers to wait for',
    )
    .addOption(
      new Option(
        '--earlier-files <rule>',
        'what becomes of files in the folder that an earlier run wrote and this one does not (default: remove)',
      ).choices(EARLIER_FILES_RULES),
    )
    .optionsGroup('Columns and rows:')
    .option('--columns <names>', 'only these columns, in this order: a,b or \'"x,y",b\'', names)
    .option('--exclude <names>', 'all columns but these: a,b', names)
    .option('--rename <pairs>', 'new names: old=new', renames)
    .option(
      '--mask <pairs>',
      `hide values: column=kind, of ${MASK_FORMS}; hashes need a key (TD_SLUICE_MASK_KEY)`,
      masks,
    )
    .option('--mask-key-file <file>', 'read the key of hashes from this file')
    .option('--cast <pairs>', `other types: column:type, of ${CAST_FORMS}`, casts)
    .addOption(
      new Option('--time-as <type>', 'cast the column time, seconds since 1970, if there is one').choices([
        ...TIME_FORMS,
      ]),
    )
    .option('-l, --limit <n>', 'only the first rows', integer(0))
  command
    .optionsGroup('Tables:')
    .addOption(
      new Option('--mode <how>', 'what becomes of the rows that are in the table (default: append)').choices([
        ...TABLE_MODES,
      ]),
    )
    .option('--key <columns>', 'for upsert: the columns that tell rows apart: a,b', names)
    .addOption(
      new Option(
        '--nul <how>',
        'what to do with NUL characters, which PostgreSQL cannot hold (default: fail)',
      ).choices([...NUL_RULES]),
    )
  for (const [, row] of OPTION_ROWS) {
    if (row.flag !== undefined) command.optionsGroup(`${row.group}:`).addOption(flagOption(row, row.flag))
  }
  return jsonOption(command, 'print the report on stdout as JSON; the rows go elsewhere, with -o')
}

/** A row of the table of options as commander has it. No default: an option that is not given keeps the sink's. */
function flagOption(row: OptionRow, flag: string): Option {
  const help = flag.startsWith('--no-') ? `do not ${row.help}` : row.help
  const preset = row.type === 'boolean' ? undefined : defaultText(row)
  const option = new Option(flag, preset === undefined ? help : `${help} (default: ${preset})`)
  if (row.choices !== undefined) option.choices([...row.choices])
  if (row.type === 'recipients') return option.argParser(texts)
  return row.type === 'boolean' ? option : option.argParser((text) => parseValue(row, text))
}

function parseValue(row: OptionRow, text: string): string | number {
  const value = row.type === 'integer' && /^\d{1,16}$/.test(text) ? Number(text) : text
  const problem = valueProblem(row, value)
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`)
  return value
}

/**
 * The options that the command line gives, for the sink of each output: those that its format has.
 *
 * @throws SluiceError `E_USAGE` for one that none of the formats has, or that does not go with the others.
 */
export function sinkOptions(
  outputs: readonly { readonly format: Format; readonly compression: Compression }[],
  options: object,
): AnySinkOptions[] {
  const given = givenOptions(options)
  const [first] = given
  if (outputs.length === 0 && first !== undefined) {
    throw new SluiceError('E_USAGE', `${first.row.flag!.split(' ')[0]} is for files, and no output is one`)
  }
  const isUseless = ({ row }: GivenSinkOption) =>
    !outputs.some(({ format, compression }) => hasOption(row, format, compression))
  return outputs.map(({ format, compression }) => {
    const own = given.filter((each) => hasOption(each.row, format, compression) || isUseless(each))
    const sink: AnySinkOptions = {
      compression,
      ...Object.fromEntries(own.map(({ name, value }) => [name, value])),
    }
    requireOptions(format, sink, 'flag')
    return sink
  })
}

interface GivenSinkOption {
  readonly name: OptionName
  readonly row: OptionRow
  readonly value: unknown
}

function givenOptions(options: object): GivenSinkOption[] {
  const values = options as Readonly<Record<string, unknown>>
  return OPTION_ROWS.flatMap(([name, row]) => {
    const value = row.flag === undefined ? undefined : values[new Option(row.flag).attributeName()]
    // commander says true for every `--no-` option that was not given.
    return value === undefined || (row.type === 'boolean' && value === row.default)
      ? []
      : [{ name, row, value }]
  })
}
