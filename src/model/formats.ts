import { recipientProblem } from './age-recipient.js'
import { isUtf16, LEGACY_ENCODINGS, OTHER_ENCODING_NAMES } from './encodings.js'
import { limitsProblem } from './limits.js'

/** Facts about a format that need none of its code. */
interface FormatRow {
  /** Ends of file names, the usual one first. */
  readonly extensions: readonly string[]
  /** As object stores and HTTP name it: https://www.iana.org/assignments/media-types */
  readonly mediaType: string
  /** Not to be printed on a terminal. */
  readonly isBinary: boolean
  /** Whether the kernel encodes it row by row; a format that is not needs a folder of its own in `sinks/formats`. */
  readonly isByRow: boolean
  /** One phrase of what is written, for docs/formats.md. */
  readonly content: string
}

/** All formats: help, completion, file names, types and docs/formats.md derive from this table. */
export const FORMATS = {
  csv: {
    extensions: ['.csv'],
    mediaType: 'text/csv',
    isBinary: false,
    isByRow: true,
    content: 'RFC 4180 with LF line ends, a header line first',
  },
  tsv: {
    extensions: ['.tsv'],
    mediaType: 'text/tab-separated-values',
    isBinary: false,
    isByRow: true,
    content: 'tab-separated, nothing quoted, a header line first',
  },
  ndjson: {
    extensions: ['.ndjson', '.jsonl'],
    mediaType: 'application/x-ndjson',
    isBinary: false,
    isByRow: true,
    content: 'one JSON object a line',
  },
  json: {
    extensions: ['.json'],
    mediaType: 'application/json',
    isBinary: false,
    isByRow: true,
    content: 'one document: `[`, an object a line, `]`',
  },
  msgpack: {
    extensions: ['.msgpack'],
    mediaType: 'application/vnd.msgpack',
    isBinary: true,
    isByRow: true,
    content: 'the rows as the API sent them: one array a row, back to back, no schema',
  },
  parquet: {
    extensions: ['.parquet'],
    mediaType: 'application/vnd.apache.parquet',
    isBinary: true,
    isByRow: false,
    content: 'typed columns in row groups: [parquet.md](parquet.md)',
  },
  arrow: {
    extensions: ['.arrow', '.feather'],
    mediaType: 'application/vnd.apache.arrow.file',
    isBinary: true,
    isByRow: false,
    content: 'the IPC file of Apache Arrow, also known as Feather V2: [arrow.md](arrow.md)',
  },
  arrows: {
    extensions: ['.arrows'],
    mediaType: 'application/vnd.apache.arrow.stream',
    isBinary: true,
    isByRow: false,
    content: 'the IPC stream of Apache Arrow: [arrow.md](arrow.md)',
  },
} as const satisfies Record<string, FormatRow>

/** Every format that a name or the end of a path can ask for. */
export type Format = keyof typeof FORMATS

/** The formats that the kernel encodes row by row. */
export type RowFormat = {
  [F in Format]: (typeof FORMATS)[F]['isByRow'] extends true ? F : never
}[Format]

/** The names of all formats. */
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly Format[]

/** How a file is compressed as a whole, by the end of its name; the largest level of each. */
export const COMPRESSIONS = {
  gzip: { extension: '.gz', mediaType: 'application/gzip', levels: 9 },
  zstd: { extension: '.zst', mediaType: 'application/zstd', levels: 22 },
} as const

/** How a file is compressed as a whole. */
export type Compression = keyof typeof COMPRESSIONS | 'none'

/** Of gzip's levels the knee of the curve: twice as fast as its usual 6, for output that is 2 to 10 % larger. */
export const COMPRESSION_LEVEL = 3

const COMPRESSION_CHOICES = ['gzip', 'zstd', 'none'] as const satisfies readonly Compression[]

/** Options by their library names, as a caller gave them. */
export type GivenOptions = Readonly<Record<string, unknown>>

/** One option of an output. */
export interface OptionRow {
  /** The command's option, with the placeholder of its value. Without one, the command does not have it. */
  readonly flag?: string
  /** Heading of `flag` in the help. */
  readonly group?: string
  /** The key in a manifest. Without one, manifests do not have it. */
  readonly key?: string
  readonly type: 'boolean' | 'choice' | 'integer' | 'delimiter' | 'text' | 'texts' | 'recipients' | 'limits'
  /** Of a choice. */
  readonly choices?: readonly string[]
  /** For formats that do not have all of `choices`. */
  readonly choicesIn?: { readonly [F in Format]?: readonly string[] }
  /** What people write instead of a value, and what to suggest for it, lower case. */
  readonly otherNames?: Readonly<Record<string, string>>
  /** Of an integer, both included. */
  readonly least?: number
  readonly most?: number
  readonly default?: boolean | string | number
  /** For formats with another default. */
  readonly defaultIn?: { readonly [F in Format]?: string }
  /** Says what happens by default where that is not one value. */
  readonly byDefault?: string
  /** Formats that have the option. */
  readonly formats: readonly Format[]
  /** Options of the file rather than of its encoder. */
  readonly isOfFile?: true
  /** Only compressed files have it. */
  readonly isOfCompressed?: true
  /** One sentence without a capital and a full stop, which the flag, the key and the docs share. */
  readonly help: string
  /** A check beyond its type; the answer goes on after "the option x ". */
  rule?(value: unknown, given: GivenOptions, format: Format): string | undefined
}

const ROW_FORMATS = FORMAT_NAMES.filter((format) => FORMATS[format].isByRow) as readonly RowFormat[]

/** The kernel keeps that much room ready for each cell. */
const LONGEST_NULL_TEXT = 32 * 1024

/** The delimiter that a text stands for: `\t`, two characters that are easier to type, is a tab. */
export function delimiterOf(text: string): string {
  return text.replaceAll('\\t', '\t')
}

function encodingRule(value: unknown, { invalidUtf8 }: GivenOptions): string | undefined {
  if (value === 'utf-8' || invalidUtf8 !== 'raw') return undefined
  return 'cannot change bytes that are no text, which raw for invalid UTF-8 lets through'
}

function bomRule(value: unknown, { outputEncoding = 'utf-8' }: GivenOptions): string | undefined {
  const encoding = String(outputEncoding)
  if (value !== true || encoding === 'utf-8' || isUtf16(encoding)) return undefined
  return `is for Unicode: ${encoding} has no byte order mark`
}

/** A line of it ends the data for PostgreSQL 17 and older. */
const END_OF_DATA = '\\.'

/** Never quoted, so nothing may be in it that would have to be. */
function nullTextRule(value: unknown, given: GivenOptions, format: Format): string | undefined {
  const text = value as string
  if (new TextEncoder().encode(text).length > LONGEST_NULL_TEXT)
    return `is longer than ${LONGEST_NULL_TEXT} bytes`
  if (text === END_OF_DATA) return `may not be ${END_OF_DATA}, which ends the data for PostgreSQL`
  const delimiter = format === 'tsv' ? '\t' : String(given.delimiter ?? FORMAT_OPTIONS.delimiter.default)
  const breaking = format === 'tsv' ? /[\r\n]/ : /["\r\n]/
  if (!breaking.test(text) && !text.includes([...delimiterOf(delimiter)][0]!)) return undefined
  return `is never quoted, so it may not contain the delimiter, a quote or a line end; it is ${JSON.stringify(text.slice(0, 40))}`
}

function limitsRule(value: unknown): string | undefined {
  const problem = limitsProblem(value as object)
  return problem && `is wrong: ${problem}`
}

function recipientsRule(value: unknown): string | undefined {
  const recipients = recipientsOf(value as string | readonly string[])
  if (recipients.length === 0) return 'names nobody'
  const problem = recipients.map(recipientProblem).find((each) => each !== undefined)
  return problem && `names ${problem}`
}

/** Recipients, of which an option has one or a list. */
export function recipientsOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function levelRule(value: unknown, { compression }: GivenOptions): string | undefined {
  const { levels } = COMPRESSIONS[compression as keyof typeof COMPRESSIONS]
  return Number(value) > levels ? `must be from 1 to ${levels} for ${compression}, not ${value}` : undefined
}

function codecLevelRule(value: unknown, { codec }: GivenOptions): string | undefined {
  if (codec !== 'gzip' && codec !== 'zstd') return 'is for the codecs gzip and zstd'
  return levelRule(value, { compression: codec })
}

/**
 * All options of outputs. The types below, the command's options, the keys of manifests, the checks and the tables of
 * the docs derive from it; ARCHITECTURE.md says how to add one.
 */
export const FORMAT_OPTIONS = {
  /** Write a first line with the column names. @default true */
  header: {
    flag: '--no-header',
    group: 'CSV and TSV',
    key: 'header',
    type: 'boolean',
    default: true,
    formats: ['csv', 'tsv'],
    help: 'write a first line with the column names',
  },
  /**
   * Text for NULL. A value that has the same text is written in quotes by csv, the empty text as `""`; in tsv it fails with
   * `E_TYPE`. @default nothing; \N in tsv
   */
  null: {
    flag: '--null <text>',
    group: 'CSV and TSV',
    key: 'null_text',
    type: 'text',
    default: '',
    defaultIn: { tsv: '\\N' },
    formats: ['csv', 'tsv'],
    help: 'text for NULL',
    rule: nullTextRule,
  },
  /** Characters between the cells of CSV, one or up to eight, where `\t` is a tab. TSV always has a tab. @default , */
  delimiter: {
    flag: '--delimiter <characters>',
    group: 'CSV and TSV',
    key: 'delimiter',
    type: 'delimiter',
    otherNames: { tab: '\\t', comma: ',', semicolon: ';', pipe: '|' },
    default: ',',
    formats: ['csv'],
    help: 'characters between the cells of CSV',
  },
  /**
   * Which cells of CSV to quote besides those that need it: `strings` are all that are no numbers or booleans, `all` are all;
   * NULL never is. @default minimal
   */
  quote: {
    flag: '--quote <which>',
    group: 'CSV and TSV',
    key: 'quote',
    type: 'choice',
    choices: ['minimal', 'strings', 'all'],
    default: 'minimal',
    formats: ['csv'],
    help: 'which cells of CSV to quote besides those that need it',
  },
  /**
   * Write doubles, reals and decimals with a comma for the point, but not within JSON. In CSV with the delimiter `,` they stand
   * in quotes. @default false
   */
  decimalComma: {
    flag: '--decimal-comma',
    group: 'CSV and TSV',
    key: 'decimal_comma',
    type: 'boolean',
    default: false,
    formats: ['csv', 'tsv'],
    help: 'write doubles, reals and decimals with a comma for the point',
  },
  /** Start with a byte order mark, which Excel needs for UTF-8. @default false; true for UTF-16 */
  bom: {
    flag: '--bom',
    group: 'CSV and TSV',
    key: 'bom',
    type: 'boolean',
    byDefault: 'false; true for UTF-16',
    formats: ['csv', 'tsv'],
    help: 'start with a byte order mark, which Excel needs for UTF-8',
    rule: bomRule,
  },
  /**
   * Encoding of the output. JSON is always UTF-8. `shift_jis` and `cp932` are that of Windows. @default utf-8
   */
  outputEncoding: {
    flag: '--output-encoding <name>',
    group: 'CSV and TSV',
    key: 'output_encoding',
    type: 'choice',
    choices: ['utf-8', 'utf-16le', 'utf-16be', ...LEGACY_ENCODINGS],
    otherNames: OTHER_ENCODING_NAMES,
    default: 'utf-8',
    formats: ['csv', 'tsv'],
    help: 'encoding of the output',
    rule: encodingRule,
  },
  /**
   * What to do with a character that the encoding of the output lacks: fail with `E_TYPE`, or write `?` and count it.
   * @default fail
   */
  unmappable: {
    flag: '--unmappable <how>',
    group: 'CSV and TSV',
    key: 'unmappable',
    type: 'choice',
    choices: ['fail', 'replace'],
    default: 'fail',
    formats: ['csv', 'tsv'],
    help: 'what to do with a character that the encoding of the output lacks',
  },
  /** End lines with CR LF instead of LF. @default false */
  crlf: {
    flag: '--crlf',
    group: 'CSV and TSV',
    key: 'crlf',
    type: 'boolean',
    default: false,
    formats: ['csv', 'tsv'],
    help: 'end lines with CR LF instead of LF',
  },
  /**
   * Put ' before texts that a spreadsheet would take for a formula, also where one starts after a separator or line end
   * within a text: docs/formats.md says which. Texts and column names only, never numbers. @default false
   */
  escapeFormulas: {
    flag: '--escape-formulas',
    group: 'CSV and TSV',
    key: 'escape_formulas',
    type: 'boolean',
    default: false,
    formats: ['csv', 'tsv'],
    help: "put ' before texts that a spreadsheet would take for a formula",
  },
  /** How to write NaN and the infinities, which JSON lacks; `error` fails with `E_TYPE`. @default string */
  special: {
    flag: '--special <how>',
    group: 'Values',
    key: 'special',
    type: 'choice',
    choices: ['string', 'null', 'error'],
    default: 'string',
    formats: ['ndjson', 'json'],
    help: 'how to write NaN and the infinities, which JSON lacks',
  },
  /** How to write integers beyond 2^53 in JSON: as exact digits, or quoted. @default number */
  int64: {
    flag: '--int64 <how>',
    group: 'Values',
    key: 'int64',
    type: 'choice',
    choices: ['number', 'string'],
    default: 'number',
    formats: ['ndjson', 'json'],
    help: 'how to write integers beyond 2^53 in JSON',
  },
  /**
   * How to write values of type ROW in JSON (Hive: struct): as arrays of their fields, or as objects with the names of
   * the schema. @default array
   */
  rowShape: {
    flag: '--row-shape <how>',
    group: 'Values',
    key: 'row_shape',
    type: 'choice',
    choices: ['array', 'object'],
    default: 'array',
    formats: ['ndjson', 'json'],
    help: 'how to write values of type ROW in JSON',
  },
  /**
   * What to do with text that is not valid UTF-8: put U+FFFD and count it, write the bytes `raw`, or fail with
   * `E_UTF8`. msgpack has only `raw`, Parquet and Arrow all but `raw`. @default replace; raw in msgpack
   */
  invalidUtf8: {
    flag: '--invalid-utf8 <how>',
    group: 'Values',
    key: 'invalid_utf8',
    type: 'choice',
    choices: ['replace', 'raw', 'fail'],
    choicesIn: {
      msgpack: ['raw'],
      parquet: ['replace', 'fail'],
      arrow: ['replace', 'fail'],
      arrows: ['replace', 'fail'],
    },
    default: 'replace',
    defaultIn: { msgpack: 'raw' },
    formats: FORMAT_NAMES,
    help: 'what to do with text that is not valid UTF-8',
  },
  /** How to compress the pages of Parquet. `zstd` needs Node 22.15 or 23.8, or the package `@bokuweb/zstd-wasm`. @default snappy */
  codec: {
    flag: '--parquet-codec <codec>',
    group: 'Parquet',
    key: 'parquet_codec',
    type: 'choice',
    choices: ['snappy', 'gzip', 'zstd', 'lz4_raw', 'none'],
    otherNames: { gz: 'gzip', zst: 'zstd', lz4: 'lz4_raw', uncompressed: 'none' },
    default: 'snappy',
    formats: ['parquet'],
    help: 'how to compress the pages of Parquet',
  },
  /**
   * Level of the codec of Parquet: 1 is fastest, larger is smaller, up to 9 for gzip and 22 for zstd. @default 6 for gzip, 3 for
   * zstd
   */
  codecLevel: {
    flag: '--parquet-level <n>',
    group: 'Parquet',
    key: 'parquet_level',
    type: 'integer',
    least: 1,
    most: COMPRESSIONS.zstd.levels,
    byDefault: '6 for gzip, 3 for zstd',
    formats: ['parquet'],
    help: 'level of the codec of Parquet: 1 is fastest, larger is smaller, up to 9 for gzip and 22 for zstd',
    rule: codecLevelRule,
  },
  /**
   * Version of the data pages of Parquet. Every reader knows `v1`; with `v2` values are also encoded as deltas and split by
   * bytes where that is smaller. @default v1
   */
  page: {
    flag: '--parquet-page <version>',
    group: 'Parquet',
    key: 'parquet_page',
    type: 'choice',
    choices: ['v1', 'v2'],
    default: 'v1',
    formats: ['parquet'],
    help: 'version of the data pages of Parquet',
  },
  /** A reader for which types of Parquet are chosen that it knows: docs/parquet.md says which. @default none */
  profile: {
    flag: '--parquet-profile <reader>',
    group: 'Parquet',
    key: 'parquet_profile',
    type: 'choice',
    choices: ['spark', 'bigquery', 'athena', 'duckdb'],
    byDefault: 'none',
    formats: ['parquet'],
    help: 'a reader for which types of Parquet are chosen that it knows',
  },
  /**
   * The column by which the rows are sorted, for Parquet to say so: the least first and NULL last. Readers need not sort
   * again. Other rows end the run with `E_EXPECTATION`. @default none
   */
  sortedBy: {
    flag: '--sorted-by <column>',
    group: 'Parquet',
    key: 'sorted_by',
    type: 'text',
    byDefault: 'none',
    formats: ['parquet'],
    help: 'the column by which the rows are sorted, for Parquet to say so',
  },
  /**
   * Columns with Bloom filters, for readers that look for single values: a filter for each row group tells where there are none. Names with
   * commas between them, quoted as in CSV where they hold one. @default none
   */
  bloom: {
    flag: '--parquet-bloom <columns>',
    group: 'Parquet',
    key: 'parquet_bloom',
    type: 'text',
    byDefault: 'none',
    formats: ['parquet'],
    help: 'columns with Bloom filters, for readers that look for single values',
  },
  /** Rows after which a Parquet row group closes. @default 245760 */
  rowGroupSize: {
    flag: '--row-group-size <rows>',
    group: 'Parquet',
    key: 'row_group_size',
    type: 'integer',
    least: 1,
    default: 245_760,
    formats: ['parquet'],
    help: 'rows after which a Parquet row group closes',
  },
  /** Encoded bytes after which a row group closes as well: about what the sink keeps in memory. @default 50331648 */
  rowGroupBytes: {
    type: 'integer',
    least: 1,
    default: 48 * 1024 * 1024,
    formats: ['parquet'],
    help: 'encoded bytes after which a row group closes as well: about what the sink keeps in memory',
  },
  /** Most rows of a batch of Arrow; it ends earlier where its rows take 2 to 4 MiB. @default 32768 */
  batchRows: {
    flag: '--arrow-batch-rows <rows>',
    group: 'Arrow',
    key: 'arrow_batch_rows',
    type: 'integer',
    least: 1,
    most: 32_768,
    default: 32_768,
    formats: ['arrow', 'arrows'],
    help: 'most rows of a batch of Arrow',
  },
  /** How to compress the buffers of Arrow. `zstd` needs Node 22.15 or 23.8, or the package `@bokuweb/zstd-wasm`. @default none */
  bufferCodec: {
    flag: '--arrow-codec <codec>',
    group: 'Arrow',
    key: 'arrow_codec',
    type: 'choice',
    choices: ['none', 'lz4', 'zstd'],
    default: 'none',
    formats: ['arrow', 'arrows'],
    help: 'how to compress the buffers of Arrow',
  },
  /** What to do with a value that does not fit its Parquet or Arrow column: fail with `E_TYPE`, or write NULL and count it. @default fail */
  onTypeError: {
    flag: '--on-type-error <how>',
    group: 'Values',
    key: 'on_type_error',
    type: 'choice',
    choices: ['fail', 'null'],
    default: 'fail',
    formats: ['parquet', 'arrow', 'arrows'],
    help: 'what to do with a value that does not fit its Parquet or Arrow column',
  },
  /** Key-value metadata to add to the file, besides the keys `td_sluice.…` of this writer. @default none */
  metadata: {
    type: 'texts',
    byDefault: 'none',
    formats: ['parquet', 'arrow', 'arrows'],
    help: 'key-value metadata to add to the file',
  },
  /** Limits of rows, cells, depth and columns for this output. @default those of the run */
  limits: {
    type: 'limits',
    byDefault: 'those of the run',
    formats: ROW_FORMATS,
    help: 'limits of rows, cells, depth and columns for this output',
    rule: limitsRule,
  },
  /** How to compress the file as a whole. @default by the end of the path; none for streams */
  compression: {
    type: 'choice',
    choices: COMPRESSION_CHOICES,
    byDefault: 'by the end of the path; none for streams',
    formats: FORMAT_NAMES,
    isOfFile: true,
    help: 'how to compress the file as a whole',
  },
  /**
   * Level of the compression: 1 is fastest, larger is smaller, up to 9 for gzip and 22 for zstd. Only for compressed
   * files. @default 3
   */
  compressionLevel: {
    flag: '--compression-level <n>',
    group: 'Output',
    key: 'compression_level',
    type: 'integer',
    least: 1,
    most: COMPRESSIONS.zstd.levels,
    default: COMPRESSION_LEVEL,
    formats: ROW_FORMATS,
    isOfFile: true,
    isOfCompressed: true,
    help: 'level of the compression: 1 is fastest, larger is smaller, up to 9 for gzip and 22 for zstd',
    rule: levelRule,
  },
  /**
   * Encrypt the file with age to this recipient (age1…), or to each of several. The name of the file ends with `.age`. Needs the
   * package `age-encryption`. @default none
   */
  encryptTo: {
    flag: '--encrypt-to <recipient>',
    group: 'Output',
    key: 'encrypt_to',
    type: 'recipients',
    byDefault: 'none',
    formats: FORMAT_NAMES,
    isOfFile: true,
    help: 'encrypt the file with age to this recipient (age1…), or to each of several',
    rule: recipientsRule,
  },
  /** Replace an existing file, and only by a complete one. @default true */
  clobber: {
    flag: '--no-clobber',
    group: 'Output',
    type: 'boolean',
    default: true,
    formats: FORMAT_NAMES,
    isOfFile: true,
    help: 'replace an existing file',
  },
} as const satisfies Record<string, OptionRow>

/** The library's name of an option. */
export type OptionName = keyof typeof FORMAT_OPTIONS

/** The options in the order of the table. */
export const OPTION_ROWS = Object.entries(FORMAT_OPTIONS) as readonly [OptionName, OptionRow][]
