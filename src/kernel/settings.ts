import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import type { EncodeSpec, TsvOptions } from '../model/formats.js'
import { DEFAULT_LIMITS, type Limits } from '../model/limits.js'
import type { CastTarget, Plan } from '../model/plan.js'
import { uniqueNames } from '../model/unique-names.js'

/** The numbers that assembly/plan.ts gives to names. */
export const FORMATS = { rows: 0, csv: 1, tsv: 2, ndjson: 3, json: 4, msgpack: 5 }
const INVALID_UTF8 = { replace: 0, raw: 1, fail: 2 }
const SPECIAL = { string: 0, null: 1, error: 2 }
/** A cast's number is its place. */
export const CASTS: readonly (CastTarget | undefined)[] = [
  undefined,
  'varchar',
  'bigint',
  'double',
  'boolean',
]

/** Everything the kernel has to know, checked. */
export interface Settings {
  readonly format: number
  readonly invalidUtf8: number
  readonly special: number
  readonly quoteIntegers: boolean
  readonly escapeFormulas: boolean
  readonly crlf: boolean
  readonly delimiter: number
  readonly nullText: Uint8Array
  readonly limits: Limits
  /** Rows; Infinity for all. */
  readonly rowLimit: number
  /** Cells of a row as it comes in. */
  readonly width: number
  readonly columns: readonly OutputColumn[]
  /** The columns are those of the input, in order and as they are. */
  readonly straight: boolean
}

export interface OutputColumn {
  readonly source: number
  readonly cast: number
  /** What stands before the cell in an object. */
  readonly key: Uint8Array
}

/** For rows as they are, cut into blocks. Throws like {@link encodeSettings}. */
export function rowSettings(width: number, limits: Partial<Limits> | undefined): Settings {
  return {
    format: FORMATS.rows,
    invalidUtf8: INVALID_UTF8.raw,
    special: SPECIAL.string,
    quoteIntegers: false,
    escapeFormulas: false,
    crlf: false,
    delimiter: 0,
    nullText: new Uint8Array(),
    limits: checkLimits(limits, width),
    rowLimit: Number.POSITIVE_INFINITY,
    width,
    columns: [],
    straight: true,
  }
}

/** For the header line, which is one more row, of texts: the options of the format hold, the limits do not. */
export function headerSettings(settings: Settings): Settings {
  return {
    ...settings,
    limits: MOST,
    rowLimit: Number.POSITIVE_INFINITY,
    width: settings.columns.length,
    columns: settings.columns.map(({ key }, source) => ({ source, cast: 0, key })),
    straight: true,
  }
}

/** Throws `E_USAGE` for an option that makes no sense and `E_LIMIT_COLUMNS` for too many columns. */
export function encodeSettings(spec: EncodeSpec, plan: Plan): Settings {
  const width = plan.schema.columns.length
  const straight =
    plan.columns.length === width &&
    plan.columns.every((column, i) => column.source === i && column.cast === undefined)
  const text: TsvOptions = spec.format === 'csv' || spec.format === 'tsv' ? spec : {}
  const object = spec.format === 'ndjson' || spec.format === 'json' ? spec : undefined
  const delimiter = checkDelimiter(spec.format === 'csv' ? (spec.delimiter ?? ',') : '\t')
  const keys = object === undefined ? [] : uniqueNames(plan.columns.map((column) => column.name))
  const asRows = spec.format === 'msgpack' && straight
  return {
    format: asRows ? FORMATS.rows : FORMATS[spec.format],
    // Texts in msgpack are whatever bytes they are.
    invalidUtf8: spec.format === 'msgpack' ? INVALID_UTF8.raw : INVALID_UTF8[spec.invalidUtf8 ?? 'replace'],
    special: SPECIAL[object?.special ?? 'string'],
    quoteIntegers: object?.int64 === 'string',
    escapeFormulas: text.escapeFormulas ?? false,
    crlf: text.crlf ?? false,
    delimiter,
    nullText: checkNullText(text.null ?? (spec.format === 'tsv' ? '\\N' : ''), spec.format, delimiter),
    limits: checkLimits(spec.limits, width),
    rowLimit: plan.limit ?? Number.POSITIVE_INFINITY,
    width,
    columns: plan.columns.map((column, i) => ({
      source: column.source,
      cast: CASTS.indexOf(column.cast),
      key: Buffer.from(keys.length === 0 ? '' : `${i === 0 ? '{' : ','}${JSON.stringify(keys[i])}:`),
    })),
    straight,
  }
}

/** A character that no number, `true` or `NaN` contains, as those are never quoted. */
const DELIMITER = /^(?![\w"+.\r\n-])[\0-\x7f]$/

function checkDelimiter(delimiter: string): number {
  if (DELIMITER.test(delimiter)) return delimiter.charCodeAt(0)
  throw new SluiceError(
    'E_USAGE',
    `the delimiter must be one ASCII character, not a letter, a digit, a quote, a line end or one of _ + - .; it is ${JSON.stringify(delimiter)}`,
  )
}

/** The kernel keeps that much room ready for each cell. */
const LONGEST_NULL_TEXT = 32 * 1024

function checkNullText(text: string, format: EncodeSpec['format'], delimiter: number): Uint8Array {
  const bytes = Buffer.from(text)
  if (bytes.length > LONGEST_NULL_TEXT)
    throw new SluiceError('E_USAGE', `the text for NULL is longer than ${LONGEST_NULL_TEXT} bytes`)
  const breaking = format === 'csv' ? /["\r\n]/ : /[\t\r\n]/
  if (breaking.test(text) || bytes.includes(delimiter))
    throw new SluiceError(
      'E_USAGE',
      `the text for NULL is never quoted, so it may not contain a delimiter, a quote or a line end; it is ${JSON.stringify(text.slice(0, 40))}`,
    )
  return bytes
}

const GIB = 1024 ** 3
const MOST: Limits = { rowBytes: GIB, cellBytes: GIB, depth: 1_000_000, columns: 1_000_000 }

function checkLimits(chosen: Partial<Limits> | undefined, width: number): Limits {
  const limits: { -readonly [name in keyof Limits]: number } = { ...DEFAULT_LIMITS }
  for (const name of Object.keys(MOST) as (keyof Limits)[]) {
    const value = chosen?.[name] ?? DEFAULT_LIMITS[name]
    limits[name] = value
    if (!Number.isInteger(value) || value < 1 || value > MOST[name])
      throw new SluiceError('E_USAGE', `the limit ${name} must be from 1 to ${MOST[name]}; it is ${value}`)
  }
  if (width > limits.columns)
    throw new SluiceError(
      'E_LIMIT_COLUMNS',
      `the result has ${width} columns, more than the limit of ${limits.columns}`,
    )
  return limits
}
