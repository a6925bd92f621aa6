import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CastTarget } from '../../model/plan.js'
import type { AnySinkOptions } from '../../sinks/index.js'
import type { Context } from '../context.js'
import { casts, integer, names, renames } from './parse.js'

export interface OutputOptions {
  output?: string
  format?: string
  vertical?: true
  clobber: boolean
  report?: string
}

export interface ShapeOptions {
  columns?: string[]
  exclude?: string[]
  rename?: Record<string, string>
  cast?: Record<string, CastTarget>
  limit?: number
}

export interface FormatOptions {
  header: boolean
  null?: string
  delimiter?: string
  bom?: boolean
  crlf?: boolean
  escapeFormulas?: boolean
  special?: 'string' | 'null' | 'error'
  int64?: 'number' | 'string'
  invalidUtf8?: 'replace' | 'raw' | 'fail'
  parquetCodec?: 'snappy' | 'gzip' | 'zstd' | 'none'
  parquetPage?: 'v1' | 'v2'
  rowGroupSize?: number
  onTypeError?: 'fail' | 'null'
}

export interface DownloadOptions {
  verifyCount: boolean
  connections?: number
  spool?: string
}

/** For results of jobs, which are downloaded and whose record says how many rows there are. */
export function downloadOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--no-verify-count', 'accept other numbers of rows and bytes than the job record says')
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
export function downloadSettings(options: DownloadOptions, { cwd }: Context) {
  return {
    connections: options.connections,
    verifySize: options.verifyCount,
    spool: options.spool === undefined ? undefined : resolve(cwd, options.spool),
  }
}

/** Where rows go, which of them and how they are written. */
export function outputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('-o, --output <file>', 'write this file, whole or not at all; - is stdout')
    .option(
      '-f, --format <format>',
      'csv, tsv, ndjson, json, msgpack or parquet (default: the extension of the file)',
    )
    .option('-G, --vertical', 'show the first rows one below the other, a line for each column')
    .option('--no-clobber', 'do not replace a file that exists')
    .option('--report <file>', 'write what was done into this file, as JSON')
    .optionsGroup('Columns and rows:')
    .option('--columns <names>', 'only these columns, in this order: a,b', names)
    .option('--exclude <names>', 'all columns but these: a,b', names)
    .option('--rename <pairs>', 'new names: old=new', renames)
    .option('--cast <pairs>', 'other types: column:varchar, :bigint, :double or :boolean', casts)
    .option('-l, --limit <n>', 'only the first rows', integer(0))
    .optionsGroup('CSV and TSV:')
    .option('--no-header', 'no first line with the column names')
    .option('--null <text>', 'text for NULL (default: nothing in CSV, \\N in TSV)')
    .option('--delimiter <character>', 'character between the cells of CSV (default: ,)', delimiter)
    .option('--bom', 'start with a byte order mark, as Excel wants it')
    .option('--crlf', 'end lines with CR LF')
    .option('--escape-formulas', "put ' before texts that a spreadsheet would take for a formula")
    .optionsGroup('Parquet:')
    .addOption(
      new Option('--parquet-codec <codec>', 'how pages are compressed (default: snappy)').choices([
        'snappy',
        'gzip',
        'zstd',
        'none',
      ]),
    )
    .addOption(
      new Option('--parquet-page <version>', 'version of the data pages (default: v1)').choices(['v1', 'v2']),
    )
    .option('--row-group-size <rows>', 'rows of a row group at the most (default: 1000000)', integer(1))
    .addOption(
      new Option(
        '--on-type-error <how>',
        'a value that does not fit its column: fail, or write NULL (default: fail)',
      ).choices(['fail', 'null']),
    )
    .optionsGroup('Values:')
    .addOption(
      new Option('--special <how>', 'what NaN and infinities are in JSON (default: string)').choices([
        'string',
        'null',
        'error',
      ]),
    )
    .addOption(
      new Option('--int64 <how>', 'what integers beyond 2^53 are in JSON (default: number)').choices([
        'number',
        'string',
      ]),
    )
    .addOption(
      new Option(
        '--invalid-utf8 <how>',
        'what is done with text that is not UTF-8 (default: replace)',
      ).choices(['replace', 'raw', 'fail']),
    )
}

/** The options of a sink; what is left out keeps the sink's default. */
export function sinkOptions(options: FormatOptions & Pick<OutputOptions, 'clobber'>): AnySinkOptions {
  const given: AnySinkOptions = {
    clobber: options.clobber,
    header: options.header,
    null: options.null,
    delimiter: options.delimiter,
    bom: options.bom,
    crlf: options.crlf,
    escapeFormulas: options.escapeFormulas,
    special: options.special,
    int64: options.int64,
    invalidUtf8: options.invalidUtf8,
    codec: options.parquetCodec,
    page: options.parquetPage,
    rowGroupSize: options.rowGroupSize,
    onTypeError: options.onTypeError,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** One character; `\t` for a tab, which is hard to type. */
function delimiter(text: string): string {
  const character = text === '\\t' ? '\t' : text
  if (/^[\x00-\x7f]$/.test(character) && !/["\r\n]/.test(character)) return character
  throw new InvalidArgumentError('It must be one ASCII character other than a quote or a line end.')
}
