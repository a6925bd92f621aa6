import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import { delimiterOf } from '../model/formats.js'
import { DEFAULT_LIMITS, LARGEST_LIMITS, type Limits, limitsProblem } from '../model/limits.js'
import type { MaskKind } from '../model/masks.js'
import type { EncodeSpec } from '../model/option-types.js'
import { withDefaults } from '../model/option-values.js'
import type { Plan, PlanColumn } from '../model/plan.js'
import { uniqueNames } from '../model/unique-names.js'
import {
  CASTS,
  castNumber,
  FORMAT_NUMBERS,
  INVALID_UTF8,
  KEY_PARTS,
  MASKS,
  QUOTING,
  SPECIAL,
} from './numbers.js'
import { type Shape, shapeOf } from './shapes.js'

/** Everything the kernel has to know, checked. */
export interface Settings {
  readonly format: number
  readonly invalidUtf8: number
  readonly special: number
  readonly quoteIntegers: boolean
  readonly escapeFormulas: boolean
  readonly crlf: boolean
  readonly quoting: number
  readonly decimalComma: boolean
  /** Of csv and tsv. */
  readonly delimiter: string
  readonly nullText: Buffer
  readonly limits: Limits
  /** Rows; Infinity for all. */
  readonly rowLimit: number
  /** Cells of a row as it comes in. */
  readonly width: number
  readonly columns: readonly OutputColumn[]
  /** The columns are those of the input, in order and unchanged. */
  readonly straight: boolean
  /**
   * The kinds of cells of unchanged rows are noted.
   *
   * @default false
   */
  readonly notesKinds?: boolean
  /** The blocks of the key of hashes, where cells are masked by these. */
  readonly keyBlocks?: Uint8Array | undefined
}

export interface OutputColumn {
  readonly source: number
  readonly cast: number
  /** The bytes before the cell in an object. */
  readonly key: Uint8Array
  /** Where the cell holds rows that are written as objects. */
  readonly shape?: Shape | undefined
  /** Its texts are decimals. */
  readonly isDecimal: boolean
  /** Of a column that is watched: which part of a key. */
  readonly keyPart: number
  /** Of a column that is masked: how. */
  readonly mask?: number
}

/** A column of the plan that is watched, by what it is of a key. */
export interface WatchedColumn {
  readonly column: PlanColumn
  readonly keyPart: keyof typeof KEY_PARTS
}

const NO_KEY = new Uint8Array()

/** The delimiter of tsv. */
const TAB = '\t'

/** For unchanged rows, cut into blocks. Throws like {@link encodeSettings}. */
export function rowSettings(
  width: number,
  limits: Partial<Limits> | undefined,
  notesKinds = false,
): Settings {
  return {
    format: FORMAT_NUMBERS.rows,
    invalidUtf8: INVALID_UTF8.raw,
    special: SPECIAL.string,
    quoteIntegers: false,
    escapeFormulas: false,
    crlf: false,
    quoting: QUOTING.minimal,
    decimalComma: false,
    delimiter: TAB,
    nullText: Buffer.of(),
    limits: checkLimits(limits, width),
    rowLimit: Number.POSITIVE_INFINITY,
    width,
    columns: [],
    straight: true,
    notesKinds,
  }
}

/** For rows that are watched as they pass. Throws like {@link encodeSettings}. */
export function watchSettings(
  { schema, limit }: Plan,
  columns: readonly WatchedColumn[],
  limits: Partial<Limits>,
): Settings {
  return {
    ...rowSettings(schema.columns.length, limits),
    format: FORMAT_NUMBERS.watch,
    rowLimit: limit ?? Number.POSITIVE_INFINITY,
    columns: columns.map(({ column: { source, cast }, keyPart }) => ({
      source,
      cast: castNumber(cast),
      key: NO_KEY,
      isDecimal: false,
      keyPart: KEY_PARTS[keyPart],
    })),
  }
}

/** For rows with masked cells: `columns` in the order of the row. Throws like {@link encodeSettings}. */
export function maskSettings(
  width: number,
  columns: readonly { readonly source: number; readonly mask: MaskKind }[],
  keyBlocks: Uint8Array | undefined,
  limits: Partial<Limits>,
): Settings {
  return {
    ...rowSettings(width, limits),
    format: FORMAT_NUMBERS.mask,
    // The text of a value is that of csv, in which what is not UTF-8 is replaced.
    invalidUtf8: INVALID_UTF8.replace,
    keyBlocks,
    columns: columns.map(({ source, mask }) => ({
      source,
      cast: CASTS.none,
      key: NO_KEY,
      isDecimal: false,
      keyPart: KEY_PARTS.none,
      mask: MASK_NUMBERS[mask],
    })),
  }
}

const MASK_NUMBERS: Readonly<Record<MaskKind, number>> = {
  'hmac-sha256': MASKS.hmac,
  redact: MASKS.redact,
  last4: MASKS.lastFour,
  null: MASKS.nothing,
}

/** For the header line, which is one more row, of texts: the options of the format hold, the limits do not. */
export function headerSettings(settings: Settings): Settings {
  return {
    ...settings,
    // Texts have no depth. The kernel has room for each level that may come: for a million levels that was 24 MB.
    limits: { ...LARGEST_LIMITS, depth: 1 },
    rowLimit: Number.POSITIVE_INFINITY,
    // A name is never NULL; in tsv, which has no quotes, one that reads like it is no reason to fail.
    nullText: settings.format === FORMAT_NUMBERS.tsv ? Buffer.from('\\N') : settings.nullText,
    width: settings.columns.length,
    columns: settings.columns.map(({ key, keyPart }, source) => ({
      source,
      cast: CASTS.none,
      key,
      isDecimal: false,
      keyPart,
    })),
    straight: isByte(settings.delimiter),
  }
}

/**
 * For a format whose options were checked when its sink was made (`sinks/formats/options.ts`).
 *
 * @throws SluiceError `E_USAGE` for a wrong limit, `E_LIMIT_COLUMNS` for too many columns.
 */
export function encodeSettings(spec: EncodeSpec, plan: Plan): Settings {
  const width = plan.schema.columns.length
  const straight =
    plan.columns.length === width &&
    plan.columns.every((column, i) => column.source === i && column.cast === undefined)
  const options = withDefaults(spec.format, spec)
  const isObject = spec.format === 'ndjson' || spec.format === 'json'
  const keys = !isObject ? [] : uniqueNames(plan.columns.map((column) => column.name))
  const asRows = spec.format === 'msgpack' && straight
  const delimiter = delimiterOf(options.delimiter ?? TAB)
  const decimalComma = options.decimalComma === true
  // Only then is a decimal written otherwise than the text that it is.
  const telling = decimalComma || options.escapeFormulas === true || options.quote === 'strings'
  const isDecimal = ({ type }: PlanColumn) => telling && type.kind === 'decimal'
  return {
    format: asRows ? FORMAT_NUMBERS.rows : FORMAT_NUMBERS[spec.format],
    invalidUtf8: INVALID_UTF8[options.invalidUtf8!],
    // Options that the format does not have are not read by it.
    special: options.special === undefined ? SPECIAL.string : SPECIAL[options.special],
    quoteIntegers: options.int64 === 'string',
    escapeFormulas: options.escapeFormulas === true,
    crlf: options.crlf === true,
    quoting: QUOTING[options.quote ?? 'minimal'],
    decimalComma,
    delimiter,
    nullText: Buffer.from(options.null ?? ''),
    limits: checkLimits(spec.limits, width),
    rowLimit: plan.limit ?? Number.POSITIVE_INFINITY,
    width,
    columns: plan.columns.map((column, i) => ({
      source: column.source,
      cast: castNumber(column.cast),
      shape: options.rowShape === 'object' && column.cast === undefined ? shapeOf(column.type) : undefined,
      isDecimal: isDecimal(column),
      keyPart: KEY_PARTS.none,
      key: Buffer.from(keys.length === 0 ? '' : `${i === 0 ? '{' : ','}${JSON.stringify(keys[i])}:`),
    })),
    // The hot loop of the kernel knows delimiters of one byte and no decimals.
    straight: straight && isByte(delimiter) && !plan.columns.some(isDecimal),
  }
}

function isByte(text: string): boolean {
  return text.length === 1 && text < '\x80'
}

function checkLimits(chosen: Partial<Limits> = {}, width: number): Limits {
  const problem = limitsProblem(chosen)
  if (problem !== undefined) throw new SluiceError('E_USAGE', problem)
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined)
  const limits: Limits = { ...DEFAULT_LIMITS, ...Object.fromEntries(given) }
  if (width > limits.columns)
    throw new SluiceError(
      'E_LIMIT_COLUMNS',
      `the result has ${width} columns, more than the limit of ${limits.columns}`,
    )
  return limits
}
